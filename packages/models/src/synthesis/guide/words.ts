/** What the names in a signature say about a program: people call a function that sorts something with "sort". */

import type { Expression } from '../language/expression.js'
import type { Signature } from '../language/types.js'
import { type Counts, mergeCounts, occurrencesIn } from './counts.js'

/** Words of names that speak for primitives before anything was learnt, each as if it had been seen once. */
const lexicon: Readonly<Record<string, readonly string[]>> = {
  absolute: ['absolute'],
  add: ['add'],
  all: ['every', 'map'],
  any: ['some'],
  average: ['divide', 'sum', 'length'],
  between: ['and', 'less', 'atMost'],
  capital: ['upper', 'takeText', 'dropText'],
  capitalise: ['upper', 'takeText', 'dropText'],
  chunk: ['chunk'],
  clamp: ['smaller', 'larger'],
  common: ['filter', 'includes'],
  contain: ['some', 'includes', 'includesText'],
  count: ['count', 'length', 'countOf', 'countInText'],
  difference: ['subtract'],
  digit: ['digits', 'isDigits', 'remainder'],
  distinct: ['unique'],
  divisible: ['remainder', 'equal'],
  divisor: ['remainder', 'equal', 'filter', 'range'],
  double: ['multiply', 'add'],
  drop: ['drop', 'dropText'],
  each: ['map'],
  end: ['endsWith', 'item'],
  even: ['remainder', 'equal'],
  every: ['every', 'map'],
  factorial: ['product', 'range'],
  first: ['item', 'take', 'character', 'takeText'],
  flat: ['flat'],
  flatten: ['flat'],
  group: ['groupBy', 'chunk'],
  half: ['divide'],
  index: ['position', 'findIndex'],
  join: ['join', 'joinNumbers'],
  keep: ['filter'],
  largest: ['largest', 'sort', 'sortBy'],
  last: ['item', 'drop', 'character'],
  length: ['length', 'textLength'],
  letter: ['characters', 'isLetters'],
  longest: ['textLength', 'sortBy', 'map', 'largest'],
  lower: ['lower'],
  maximum: ['largest', 'larger'],
  minimum: ['smallest', 'smaller'],
  missing: ['filter', 'not', 'includes', 'range'],
  multiple: ['remainder', 'equal'],
  negative: ['less'],
  odd: ['remainder', 'equal', 'different'],
  pad: ['padStart', 'padEnd'],
  pair: ['pair', 'windows', 'zipWith'],
  palindrome: ['reverse', 'equal', 'characters', 'join', 'sameItems'],
  position: ['indicesWhere', 'position', 'map'],
  positive: ['less', 'filter'],
  power: ['power'],
  prefix: ['takeText', 'take', 'startsWith'],
  product: ['product', 'multiply'],
  range: ['range'],
  remove: ['filter', 'different', 'not', 'replace'],
  repeat: ['repeat', 'fill'],
  replace: ['replace', 'choose'],
  reverse: ['reverse'],
  round: ['divide', 'multiply'],
  running: ['scan'],
  same: ['equal'],
  shift: ['drop', 'take', 'concat'],
  smallest: ['smallest', 'sort'],
  sort: ['sort', 'sortBy', 'sortTexts'],
  split: ['split'],
  square: ['multiply', 'power', 'squareRoot'],
  start: ['startsWith', 'item'],
  sum: ['sum', 'add'],
  swap: ['concat', 'reverse'],
  take: ['take', 'takeWhile'],
  total: ['sum', 'add', 'scan'],
  trim: ['trim'],
  unique: ['unique'],
  until: ['takeWhile'],
  upper: ['upper'],
  vowel: ['includesText', 'filter', 'characters'],
  while: ['takeWhile', 'dropWhile'],
  without: ['filter', 'drop', 'take'],
  word: ['split', 'join'],
  zero: ['equal'],
  zip: ['zipWith'],
}

/** The words of a signature's names, in lower case and without the s of a plural; each once. */
export function wordsOf({ name, parameters }: Signature): string[] {
  const parts = [name, ...parameters.map((parameter) => parameter.name)].flatMap((text) =>
    text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^a-zA-Z]+/),
  )
  return [
    ...new Set(parts.map((part) => part.toLowerCase().replace(/(?<=[a-z]{3})s$/, '')).filter((part) => part !== '')),
  ]
}

/** Counts with the words of one more task, and what its program is made of. */
export function addWords(counts: Counts, signature: Signature, programs: readonly Expression[]): Counts {
  const used = new Set(programs.flatMap(occurrencesIn).map(({ production }) => production))
  const row = Object.fromEntries([...used].map((production) => [production, 1]))
  const words = Object.fromEntries(wordsOf(signature).map((word) => [wordKey(word), { [tasksKey]: 1, ...row }]))
  return mergeCounts([counts, { [wordKey('')]: { [tasksKey]: 1, ...row }, ...words }])
}

/** How fast words speak up. */
export interface WordOptions {
  /** Tasks that the rate over all tasks is worth for one word. @defaultValue `1.5` */
  readonly shrink?: number | undefined
  /** Greatest factor that a word gives. @defaultValue `6` */
  readonly most?: number | undefined
}

/** How strongly the words of a signature speak for each production: a factor, 1 for those they say nothing about. */
export function wordEvidence(
  counts: Counts,
  signature: Signature,
  { shrink = 1.5, most = 6 }: WordOptions = {},
): ReadonlyMap<string, number> {
  const all = counts[wordKey('')] ?? {}
  const tasks = all[tasksKey] ?? 0
  const factors = new Map<string, number>()
  for (const word of wordsOf(signature)) {
    const row = counts[wordKey(word)] ?? {}
    const hints = lexicon[word] ?? []
    const seen = (row[tasksKey] ?? 0) + (hints.length > 0 ? 1 : 0)
    if (seen === 0) continue
    for (const production of new Set([...Object.keys(all), ...hints])) {
      if (production === tasksKey) continue
      const rate = ((all[production] ?? 0) + 0.5) / (tasks + 10)
      const used = (row[production] ?? 0) + (hints.includes(production) ? 1 : 0)
      const factor = (used + shrink * rate) / (seen + shrink) / rate
      factors.set(production, (factors.get(production) ?? 1) * Math.min(most, Math.max(1 / most, factor)))
    }
  }
  return factors
}

/** In the counts of a word: of how many tasks it was in the name. The empty word stands for all tasks. */
const tasksKey = 'tasks'

function wordKey(word: string): string {
  return `word/${word} `
}
