import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingPublisher } from '@salp/core/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { openBenchmarkHistory } from '../benchmark/history.js'
import { evalMigrations } from '../benchmark/migrations.js'
import { type BenchmarkEvents, runBenchmark } from '../benchmark/run-benchmark.js'
import type { Solver } from '../benchmark/solver.js'
import { openVerifier } from '../node/open-verifier.js'
import { type Problem, starterOf } from '../problems/problem.js'
import type { CodeModel, ModelMessage } from './code-model.js'
import { type EarlierSolution, findEarlier } from './earlier.js'
import type { ExampleSearch, Wanted } from './example-search.js'
import { bestOfSolver, modelSolver, repairSolver, retrievalSolver } from './model-solvers.js'
import { sketchSolver } from './sketch-solver.js'

const signature = { name: 'spread', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number' }

/** The hidden test differs from all that is shown, so that it shows whether it leaks. */
const spread: Problem = {
  ...{ id: 'spread', tier: 1, title: 'Spread', tags: [], statement: 'Give the largest less the smallest value.' },
  signature,
  examples: [
    { args: [[1, 4]], returns: 3 },
    { args: [[-2, -2]], returns: 0 },
  ],
  tests: [{ args: [[7654321, 1234567, 2]], returns: 7654319 }],
  ...{ split: 'test', starter: starterOf(signature), reference: undefined, mutants: [] },
}

const program = (body: string): string => `export function spread(values: number[]): number {\n  return ${body}\n}\n`
const right = program('Math.max(...values) - Math.min(...values)')
/** Meets the examples, and fails the hidden test. */
const overfit = program('Math.abs(values[0]! - values[1]!)')
const wrong = program('Math.max(...values)')
const fenced = (source: string): string => `Here:\n\n\`\`\`ts\n${source}\`\`\`\nDone.`

/** A model that says one thing after the other, and keeps what it was told. */
function saying(...replies: readonly string[]): CodeModel & { readonly heard: (readonly ModelMessage[])[] } {
  const heard: (readonly ModelMessage[])[] = []
  return {
    name: 'scripted',
    heard,
    async reply(messages) {
      const text = replies[heard.push([...messages]) - 1]
      if (text === undefined) throw new Error('The model is silent')
      return { text, tokens: 10, costUsd: 0.5 }
    },
  }
}

const verifier = openVerifier({ clock: systemClock }, { concurrency: 1 })
afterAll(() => verifier.close())

async function solve(solver: Solver, attempts = 4) {
  const db = openDatabase(':memory:')
  migrate(db, 'eval', evalMigrations)
  const events = recordingPublisher<BenchmarkEvents>()
  const history = openBenchmarkHistory(db)
  const [result] = await runBenchmark(
    { solver, verifier, history, clock: systemClock, events },
    { run: 'r', problems: [spread], budget: { attempts } },
  )
  const verdicts = result?.attempts.map(({ verdict }) => verdict)
  const spent = result?.attempts.map(({ tokens, costUsd }) => [tokens, costUsd])
  return { result, history, verdicts, spent }
}

describe('modelSolver()', () => {
  test('answers with the program of the reply', async () => {
    const model = saying(`First a thought:\n\`\`\`ts\nconst a = 1\n\`\`\`\n${fenced(right)}`)
    const { verdicts, spent, history } = await solve(modelSolver(model))
    expect([verdicts, spent]).toEqual([['pass'], [[10, 0.5]]])
    expect(history.solutions()).toEqual([{ problem: 'spread', source: right }])
  })

  test('takes a reply without a block as a whole, and a model that fails for none that tried', async () => {
    expect((await solve(modelSolver(saying(right)))).verdicts).toEqual(['pass'])
    expect((await solve(modelSolver(saying('I would rather not.')))).verdicts).toEqual(['type-error'])
    expect((await solve(modelSolver(saying()))).result).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('The model is silent'),
    })
  })
})

describe('repairSolver()', () => {
  test('keeps the first answer as pass@1, and tells what failed among the visible examples', async () => {
    const model = saying(fenced(wrong), fenced(program('"x"')), fenced(right))
    const { verdicts, spent } = await solve(repairSolver(model, { rounds: 3 }))
    expect(verdicts).toEqual(['test-failure', 'type-error', 'pass'])
    expect(spent).toHaveLength(3)
    expect(model.heard.map((messages) => messages.at(-1)?.text.split('.\n\n')[0])).toEqual([
      expect.stringContaining('# Spread'),
      'It is wrong for an example. spread([1,4]) has to give 3; it gave 4',
      expect.stringMatching(/^It does not compile\. 2:3 TS2322: /),
    ])
  })

  test('stops when the visible examples are met, and never learns of the hidden ones', async () => {
    const model = saying(fenced(overfit))
    expect((await solve(repairSolver(model, { rounds: 3 }))).verdicts).toEqual(['test-failure'])
    expect(JSON.stringify(model.heard)).not.toMatch(/7654|1234567|hidden/)
  })
})

describe('bestOfSolver()', () => {
  test('answers with the first that meets the visible examples, and books all that it drew on it', async () => {
    const model = saying(fenced(program('"x"')), fenced(wrong), fenced(wrong), fenced(right), fenced(wrong))
    const { verdicts, spent } = await solve(bestOfSolver(model, { samples: 5 }))
    expect(verdicts).toEqual(['pass', 'test-failure', 'type-error'])
    expect(spent).toEqual([
      [40, 2],
      [0, 0],
      [0, 0],
    ])
  })

  test('answers with what came nearest where none does', async () => {
    const model = saying(fenced(program('"x"')), fenced(wrong))
    expect((await solve(bestOfSolver(model, { samples: 2 }), 1)).verdicts).toEqual(['test-failure'])
  })
})

