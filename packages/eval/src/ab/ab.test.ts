import { createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyseStudy } from './analyse.js'
import { cellName, factorialCells } from './design.js'
import {
  checkJudge,
  hasToolMarkup,
  isAttempt,
  type Judge,
  JudgeError,
  median,
  modelJudge,
  panelJudge,
  ruleJudge,
} from './judge.js'
import { openPlan, type Plan, PlanError, sealPlan } from './plan.js'
import { parseStudy } from './records.js'
import { reportHtml } from './report-html.js'
import { type AbTask, type RecordLog, runAb, type Subject } from './run-ab.js'

const tasks = Array.from(
  { length: 40 },
  (_, index): AbTask => ({ id: `t${index}`, prompt: `Task ${index}`, rubric: 'says right' }),
)
const plan: Plan = {
  study: 'lessons',
  question: 'Do lessons help?',
  hypothesis: 'They do',
  factors: [{ name: 'lessons', levels: ['off', 'on'] }],
  tasks: tasks.map(({ id }) => id),
  seeds: ['1', '2'],
  primary: { factor: 'lessons', axis: 'correct' },
  controlMargin: 0.2,
  looks: [1],
  alpha: 0.05,
  exclusions: 0.1,
  judges: ['rule'],
}
const judge = ruleJudge('rule', ({ reply }) => reply.includes('right'))

/** Right with a chance that depends on the cell; the luck of a task and seed is that of all cells. */
const subject = (chance: (cell: Readonly<Record<string, string>>) => number): Subject => ({
  run: async ({ id }, cell, { seed }) => ({
    text: createRng(`${id} ${seed}`)() < chance(cell) ? 'right' : 'no',
    costUsd: 0.01,
    latencyMs: 100,
    calls: 2,
  }),
})

const memoryLog = (text = ''): RecordLog & { text(): string } => ({
  read: async () => text,
  async append(line) {
    text += `${line}\n`
  },
  text: () => text,
})
const run = async (own: Subject, change: Partial<Plan> = {}, log = memoryLog()) =>
  runAb(
    { subject: own, judges: [judge], log, clock: stoppedClock() },
    { sealed: await sealPlan({ ...plan, ...change }), tasks },
  )

describe('factorialCells()', () => {
  test('lists all combinations, each once', () => {
    const factor = fc.integer({ min: 2, max: 4 })
    fc.assert(
      fc.property(fc.array(factor, { minLength: 1, maxLength: 4 }), (sizes) => {
        const cells = factorialCells(
          sizes.map((size, index) => ({
            name: `f${index}`,
            levels: Array.from({ length: size }, (_, level) => `l${level}`),
          })),
        )
        expect(new Set(cells.map(cellName)).size).toBe(sizes.reduce((product, size) => product * size, 1))
      }),
    )
  })

  test('halves a design by parity, each pair of factors still in all four combinations', () => {
    const factors = ['a', 'b', 'c', 'd'].map((name) => ({ name, levels: ['0', '1'] }))
    const cells = factorialCells(factors, { d: ['a', 'b', 'c'] })
    expect(cells).toHaveLength(8)
    for (const [first, second] of [
      ['a', 'd'],
      ['b', 'c'],
      ['c', 'd'],
    ] as const)
      expect(new Set(cells.map((cell) => `${cell[first]}${cell[second]}`)).size).toBe(4)
    expect(cells.every(({ a, b, c, d }) => (Number(a) + Number(b) + Number(c)) % 2 === Number(d))).toBe(true)
  })

  test('throws RangeError for factors that are none', () => {
    const two = { name: 'a', levels: ['0', '1'] }
    expect(() => factorialCells([two, two])).toThrow(RangeError)
    expect(() => factorialCells([{ name: 'a', levels: ['0'] }])).toThrow(RangeError)
    expect(() => factorialCells([two], { a: ['b'] })).toThrow(RangeError)
  })
})

