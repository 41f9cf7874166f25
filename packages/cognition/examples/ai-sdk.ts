/** Steers a plain AI SDK agent with the substrate alone. Run: `node ai-sdk.ts` */

import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { createSubstrate } from '@salp/cognition'
import { cognitionMiddleware } from '@salp/cognition/ai'
import { createRng } from '@salp/core'
import { generateText, isStepCount, type LanguageModel, tool, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'

/** Imitates a small model: it calls the first tool it is offered, again and again, until something worked or it is offered none. */
function smallModel(): MockLanguageModelV4 {
  let calls = 0
  const doGenerate = async ({
    prompt,
    tools = [],
    toolChoice,
  }: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> => {
    const usage = {
      inputTokens: { total: 400, noCache: 400, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 20, text: 20, reasoning: undefined },
    }
    const found = JSON.stringify(prompt.slice(prompt.findLastIndex(({ role }) => role === 'user'))).includes('42 cm')
    const first = found || toolChoice?.type === 'none' ? undefined : tools[0]
    if (first === undefined) {
      const text = found ? '42 cm' : 'I could not find it'
      return { content: [{ type: 'text', text }], finishReason: { unified: 'stop', raw: 'stop' }, usage, warnings: [] }
    }
    calls++
    return {
      content: [{ type: 'tool-call', toolCallId: `call-${calls}`, toolName: first.name, input: '{}' }],
      finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
      usage,
      warnings: [],
    }
  }
  return new MockLanguageModelV4({ doGenerate })
}

/** Asks twelve questions, one after the other; the first search has been down since this morning. */
async function askTwelve(model: LanguageModel): Promise<{ answered: number; calls: number }> {
  let calls = 0
  const inputSchema = z.object({})
  const tools = {
    search: tool({
      inputSchema,
      execute: async (): Promise<string> => {
        calls++
        throw new Error('503 Service Unavailable')
      },
    }),
    archive: tool({
      inputSchema,
      execute: async () => {
        calls++
        return 'The shelf is 42 cm deep'
      },
    }),
  }
  let answered = 0
  for (let question = 1; question <= 12; question++) {
    const messages = Array.from({ length: question }, (_, index) => ({
      role: 'user' as const,
      content: `How deep is shelf ${index + 1}?`,
    }))
    const { text } = await generateText({ model, tools, messages, stopWhen: isStepCount(6) })
    if (text === '42 cm') answered++
  }
  return { answered, calls }
}

const alone = await askTwelve(smallModel())
console.log(`alone: ${alone.answered} of 12 answered with ${alone.calls} calls`)

const clock = { now: () => Date.now(), monotonic: () => performance.now() }
const substrate = createSubstrate({ clock, rng: createRng('example'), events: { publish: () => undefined } })
const middleware = cognitionMiddleware({ substrate, clock }, { sessionId: 'example', toolBudget: 5 })
const steered = await askTwelve(wrapLanguageModel({ model: smallModel(), middleware }))
console.log(`steered: ${steered.answered} of 12 answered with ${steered.calls} calls`)
for (const { tool: name, calls, reliability } of substrate.state().beliefs)
  console.log(`${name}: ${calls} calls, thought to work ${Math.round(100 * reliability.mean)} % of the time`)
