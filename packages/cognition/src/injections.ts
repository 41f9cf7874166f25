/** What the substrate may put into a prompt, each piece by a flag of its own; none is on by default. */

import type { Entry } from './blackboard.js'
import type { SubstrateState } from './state.js'

/** Pieces that may be put into a prompt. */
export interface Injections {
  /** Tools that work less than half of the time. */
  readonly unreliableTools: boolean
  /** The three most salient entries of the blackboard. */
  readonly entries: boolean
  /** Lessons that are not retired, at most three. */
  readonly lessons: boolean
}

/** Salience from which an entry is worth words. */
const worthWords = 0.4

/**
 * Writes the pieces that are switched on, one line each, every quoted text escaped by {@link quoteForPrompt}.
 *
 * @returns Nothing but an empty text while all flags are off.
 */
export function injectionText(
  { beliefs, blackboard, lessons }: Pick<SubstrateState, 'beliefs' | 'blackboard' | 'lessons'>,
  flags: Partial<Injections>,
): string {
  const lines: string[] = []
  if (flags.unreliableTools === true)
    for (const { tool, reliability } of beliefs)
      if (reliability.high < 0.5) lines.push(`Tool ${quoteForPrompt(tool)} fails more often than it works.`)
  if (flags.entries === true)
    for (const entry of blackboard.filter(({ salience }) => salience >= worthWords).slice(0, 3)) lines.push(tell(entry))
  if (flags.lessons === true)
    for (const { situation, avoid, prefer } of lessons.filter(({ retired }) => !retired).slice(0, 3))
      lines.push(
        `For ${quoteForPrompt(situation)}: ${quoteForPrompt(prefer)} worked better than ${quoteForPrompt(avoid)}.`,
      )
  return lines.join('\n')
}

function tell({ topic, source, content }: Entry): string {
  return `Noted (${topic}, by ${quoteForPrompt(source)}): ${quoteForPrompt(content)}`
}

/**
 * Quotes text of others so that it cannot pass for instructions: one line in quotation marks, at most 300 UTF-16 units, letters,
 * digits, spaces and plain punctuation as they are, every other character as its code point in braces.
 *
 * Angle and square brackets, braces, backticks, quotation marks, hashes, control and format characters are all spelt out, so that no
 * markup, role marker, code fence or hidden text survives.
 */
export function quoteForPrompt(text: string): string {
  const spelt = text
    .slice(0, 300)
    .toWellFormed()
    .replace(/[^\p{L}\p{M}\p{N} .,:;!?()'’/_@%+=*&$€£~^-]/gu, (character) =>
      /\s/u.test(character)
        ? ' '
        : `{U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`,
    )
  return `"${spelt}"`
}