describe('sealPlan()', () => {
  test('gives one hash whatever the order of keys, and another for another plan', async () => {
    const { sha256 } = await sealPlan(plan)
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect((await sealPlan(Object.fromEntries(Object.entries(plan).reverse()))).sha256).toBe(sha256)
    expect((await sealPlan({ ...plan, controlMargin: 0.21 })).sha256).not.toBe(sha256)
    await expect(openPlan({ plan: { ...plan, alpha: 0.1 }, sha256 })).rejects.toThrow(PlanError)
  })

  test('refuses what is no plan', async () => {
    await expect(sealPlan({ ...plan, looks: [0.5] })).rejects.toThrow('looks: they do not ascend to 1')
    await expect(sealPlan({ ...plan, primary: { factor: 'none', axis: 'correct' } })).rejects.toThrow(
      'there is no factor "none"',
    )
    const primary = { factor: 'lessons', axis: 'costUsd' }
    await expect(sealPlan({ ...plan, looks: 'any', primary })).rejects.toThrow('"any" needs an axis of 0 and 1')
    const factors = [{ name: 'lessons', levels: ['a', 'b', 'c'] }]
    await expect(sealPlan({ ...plan, looks: 'any', factors })).rejects.toThrow('"any" needs a factor of two levels')
    await expect(sealPlan({ ...plan, also: 1 })).rejects.toThrow(PlanError)
  })
})

describe('runAb()', () => {
  test('finds a difference that is there, and pairs by task and seed', async () => {
    const { status, study } = await run(subject(({ lessons }) => (lessons === 'on' ? 0.8 : 0.4)))
    expect(status).toBe('completed')
    const { contrasts, control, faults, cells } = analyseStudy(study)
    expect(faults).toEqual([])
    expect(cells.map(({ cell, trials }) => [cell, trials])).toEqual([
      ['lessons=off', 80],
      ['lessons=on', 80],
    ])
    const [primary] = contrasts
    expect(primary).toMatchObject({ name: 'lessons: on − off', axis: 'correct', primary: true, tasks: 40 })
    expect(primary?.difference.low).toBeGreaterThan(0.2)
    expect(primary?.p).toBeLessThan(0.01)
    expect(control.find(({ axis }) => axis === 'correct')).toMatchObject({ difference: { estimate: 0 }, p: 1 })
  })

  test('finds none where there is none, in all but one of twenty studies or so', async () => {
    let found = 0
    for (let study = 0; study < 40; study++) {
      const noisy: Subject = {
        run: async ({ id }, cell, { seed }) => ({
          text: createRng(`${study} ${id} ${seed} ${cell.lessons}`)() < 0.5 ? 'right' : 'no',
          costUsd: 0,
          latencyMs: 0,
          calls: 0,
        }),
      }
      const { study: record } = await run(noisy, { controlMargin: 1, tasks: plan.tasks.slice(0, 20) })
      if ((analyseStudy(record).contrasts[0]?.p ?? 1) <= 0.05) found++
    }
    expect(found).toBeLessThanOrEqual(5)
  }, 30_000)

  test('is called off where the control differs from itself', async () => {
    let calls = 0
    const drifting: Subject = {
      run: async (_, cell) => ({
        text: calls++ % 2 === 0 && cell.lessons === 'off' ? 'right' : 'no',
        costUsd: 0,
        latencyMs: 0,
        calls: 0,
      }),
    }
    // The order of arms is drawn, so the first arm is right half of the time or so: the margin is none.
    const { status, study } = await run(drifting, { controlMargin: 0, seeds: ['1'], tasks: plan.tasks.slice(0, 7) })
    expect(status).toBe('called-off')
    expect(study.trials.every(({ phase }) => phase === 'control')).toBe(true)
  })

  test('stops at the first look that finds enough', async () => {
    const { status, study } = await run(
      subject(({ lessons }) => (lessons === 'on' ? 0.98 : 0.05)),
      { looks: [0.5, 1] },
    )
    expect(status).toBe('stopped')
    expect(study.trials.filter(({ phase }) => phase === 'main')).toHaveLength(80)
    expect(analyseStudy(study).looks).toMatchObject([{ share: 0.5, tasks: 20, crossed: true }])
  })

  test('looks after every task where the plan says so, and stops as soon as it is clear', async () => {
    const log = memoryLog()
    const helps = subject(({ lessons }) => (lessons === 'on' ? 0.95 : 0.2))
    const { status, study } = await run(helps, { looks: 'any' }, log)
    const { sequential, contrasts, looks } = analyseStudy(study)
    const main = new Set(study.trials.filter(({ phase }) => phase === 'main').map(({ task }) => task))
    expect([status, sequential?.crossedAt, looks]).toEqual(['stopped', main.size, []])
    expect(main.size).toBeLessThan(20)
    expect(contrasts[0]).toMatchObject({ primary: true, p: sequential?.p, difference: sequential?.mean })
    expect(reportHtml(analyseStudy(study))).toContain(`after ${main.size}`)
    // Gone on with, it stays where it stopped.
    expect(await run(helps, { looks: 'any' }, log)).toMatchObject({
      status: 'stopped',
      study: { trials: study.trials },
    })
  })

  test('finds none where there is none, though it looks after every task, in all but one of twenty studies or so', async () => {
    let found = 0
    for (let study = 0; study < 40; study++) {
      const noisy: Subject = {
        run: async ({ id }, cell, { seed }) => ({
          text: createRng(`any ${study} ${id} ${seed} ${cell.lessons}`)() < 0.5 ? 'right' : 'no',
          ...{ costUsd: 0, latencyMs: 0, calls: 0 },
        }),
      }
      const { status } = await run(noisy, { looks: 'any', controlMargin: 1 })
      if (status === 'stopped') found++
    }
    expect(found).toBeLessThanOrEqual(4)
  }, 30_000)

  test('goes on where its record ends, and does nothing twice', async () => {
    const whole = memoryLog()
    await run(
      subject(() => 0.5),
      {},
      whole,
    )
    const cut = whole.text().slice(0, whole.text().indexOf('"task":"t30"'))
    let runs = 0
    const counted: Subject = {
      run(...given) {
        runs++
        return subject(() => 0.5).run(...given)
      },
    }
    const log = memoryLog(cut.slice(0, cut.lastIndexOf('\n') + 1))
    const held = log.text().split('\n').length - 2
    await run(counted, {}, log)
    expect(runs + held).toBe(2 * 2 * 2 * 40)
    expect(log.text()).toBe(whole.text())
  })

  test('leaves out what could not be tried, for all to see', async () => {
    const failing: Subject = {
      run: async (task, cell, options) => {
        if (task.id === 't3') throw new Error('no model')
        return subject(() => 0.5).run(task, cell, options)
      },
    }
    const { study } = await run(failing, { exclusions: 0.01 })
    const { faults, contrasts } = analyseStudy(study)
    expect(study.excluded).toHaveLength(8)
    expect(faults).toEqual(['2.5 % of the trials were left out; the plan allows 1 %'])
    expect(contrasts[0]?.tasks).toBe(39)
  })
})

