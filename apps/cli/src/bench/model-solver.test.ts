import { fileURLToPath } from 'node:url'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import {
  evalMigrations,
  exampleSolver,
  type JudgedAttempt,
  openBenchmarkHistory,
  type Problem,
  runBenchmark,
  type Solver,
} from '@salp/eval'
import { loadProblems, openVerifier } from '@salp/eval/node'
import { createSynthesizer, exampleSearch } from '@salp/models/synthesis'
import { scriptedModel } from '@salp/models/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { codeModel } from './code-model.js'
import { createModelSolver } from './model-solver.js'
import { type ModelSolverName, modelSolvers } from './solver-names.js'

const all = await loadProblems(fileURLToPath(new URL('../../../../fixtures/problems', import.meta.url)))
const verifier = openVerifier({ clock: systemClock }, { concurrency: 1 })
afterAll(() => verifier.close())
const synthesizer = createSynthesizer({ clock: systemClock }, { budget: 20_000 })

/** A problem of the benchmark of which the synthesizer alone makes nothing. */
const problem = all.find(({ id }) => id === 'digital-root')

const loop = `export function digitalRoot(value: number): number {
  let left = value
  while (left > 9) left = digitSum(left)
  return left
}
`
const digitSum = {
  name: 'digitSum',
  parameters: [{ name: 'value', type: 'number' }],
  returns: 'number',
  examples: [
    { args: [0], returns: 0 },
    { args: [38], returns: 11 },
    { args: [905], returns: 14 },
    { args: [7777], returns: 28 },
  ],
}
const sketch = `\`\`\`ts\n${loop}\`\`\`\n\n\`\`\`json\n${JSON.stringify([digitSum])}\n\`\`\``

const fenced = (source: string): string => `\`\`\`ts\n${source}\`\`\``
const byHand = loop.replace('digitSum(left)', '[...String(left)].map(Number).reduce((sum, digit) => sum + digit, 0)')
const wrong = 'export function digitalRoot(value: number): number {\n  return value % 10\n}\n'

/** Asks the solver, whose model says one thing after the other. */
async function solve(
  name: ModelSolverName,
  replies: readonly string[],
  solutions: readonly { readonly problem: string; readonly source: string }[] = [],
) {
  const scripted = scriptedModel(replies.map((text) => ({ text, usage: { input: 90, output: 10 } })))
  const filler = exampleSearch(synthesizer, 'synthesizer')
  const parts = { model: codeModel(scripted, 'scripted'), problems: all, solutions, filler }
  const solver = createModelSolver(name, parts, { tries: 2 })
  const [attempts, verdicts] = await judged(solver, 3)
  return { name: solver.name, attempts, verdicts, asked: scripted.calls.map(({ prompt }) => JSON.stringify(prompt)) }
}

async function judged(solver: Solver, attempts: number): Promise<[readonly JudgedAttempt[], string[]]> {
  if (problem === undefined) throw new RangeError('The problem is gone')
  const db = openDatabase(':memory:')
  migrate(db, 'eval', evalMigrations)
  const [result] = await runBenchmark(
    { solver, verifier, history: openBenchmarkHistory(db), clock: systemClock, events: { publish: () => undefined } },
    { run: 'r', problems: [problem], budget: { attempts } },
  )
  const found = result?.attempts ?? []
  return [found, found.map(({ verdict }) => verdict)]
}

describe('createModelSolver()', () => {
  test('lets the synthesizer fill what a sketch leaves open, where it makes nothing of the whole', async () => {
    expect((await judged(exampleSolver(exampleSearch(synthesizer, 'alone')), 1))[1]).not.toEqual(['pass'])
    const { name, attempts, verdicts } = await solve('hybrid', [sketch])
    expect([name, verdicts]).toEqual(['hybrid 2, synthesizer, model scripted', ['pass']])
    expect(attempts[0]).toMatchObject({ tokens: 100, candidates: expect.any(Number) })
    expect(attempts[0]?.source).toContain('const digitSum: (value: number) => number = (() => {')
  })

  test('leaves holes open over types that the synthesizer does not know', async () => {
    const odd = sketch.replace('"type":"number"', '"type":"Map<string, number>"')
    const { verdicts, asked } = await solve('hybrid', [odd, fenced(byHand)])
    expect(verdicts).toEqual(['pass', 'type-error'])
    expect(asked[1]).toContain('No small function was found that agrees with the examples of digitSum')
  })

  test.each([
    ['model', ['test-failure'], 1],
    ['repair', ['test-failure', 'pass'], 2],
    ['best-of-k', ['pass', 'test-failure'], 2],
    ['retrieval', ['test-failure'], 1],
  ] as const)('%s gives %j', async (name, verdicts, asked) => {
    const found = await solve(name, [fenced(wrong), fenced(byHand)])
    expect([found.verdicts, found.asked.length]).toEqual([verdicts, asked])
  })

  test('shows earlier solutions of the training half alone', async () => {
    const solutions = all.map(({ id }) => ({ problem: id, source: `// ${id} of old` }))
    const { asked } = await solve(
      'retrieval',
      [fenced(byHand)],
      [...solutions, { problem: 'gone', source: '// gone of old' }],
    )
    const shown = [...(asked[0] ?? '').matchAll(/\/\/ ([\w-]+) of old/g)].map(([, id]) =>
      all.find((one) => one.id === id),
    )
    expect(shown.map((found) => found?.split)).toEqual(['train', 'train', 'train'])
    expect(shown).not.toContain(problem)
  })

  test('tells a model nothing that only hidden tests have', async () => {
    const values = (cases: Problem['tests'] = []): string[] =>
      cases.map(({ args }) => JSON.stringify(args).slice(1, -1))
    const visible = new Set(values(problem?.examples))
    const hidden = values(problem?.tests).filter((value) => value.length > 2 && !visible.has(value))
    expect(hidden.length).toBeGreaterThan(3)
    for (const name of modelSolvers) {
      const { asked } = await solve(name, [fenced(wrong), fenced(wrong), fenced(wrong)])
      for (const value of hidden) expect(asked.join('\n')).not.toContain(value)
    }
  })
})
