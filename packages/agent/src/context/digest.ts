/** What earlier turns came to: decisions, open points and what was changed, picked from what was said. */

import { cut, oneLine } from '@salp/core'
import type { StoredMessage } from '../session/store.js'

/** One turn of a conversation, as text. */
export interface TurnText {
  readonly turnId: string
  /** Its place in the conversation, from 1. */
  readonly number: number
  readonly asked: string
  readonly answered: string
  /** Calls that changed something, such as `edit_file src/a.ts`. */
  readonly changed: readonly string[]
}

/** Reads turns from messages, the oldest first. */
export function toTurnTexts(messages: readonly StoredMessage[]): TurnText[] {
  const turns: { turnId: string; asked: string[]; answered: string[]; changed: Set<string> }[] = []
  for (const { turnId, message } of messages) {
    if (message.role === 'system') continue
    let turn = turns.at(-1)
    if (turn?.turnId !== turnId) {
      turn = { turnId, asked: [], answered: [], changed: new Set() }
      turns.push(turn)
    }
    if (message.role === 'tool') continue
    for (const part of message.content) {
      if (part.type === 'text') turn[message.role === 'user' ? 'asked' : 'answered'].push(part.text)
      if (part.type === 'tool-call') {
        const change = changeOf(part.toolName, part.input)
        if (change !== undefined) turn.changed.add(change)
      }
    }
  }
  return turns.map(({ turnId, asked, answered, changed }, index) => ({
    ...{ turnId, number: index + 1, changed: [...changed] },
    ...{ asked: asked.join('\n'), answered: answered.join('\n') },
  }))
}

/** What the calls of these tools change is told by one of their inputs. */
const changers = /^(?:write|edit|patch|create|delete|move|run|buy|publish|open|commit|ask_agent)/

function changeOf(tool: string, input: unknown): string | undefined {
  if (!changers.test(tool) || typeof input !== 'object' || input === null) return undefined
  const named = ['path', 'command', 'title', 'id', 'url'].map((name) => Reflect.get(input, name))
  const what = named.find((value) => typeof value === 'string' || typeof value === 'number')
  return what === undefined ? tool : `${tool} ${cut(oneLine(String(what)), 80)}`
}

/** Signs that a sentence decides something. */
const decides =
  /\b(?:decid\w*|agreed?|settled?|chose\w*|chosen|choose|we(?:'ll| will)|let'?s|i(?:'ll| will)|instead of|rather than|must(?: not)?|never|always|from now on|prefer\w*|use(?:s|d)? (?:the|a|only)|don'?t|do not|remember that|the (?:plan|rule|goal|deadline|budget) is)\b/i

/** Signs that a sentence leaves something open. */
const leavesOpen =
  /\?\s*$|\b(?:todo|to do|later|not yet|still (?:to|open|missing|fails?)|open (?:point|question)|next step|remains?|unclear|waiting for|blocked|tbd|follow[- ]up|failed|cannot)\b/i

interface Pick {
  readonly number: number
  /** Place in the turn. */
  readonly order: number
  readonly text: string
  readonly score: number
}

/**
 * Picks what a reader must know of turns that they cannot see.
 *
 * Each turn's first sentence stands for what was asked; sentences that decide something or leave it open, and what was
 * changed, come first when room is short, and later turns before earlier ones. Nothing is written anew, so that nothing can
 * be made up.
 *
 * @returns Lines in the order of the conversation, together within the budget.
 */
export function digestTurns(
  turns: readonly TurnText[],
  { budgetTokens, count }: { budgetTokens: number; count(text: string): number },
): string[] {
  const picks = turns.flatMap(picksOf)
  const newest = turns.at(-1)?.number ?? 0
  const worth = ({ score, number }: Pick): number => score - (newest - number) / (2 * Math.max(1, turns.length))
  const kept: Pick[] = []
  let left = budgetTokens
  for (const pick of [...picks].sort((a, b) => worth(b) - worth(a))) {
    const cost = count(pick.text) + 1
    if (cost > left) continue
    left -= cost
    kept.push(pick)
  }
  return kept.sort((a, b) => a.number - b.number || a.order - b.order).map(({ text }) => text)
}

function picksOf({ number, asked, answered, changed }: TurnText): Pick[] {
  const picks: Pick[] = []
  const add = (who: string, sentence: string, score: number): void =>
    void picks.push({
      number,
      order: picks.length,
      text: `- [turn ${number}] ${who}: ${cut(oneLine(sentence), 240)}`,
      score,
    })
  for (const [index, sentence] of sentences(asked).entries()) {
    const score = decides.test(sentence) ? 3 : index === 0 ? 2 : leavesOpen.test(sentence) ? 1.5 : 0
    if (score > 0) add('person', sentence, score)
  }
  for (const sentence of sentences(answered)) {
    const score = leavesOpen.test(sentence) ? 2.5 : decides.test(sentence) ? 2 : 0
    if (score > 0) add('you', sentence, score)
  }
  if (changed.length > 0) add('changed', changed.join(', '), 2)
  return picks
}

/** Sentences and lines of a text, code blocks left out; at most 200. */
function sentences(text: string): string[] {
  return text
    .replace(/```[\s\S]*?(?:```|$)/g, ' ')
    .split(/(?<=[.!?。！？])\s+|\n+/u)
    .map((sentence) => sentence.replace(/^[\s>#*-]+/, '').trim())
    .filter((sentence) => sentence.length > 2)
    .slice(0, 200)
}