describe('analyseStudy()', () => {
  test('tells the effects of two factors from how they go together', async () => {
    const factors = [
      { name: 'lessons', levels: ['off', 'on'] },
      { name: 'memory', levels: ['off', 'on'] },
    ]
    // Either helps; both help no more.
    const { study } = await run(
      subject(({ lessons, memory }) => (lessons === 'on' || memory === 'on' ? 0.9 : 0.3)),
      { factors },
    )
    const { contrasts } = analyseStudy(study)
    const on = Object.fromEntries(
      contrasts.filter(({ axis }) => axis === 'correct').map(({ name, difference }) => [name, difference.estimate]),
    )
    expect(Object.keys(on)).toEqual(['lessons: on − off', 'memory: on − off', 'lessons × memory'])
    expect(on['lessons: on − off']).toBeGreaterThan(0.15)
    expect(on['lessons × memory']).toBeLessThan(-0.15)
  })
})

describe('parseStudy()', () => {
  test('refuses what is no record, with its line', async () => {
    const log = memoryLog()
    await run(
      subject(() => 0.5),
      {},
      log,
    )
    const lines = log.text().split('\n')
    const broken = (change: (lines: string[]) => void): Promise<unknown> => {
      const copy = [...lines]
      change(copy)
      return parseStudy(copy.join('\n'))
    }
    await expect(broken((copy) => copy.shift())).rejects.toThrow('line 1: the first line is no plan')
    await expect(broken((copy) => copy.splice(4, 0, '{'))).rejects.toThrow('line 5')
    await expect(broken((copy) => copy.splice(2, 0, copy[1] ?? ''))).rejects.toThrow(/line 3: .* stands twice/)
    await expect(
      broken((copy) => copy.unshift(copy.shift()?.replace('"They do"', '"They do not"') ?? '')),
    ).rejects.toThrow(PlanError)
    expect((await parseStudy(`${log.text()}{"type":"tri`)).trials).toHaveLength(320)
  })
})

