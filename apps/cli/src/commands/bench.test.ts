import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import { withBenchHistory } from '../bench/history.js'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { sendJson, serve } from '../testing/serve.js'
import { type TemporaryHome, temporaryHome } from '../testing/temporary-home.js'

/** `doubled` is of the half to be measured on, `sum` of the half to learn from. */
const problems = {
  doubled: {
    returns: 'number[]',
    body: 'values.map((x) => x + x)',
    of: (values: readonly number[]) => values.map((x) => x + x),
  },
  sum: {
    ...{ returns: 'number', body: 'values.reduce((sum, x) => sum + x, 0)' },
    of: (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0),
  },
}

function writeProblems(folder: string): void {
  for (const [id, { returns, body, of }] of Object.entries(problems)) {
    const at = join(folder, 'tier-0', id)
    mkdirSync(at, { recursive: true })
    const cases = (inputs: readonly number[][]) => inputs.map((values) => ({ args: [values], returns: of(values) }))
    const problem = {
      ...{ id, tier: 0, title: id, tags: [], statement: id },
      signature: { name: id, parameters: [{ name: 'values', type: 'number[]' }], returns },
      examples: cases([[1, 2, 3], [7, -5], []]),
      tests: cases([[], [4], [0, 9, -3], [100, 1]]),
    }
    writeFileSync(join(at, 'problem.json'), JSON.stringify(problem))
    writeFileSync(
      join(at, 'reference.ts'),
      `export function ${id}(values: number[]): ${returns} {\n  return ${body}\n}\n`,
    )
  }
}

/** Runs `salp bench` in a home, with the two problems in its folder. */
async function bench({ home }: TemporaryHome, words: readonly string[]) {
  const { io, output, errors } = createMemoryIo({ folder: home.path })
  const exitCode = await runCli(['--home', home.path, 'bench', ...words], io)
  return { exitCode, output: output(), errors: errors() }
}

const run = ['run', '--problems', 'problems', '--tier', '0', '--budget', '20000']

describe('salp bench', () => {
  test('measures what was learnt against what was not, and keeps it', async () => {
    using temporary = temporaryHome()
    writeProblems(join(temporary.home.path, 'problems'))

    const untrained = await bench(temporary, [...run, '--solver', 'synthesizer-untrained'])
    expect(untrained).toMatchObject({ exitCode: 0, errors: '   1 of 1  ✓ doubled\n' })
    expect(untrained.output).toContain('100.0 % [20.7, 100.0]')

    const trained = await bench(temporary, [...run, '--learn', '--rounds', '1'])
    expect(trained.errors).toMatch(
      /^Learning, round 1 of 1: 1 of 1 solved\nLearnt from 1 problems: solved 1; \d+ fragments\n/,
    )
    expect((await bench(temporary, [...run, '--learn', '--rounds', '1'])).errors).toContain('This was learnt before\n')

    expect((await bench(temporary, ['history'])).output.split('\n')).toHaveLength(5)
    expect((await bench(temporary, ['show', '1'])).output).toMatch(/0 {2}doubled {2}pass/)
    expect((await bench(temporary, ['show', 'doubled'])).output).toContain('export function doubled(')
    expect((await bench(temporary, ['compare', '1', '2'])).output).toContain('0 gained, 0 lost, p 1.0000 by McNemar')
    const { output } = await bench(temporary, ['report', '2', '--against', '1'])
    expect(output).toContain('| 0 | 1 | 1 | 0.0 [0.0, 0.0] | 0 | 0 | 1.0000 |')
    expect(output).toContain(
      '| tier | problems | solved | pass@1 [95 %] |\n| --- | ---: | ---: | --- |\n| 0 | 1 | 1 | 100.0 % [20.7, 100.0] |',
    )
  }, 300_000)

  test('lets a language model try, with repairs that count for pass@k', async () => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    writeProblems(join(path, 'problems'))
    const bodies = ['values.map((x) => x + 1)', 'values.map((x) => 2 * x)']
    const asked: unknown[] = []
    await using endpoint = await serve(({ body }, response) => {
      asked.push(body)
      const source = `export function doubled(values: number[]): number[] {\n  return ${bodies[asked.length - 1]}\n}\n`
      sendJson(response, {
        ...{ id: 'c', object: 'chat.completion', created: 0, model: 'small' },
        choices: [{ index: 0, message: { role: 'assistant', content: source }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 90, completion_tokens: 10, total_tokens: 100 },
      })
    })
    // Of another endpoint, which this one must not learn of.
    writeFileSync(temporary.home.config, JSON.stringify({ model: { url: 'http://127.0.0.1:9/v1', key: 'sesame' } }))
    const words = ['--solver', 'repair', '--tries', '1', '--model', 'small', '--model-url', `${endpoint.url}/v1`]
    const { exitCode, output, errors } = await bench(temporary, [...run, ...words])
    expect([exitCode, errors]).toEqual([0, '   1 of 1  ✗ doubled\n'])
    expect(output).toContain('repair 1, model small')
    expect(output).toMatch(/0 +1 +0\.0 % \[.*\] +100\.0 % \[/)
    expect(asked).toMatchObject([{ model: 'small', temperature: 0 }, {}])
    expect(JSON.stringify(asked[1])).toContain('doubled([1,2,3]) has to give [2,4,6]; it gave [2,3,4]')
    expect(endpoint.requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    expect((await bench(temporary, ['report', '1'])).output).toContain('# The coding benchmark\n')
  }, 60_000)

  test('goes on with a run that was cut off', async () => {
    using temporary = temporaryHome()
    const { home } = temporary
    writeProblems(join(home.path, 'problems'))
    const solver = 'synthesizer-untrained, budget 20000, seed 0, answers 1'
    await withBenchHistory(home, (history) => {
      history.begin({ id: '1', solver, sampling: 'all', plan: ['doubled', 'sum'], begunAt: systemClock.now() })
      const recorded = { status: 'judged', reason: '', solveMs: 1, recordedAt: 1, attempts: [] } as const
      history.record('1', { problem: 'doubled', tier: 0, ...recorded })
    })
    const { errors, output } = await bench(temporary, [...run, '--half', 'all'])
    expect(errors).toBe('Going on with run 1, which was cut off\n   2 of 2  ✓ sum\n')
    expect(output).toMatch(/^0 +2 {2}50\.0 % /m)
  }, 300_000)

  test('says what is missing', async () => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    writeProblems(join(path, 'problems'))
    for (const [words, complaint] of [
      [['run', '--problems', 'nowhere'], 'Cannot find problems in "nowhere"'],
      [[...run, '--solver', 'model', '--learn'], 'Cannot learn for "model"'],
      [[...run, '--solver', 'synthesizer'], 'The synthesizer has learnt nothing yet: add --learn'],
      [['run', '--problems', 'problems', '--tier', '6'], 'no problem is of those tiers and that half'],
      [['show', '7'], 'There is no run "7", and no run tried a problem of that name'],
      [['compare', '1', '2'], 'There is no run "1": see salp bench history'],
    ] as const) {
      expect([words, await bench(temporary, words)]).toMatchObject([
        words,
        { exitCode: 2, errors: expect.stringContaining(complaint) },
      ])
    }
    const file = join(path, 'problems', 'tier-0', 'doubled', 'problem.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"tier":0', '"tier":"0"'))
    expect((await bench(temporary, run)).errors).toContain('tier-0/doubled/problem.json:1: tier')
    rmSync(file)
  }, 60_000)
})
