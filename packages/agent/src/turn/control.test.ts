import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TurnEvents } from '../protocol.js'
import { createTestAgent, eventOf, type TestAgent, type TestAgentOptions } from '../testing/test-agent.js'
import { createTool, type Tool, ToolError } from '../tool.js'
import { createAskTool } from '../tools/self-tools.js'

const open: TestAgent[] = []
afterEach(async () => {
  for (const { agent, db } of open.splice(0)) {
    await agent.close()
    db.close()
  }
})

/** A request that leaves little open, so that only calls change the regime. */
const request = 'List the files of "packages/agent", then read "README.md" and tell me how the turn loop works there.'

/** Modules that steer quickly, whatever the defaults are. */
const everyGain = { surprise: true, neuromodulation: true }

/** Tools that fail for the value `fail`, and hang for `hang`. */
function probes(more: Partial<Tool> = {}): Tool[] {
  const input = z.object({ value: z.string() })
  const run = ({ value }: { value: string }): Promise<{ seen: string }> => {
    if (value.startsWith('fail')) return Promise.reject(new ToolError('It is not there'))
    return value === 'hang' ? new Promise(() => undefined) : Promise.resolve({ seen: value })
  }
  const common = { description: 'Looks', input, timeoutMs: 1_000, effect: 'read' as const, run }
  return [
    createTool({ ...common, name: 'probe', ...more } as typeof common & { name: string }),
    createTool({ ...common, name: 'other' }),
  ]
}

/** An agent whose model makes each batch of calls in turn, then sums up. */
function scripted(batches: readonly (readonly string[])[], options: TestAgentOptions = {}): TestAgent {
  const made = createTestAgent({
    tools: ({ questions }) => [...probes(), createAskTool({ human: questions })],
    script: (asked, index) => {
      const calls = asked.tools === undefined ? undefined : batches[index]
      if (calls === undefined) return { text: 'Done' }
      return {
        calls: calls.map((call) => {
          const [name = '', value = ''] = call.split(' ')
          return { name, input: { value } }
        }),
      }
    },
    ...options,
    modules: { ...everyGain, ...options.modules },
  })
  open.push(made)
  return made
}

const turn = (made: TestAgent, text = request, unattended = false) =>
  made.agent.turn({ text, channel: 'test', unattended })

const dataOf = <Name extends keyof TurnEvents>({ events }: TestAgent, name: Name): TurnEvents[Name][] =>
  events.flatMap((event) => (event.name === name ? [event.data as TurnEvents[Name]] : []))

const resultsOf = ({ model }: TestAgent, call: number): string[] => {
  const message = model.calls[call]?.prompt.at(-1)
  return message?.role === 'tool' ? message.content.map((part) => JSON.stringify(part)) : []
}

