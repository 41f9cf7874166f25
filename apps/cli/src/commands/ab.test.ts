import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cellName, type Plan, type StudyRecord, sealPlan } from '@salp/eval'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { temporaryHome } from '../testing/temporary-home.js'

const plan: Plan = {
  study: 'Lessons',
  question: 'Do lessons help?',
  hypothesis: 'They do',
  factors: [{ name: 'lessons', levels: ['off', 'on'] }],
  tasks: Array.from({ length: 8 }, (_, index) => `t${index}`),
  seeds: ['1'],
  primary: { factor: 'lessons', axis: 'correct' },
  controlMargin: 0.5,
  looks: [1],
  alpha: 0.05,
  exclusions: 0.1,
  judges: ['rule'],
}

/** The record of a study in which lessons make all the difference. */
async function record(): Promise<string> {
  const arms = [
    ...['a', 'b'].map((cell) => ({ phase: 'control' as const, cell, correct: 1 as const })),
    ...(['off', 'on'] as const).map((lessons) => ({
      ...{ phase: 'main' as const, cell: cellName({ lessons }) },
      correct: lessons === 'on' ? (1 as const) : (0 as const),
    })),
  ]
  const trials = plan.tasks.flatMap((task) =>
    arms.map(
      (arm): StudyRecord => ({
        ...{ type: 'trial', task, seed: '1', ...arm, hallucinated: 0, attempted: 1, costUsd: 0, latencyMs: 1 },
        ...{ calls: 0, preview: 'so', scores: { rule: arm.correct }, at: 0 },
      }),
    ),
  )
  const lines: StudyRecord[] = [{ type: 'plan', ...(await sealPlan(plan)) }, ...trials]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

async function report(text: string, words: readonly string[] = []) {
  using temporary = temporaryHome()
  const { path } = temporary.home
  writeFileSync(join(path, 'study.jsonl'), text)
  const { io, output, errors } = createMemoryIo({ folder: path })
  const exitCode = await runCli(['ab', 'report', 'study.jsonl', ...words], io)
  const page = words.includes('--html') ? readFileSync(join(path, 'out.html'), 'utf8') : undefined
  return { exitCode, output: output(), errors: errors(), page }
}

describe('salp ab report', () => {
  test('derives what a study says from its raw lines, and writes a page of it', async () => {
    const { exitCode, output, errors, page } = await report(await record(), ['--html', 'out.html'])
    expect([exitCode, errors]).toEqual([0, 'Wrote out.html\n'])
    expect(output).toMatch(/^lessons: on − off +correct +8 {2}1 \[1, 1\] +0\.00\d\d$/m)
    expect(page).toContain('Do lessons help?')
    const json = JSON.parse((await report(await record(), ['--json'])).output)
    expect(json).toMatchObject({
      plan: { study: 'Lessons' },
      contrasts: [{ primary: true, difference: { estimate: 1 } }, {}, {}, {}, {}, {}],
    })
  })

  test('says which line is no record', async () => {
    const { exitCode, errors } = await report(`${await record()}{"type":"trail"}\n`)
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('Cannot read the record: line 34: ')])
  })
})

describe('salp ab seal', () => {
  const seal = async (text: string, words: readonly string[] = []) => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    writeFileSync(join(path, 'plan.json'), text)
    const { io, output, errors } = createMemoryIo({ folder: path })
    const exitCode = await runCli(['ab', 'seal', 'plan.json', ...words], io)
    return { exitCode, output: output(), errors: errors() }
  }

  test('prints the first line of a record, and says what the plan can show', async () => {
    const tasks = Array.from({ length: 200 }, (_, index) => `t${index}`)
    const { output, errors } = await seal(JSON.stringify({ ...plan, tasks }))
    const sealed = await sealPlan({ ...plan, tasks })
    expect(JSON.parse(output)).toEqual({ type: 'plan', ...sealed })
    expect(errors).toBe(
      `Sealed as ${sealed.sha256}. 800 trials, the control included; a difference of 10 points would show with 80 % power, if 25 % of the tasks came out differently\n`,
    )
    expect((await seal(JSON.stringify({ ...plan, looks: 'any' }))).errors).toMatch(
      /so few tasks would show no difference, .*; looking at any time takes more\n$/,
    )
  })

  test('says what is no plan', async () => {
    expect(await seal('{')).toMatchObject({ exitCode: 2, errors: expect.stringContaining('Cannot read the plan') })
    expect(await seal('{}')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('Cannot use the plan: study'),
    })
    expect(await seal('{}', ['--discordant', '0'])).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('Expected a number from 1 to 100'),
    })
  })
})

describe('salp ab run', () => {
  test('says what is missing before it tries anything', async () => {
    using temporary = temporaryHome()
    const { path } = temporary.home
    const ofCases = { ...plan, tasks: ['tu-vague-fix', 'mc-name'], judges: ['properties'] }
    const other = await sealPlan({ ...ofCases, study: 'Another' })
    writeFileSync(join(path, 'other.jsonl'), `${JSON.stringify({ type: 'plan', ...other })}\n`)
    for (const [change, record, complaint] of [
      [{ tasks: ['mc-name', 'mc-lost'] }, 'new.jsonl', 'there is no case "mc-lost"'],
      [{ judges: ['rule'] }, 'new.jsonl', 'its judge has to be "properties"'],
      [{}, 'other.jsonl', 'is of another plan'],
    ] as const) {
      writeFileSync(join(path, 'plan.json'), JSON.stringify({ ...ofCases, ...change }))
      const { io, errors } = createMemoryIo({ folder: path })
      const exitCode = await runCli(['--home', path, 'ab', 'run', 'plan.json', record, '--reflex'], io)
      expect([exitCode, errors()]).toEqual([2, expect.stringContaining(complaint)])
    }
    expect(existsSync(join(path, 'new.jsonl'))).toBe(false)
  })
})

describe('salp ab published', () => {
  test('prints what stands in the docs, byte for byte', async () => {
    const { io, output } = createMemoryIo()
    expect(await runCli(['ab', 'published'], io)).toBe(0)
    const page = new URL('../../../../docs/results/published-claims.md', import.meta.url)
    expect(output()).toBe(readFileSync(page, 'utf8'))
  })
})
