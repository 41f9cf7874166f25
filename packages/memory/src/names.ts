/** Names in text: who and what it is about, by capitals and position alone. */

import { stopWords } from './stop-words.js'
import { fold } from './words.js'

/** A name as it stands in a text. */
export interface Name {
  /** As it is written. */
  readonly label: string
  /** Folded: what other spellings of it share. */
  readonly key: string
  /** Whether it is one word that starts a sentence, and may owe its capital to that. */
  readonly initial: boolean
}

/** A word with its inner dots, hyphens and apostrophes; or one sign; or the end of a line. */
const tokens = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[.'’-][\p{L}\p{N}]+)*|\n|[^\s]/gu

/** Small words that may stand between the parts of a name. */
const joints = new Set('of the de la von van der den del di du le al bin ibn y'.split(' '))

/** What has a capital and names no one: a month or a weekday, with or without a number. */
const date =
  /^(?:(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d+)*|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|\d+)$/

/** Longest name, in words. */
const maxWords = 8

/** Finds the names of a text in order: runs of capitals, with the small words between them. */
export function findNames(text: string): Name[] {
  const names: Name[] = []
  let run: string[] = []
  let initial = false
  let starts = true
  const end = (): void => {
    while (run.length > 0 && !capital(run.at(-1) ?? '')) run.pop()
    const key = nameKey(run.join(' '))
    if (key.length > 1 && run.length <= maxWords && !stopWords.has(key) && !date.test(key)) {
      names.push({ label: run.join(' ').replace(/['’]s$/u, ''), key, initial: initial && run.length === 1 })
    }
    run = []
  }
  for (const [token] of text.normalize('NFC').matchAll(tokens)) {
    if (!/^[\p{L}\p{N}]/u.test(token)) {
      // "J. Smith" goes on; a hyphen with blanks around it joins, as typesetters leave it.
      if (token === '.' && /^\p{Lu}$/u.test(run.at(-1) ?? '')) continue
      if (token === '-' && run.length > 0) continue
      end()
      starts = /[.!?\n]/.test(token)
      continue
    }
    if (/^\p{Lu}/u.test(token) || (run.length > 0 && /^\d/.test(token))) {
      const grammar = starts && stopWords.has(fold(token))
      if (run.length === 0) initial = starts
      if (!grammar) run.push(token)
      // "Ann's film Up" holds two names.
      if (/['’]s$/u.test(token)) end()
    } else if (run.length > 0 && joints.has(token)) run.push(token)
    else end()
    starts = false
  }
  end()
  return names
}

/** Folds a name: marks, case, an article before it and a possessive behind it go. */
export function nameKey(label: string): string {
  const words = fold(label.normalize('NFC').replace(/['’]s?(?![\p{L}\p{N}])/gu, '')).match(/[\p{L}\p{N}]+/gu) ?? []
  return (words[0] === 'the' ? words.slice(1) : words).join(' ')
}

/** Gives what in a question may be the key of a stored name: its runs of words, longest first, from each capital on. */
export function nameCandidates(question: string): string[] {
  const written = question.replace(/['’]s(?![\p{L}\p{N}])/gu, '').match(/[\p{L}\p{N}]+/gu) ?? []
  const folded = written.map(fold)
  const cased = written.slice(1).some(capital)
  const keys = new Set<string>()
  for (let length = Math.min(maxWords, written.length); length >= 1; length--) {
    for (let start = 0; start + length <= written.length; start++) {
      const first = written[start] ?? ''
      if (cased && !/^[\p{Lu}\p{N}]/u.test(first)) continue
      if (length === 1 && (stopWords.has(folded[start] ?? '') || /^\d+$/.test(first))) continue
      keys.add(folded.slice(start, start + length).join(' '))
    }
  }
  return [...keys]
}

/** Ways to say that a thing has another name; the name stands before, the other behind. In brackets, only initials count. */
const aliasForms =
  /(?<name>(?:\p{Lu}[\p{L}\p{N}.'’-]*[ ]?){1,6})(?:,? (?:also |better |commonly |formerly |otherwise )?(?:known as|called|nicknamed|a\.?k\.?a\.?|short for|goes by)(?: the)? ["“]?(?<alias>\p{Lu}[\p{L}\p{N}.'’-]*(?: \p{Lu}[\p{L}\p{N}.'’-]*){0,4})|\((?<initials>\p{Lu}{2,6})\))/gu

/** Finds pairs of names that a text says are the same: "the World Health Organization (WHO)". */
export function findAliases(text: string): { readonly name: string; readonly alias: string }[] {
  if (!/\(|known|called|named|aka|a\.k\.a|short for|goes by/.test(text)) return []
  return [...text.normalize('NFC').matchAll(aliasForms)].flatMap(({ groups }) => {
    const [name, alias] = [nameKey(groups?.name ?? ''), nameKey(groups?.alias ?? groups?.initials ?? '')]
    return name === '' || alias.length < 2 || alias === name ? [] : [{ name, alias }]
  })
}

function capital(word: string): boolean {
  return /^[\p{Lu}\p{N}]/u.test(word)
}
