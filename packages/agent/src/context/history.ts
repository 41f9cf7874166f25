/** The part of a conversation that the model sees: a view, never a deletion. */

import type { LanguageModelV4Message } from '@ai-sdk/provider'
import { imagesIn, withBytes } from '../images.js'
import type { StoredMessage } from '../session/store.js'

/** The newest turns that fit. */
export interface HistoryWindow {
  /** Of earlier turns. */
  readonly earlier: readonly LanguageModelV4Message[]
  /** Of the last turn. */
  readonly current: readonly LanguageModelV4Message[]
  /** How many earlier turns are shown. */
  readonly shownTurns: number
  /** How many earlier turns are not shown. */
  readonly omittedTurns: number
  /** What the messages are thought to take. */
  readonly tokens: number
}

/**
 * Takes whole turns from the end of a conversation while they fit, and the last turn in any case.
 *
 * Old tool results in the last turn are shortened, oldest first, when it alone is over the budget.
 */
export function historyWindow(
  stored: readonly StoredMessage[],
  { budgetTokens, count }: { budgetTokens: number; count(text: string): number },
): HistoryWindow {
  const turns: LanguageModelV4Message[][] = []
  let current: string | undefined
  for (const { turnId, message } of stored) {
    if (turnId !== current) turns.push([])
    current = turnId
    turns.at(-1)?.push(message)
  }
  const cost = (message: LanguageModelV4Message): number =>
    count(JSON.stringify(wordsOf(message))) + imagesIn(message).length * imageTokens + 4
  const last = shorten(turns.pop() ?? [], budgetTokens, cost)
  let left = budgetTokens - last.reduce((sum, message) => sum + cost(message), 0)
  const shown: LanguageModelV4Message[][] = []
  for (const turn of turns.toReversed()) {
    const tokens = turn.reduce((sum, message) => sum + cost(message), 0)
    if (tokens > left) break
    left -= tokens
    shown.unshift(turn)
  }
  return {
    ...{
      earlier: shown.flat().map(withBytes),
      current: last.map(withBytes),
      shownTurns: shown.length,
      omittedTurns: turns.length - shown.length,
    },
    tokens: budgetTokens - left,
  }
}

/** What an image takes, about the most that providers count for a large one. */
const imageTokens = 1_600

/** What of a message is text that a model reads. */
function wordsOf({ role, content }: LanguageModelV4Message): LanguageModelV4Message['content'] {
  return role === 'user' ? content.filter(({ type }) => type !== 'file') : content
}

const stub = {
  type: 'text',
  value: '[This result was shown before and is left out to save room. Call the tool again if you need it]',
} as const

/** Replaces tool results by a stub, oldest first and never the newest batch, until the turn fits. */
function shorten(
  turn: readonly LanguageModelV4Message[],
  budgetTokens: number,
  cost: (message: LanguageModelV4Message) => number,
): LanguageModelV4Message[] {
  const messages = [...turn]
  let total = messages.reduce((sum, message) => sum + cost(message), 0)
  const newest = messages.findLastIndex(({ role }) => role === 'tool')
  for (const [index, message] of messages.entries()) {
    if (total <= budgetTokens || index >= newest) break
    if (message.role !== 'tool') continue
    const short = {
      ...message,
      content: message.content.map((part) => (part.type === 'tool-result' ? { ...part, output: stub } : part)),
    }
    total += cost(short) - cost(message)
    messages[index] = short
  }
  return messages
}
