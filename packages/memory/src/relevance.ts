/** How well a record answers a question: pure functions of what the index and the record say. */

import type { Term } from './query.js'
import type { Verification } from './record.js'
import { verifications } from './record.js'
import { stem } from './stem.js'
import { fold, words } from './words.js'

/** Age at which a record counts half as fresh, in ms: 90 days. */
export const freshnessHalfLifeMs = 90 * 86_400_000

/** Terms beyond the heaviest so many need not be matched: long questions ask for more than one record says. */
const coveredTerms = 8

/** Why a record was found where it was. */
export interface Explanation {
  /** BM25 of the full-text index. Range (0, ∞). */
  readonly bm25: number
  /** What each signal adds to the score before quality: the full text, the thread, the walk over names, the vectors. */
  readonly shares: { readonly text: number; readonly thread: number; readonly graph: number; readonly vector: number }
  /** Cosine of its vector and the question's, if it was among the most alike. */
  readonly similarity?: number | undefined
  /** Whether it happened in the time that was asked about. */
  readonly inTime?: boolean | undefined
  /** Whether an older version of it was found, which it takes the place of. */
  readonly newestVersion?: boolean | undefined
  /** Weight of the matched terms over that of the terms asked for. Range [0, 1]. */
  readonly coverage: number
  /** Terms of the question the record has, folded. */
  readonly matched: readonly string[]
  /** Terms of the question it lacks, folded. */
  readonly missed: readonly string[]
  /** Halves every 90 days since it was said. Range (0, 1]. */
  readonly freshness: number
  /** The record's confidence now; a guess that nobody confirmed fades like freshness. Range [0, 1]. */
  readonly confidence: number
}

/**
 * Weighs how much a term tells: ln²(1 + (n + 10) / (df + 10)), twice that for a name.
 *
 * The tens keep the terms of a small store equal, where rarity says nothing yet. The square and the names tell a question
 * about things never mentioned from one the store can answer better than plain rarity does (`quality.test.ts`).
 *
 * @param frequency - Records that have it.
 * @param records - Records there are.
 */
export function termWeight({ name }: Pick<Term, 'name'>, frequency: number, records: number): number {
  return Math.log1p((records + 10) / (frequency + 10)) ** 2 * (name ? 2 : 1)
}

/** Finds which terms a text has, by the stems the index would give it. */
export function matchTerms(terms: readonly Term[], text: string): boolean[] {
  const partStems = terms.map(({ parts }) => parts.map(stem))
  const asked = [...terms.map((term) => term.stem), ...partStems.flat()]
  const heads = new Set(asked.map(headOf))
  const stems = new Set<string>()
  for (const raw of words(text)) {
    // Most words need no folding and no stemming to be ruled out.
    if (/^[a-z]{2}/i.test(raw)) {
      const word = raw.toLowerCase()
      if (!heads.has(headOf(word)) && !heads.has(word.charAt(0))) continue
    }
    stems.add(stem(fold(raw)))
  }
  return terms.map(
    (term, index) =>
      stems.has(term.stem) ||
      (partStems[index]?.length !== 0 && partStems[index]?.every((part) => stems.has(part)) === true) ||
      (term.prefix && [...stems].some((found) => found.startsWith(term.stem))),
  )
}

/** The start that a word shares with its stem: two letters, of which the second may turn from y to i; or one. */
function headOf(word: string): string {
  const second = word.charAt(1)
  return word.charAt(0) + (second === 'y' ? 'i' : second)
}

/** Gives the share of `weights` that was matched, counting no more than the eight heaviest as asked for. Range [0, 1]. */
export function coverage(weights: readonly number[], matched: readonly boolean[]): number {
  const asked = sum([...weights].sort((a, b) => b - a).slice(0, coveredTerms))
  const found = sum(weights.filter((_, index) => matched[index] === true))
  return asked === 0 ? 0 : Math.min(1, found / asked)
}

/** Halves with every `halfLifeMs` of `ageMs`; a record from the future is as fresh as a new one. Range (0, 1]. */
export function fade(ageMs: number, halfLifeMs: number = freshnessHalfLifeMs): number {
  return 2 ** (-Math.max(0, ageMs) / halfLifeMs)
}

/**
 * What a hit's score is multiplied by: 0.85, and 0.05 more each for freshness, confidence and verification. Enough to order
 * what is equally relevant.
 *
 * @returns Range [0.85, 1].
 */
export function quality(
  { freshness, confidence }: Pick<Explanation, 'freshness' | 'confidence'>,
  verification: Verification,
): number {
  const verified = verifications.indexOf(verification) / (verifications.length - 1)
  return 0.85 + 0.05 * (freshness + confidence + verified)
}

/** Gives the stems of a text. */
export function stemsOf(text: string): Set<string> {
  return new Set(words(text).map((word) => stem(fold(word))))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
