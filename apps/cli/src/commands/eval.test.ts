import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaseResult } from '@salp/eval'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { withSuiteRuns } from '../eval/suite-runs.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { type TemporaryHome, temporaryHome } from '../testing/temporary-home.js'

const result = (index: number, passed: boolean): CaseResult => ({
  case: `mc-${String(index).padStart(2, '0')}`,
  category: 'memory',
  repeat: 0,
  status: passed ? 'passed' : 'failed',
  reason: passed ? '' : 'the reply lacks "*two*\nwords"',
  turns: [
    {
      trace: {
        ...{ text: 'so', status: 'completed', calls: [], questions: [], files: {} },
        cost: { durationMs: 20, tokens: 10, costUsd: 0.001 },
      },
      held: [],
    },
  ],
  durationMs: 30,
  recordedAt: index,
})

/** Records a run of 20 cases of which the first `failures` failed. */
async function record({ home }: TemporaryHome, id: string, failures: number): Promise<void> {
  const results = Array.from({ length: 20 }, (_, index) => result(index, index >= failures))
  await withSuiteRuns(home, (history) => {
    const plan = results.map((found) => found.case)
    history.begin({ id, subject: 'salp 1.2.3, reflex', plan, repeats: 1, begunAt: 0 })
    for (const found of results) history.record(id, found)
    history.end(id, 1)
  })
}

async function evaluate({ home }: TemporaryHome, words: readonly string[]) {
  const { io, output, errors } = createMemoryIo({ folder: home.path })
  const exitCode = await runCli(['--home', home.path, 'eval', ...words], io)
  return { exitCode, output: output(), errors: errors() }
}

describe('salp eval', () => {
  test('compares runs, and fails for what is worse beyond noise alone', async () => {
    using temporary = temporaryHome()
    await record(temporary, '1', 1)
    await record(temporary, '2', 3)
    await record(temporary, '3', 12)
    expect(await evaluate(temporary, ['compare', '1', '2'])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Against before: same.'),
    })
    expect(await evaluate(temporary, ['compare', '1', '3'])).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/Against before: worse\. -55\.0 % over 20 cases[\s\S]*Held against run 1\n/),
    })
    expect((await evaluate(temporary, ['compare', 'last', '3'])).output).toContain('Held against run 2')
  })

  test('compares with a file that show wrote', async () => {
    using temporary = temporaryHome()
    await record(temporary, '1', 0)
    await record(temporary, '2', 12)
    const { output } = await evaluate(temporary, ['show', '1', '--json'])
    writeFileSync(join(temporary.home.path, 'baseline.json'), output)
    const { exitCode, output: compared } = await evaluate(temporary, ['compare', 'baseline.json', '2', '--json'])
    expect([exitCode, JSON.parse(compared)]).toMatchObject([1, { verdict: 'worse', cases: 20 }])
  })

  test('shows a run, all runs, and a page of one', async () => {
    using temporary = temporaryHome()
    await record(temporary, '1', 1)
    const { output } = await evaluate(temporary, ['show', '1'])
    expect(output).toContain('memory             20  95.0 % (76.4 % to 99.1 %)\n')
    expect(output).toContain('20 turns, 20 ms in the middle; 200 tokens, $0.0200 as far as prices are known\n')
    expect((await evaluate(temporary, ['history'])).output).toMatch(
      /1 .* 20 {2}95\.0 % \[76\.4, 99\.1\] {2}salp 1\.2\.3/,
    )
    const page = (await evaluate(temporary, ['report', '1'])).output
    expect(page).toContain('| memory | 20 | 19 | 95.0 % [76.4, 99.1] |\n| all | 20 | 19 |')
    expect(page).toContain('- `mc-00`: the reply lacks "\\*two\\* words"\n')
  })

  test('says what is missing before it starts anything', async () => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    mkdirSync(join(path, 'none'))
    for (const [words, complaint] of [
      [['run', '--cases', 'nowhere'], 'Cannot find cases in "nowhere"'],
      [['run', '--cases', 'none'], 'there are none in that folder'],
      [['run', '--only', 'magic'], 'There is neither a case nor a category "magic"'],
      [['run', '--against', 'last'], 'There is no whole run yet'],
      [['run', '--against', 'lost.json'], 'There is neither a run nor a file "lost.json"'],
      [['run', '--least', '101'], 'Expected a number from 0 to 100'],
      [['show', '7'], 'There is no run "7": see salp eval history'],
    ] as const) {
      expect([words, await evaluate(temporary, words)]).toMatchObject([
        words,
        { exitCode: 2, errors: expect.stringContaining(complaint) },
      ])
    }
  })
})