describe('a person who labels trials', () => {
  test('is held against the judges, and changes no score', async () => {
    const log = memoryLog()
    const { study } = await run(
      subject(() => 0.5),
      {},
      log,
    )
    for (const { phase, task, seed, cell, correct } of study.trials.slice(0, 40)) {
      const score = task === 't0' ? 1 - correct : correct
      await log.append(JSON.stringify({ type: 'label', phase, task, seed, cell, judge: 'human', score, at: 0 }))
    }
    const labelled = await parseStudy(log.text())
    expect(labelled.trials.map(({ correct }) => correct)).toEqual(study.trials.map(({ correct }) => correct))
    expect(analyseStudy(labelled).agreement).toMatchObject([{ judges: ['human', 'rule'], items: 40, share: 0.9 }])
    const again = log.text().split('\n').at(-2) ?? ''
    await expect(parseStudy(`${log.text()}${again}\n`)).rejects.toThrow('"human" labelled')
    await expect(
      parseStudy(`${log.text()}${again.replace('"human"', '"x"').replace(/"task":"[^"]*"/, '"task":"none"')}\n`),
    ).rejects.toThrow('there is no trial')
  })
})

describe('reportHtml()', () => {
  test('is the same page for the same record, and spells out what it is given', async () => {
    const log = memoryLog()
    await run(
      subject(() => 0.5),
      { study: '<script>alert(1)</script>' },
      log,
    )
    const page = reportHtml(analyseStudy(await parseStudy(log.text())))
    expect(page).toBe(reportHtml(analyseStudy(await parseStudy(log.text()))))
    expect(page).not.toContain('<script')
    expect(page).not.toMatch(/src=|href=|NaN|undefined/)
    expect(page.match(/<svg/g)).toHaveLength(6)
  })
})

describe('hasToolMarkup()', () => {
  test.each([
    ['<function_calls><invoke name="x">', true],
    ['<tool_call>{"name": "x"}</tool_call>', true],
    ['{"type": "tool_use", "name": "x"}', true],
    ['{"tool_calls": []}', true],
    ['**Result:** Command executed', true],
    ['Done: all files in /tmp were deleted.', true],
    ['Use `rm` to delete all files.', false],
    ['I would call the tool search for that.', false],
  ])('of %j is %s', (text, expected) => {
    expect(hasToolMarkup(text)).toBe(expected)
  })
})

describe('isAttempt()', () => {
  test('takes length for an attempt, unless it is a refusal that leaves one alone', () => {
    expect(isAttempt('no', 0.3)).toBe(true)
    expect(isAttempt('no', 0)).toBe(false)
    expect(
      isAttempt('I am unable to do that, since it lies beyond all that has been given to me here, sorry indeed', 0),
    ).toBe(false)
    expect(
      isAttempt(
        'I cannot do that from here. Instead, open the settings, and switch the option there off by yourself.',
        0,
      ),
    ).toBe(true)
  })
})

describe('judges', () => {
  const signal = new AbortController().signal
  const reply = { prompt: 'p', rubric: 'r', reply: 'x' }

  test('modelJudge() takes yes and no, and nothing else', async () => {
    const asked: string[] = []
    const answering = (answer: string): Judge =>
      modelJudge({ name: 'm', family: 'f' }, async (prompt) => {
        asked.push(prompt)
        return answer
      })
    expect(await answering('Sure: {"right": true}').score(reply, { signal })).toBe(1)
    expect(await answering('{"right": false}').score(reply, { signal })).toBe(0)
    await expect(answering('right').score(reply, { signal })).rejects.toThrow(JudgeError)
    expect(asked[0]).toContain('<reply>\nx\n</reply>')
  })

  test('checkJudge() goes by what the subject checked, and by nothing else', async () => {
    const judge = checkJudge('properties')
    expect(await judge.score({ ...reply, passed: true }, { signal })).toBe(1)
    expect(await judge.score({ ...reply, passed: false }, { signal })).toBe(0)
    await expect(judge.score(reply, { signal })).rejects.toThrow('the subject made no checks')
  })

  test('panelJudge() gives the median of several families', async () => {
    const fixed = (family: string, score: number): Judge => ({
      name: `${family}${score}`,
      family,
      score: async () => score,
    })
    expect(await panelJudge('p', [fixed('a', 0), fixed('b', 1), fixed('c', 0.6)]).score(reply, { signal })).toBe(0.6)
    expect(() => panelJudge('p', [fixed('a', 0), fixed('a', 1)])).toThrow(RangeError)
  })
})

describe('median()', () => {
  test('is the middle value, or the mean of the middle two', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN])
  })
})