describe('the substrate steers', () => {
  test('the tier of the model: failures ask for a more capable one', async () => {
    const made = scripted([['probe fail1', 'probe fail2', 'probe ok']])
    await turn(made)
    expect(made.model.calls.map(({ providerOptions }) => providerOptions?.salp?.tier)).toEqual(['standard', 'capable'])
  })

  test('the temperature, from the base that the operator sets', async () => {
    const made = scripted([['probe ok', 'probe fail1', 'probe fail2', 'probe fail3', 'other ok']], { temperature: 0.5 })
    await turn(made)
    const [first, second] = made.model.calls.map(({ temperature }) => temperature)
    expect(first).toBe(0.5)
    expect(second).not.toBe(0.5)
    const plain = scripted([])
    await turn(plain)
    expect(plain.model.calls[0]?.temperature).toBeUndefined()
  })

  test('how many calls of a reply are made: those beyond the budget are not', async () => {
    const made = scripted([['probe a', 'probe b', 'probe c', 'probe d']], { limits: { maxCalls: 2 } })
    expect(await turn(made)).toMatchObject({ status: 'stopped', calls: 2 })
    expect(resultsOf(made, 1).map((part) => part.includes('Not made: the turn could make only 2 more calls'))).toEqual([
      false,
      false,
      true,
      true,
    ])
  })

  test('the order of reads: one that works goes before one that fails', async () => {
    const training = [
      ['probe fail1', 'other a'],
      ['probe fail2', 'other b'],
      ['probe fail3', 'other c'],
    ]
    const order = async (modules: TestAgentOptions['modules']) => {
      const made = scripted([...training, ['probe x', 'other y']], { modules })
      await turn(made)
      const last = dataOf(made, 'call:observed').slice(-2)
      return last.toSorted((a, b) => a.rank - b.rank).map(({ tool }) => tool)
    }
    expect(await order({})).toEqual(['other', 'probe'])
    expect(await order({ belief: false })).toEqual(['probe', 'other'])
  })

  test('how long a call may take: one that always answered gets more', async () => {
    const made = scripted([...'abcdef'].map((value) => [`probe ${value}`]).concat([['probe hang']]))
    const { result } = made.agent.stream({ text: request, channel: 'test' })
    await new Promise<void>((resolve) => {
      made.agent.events.subscribe('call:started', ({ data }) => {
        if (JSON.stringify(data.input).includes('hang')) resolve()
      })
    })
    await made.clock.advance(1_500)
    expect(dataOf(made, 'call:finished')).toHaveLength(6)
    await made.clock.advance(1_500)
    await result
    expect(dataOf(made, 'call:observed').at(-1)).toMatchObject({ outcome: 'timeout', baseTimeoutMs: 1_000 })
  })

  test('how many memories are recalled: more after failures', async () => {
    const limits: number[] = []
    const made = scripted([['probe fail1', 'probe fail2', 'probe ok'], [], ['probe a']], {
      onRecall: (limit) => limits.push(limit),
    })
    await turn(made)
    await turn(made)
    expect(limits).toEqual([5, 8])
  })

  test('how much context is filled: more where forecasts miss', async () => {
    const memories = Array.from({ length: 60 }, (_, index) => ({
      id: `m${index}`,
      content: `Memory ${index} ${'of the tide '.repeat(12)}`,
      kind: 'fact' as const,
      score: 1,
      source: { author: 'user' as const, at: 0 },
      verification: 'stated' as const,
      confidence: 1,
    }))
    const made = scripted([['probe fail1', 'probe fail2', 'probe ok']], { memories, contextTokens: 4_096 })
    await turn(made)
    const [first = 0, second = 0] = made.model.calls.map(
      ({ prompt }) => JSON.stringify(prompt).split('of the tide of the tide').length,
    )
    expect(second).toBeGreaterThan(first)
  })

  test('whether an allowed write is asked about: once a request speaks of harm', async () => {
    const options: TestAgentOptions = {
      policy: [{ tool: '*', tier: 'allow' }],
      tools: () => probes({ effect: 'write' }),
    }
    const harmless = scripted([['probe a']], options)
    await turn(harmless)
    expect(dataOf(harmless, 'approval:requested')).toEqual([])
    const harmful = scripted([['probe a']], options)
    const ended = turn(harmful, `${request} Then delete everything in production.`)
    const { approval } = (await eventOf(harmful, 'approval:requested')).data
    expect(approval.tool).toBe('probe')
    harmful.agent.approvals.decide(approval.id, { decision: 'deny', scope: 'once' })
    await ended
  })

  test('when to stop: a turn in which nothing works ends before its limits', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ['other ok', `probe fail${index}`])
    const made = scripted([
      ...many.slice(0, 1),
      ...many.map((_, index) => [`probe fail${index}`, `other fail${index}`]),
    ])
    expect((await turn(made, request, true)).status).toBe('stopped')
  })
})

describe('verification depth', () => {
  const changing = (from: number) => {
    let runs = 0
    const tools = probes({
      repeatable: true,
      run: () => Promise.resolve({ seen: runs++ < from ? 0 : runs }),
    })
    return { tools: () => tools, runs: () => runs }
  }

  test('reads again what a tool gave that is not known to be honest, and tells the model if it changed', async () => {
    const { tools, runs } = changing(1)
    const made = scripted([['probe a']], { tools })
    await turn(made)
    expect(runs()).toBe(2)
    expect(resultsOf(made, 1)[0]).toContain('Not verified: a second look gave something else')
    expect(dataOf(made, 'call:observed')[0]).toMatchObject({ outcome: 'error', errorKind: 'unverified', checked: true })
  })

  test('stops reading again once what a tool gave held often enough', async () => {
    const { tools, runs } = changing(1_000)
    const made = scripted(
      [...'abcdefghijkl'].map((value) => [`probe ${value}`]),
      { tools },
    )
    await turn(made)
    expect(dataOf(made, 'call:observed').at(-1)).toMatchObject({ outcome: 'ok', checked: false })
    expect(runs()).toBeLessThan(24)
  })

  test('is strict where a request speaks of harm, however honest the tool was', async () => {
    const { tools, runs } = changing(1_000)
    const made = scripted(
      [...'abcdefghijkl'].map((value) => [`probe ${value}`]),
      { tools },
    )
    await turn(made, harmful)
    expect(runs()).toBe(24)
  })

  const harmful = `${request} Do not delete anything in production.`

  /** A write that holds at once, and is gone when it is looked at again. */
  const fleeting = (checks: boolean[]) =>
    probes({
      effect: 'write',
      verify: () => {
        checks.push(checks.length % 2 === 0)
        return Promise.resolve({ passed: checks.at(-1) ?? false, detail: 'the file is as it was' })
      },
    })

  test('looks at what was written again when the reply is done, where a request speaks of harm', async () => {
    const checks: boolean[] = []
    const made = scripted([['probe a']], { tools: () => fleeting(checks) })
    made.agent.events.subscribe('approval:requested', ({ data: { approval } }) =>
      made.agent.approvals.decide(approval.id, { decision: 'approve', scope: 'once' }),
    )
    await turn(made, harmful)
    expect(checks).toEqual([true, false])
    expect(resultsOf(made, 1)[0]).toContain('Not verified: the file is as it was')
    expect(dataOf(made, 'call:refuted')).toMatchObject([{ callId: 'call-1', tool: 'probe' }])
    expect(dataOf(made, 'call:observed').map(({ outcome, again }) => [outcome, again])).toEqual([
      ['ok', undefined],
      ['error', true],
    ])
    expect(made.agent.audit.list({ limit: 5 }).map(({ result }) => result)).toEqual(['unverified', 'ok'])
  })

  test('looks once at what a harmless request wrote', async () => {
    const checks: boolean[] = []
    const policy = [{ tool: '*', tier: 'allow' as const }]
    await turn(scripted([['probe a']], { tools: () => fleeting(checks), policy }))
    expect(checks).toEqual([true])
  })
})

