/** Words of a text with their places, and phrases found among them. */

/** A word in lower case with a straight apostrophe; compounds with hyphens are one word. */
export interface Word {
  readonly lower: string
  readonly start: number
  readonly end: number
  /** Which sentence it stands in, from 0. */
  readonly sentence: number
}

/** Phrases by their first word, the longest first. */
export type Lexicon<Kind extends string> = ReadonlyMap<string, readonly { words: readonly string[]; kind: Kind }[]>

/** A phrase that was found: words `from` to `to`, exclusive. */
export interface Match<Kind extends string> {
  readonly kind: Kind
  readonly from: number
  readonly to: number
}

const wordPattern = /[\p{L}\p{M}\p{N}_]+(?:[-'’][\p{L}\p{M}\p{N}_]+)*/gu

/** Ends of sentences. A full stop within a number, a name or after a common abbreviation is none. */
const endPattern = /(?<!\b(?:e\.g|i\.e|vs|cf|Mr|Ms|Mrs|Dr))[.!?…]+(?=[\s"'”’)\]]|$)|[。！？؟]+|[;\n]+/gu

/** Splits a text into words. @returns They, and the offsets at which sentences end, ascending. */
export function splitWords(text: string): { words: Word[]; ends: number[] } {
  const ends = Array.from(text.matchAll(endPattern), ({ index }) => index)
  const words: Word[] = []
  let sentence = 0
  let passed = 0
  for (const match of text.matchAll(wordPattern)) {
    const start = match.index
    if ((ends[passed] ?? Infinity) < start) {
      while ((ends[passed] ?? Infinity) < start) passed++
      if (words.length > 0) sentence++
    }
    const lower = match[0].toLowerCase().replaceAll('’', "'")
    words.push({ lower, start, end: start + match[0].length, sentence })
  }
  return { words, ends }
}

/** Builds a lexicon from phrases in lower case; in one phrase, words stand apart by a space. */
export function lexicon<Kind extends string>(phrases: Readonly<Record<Kind, readonly string[]>>): Lexicon<Kind> {
  const entries = new Map<string, { words: readonly string[]; kind: Kind }[]>()
  for (const kind of Object.keys(phrases) as Kind[]) {
    for (const phrase of phrases[kind]) {
      const words = phrase.split(' ')
      const first = words[0] ?? ''
      entries.set(first, [...(entries.get(first) ?? []), { words, kind }])
    }
  }
  for (const list of entries.values()) list.sort((a, b) => b.words.length - a.words.length)
  return entries
}

/** The longest phrase that begins at the word `at` and stays in its sentence. */
export function phraseAt<Kind extends string>(
  words: readonly Word[],
  at: number,
  phrases: Lexicon<Kind>,
): Match<Kind> | undefined {
  const first = words[at]
  if (first === undefined) return undefined
  const found = phrases.get(first.lower)?.find((phrase) =>
    phrase.words.every((word, offset) => {
      const next = words[at + offset]
      return next !== undefined && next.lower === word && next.sentence === first.sentence
    }),
  )
  return found && { kind: found.kind, from: at, to: at + found.words.length }
}

/** Every phrase, from left to right, without overlap. */
export function findPhrases<Kind extends string>(words: readonly Word[], phrases: Lexicon<Kind>): Match<Kind>[] {
  const found: Match<Kind>[] = []
  for (let at = 0; at < words.length; at++) {
    const match = phraseAt(words, at, phrases)
    if (match === undefined) continue
    found.push(match)
    at = match.to - 1
  }
  return found
}