const earlier = (id: string, statement: string, split: 'train' | 'test' = 'train'): EarlierSolution => ({
  problem: { id, split, title: id, statement, signature },
  source: `export const ${id} = 1\n`,
})

describe('findEarlier()', () => {
  test('ranks by rare words in common, and never gives the problem itself', () => {
    const find = findEarlier([
      earlier('spread', 'Give the largest less the smallest value.'),
      earlier('sum', 'Give the sum of the values.'),
      earlier('least', 'Give the smallest value of all the values, the smallest.'),
    ])
    expect(find(spread, 2).map(({ problem }) => problem.id)).toEqual(['least', 'sum'])
    expect(find(spread, 1)).toHaveLength(1)
    expect(findEarlier([])(spread, 3)).toEqual([])
  })

  test('throws RangeError for a solution of the half that is measured on', () => {
    expect(() => findEarlier([earlier('held', 'x', 'test')])).toThrow('Cannot learn from "held"')
  })
})

describe('retrievalSolver()', () => {
  test('shows solutions of other problems', async () => {
    const model = saying(fenced(right))
    const find = findEarlier([earlier('least', 'Give the smallest value.')])
    expect((await solve(retrievalSolver(model, { earlier: find, shown: 2 }))).verdicts).toEqual(['pass'])
    expect(model.heard[0]?.[0]?.text).toMatch(
      /^Problems that were solved before[\s\S]*export const least = 1[\s\S]*# Spread/,
    )
  })
})

const sketch = (main: string, holes: unknown): string => `${fenced(main)}\n\`\`\`json\n${JSON.stringify(holes)}\n\`\`\``
const hole = (name: string, ...examples: readonly [number[], number][]): Wanted => ({
  name,
  parameters: [{ name: 'values', type: 'number[]' }],
  returns: 'number',
  examples: examples.map(([values, returns]) => ({ args: [values], returns })),
})
const bySketch = program('largest(values) - smallest(values)')
const holes = [hole('largest', [[1, 4], 4], [[5, 2], 5]), hole('smallest', [[3, 2], 2])]

/** Knows some functions, and finds those that agree with the examples. */
const filler: ExampleSearch = {
  name: 'table',
  async search({ name, examples }, { most }) {
    const known: readonly [string, (values: readonly number[]) => number][] = [
      ['values[0]!', (values) => values[0] ?? 0],
      ['values[1]!', (values) => values[1] ?? 0],
      ['Math.max(...values)', (values) => Math.max(...values)],
      ['Math.min(...values)', (values) => Math.min(...values)],
    ]
    const fitting = known.filter(([, of]) => examples.every(({ args, returns }) => of(args[0] as number[]) === returns))
    const sources = fitting.map(
      ([body]) =>
        `function own() {}\n\nexport function ${name}(values: number[]): number {\n  own()\n  return ${body}\n}\n`,
    )
    return { sources: sources.slice(0, most), candidates: 100 }
  },
}

describe('sketchSolver()', () => {
  test('fills holes with what agrees with their examples, and picks by the visible examples of the problem', async () => {
    // Of "smallest" the second value fits too, and comes first; [1, 4] tells them apart.
    const main = `declare function largest(values: number[]): number\n${bySketch}`
    const { verdicts, result, spent } = await solve(sketchSolver(saying(sketch(main, holes)), filler, { sketches: 2 }))
    expect(verdicts).toEqual(['pass'])
    expect(spent).toEqual([[10, 0.5]])
    expect(result?.attempts[0]).toMatchObject({
      candidates: 200,
      source: expect.stringContaining('Math.min(...values)'),
    })
  })

  test('says what is wrong with a sketch, and takes the next', async () => {
    const impossible = [hole('largest', [[1, 4], 99])]
    const model = saying(
      sketch(bySketch, [{ name: 'no name' }]),
      sketch(bySketch, impossible),
      sketch(program('largest(values)'), holes),
      sketch(bySketch, holes),
    )
    const { verdicts, spent } = await solve(sketchSolver(model, filler, { sketches: 4 }), 1)
    expect([verdicts, spent]).toEqual([['pass'], [[40, 2]]])
    expect(model.heard.slice(1).map((messages) => messages.at(-1)?.text.split('\n')[0])).toEqual([
      expect.stringContaining('The list of functions cannot be used: 0.name'),
      expect.stringContaining('No small function was found that agrees with the examples of largest'),
      expect.stringContaining('spread([1,4]) has to give 3; it gave 4'),
    ])
    expect(JSON.stringify(model.heard)).not.toMatch(/7654|1234567|hidden/)
  })

  test('takes a sketch that leaves nothing open as it is, and answers with one that failed where all do', async () => {
    expect((await solve(sketchSolver(saying(fenced(right)), filler, { sketches: 1 }))).verdicts).toEqual(['pass'])
    const failing = saying(sketch(bySketch, [hole('largest', [[1, 4], 99])]))
    expect(await solve(sketchSolver(failing, filler, { sketches: 1 }))).toMatchObject({
      verdicts: ['type-error'],
      spent: [[10, 0.5]],
    })
  })
})
