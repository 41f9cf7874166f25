import { createRng, migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { evalMigrations } from '../benchmark/migrations.js'
import { CaseError, type Category, caseFaults, defineCase, type EvalCase } from './case.js'
import { detectRegression, reportSuite } from './regression.js'
import { type CaseSubject, runSuite, type SuiteEvents } from './run-suite.js'
import { type CaseResult, openSuiteHistory } from './suite-history.js'

const saying = (id: string, ...sessions: string[][]): EvalCase =>
  defineCase({
    id,
    category: 'memory',
    title: id,
    sessions: sessions.map((inputs) =>
      inputs.map((input) => ({ input, properties: [{ type: 'contains', text: 'ok' }] })),
    ),
  })
const cases = [saying('mc-a', ['one', 'two'], ['three']), saying('mc-b', ['bad']), saying('mc-c', ['away'])]

const cost = { durationMs: 10, tokens: 3, costUsd: 0.5 }

/** Says what it was told, and in which session. */
const subject = (heard: string[] = []): CaseSubject => ({
  name: 'scripted',
  open: async ({ id }, { repeat }) => ({
    async turn(input, { session }) {
      heard.push(`${id} ${repeat} ${session} ${input}`)
      if (input === 'away') throw new Error('no model')
      const text = input === 'bad' ? 'no' : 'ok'
      return { text, status: 'completed', calls: [], questions: [], files: {}, cost }
    },
    close: async () => void heard.push(`${id} closed`),
  }),
})

const deps = (own = subject()) => {
  const db = openDatabase(':memory:')
  migrate(db, 'eval', evalMigrations)
  return {
    subject: own,
    history: openSuiteHistory(db),
    clock: stoppedClock(5),
    events: recordingPublisher<SuiteEvents>(),
  }
}

describe('runSuite()', () => {
  test('does all turns of all sessions with one agent a case, and records what held', async () => {
    const heard: string[] = []
    const with_ = deps(subject(heard))
    const results = await runSuite(with_, { run: 'r', cases, repeats: 2 })
    expect(heard.slice(0, 4)).toEqual(['mc-a 0 0 one', 'mc-a 0 0 two', 'mc-a 0 1 three', 'mc-a closed'])
    expect(results.map((result) => [result.case, result.repeat, result.status, result.reason])).toEqual([
      ['mc-a', 0, 'passed', ''],
      ['mc-a', 1, 'passed', ''],
      ['mc-b', 0, 'failed', 'the reply lacks "ok"'],
      ['mc-b', 1, 'failed', 'the reply lacks "ok"'],
      ['mc-c', 0, 'unavailable', 'no model'],
      ['mc-c', 1, 'unavailable', 'no model'],
    ])
    expect(results[0]?.turns).toHaveLength(3)
    expect(with_.history.runs()).toMatchObject([{ id: 'r', subject: 'scripted', repeats: 2, endedAt: 5 }])
    expect([with_.history.run('r')?.plan, with_.history.run('s')]).toEqual([['mc-a', 'mc-b', 'mc-c'], undefined])
    expect(with_.events.published).toHaveLength(8)
  })

  test('goes on where it was cut off, and repeats nothing of it', async () => {
    const heard: string[] = []
    const stop = new AbortController()
    const stopping: CaseSubject = {
      ...subject(heard),
      async open(found, options) {
        if (found.id === 'mc-b') stop.abort(new Error('enough'))
        return subject(heard).open(found, options)
      },
    }
    const with_ = deps(stopping)
    await expect(runSuite(with_, { run: 'r', cases, signal: stop.signal })).rejects.toThrow('enough')
    const results = await runSuite({ ...with_, subject: subject(heard) }, { run: 'r', cases })
    expect(results).toHaveLength(3)
    expect(heard.filter((line) => line === 'mc-a 0 0 one')).toHaveLength(1)
    await expect(runSuite(with_, { run: 'r', cases })).rejects.toThrow('it has ended')
  })
})

describe('caseFaults()', () => {
  test('lists what is wrong with a set', () => {
    const odd = { ...saying('mc-a', ['one', 'two'], ['three']), id: 'tu-x' }
    const empty = defineCase({
      id: 'mc-e',
      category: 'memory',
      title: 'e',
      sessions: [[{ input: 'x', properties: [] }]],
    })
    expect(caseFaults([...cases, odd, empty], { cases: 80, imbalance: 1 })).toEqual([
      'there are 5 cases, at least 80 are needed',
      'categories have 0, 0, 5, 0, 0, 0, 0, 0 cases',
      'tu-x does not begin with mc-',
      'tu-x says what mc-a says',
      'mc-e asks for nothing',
    ])
  })
})

describe('defineCase()', () => {
  test('throws CaseError for a property that is none', () => {
    const sessions: Parameters<typeof defineCase>[0]['sessions'] = [
      [{ input: 'x', properties: [{ type: 'matches', pattern: '(' }] }],
    ]
    expect(() => defineCase({ id: 'mc-x', category: 'memory', title: 'x', sessions })).toThrow(CaseError)
  })

  test('throws CaseError for a file that would lie outside of the workspace', () => {
    for (const path of ['../out.txt', '/etc/motd', 'a//b', 'a/./b', 'C:\\x'])
      expect(() => defineCase({ ...saying('mc-y', ['x']), files: { [path]: '' } })).toThrow('below the workspace')
  })
})

const results = (rate: (index: number, repeat: number) => boolean, repeats: number, count = 40): CaseResult[] =>
  Array.from({ length: count * repeats }, (_, index): CaseResult => {
    const [at, repeat] = [Math.floor(index / repeats), index % repeats]
    const category: Category = 'memory'
    const base = { category, repeat, turns: [], durationMs: 1, recordedAt: 1 }
    return rate(at, repeat)
      ? { ...base, case: `mc-${at}`, status: 'passed', reason: '' }
      : { ...base, case: `mc-${at}`, status: 'failed', reason: 'no' }
  })

describe('detectRegression()', () => {
  const rng = createRng('regression')

  test('calls noise no change, in all but one of twenty comparisons or so', () => {
    const draw = createRng('noise')
    let called = 0
    for (let round = 0; round < 60; round++) {
      const [before, now] = [results(() => draw() < 0.8, 3), results(() => draw() < 0.8, 3)]
      if (detectRegression(before, now, { rng: rng.fork(String(round)) }).verdict !== 'same') called++
    }
    expect(called).toBeLessThanOrEqual(7)
  })

  test('finds that an agent got worse all over, or in one case', () => {
    const fine = results((index) => index % 10 !== 0, 5)
    const worse = results((index) => index % 3 !== 0, 5)
    expect(detectRegression(fine, worse, { rng })).toMatchObject({ verdict: 'worse', cases: 40 })
    expect(detectRegression(worse, fine, { rng }).verdict).toBe('better')
    const broken = results((index) => index !== 5 && index % 10 !== 0, 10)
    const found = detectRegression(
      results((index) => index % 10 !== 0, 10),
      broken,
      { rng },
    )
    expect(found.changed.map((change) => change.case)).toEqual(['mc-5'])
    expect(found.verdict).toBe('worse')
  })

  test('does not take one failure more for a regression, and says what would show', () => {
    const before = results((index) => index !== 1, 1)
    const now = results((index) => index !== 1 && index !== 2, 1)
    const { verdict, p, detectable } = detectRegression(before, now, { rng })
    expect([verdict, p > 0.5, detectable]).toEqual(['same', true, undefined])
    expect(() => detectRegression([], now, { rng })).toThrow(RangeError)
  })
})

describe('reportSuite()', () => {
  test('writes counts by category, what failed, and the change', () => {
    const before = results(() => true, 2, 20)
    const now = results((index) => index > 8, 2, 20)
    const { text, ok } = reportSuite(now, {
      least: 0.5,
      regression: detectRegression(before, now, { rng: createRng('report') }),
    })
    expect(ok).toBe(false)
    expect(text.split('\n')[0]).toBe('memory             40  55.0 % (39.8 % to 69.3 %)')
    expect(text).toContain('failed mc-0 #1: no')
    expect(text).toMatch(/Against before: worse\. -45\.0 % over 20 cases/)
    expect(reportSuite(now, { least: 0.5 }).ok).toBe(true)
    expect(reportSuite(now, { least: 0.6 }).ok).toBe(false)
  })
})
