import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng, migrate } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { made, passing } from '../testing/internal/made-problems.js'
import type { Verifier } from '../verify/verifier.js'
import { openBenchmarkHistory } from './history.js'
import { evalMigrations } from './migrations.js'
import { compareRuns, passAtK, reportRun } from './report.js'
import { type BenchmarkEvents, runBenchmark } from './run-benchmark.js'
import type { Solver } from './solver.js'

const solver = (answers: Readonly<Record<string, readonly string[]>>, name = 'scripted'): Solver => ({
  name,
  solve: async ({ id }) => (answers[id] ?? []).map((source) => ({ source, costUsd: 0.5, tokens: 10, candidates: 2 })),
})

const folders: string[] = []
const open = (path = ':memory:'): Database => {
  const db = openDatabase(path)
  migrate(db, 'eval', evalMigrations)
  return db
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const deps = (own: Solver, db = open()) => ({
  solver: own,
  verifier: passing,
  history: openBenchmarkHistory(db),
  clock: stoppedClock(1_000),
  events: recordingPublisher<BenchmarkEvents>(),
})

describe('runBenchmark()', () => {
  test('records every attempt with its verdict, and counts the first as the answer', async () => {
    const with_ = deps(solver({ a: ['right a'], b: ['wrong', 'right b', 'right b'], c: ['wrong'] }))
    const results = await runBenchmark(with_, { run: 'r', problems: made, budget: { attempts: 2 } })
    expect(results.map(({ problem: id, attempts }) => [id, attempts.map(({ verdict }) => verdict)])).toEqual([
      ['a', ['pass']],
      ['b', ['test-failure', 'pass']],
      ['c', ['test-failure']],
      ['d', []],
    ])
    const { all, tiers, perSolve } = reportRun(results, 2)
    expect([
      all.passAt1.estimate,
      all.passAtK.estimate,
      tiers.map(({ tier, passAt1 }) => [tier, passAt1.estimate]),
    ]).toEqual([
      0.25,
      0.5,
      [
        [0, 0.5],
        [1, 0],
      ],
    ])
    expect(perSolve).toEqual({ costUsd: 2, ms: 0, tokens: 40, candidates: 8 })
    expect(with_.events.published.map(([name]) => name)).toEqual([
      'benchmark:begun',
      ...made.map(() => 'benchmark:attempted'),
      'benchmark:ended',
    ])
    expect(with_.history.run('r')?.endedAt).toBe(1_000)
    expect(with_.history.outcomes()).toContainEqual({ solver: 'scripted', problem: 'b', passed: false })
  })

  test('shows a solver neither tests nor references, and checks examples only', async () => {
    const seen: unknown[] = []
    const asked: unknown[] = []
    const watched: Verifier = {
      ...passing,
      verify(candidates, options) {
        asked.push(options?.cases)
        return passing.verify(candidates, options)
      },
    }
    const curious: Solver = {
      name: 'curious',
      async solve(view, { check }) {
        seen.push(...Object.keys(view))
        await check('right a')
        return []
      },
    }
    await runBenchmark(
      { ...deps(curious), verifier: watched },
      { run: 'r', problems: made.slice(0, 1), budget: { attempts: 1 } },
    )
    expect(seen.sort()).toEqual(['examples', 'id', 'signature', 'starter', 'statement', 'tier', 'title'])
    expect(asked).toEqual(['examples', undefined])
  })

  test('counts a solver that cannot try neither way', async () => {
    const failing: Solver = {
      name: 'away',
      solve: async ({ id }) => (id === 'a' ? [{ source: 'right a' }] : Promise.reject(new Error('no model'))),
    }
    const results = await runBenchmark(deps(failing), { run: 'r', problems: made, budget: { attempts: 1 } })
    const { all } = reportRun(results, 1)
    expect([all.problems, all.unavailable, all.passAt1.estimate]).toEqual([4, 3, 1])
    expect(results[1]).toMatchObject({ status: 'unavailable', reason: 'no model' })
  })

  test('goes on after kill -9 with what was recorded, and repeats nothing of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'salp-benchmark-'))
    folders.push(folder)
    const path = join(folder, 'salp.db')
    const flags = ['--conditions=@salp/source', '--no-warnings', '--experimental-strip-types']
    const child = fork(fileURLToPath(new URL('../testing/internal/endless-run.ts', import.meta.url)), [path, 'c'], {
      execArgv: [...flags, '--import', import.meta.resolve('@salp/presets/run-source')],
    })
    const tried: string[] = []
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`It ended by itself, with ${code}`)))
      child.on('message', (id) => {
        tried.push(String(id))
        if (id === 'c') resolve()
      })
    })
    const gone = new Promise((resolve) => child.removeAllListeners('exit').once('exit', resolve))
    child.kill('SIGKILL')
    await gone

    const noting: Solver = {
      name: 'scripted',
      async solve({ id }) {
        tried.push(id)
        return [{ source: `right ${id}` }]
      },
    }
    const db = open(path)
    const again = deps(noting, db)
    const results = await runBenchmark(again, { run: 'r', problems: made.toReversed(), budget: { attempts: 1 } })
    expect(tried).toEqual(['a', 'b', 'c', 'c', 'd'])
    expect(results.map(({ problem: id }) => id).sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(again.events.published[0]).toEqual(['benchmark:begun', { run: 'r', at: 1_000, problems: 4, recorded: 2 }])
    await expect(runBenchmark(again, { run: 'r', problems: made, budget: { attempts: 1 } })).rejects.toThrow(
      'it has ended',
    )
    db.close()
  }, 60_000)

  test('rejects with the reason it was aborted for, and keeps what was recorded', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const db = open()
    const stopping: Solver = {
      name: 'scripted',
      async solve({ id }) {
        if (id === 'c') stop.abort(reason)
        return [{ source: `right ${id}` }]
      },
    }
    const with_ = deps(stopping, db)
    await expect(
      runBenchmark(with_, { run: 'r', problems: made, budget: { attempts: 1 }, signal: stop.signal }),
    ).rejects.toBe(reason)
    expect(with_.history.results('r').map(({ problem: id }) => id)).toEqual(['a', 'b'])
    expect(with_.history.run('r')?.endedAt).toBeUndefined()
  })

  test('refuses to go on for another solver, or without a problem it planned', async () => {
    const db = open()
    openBenchmarkHistory(db).begin({ id: 'r', solver: 'scripted', sampling: 'all', plan: ['a', 'gone'], begunAt: 1 })
    await expect(
      runBenchmark(deps(solver({}, 'other'), db), { run: 'r', problems: made, budget: { attempts: 1 } }),
    ).rejects.toThrow('it is of the solver "scripted"')
    await expect(
      runBenchmark(deps(solver({}), db), { run: 'r', problems: made, budget: { attempts: 1 } }),
    ).rejects.toThrow('"gone"')
  })
})

