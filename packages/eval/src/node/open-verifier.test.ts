import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingPublisher } from '@salp/core/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { openBenchmarkHistory } from '../benchmark/history.js'
import { evalMigrations } from '../benchmark/migrations.js'
import { reportRun } from '../benchmark/report.js'
import { type BenchmarkEvents, runBenchmark } from '../benchmark/run-benchmark.js'
import type { Problem } from '../problems/problem.js'
import { parseProblem } from './load-problems.js'
import { BrokenReferenceError, openVerifier } from './open-verifier.js'

const reference = `export function halve(value: number): number {
  if (value < 0) throw new RangeError('Negative')
  return value / 2
}
`
const halve = (change: object = {}, own = reference): Problem =>
  parseProblem(
    {
      id: 'halve',
      tier: 1,
      title: 'Halve',
      tags: [],
      statement: 'Half the number',
      signature: { name: 'halve', parameters: [{ name: 'value', type: 'number' }], returns: 'number' },
      examples: [
        { args: [4], returns: 2 },
        { args: [-1], throws: true },
      ],
      tests: [{ args: [1], returns: 0.5 }],
      generated: { count: 20, inputs: [{ kind: 'integer', min: 0, max: 1_000 }] },
      ...change,
    },
    { reference: own },
    { file: 'halve' },
  )
const problem = halve()
const returning = (expression: string): string =>
  `export function halve(value: number): number { return ${expression} }`
const whole = returning('value < 0 ? (() => { throw 1 })() : Math.floor(value / 2)')

describe('openVerifier()', () => {
  const verifier = openVerifier({ clock: systemClock }, { concurrency: 2 })
  afterAll(() => verifier.close())
  const verify = async (source: string, options = {}, of = problem) =>
    (await verifier.verify([{ problem: of, source }], options))[0]

  test('tells the first visible example that failed, and nothing of hidden tests', async () => {
    expect(await verify(returning('value'))).toEqual({
      status: 'test-failure',
      message: '',
      example: { args: [4], expected: '2', actual: '4' },
    })
    expect(await verify(returning('value / 2'))).toMatchObject({
      example: { args: [-1], expected: 'an error', actual: '-0.5' },
    })
    expect(await verify(returning("(() => { throw new Error('why') })()"))).toMatchObject({
      example: { actual: 'threw: why' },
    })
    expect(await verify(whole)).toEqual({
      status: 'test-failure',
      message: 'It passes the examples, and fails a hidden test',
      example: undefined,
    })
  }, 60_000)

  test('tells line and column of the first complaint of the compiler', async () => {
    expect(await verify('\n  const x: string = 1')).toMatchObject({
      status: 'type-error',
      message: "2:9 TS2322: Type 'number' is not assignable to type 'string'.",
    })
  }, 60_000)

  test('leaves hidden tests out where only examples are asked for, and types where they are known', async () => {
    expect(await verify(whole, { cases: 'examples' })).toMatchObject({ status: 'pass' })
    const untyped = reference.replace(
      'return value / 2',
      "const half: string = 1 as any\nconst n: number = 'x'\nreturn value / 2",
    )
    expect(await verify(untyped)).toMatchObject({ status: 'type-error' })
    expect(await verify(untyped, { types: false })).toMatchObject({ status: 'pass' })
  }, 60_000)

  test('holds generated results against the reference, and numbers to the tolerance', async () => {
    const by = (factor: number): string =>
      `export function halve(value: number): number {\n  if (value < 0) throw 1\n  return value === 4 || value === 1 ? value / 2 : value * ${factor}\n}`
    expect(await verify(by(0.5))).toMatchObject({ status: 'pass' })
    expect(await verify(by(0.5 + 1e-12))).toMatchObject({ status: 'test-failure' })
    expect(await verify(by(0.5 + 1e-12), {}, halve({ tolerance: 1e-9 }))).toMatchObject({ status: 'pass' })
  }, 60_000)

  test('gives verdicts in the order of candidates, and tells each as it falls', async () => {
    const told = new Map<number, string>()
    const sources = Array.from({ length: 70 }, (_, index) => (index % 3 === 0 ? reference : returning('value')))
    const verdicts = await verifier.verify(
      sources.map((source) => ({ problem, source })),
      { onVerdict: (index, { status }) => void told.set(index, status) },
    )
    expect(verdicts.map(({ status }) => status)).toEqual(
      sources.map((_, index) => (index % 3 === 0 ? 'pass' : 'test-failure')),
    )
    expect([...told].sort(([a], [b]) => a - b).map(([, status]) => status)).toEqual(
      verdicts.map(({ status }) => status),
    )
    expect(await verifier.verify([])).toEqual([])
  }, 60_000)

  test('throws BrokenReferenceError for a reference that cannot say what is right', async () => {
    const failing = (own: string): Promise<unknown> => verify(reference, {}, halve({ id: 'broken' }, own))
    await expect(failing('export const other = 1')).rejects.toThrow(BrokenReferenceError)
    await expect(failing('export function halve(): unknown { return undefined }')).rejects.toThrow(
      'Cannot use the reference of "broken": it gives a value of type undefined for',
    )
  }, 60_000)

  test('rejects with the reason it was aborted for, and goes on afterwards', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const endless = verify(
      returning('(() => { for (;;) {} })()'),
      { signal: stop.signal },
      halve({ limits: { timeoutMs: 60_000 } }),
    )
    stop.abort(reason)
    await expect(endless).rejects.toBe(reason)
    expect(await verify(reference)).toMatchObject({ status: 'pass' })
    await expect(verify(reference, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  }, 60_000)

  test('measures a solver that mends what an example showed', async () => {
    const db = openDatabase(':memory:')
    migrate(db, 'eval', evalMigrations)
    const results = await runBenchmark(
      {
        solver: {
          name: 'mends',
          async solve(_, { check }) {
            const first = returning('value')
            const verdict = await check(first)
            return verdict.example?.expected === '2' ? [{ source: first }, { source: reference }] : []
          },
        },
        verifier,
        history: openBenchmarkHistory(db),
        clock: systemClock,
        events: recordingPublisher<BenchmarkEvents>(),
      },
      { run: 'r', problems: [problem], budget: { attempts: 2 } },
    )
    const { all } = reportRun(results, 2)
    expect([all.passAt1.estimate, all.passAtK.estimate]).toEqual([0, 1])
    db.close()
  }, 60_000)

  test('refuses work after it was closed, and may be closed twice', async () => {
    const own = openVerifier({ clock: systemClock })
    await own.close()
    await own.close()
    await expect(own.verify([{ problem, source: reference }])).rejects.toThrow(RangeError)
  })
})