describe('asking the person', () => {
  const failing = Array.from({ length: 3 }, (_, index) => [`probe fail${2 * index}`, `other fail${2 * index + 1}`])

  test('happens once when calls keep failing, and says what was tried', async () => {
    const made = scripted(failing)
    const asked: string[] = []
    made.agent.events.subscribe('question:asked', ({ data: { question } }) => {
      asked.push(question.question)
      made.agent.questions.answer(question.id, 'Look under docs')
    })
    await turn(made)
    expect(asked).toEqual([
      [
        'I am stuck. The last 4 calls failed:',
        '• probe {"value":"fail0"}: It is not there',
        '• other {"value":"fail1"}: It is not there',
        '• probe {"value":"fail2"}: It is not there',
        '• other {"value":"fail3"}: It is not there',
        'How shall I go on?',
      ].join('\n'),
    ])
    const prompt = JSON.stringify(made.model.calls[2]?.prompt)
    expect(prompt).toContain('Look under docs')
  })

  test('happens again once something worked in between', async () => {
    const made = scripted([
      ...failing.slice(0, 2),
      ['probe ok'],
      ['probe fail7', 'other fail8'],
      ['probe fail9', 'other fail0'],
    ])
    let asked = 0
    made.agent.events.subscribe('question:asked', ({ data: { question } }) => {
      asked++
      made.agent.questions.answer(question.id, 'Try another way')
    })
    await turn(made)
    expect(asked).toBe(2)
  })

  test('ends the turn if they say so', async () => {
    const made = scripted(failing)
    made.agent.events.subscribe('question:asked', ({ data: { question } }) =>
      made.agent.questions.answer(question.id, question.options[1] ?? ''),
    )
    expect(await turn(made)).toMatchObject({ status: 'stopped', reason: 'You said to stop here', text: 'Done' })
  })

  test('does not happen when nobody is there', async () => {
    const made = scripted(failing)
    await turn(made, request, true)
    expect(dataOf(made, 'question:asked')).toEqual([])
  })

  test('takes the wait off the time of the turn', async () => {
    const made = scripted(failing.slice(0, 2), { limits: { maxWorkMs: 10_000 } })
    made.agent.events.subscribe('question:asked', ({ data: { question } }) => {
      void made.clock.advance(60_000).then(() => made.agent.questions.answer(question.id, 'Go on'))
    })
    expect(await turn(made)).toMatchObject({ status: 'completed' })
  })
})

describe('injections', () => {
  const failing = [
    ['probe fail1', 'probe fail2'],
    ['probe fail3', 'probe fail4'],
  ]
  const system = ({ model }: TestAgent): string => JSON.stringify(model.calls.at(-1)?.prompt)

  test('put nothing into the prompt by themselves', async () => {
    const made = scripted(failing)
    await turn(made, request, true)
    expect(system(made)).not.toContain('What was learnt of the tools')
  })

  test('tell the model what is on the blackboard, where the operator wants that', async () => {
    const made = scripted(failing, { injections: { entries: true } })
    await turn(made, request, true)
    expect(system(made)).toContain('What is tried keeps failing')
  })
})
