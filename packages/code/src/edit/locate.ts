/** Finds the lines that were meant by a quote which may differ from them, and says how sure that is. */

import { distance, numbersIn, plainMarks } from './similarity.js'

/** What a quote and the text may differ in, least first. */
export type Difference = 'none' | 'trailing space' | 'white space' | 'marks' | 'blank lines' | 'wording'

/** Where a quote stands. */
export interface Match {
  /** Index of its first line. */
  readonly start: number
  /** Index behind its last line. */
  readonly end: number
  /** For each line of the quote the index of its line; absent for a blank line that the text lacks. */
  readonly lines: readonly (number | undefined)[]
  readonly difference: Difference
  /** Share of characters that are as quoted, white space and marks aside. Range (0, 1]. */
  readonly confidence: number
}

/** The one place of a quote, or the several that fit equally well. */
export type Located =
  | { readonly status: 'found'; readonly match: Match }
  | { readonly status: 'ambiguous'; readonly difference: Difference; readonly places: readonly number[] }
  | { readonly status: 'missing' }

/** Where to look, and how much to forgive. */
export interface LocateOptions {
  /** Index of the first line to look at. @defaultValue `0` */
  readonly from?: number | undefined
  /** Index at which it is expected; decides between places that differ in trailing space at most. */
  readonly near?: number | undefined
  /** Least {@link Match.confidence}; 1 forgives no wording. @defaultValue `0.9` */
  readonly confidence?: number | undefined
}

const spaceless = (line: string): string => line.replace(/\s+/g, ' ').trim()

const comparisons: readonly (readonly [Difference, (line: string) => string])[] = [
  ['none', (line) => line],
  ['trailing space', (line) => line.trimEnd()],
  ['white space', spaceless],
  ['marks', (line) => spaceless(plainMarks(line))],
]

/** Texts and quotes beyond these are not searched for similar wording. */
const widest = { lines: 20_000, quote: 400 }

/** A line that differs by more than this share is another line. */
const mostOfLine = 0.4

/** Another place that comes this close in confidence makes it unclear which is meant. */
const margin = 0.08

/** A single line says too little below this length. Characters. */
const shortestLine = 12

/**
 * Looks for whole lines, letting go of one difference after the other: nothing, trailing space, all white space,
 * typographic marks, blank lines in between, a few characters.
 *
 * Blank lines at either end of the quote count for nothing. A quote in other words must name the same numbers and stand in
 * one place; the next best has to be clearly worse.
 */
export function locate(
  quote: readonly string[],
  text: readonly string[],
  { from = 0, near, confidence = 0.9 }: LocateOptions = {},
): Located {
  for (const [level, [difference, compare]] of comparisons.entries()) {
    const places = placesOf(quote, text, compare, from)
    if (places.length === 0) continue
    const place = places.length === 1 || (near !== undefined && level < 2) ? closest(places, near) : undefined
    if (place === undefined) return { status: 'ambiguous', difference, places }
    const lines = quote.map((_, index) => place + index)
    return { status: 'found', match: { start: place, end: place + quote.length, lines, difference, confidence: 1 } }
  }
  return locateInside(quote, text, { from, confidence })
}

/** As {@link locate}, blank lines apart: first the same words, then similar ones. */
function locateInside(
  quote: readonly string[],
  text: readonly string[],
  { from, confidence }: { from: number; confidence: number },
): Located {
  const compare = (line: string): string => spaceless(plainMarks(line))
  const wanted = filled(quote.map(compare), 0)
  const given = filled(text.map(compare), from)
  if (wanted.length === 0) return { status: 'missing' }
  const matchAt = (place: number, difference: Difference, found: number): Match => {
    const lines: (number | undefined)[] = quote.map(() => undefined)
    for (const [index, { at }] of wanted.entries()) lines[at] = given[place + index]?.at
    const start = given[place]?.at ?? 0
    return { start, end: (given[place + wanted.length - 1]?.at ?? start) + 1, lines, difference, confidence: found }
  }
  const same = placesOf(
    wanted.map((line) => line.text),
    given.map((line) => line.text),
    (line) => line,
    0,
  )
  const [only] = same
  if (same.length > 1)
    return { status: 'ambiguous', difference: 'blank lines', places: same.map((place) => given[place]?.at ?? 0) }
  if (only !== undefined) return { status: 'found', match: matchAt(only, 'blank lines', 1) }
  if (confidence >= 1 || given.length > widest.lines || wanted.length > widest.quote) return { status: 'missing' }

  const similar = similarPlaces(
    wanted.map((line) => line.text),
    given.map((line) => line.text),
    Math.max(0, confidence - margin),
  ).sort((a, b) => b.confidence - a.confidence || a.place - b.place)
  const [best] = similar
  if (best === undefined || best.confidence < confidence) return { status: 'missing' }
  const rivals = similar.filter(
    ({ place, confidence: found }) => place !== best.place && found > best.confidence - margin,
  )
  if (rivals.length > 0) {
    const places = [best, ...rivals].map(({ place }) => given[place]?.at ?? 0).sort((a, b) => a - b)
    return { status: 'ambiguous', difference: 'wording', places }
  }
  const names = (lines: readonly { readonly text: string }[]): string =>
    numbersIn(lines.map((line) => line.text).join('\n'))
  if (names(wanted) !== names(given.slice(best.place, best.place + wanted.length))) return { status: 'missing' }
  return { status: 'found', match: matchAt(best.place, 'wording', best.confidence) }
}

/** Every place whose lines are like the wanted ones, at least as much as `least`. */
function similarPlaces(
  wanted: readonly string[],
  given: readonly string[],
  least: number,
): { place: number; confidence: number }[] {
  const total = wanted.reduce((sum, line) => sum + line.length, 0)
  if (wanted.length === 1 && total < shortestLine) return []
  const found: { place: number; confidence: number }[] = []
  for (let place = 0; place + wanted.length <= given.length; place++) {
    let left = Math.floor((1 - least) * total)
    for (let index = 0; index < wanted.length && left >= 0; index++) {
      const [a, b] = [wanted[index] ?? '', given[place + index] ?? '']
      const most = Math.min(left, Math.floor(mostOfLine * Math.max(a.length, b.length)))
      const differing = distance(a, b, most)
      left = differing > most ? -1 : left - differing
    }
    if (left >= 0) found.push({ place, confidence: 1 - (Math.floor((1 - least) * total) - left) / total })
  }
  return found
}

/** Every index from `from` on at which `quote` stands in `text`, both passed through `compare`. */
function placesOf(
  quote: readonly string[],
  text: readonly string[],
  compare: (line: string) => string,
  from: number,
): number[] {
  const wanted = quote.map(compare)
  if (wanted.length === 0) return []
  const given = text.map(compare)
  const places: number[] = []
  for (let start = from; start + wanted.length <= given.length; start++)
    if (wanted.every((line, offset) => given[start + offset] === line)) places.push(start)
  return places
}

function closest(places: readonly number[], near: number | undefined): number | undefined {
  if (near === undefined) return places[0]
  return [...places].sort((a, b) => Math.abs(a - near) - Math.abs(b - near))[0]
}

/** The lines that are not blank, with their indexes. */
function filled(lines: readonly string[], from: number): { text: string; at: number }[] {
  return lines.map((text, at) => ({ text, at })).filter(({ text, at }) => at >= from && text !== '')
}
