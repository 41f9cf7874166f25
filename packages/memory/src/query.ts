/** Any text as a question to the full-text index. */

import { stem } from './stem.js'
import { askingWords, stopWords, unspacedStops } from './stop-words.js'
import { fold, identifierParts, nameLikeWords, spacedWords, unspacedPairs, words } from './words.js'

/** Longest part of a question that is read, in UTF-16 units. */
const maxQueryLength = 4_000

/** One thing looked for. */
export interface Term {
  /** The word, folded. Letters and digits only. */
  readonly word: string
  /** Its stem, as the index has it. */
  readonly stem: string
  /** Parts of an identifier, folded; all of them together stand for the word. */
  readonly parts: readonly string[]
  /** Whether any longer word that starts so will do. */
  readonly prefix: boolean
  /** Whether it looks like a name: who or what the question is about. */
  readonly name: boolean
}

/**
 * Takes from a question the words that say what is looked for, each stem once, in order.
 *
 * Stop words go; words of asking ("tell", "remember") go where others are left. Nothing the text contains reaches the
 * index as an operator: terms are letters and digits.
 */
export function parseQuery(text: string): Term[] {
  const read = text.slice(0, maxQueryLength).toWellFormed()
  const names = nameLikeWords(read)
  const terms = new Map<string, Term>()
  const add = (term: Partial<Term> & { word: string }): void => {
    const key = term.stem ?? term.word
    if (!terms.has(key)) terms.set(key, { stem: key, parts: [], prefix: false, name: false, ...term })
  }
  for (const raw of words(read)) {
    const pairs = askedPairs(raw)
    for (const pair of pairs) add({ word: pair, prefix: [...pair].length === 1 })
    for (const part of spacedWords(raw)) {
      const word = fold(part)
      if (!stopWords.has(word)) add({ word, stem: stem(word), parts: identifierParts(part), name: names.has(raw) })
    }
  }
  const all = [...terms.values()]
  const informative = all.filter(({ word }) => !askingWords.has(word))
  return informative.length > 0 ? informative : all
}

/** Gives the pairs of what a question names, or of all of it where it names nothing; a letter that stands alone as it is. */
function askedPairs(word: string): string[] {
  const runs = word.split(unspacedStops).map(unspacedPairs)
  const pairs = runs.flatMap((run) => (run.length > 1 ? run.slice(0, -1) : run))
  return pairs.length > 0 ? pairs : unspacedPairs(word).slice(0, -1)
}

/** Writes terms as an FTS5 query for records that have any of them. */
export function toMatch(terms: readonly Term[], scope?: string | undefined): string {
  const any = terms.map(termMatch).join(' OR ')
  // Naming columns is dear, and only a word that looks like a scope needs it.
  const text = terms.some(({ word }) => /^n\d+$/.test(word)) ? `{content terms moment} : (${any})` : `(${any})`
  return scope === undefined ? text : `scope : ${quote(scope)} AND ${text}`
}

/** Writes a folded name as an FTS5 query for its words close together; nothing, if no word tells. */
export function toMatchNear(name: string, scope?: string | undefined): string | undefined {
  const parts = name.split(' ').filter((part) => !stopWords.has(part))
  if (parts.length === 0) return undefined
  const near = parts.length === 1 ? quote(parts[0] ?? '') : `NEAR(${parts.map(quote).join(' ')}, 8)`
  const text = `{content terms} : ${near}`
  return scope === undefined ? text : `scope : ${quote(scope)} AND ${text}`
}

/** Writes an FTS5 query for records that have every name, and one of the stems where there are any. */
export function toMatchAll(names: readonly string[], stems: readonly string[], scope?: string | undefined): string {
  const all = names.map((name) => `(${name.split(' ').map(quote).join(' AND ')})`).join(' AND ')
  const some = stems.length === 0 ? '' : ` AND (${stems.map(quote).join(' OR ')})`
  const text = `{content terms} : (${all}${some})`
  return scope === undefined ? text : `scope : ${quote(scope)} AND ${text}`
}

function termMatch({ word, parts, prefix }: Term): string {
  const whole = prefix ? `${quote(word)} *` : quote(word)
  return parts.length === 0 ? whole : `${whole} OR (${parts.map(quote).join(' AND ')})`
}

function quote(word: string): string {
  return `"${word.replaceAll('"', '""')}"`
}
