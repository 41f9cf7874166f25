/** What the model is sent: system prompt, conversation and tools, within its context. */

import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import { historyWindow } from '../context/history.js'
import { type StandingParts, standingPrompt, type TurnParts, turnContext } from '../context/prompt.js'
import type { TurnEvents } from '../protocol.js'
import type { StoredMessage } from '../session/store.js'
import type { Toolbox } from '../toolbox.js'

/** What a request is made from. */
export interface RequestParts extends Omit<StandingParts, 'instructions'>, Omit<TurnParts, 'omittedTurns' | 'digest'> {
  /** Words of the operator; a client's own system messages are added. */
  readonly instructions: string | undefined
  readonly conversation: readonly StoredMessage[]
  /** None when the model is to sum up. */
  readonly toolbox: Pick<Toolbox, 'descriptions' | 'text'> | undefined
  /** What turns came to that are not shown: so many from the beginning, in lines within a budget of tokens. */
  digest(omittedTurns: number, budgetTokens: number): readonly string[]
}

/** Bounds of a request. */
export interface RequestLimits {
  /** Tokens of the model's context, reply included. */
  readonly contextTokens: number
  /** Share of the context for what is not conversation. */
  readonly systemFraction: number
  count(text: string): number
}

/** A request and what it is made of. */
export interface AssembledRequest extends Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'toolChoice'> {
  readonly assembled: Omit<TurnEvents['context:assembled'], 'step'>
}

/** Room kept free for the reply, in tokens, at most a quarter of the context. */
const replyTokens = 8_192

/** Share of what is not conversation that turns may have which are not shown. */
const digestFraction = 0.3

/** Fits everything into the context: a quarter for the reply at most, tools as they are, the rest shared. */
export function assembleRequest(
  { conversation, toolbox, digest, ...parts }: RequestParts,
  { contextTokens, systemFraction, count }: RequestLimits,
): AssembledRequest {
  const toolTokens = toolbox === undefined ? 0 : count(toolbox.text)
  const reserve = Math.min(replyTokens, Math.floor(contextTokens / 4))
  const budget = Math.max(1_024, contextTokens - reserve - toolTokens)
  const recordTokens = Math.floor(budget * systemFraction)
  const history = historyWindow(
    conversation.filter(({ message }) => message.role !== 'system'),
    { budgetTokens: budget - recordTokens, count },
  )
  const instructions = [
    parts.instructions,
    ...conversation.map(({ message }) => (message.role === 'system' ? message.content : undefined)),
  ]
    .filter((text) => text !== undefined)
    .join('\n')
  const standing = standingPrompt({ ...parts, instructions }, { budgetTokens: recordTokens, count })
  const { omittedTurns, shownTurns } = history
  const turn = turnContext(
    {
      ...{ ...parts, omittedTurns },
      digest: omittedTurns === 0 ? [] : digest(omittedTurns, Math.floor(recordTokens * digestFraction)),
    },
    { budgetTokens: recordTokens - standing.tokens, count },
  )
  return {
    prompt: [
      { role: 'system', content: standing.text },
      ...history.earlier,
      ...withContext(history.current, turn.text),
    ],
    ...(toolbox !== undefined && { tools: [...toolbox.descriptions], toolChoice: { type: 'auto' } }),
    assembled: {
      ...{ contextTokens, reserveTokens: reserve, toolTokens, tools: toolbox?.descriptions.length ?? 0 },
      history: { shownTurns, omittedTurns, tokens: history.tokens },
      sections: [...standing.sections, ...turn.sections],
      tokens: standing.tokens + turn.tokens + history.tokens + toolTokens,
      records: turn.text,
    },
  }
}

/** Puts what the records say before the first words of a turn, told apart from them. */
function withContext(messages: readonly LanguageModelV4Message[], text: string): readonly LanguageModelV4Message[] {
  const first = messages.findIndex(({ role }) => role === 'user')
  return messages.map((message, index) =>
    index === first && message.role === 'user'
      ? {
          ...message,
          content: [{ type: 'text', text, providerOptions: { salp: { context: true } } }, ...message.content],
        }
      : message,
  )
}