describe('compareRuns()', () => {
  test('pairs by problem, and tells what was gained and lost', async () => {
    const db = open()
    const before = await runBenchmark(deps(solver({ a: ['right a'] }), db), {
      run: '1',
      problems: made,
      budget: { attempts: 1 },
    })
    const after = await runBenchmark(deps(solver({ b: ['right b'], c: ['right c'] }), db), {
      run: '2',
      problems: made.slice(0, 3),
      budget: { attempts: 1 },
    })
    expect(compareRuns(before, after, { rng: createRng('compare') })).toMatchObject({
      problems: 3,
      gained: 2,
      lost: 1,
      p: 1,
    })
    expect(compareRuns([], after, { rng: createRng('compare') })).toBeUndefined()
  })

  test('counts as many answers as it is told to', async () => {
    const db = open()
    const options = { problems: made, budget: { attempts: 2 } }
    const before = await runBenchmark(deps(solver({ a: ['right a'] }), db), { run: '1', ...options })
    const after = await runBenchmark(deps(solver({ a: ['wrong', 'right a'], b: ['wrong', 'right b'] }), db), {
      ...{ run: '2', ...options },
    })
    expect(compareRuns(before, after, { rng: createRng('first') })).toMatchObject({ gained: 0, lost: 1 })
    expect(compareRuns(before, after, { rng: createRng('both'), k: 2 })).toMatchObject({ gained: 1, lost: 0 })
  })
})

describe('passAtK()', () => {
  test('is the share of draws of k answers that hold a pass', () => {
    expect(passAtK(5, 2, 1)).toBeCloseTo(0.4, 12)
    expect(passAtK(5, 2, 2)).toBeCloseTo(0.7, 12)
    expect(passAtK(5, 0, 5)).toBe(0)
    expect(passAtK(5, 3, 3)).toBe(1)
    expect(() => passAtK(2, 3, 1)).toThrow(RangeError)
  })
})
