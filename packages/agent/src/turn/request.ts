/** What the model is sent: system prompt, conversation and tools, within its context. */

import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { historyWindow } from '../context/history.js'
import { type PromptParts, systemPrompt } from '../context/prompt.js'
import type { StoredMessage } from '../session/store.js'
import type { Toolbox } from '../toolbox.js'

/** What a request is made from. */
export interface RequestParts extends Omit<PromptParts, 'omittedTurns' | 'instructions'> {
  /** Words of the operator; a client's own system messages are added. */
  readonly instructions: string | undefined
  readonly conversation: readonly StoredMessage[]
  /** None when the model is to sum up. */
  readonly toolbox: Pick<Toolbox, 'descriptions' | 'text'> | undefined
}

/** Bounds of a request. */
export interface RequestLimits {
  /** Tokens of the model's context, reply included. */
  readonly contextTokens: number
  /** Share of the context for what is not conversation. */
  readonly systemFraction: number
  count(text: string): number
}

/** A request and what it is thought to take. */
export interface AssembledRequest extends Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'toolChoice'> {
  readonly estimatedTokens: number
}

/** Room kept free for the reply, in tokens, at most a quarter of the context. */
const replyTokens = 8_192

/** Fits everything into the context: a quarter for the reply at most, tools as they are, the rest shared. */
export function assembleRequest(
  { conversation, toolbox, ...parts }: RequestParts,
  { contextTokens, systemFraction, count }: RequestLimits,
): AssembledRequest {
  const toolTokens = toolbox === undefined ? 0 : count(toolbox.text)
  const reserve = Math.min(replyTokens, Math.floor(contextTokens / 4))
  const budget = Math.max(1_024, contextTokens - reserve - toolTokens)
  const systemTokens = Math.floor(budget * systemFraction)
  const history = historyWindow(
    conversation.filter(({ message }) => message.role !== 'system'),
    { budgetTokens: budget - systemTokens, count },
  )
  const instructions = [
    parts.instructions,
    ...conversation.map(({ message }) => (message.role === 'system' ? message.content : undefined)),
  ]
    .filter((text) => text !== undefined)
    .join('\n')
  const system = systemPrompt(
    { ...parts, instructions, omittedTurns: history.omittedTurns },
    { budgetTokens: systemTokens, count },
  )
  return {
    prompt: [{ role: 'system', content: system.text }, ...history.messages],
    ...(toolbox !== undefined && { tools: [...toolbox.descriptions], toolChoice: { type: 'auto' } }),
    estimatedTokens: system.tokens + history.tokens + toolTokens,
  }
}
