import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { unlearned } from '@salp/models/synthesis'
import { saveState } from '@salp/models/synthesis/node'
import { afterEach, describe, expect, test } from 'vitest'
import { type Benchmark, openBenchmark } from './benchmark.js'
import type { BenchmarkOrder } from './order.js'

const bank = fileURLToPath(new URL('../../../../fixtures/problems', import.meta.url))
/** Each is solved within a few thousand candidates. */
const easy = ['absolute-largest', 'add-lists', 'add-to-each']

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** An empty home, and a folder with those problems. */
function place(ids: readonly string[] = easy): { folder: string; problems: string } {
  const folder = mkdtempSync(join(tmpdir(), 'salp bench '))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const problems = join(folder, 'problems')
  mkdirSync(problems)
  for (const id of ids) cpSync(join(bank, 'tier-0', id), join(problems, 'tier-0', id), { recursive: true })
  return { folder, problems }
}

function open(where: { folder: string; problems: string }, { paused }: { paused?: string } = {}): Benchmark {
  const benchmark = openBenchmark({ clock: systemClock, log: silentLogger, paused: () => paused }, where)
  cleanups.push(() => benchmark.close())
  return benchmark
}

const order: BenchmarkOrder = {
  ...{ tiers: [0], half: 'all', solver: 'synthesizer-untrained', budget: 20_000, seed: 0, attempts: 1 },
}

/** Waits until `reached` holds of what goes on. */
function until(benchmark: Benchmark, reached: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (reached()) resolve()
  }
  const stop = benchmark.subscribe(look)
  look()
  return promise.finally(stop)
}

const ended = (benchmark: Benchmark) => until(benchmark, () => benchmark.live().job === undefined)

describe('openBenchmark()', { timeout: 60_000 }, () => {
  test('runs problems one after the other, and keeps what came of each', async () => {
    const benchmark = open(place())
    const [first, second] = await Promise.allSettled([benchmark.start(order), benchmark.start(order)])
    expect(first).toEqual({ status: 'fulfilled', value: '1' })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'node/benchmark-busy' } })
    expect(benchmark.live().job).toMatchObject({ run: '1', outcomes: '...', state: 'running' })
    expect(benchmark.source.list()).toMatchObject([{ id: 'benchmark:1', detail: 'Tried 0 of 3 problems, solved 0' }])
    await ended(benchmark)
    expect(benchmark.live()).toEqual({ job: undefined, last: { run: '1', how: 'ended', why: undefined } })
    expect(benchmark.history().run('1')).toMatchObject({
      ...{ id: '1', solver: 'synthesizer-untrained, budget 20000, seed 0, answers 1', planned: 3, recorded: 3 },
      plan: easy,
      outcomes: easy.map((problem) => ({ problem, tier: 0, status: 'judged' })),
    })
    expect(benchmark.source.list()).toEqual([])
  })

  test('goes on with a run that was stopped, by its order or by its number, and with no other', async () => {
    const where = place()
    const benchmark = open(where)
    await benchmark.start(order)
    await until(benchmark, () => benchmark.live().job?.outcomes.startsWith('..') === false)
    benchmark.source.stop('benchmark:1')
    await ended(benchmark)
    expect(benchmark.live().last).toMatchObject({ run: '1', how: 'stopped' })
    expect(benchmark.history().run('1').recorded).toBeLessThan(3)
    await benchmark.close()

    // Another process, as after a crash.
    const again = open(where)
    expect((await again.history().runs()).map(({ id, endedAt }) => [id, endedAt])).toEqual([['1', undefined]])
    expect(await again.start({ ...order, seed: 1 })).toBe('2')
    again.stop()
    await ended(again)
    expect(await again.resume('1')).toBe('1')
    expect(again.live().job?.outcomes).toMatch(/^[pf]+\.+$/)
    await ended(again)
    expect(again.history().run('1')).toMatchObject({ recorded: 3, endedAt: expect.any(Number) })
    await expect(again.resume('1')).rejects.toMatchObject({ code: 'node/benchmark-conflict' })
    await expect(again.resume('7')).rejects.toMatchObject({ code: 'node/benchmark-unknown' })
    expect(await again.start({ ...order, seed: 1 })).toBe('2')
  })

  test('refuses what cannot be run, and says why', async () => {
    const where = place()
    const benchmark = open(where)
    await expect(benchmark.start({ ...order, tiers: [5] })).rejects.toMatchObject({ code: 'node/benchmark-invalid' })
    const learnt: BenchmarkOrder = { ...order, solver: 'synthesizer' }
    await expect(benchmark.start(learnt)).rejects.toThrow('salp bench run --learn')
    await expect(open(where, { paused: 'Lunch' }).start(order)).rejects.toThrow('Salp is paused: Lunch')
    await saveState(where.folder, { lesson: 'abcdefghij', state: unlearned })
    await benchmark.start(learnt)
    expect(benchmark.live().job?.solver).toBe('synthesizer abcdefgh, budget 20000, seed 0, answers 1')
    benchmark.stop()
    await ended(benchmark)
    await saveState(where.folder, { lesson: 'another', state: unlearned })
    await expect(benchmark.resume('1')).rejects.toThrow('something else was learnt since')
  })

  test('says that there are no problems, or which one is broken', async () => {
    const { folder, problems } = place()
    expect((await open({ folder, problems: join(folder, 'none') }).view()).problems).toBeUndefined()
    expect((await open({ folder, problems }).view()).problems).toEqual({ tiers: [{ tier: 0, train: 3, test: 0 }] })
    writeFileSync(join(problems, 'tier-0', 'add-lists', 'problem.json'), '{\n  "id": 3\n}')
    expect((await open({ folder, problems }).view()).problems).toEqual({
      broken: expect.stringContaining('tier-0/add-lists/problem.json:2'),
    })
  })

  test('shows a problem as solvers see it, with what they answered', async () => {
    const benchmark = open(place(['add-to-each']))
    await benchmark.start(order)
    await ended(benchmark)
    const all = await benchmark.problems()
    const shown = benchmark.history().problem(all, 'add-to-each')
    expect(Object.keys(shown).sort()).toMatchInlineSnapshot(`
      [
        "examples",
        "id",
        "passed",
        "rating",
        "signature",
        "split",
        "starter",
        "statement",
        "stuck",
        "tags",
        "tier",
        "title",
        "tried",
        "tries",
      ]
    `)
    expect(shown.tries).toMatchObject([{ run: { id: '1' }, result: { attempts: [{ verdict: 'pass' }] } }])
    expect(benchmark.history().problems(all)).toMatchObject({
      problems: [{ id: 'add-to-each', tried: 1, passed: 1, stuck: false, rating: { rating: expect.any(Number) } }],
      solvers: [{ solver: expect.stringContaining('untrained') }],
    })
    const told = JSON.stringify([shown, benchmark.history().problems(all), benchmark.history().run('1')])
    for (const { reference, tests } of all) {
      expect(told).not.toContain(JSON.stringify(reference).slice(1, -1))
      for (const one of tests) expect(told).not.toContain(JSON.stringify(one.args))
    }
  })

  test('compares runs problem by problem', async () => {
    const benchmark = open(place())
    await benchmark.start({ ...order, budget: 1 })
    await ended(benchmark)
    await benchmark.start(order)
    await ended(benchmark)
    const comparison = benchmark.history().compare('1', '2')
    expect(comparison).toMatchObject({ problems: 3, lost: 0, lostProblems: [] })
    expect(comparison.gainedProblems).toHaveLength(comparison.gained)
    expect(comparison.gained).toBeGreaterThan(0)
  })
})
