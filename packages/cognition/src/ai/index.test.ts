import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
} from '@ai-sdk/provider'
import { createRng } from '@salp/core'
import { generateText, isStepCount, simulateReadableStream, streamText, tool, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createSubstrate } from '../index.js'
import { type CognitionOptions, cognitionMiddleware } from './index.js'

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
}

/** A model that calls the first tool it is offered until it is offered none, then answers. */
function eager(log: string[], name = 'model', steps = Number.POSITIVE_INFINITY): MockLanguageModelV4 {
  let calls = 0
  const doGenerate = async ({
    tools = [],
    toolChoice,
  }: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
    log.push(
      `${name}: ${tools.map((offered) => offered.name).join(' ')}${toolChoice?.type === 'none' ? ' (none)' : ''}`,
    )
    const [first] = tools
    if (first === undefined || toolChoice?.type === 'none' || calls >= steps)
      return {
        content: [{ type: 'text', text: 'done' }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage,
        warnings: [],
      }
    const call: LanguageModelV4ToolCall = {
      type: 'tool-call',
      toolCallId: `${name}-${++calls}`,
      toolName: first.name,
      input: '{}',
    }
    return { content: [call], finishReason: { unified: 'tool-calls', raw: 'tool_calls' }, usage, warnings: [] }
  }
  return new MockLanguageModelV4({ doGenerate })
}

const setUp = (options: Partial<CognitionOptions> = {}) => {
  let now = 0
  const clock = { now: () => now, monotonic: () => now }
  const substrate = createSubstrate({ clock, rng: createRng(1), events: { publish: () => undefined } })
  const middleware = cognitionMiddleware({ substrate, clock }, { sessionId: 's', toolBudget: 4, ...options })
  const inputSchema = z.object({})
  const broken = tool({
    inputSchema,
    execute: async (): Promise<string> => {
      now += 300
      throw new Error('down')
    },
  })
  const works = tool({
    inputSchema,
    execute: async () => {
      now += 50
      return 'fine'
    },
  })
  return { substrate, middleware, tools: { broken, works } }
}

describe('cognitionMiddleware()', () => {
  test('offers first what works, and none once the turn must stop', async () => {
    const { substrate, middleware, tools } = setUp()
    const log: string[] = []
    const model = wrapLanguageModel({ model: eager(log), middleware })
    const { text } = await generateText({ model, tools, prompt: 'look it up in docs/a.md', stopWhen: isStepCount(9) })
    expect(text).toBe('done')
    expect(log).toEqual([
      'model: broken works',
      'model: works broken',
      'model: works broken',
      'model: works broken',
      'model: broken works (none)',
    ])
    const { beliefs, turns } = substrate.state()
    expect(beliefs.map(({ tool: name, calls, latencyMs }) => [name, calls, latencyMs !== undefined])).toEqual([
      ['works', 3, true],
      ['broken', 1, false],
    ])
    expect(turns).toEqual([])
  })

  test('lets the tier pick the model', async () => {
    const log: string[] = []
    const { middleware, tools } = setUp({
      models: { capable: eager(log, 'capable') },
      toolBudget: 12,
      ordersTools: false,
    })
    const model = wrapLanguageModel({ model: eager(log, 'standard'), middleware })
    await generateText({ model, tools, prompt: 'look it up in docs/a.md', stopWhen: isStepCount(6) })
    const [first, last] = [log[0], log.at(-1)].map((line) => line?.split(':')[0])
    expect([first, last]).toEqual(['standard', 'capable'])
  })

  test('keeps every call of a batch once, reads in order of what works', async () => {
    const { substrate, middleware } = setUp({ effectOf: () => 'read' })
    for (let index = 0; index < 9; index++) {
      substrate.observe({ callId: `b${index}`, tool: 'broken', outcome: 'error', latencyMs: 5 })
      substrate.observe({ callId: `w${index}`, tool: 'works', outcome: 'ok', latencyMs: 5 })
    }
    const call = (toolCallId: string, toolName: string): LanguageModelV4ToolCall => ({
      type: 'tool-call',
      toolCallId,
      toolName,
      input: '{}',
    })
    const content: LanguageModelV4Content[] = [call('1', 'broken'), { type: 'text', text: 'and' }, call('2', 'works')]
    const model = wrapLanguageModel({
      model: new MockLanguageModelV4({
        doGenerate: async () => ({
          content,
          finishReason: { unified: 'tool-calls', raw: undefined },
          usage,
          warnings: [],
        }),
      }),
      middleware,
    })
    const result = await model.doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }] })
    expect(result.content).toEqual([content[2], content[1], content[0]])
  })

  test('learns from a stream too, and ends the turn with the reply', async () => {
    const { substrate, middleware, tools } = setUp()
    const answers: LanguageModelV4StreamPart[][] = [
      [
        { type: 'tool-call', toolCallId: 'c', toolName: 'works', input: '{}' },
        { type: 'finish', finishReason: { unified: 'tool-calls', raw: undefined }, usage },
      ],
      [
        { type: 'text-start', id: '1' },
        { type: 'text-delta', id: '1', delta: 'done' },
        { type: 'text-end', id: '1' },
        { type: 'finish', finishReason: { unified: 'stop', raw: undefined }, usage },
      ],
    ]
    const doStream = async () => ({ stream: simulateReadableStream({ chunks: answers.shift() ?? [] }) })
    const model = wrapLanguageModel({ model: new MockLanguageModelV4({ doStream }), middleware })
    const { text } = streamText({ model, tools, prompt: 'look it up', stopWhen: isStepCount(3) })
    expect(await text).toBe('done')
    expect(substrate.state()).toMatchObject({ turns: [], beliefs: [{ tool: 'works', calls: 1 }] })
  })
})
