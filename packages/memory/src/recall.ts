/** From a question to the records that answer it. */

import { estimateTokens, fitBudget } from './budget.js'
import { parseQuery, type Term, toMatch } from './query.js'
import type { MemoryKind, MemorySource, Sensitivity, Verification } from './record.js'
import { coverage, type Explanation, fade, matchTerms, score, termWeight } from './relevance.js'
import type { Candidate, Reader, Store } from './store.js'

/** Terms of a question that are searched for; the rarest stay. */
const maxTerms = 24

/** How to read. */
export interface ReadOptions {
  /** Whose memory. @defaultValue the memory's own */
  readonly namespace?: string | undefined
  /** The most secret level the reader may see. @defaultValue the memory's own */
  readonly clearance?: Sensitivity | undefined
}

/** How to recall. */
export interface RecallOptions extends ReadOptions {
  /** Most hits. Integer, range [1, 1000]. @defaultValue `8` */
  readonly limit?: number | undefined
  /** Most tokens of content in all hits together, as {@link estimateTokens} counts. A record that does not fit is left out whole. */
  readonly tokenBudget?: number | undefined
  /**
   * Least coverage of the question by the hit that covers most of it; with less, the answer is empty. The other hits need
   * half as much. Range [0, 1]; 0 takes whatever shares a word. @defaultValue `0.35`
   */
  readonly floor?: number | undefined
  /** Answers from what was believed at this moment, in ms since the epoch. @defaultValue now */
  readonly asOf?: number | undefined
  /** Answers about what holds at this moment, in ms since the epoch. @defaultValue `asOf` */
  readonly validAt?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A record that answers the question. */
export interface MemoryHit {
  readonly id: string
  readonly content: string
  readonly kind: MemoryKind
  /** Relevance. Range [0, 1], comparable within one answer. */
  readonly score: number
  readonly source: MemorySource
  readonly verification: Verification
  /** Range [0, 1]. */
  readonly confidence: number
  /** Why it was found, and found here. */
  readonly explanation: Explanation
}

/** The answer to a question. */
export interface Recall {
  /** Best first. */
  readonly hits: readonly MemoryHit[]
  /** What was looked for, folded. */
  readonly terms: readonly string[]
  /** Relevant records that the limit or the token budget left out, of those that were looked at. */
  readonly omitted: number
  /** Why there are no hits: no word says what is looked for, none is known, what is known is too far off, or nothing fits. */
  readonly empty?: 'no-terms' | 'no-match' | 'below-floor' | 'over-budget' | undefined
}

/** The parts of {@link RecallOptions} that shape the answer. */
export interface RecallShape {
  readonly limit: number
  readonly tokenBudget: number
  readonly floor: number
}

/** Looks for `query` among what `reader` may see. */
export function recall(
  store: Store,
  query: string,
  reader: Reader,
  { limit, tokenBudget, floor }: RecallShape,
): Recall {
  const asked = parseQuery(query)
  const space = store.namespace(reader.namespace)
  const weighed = asked
    .map((term) => ({ term, weight: termWeight(term, frequency(store, term), space?.total ?? 0) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, maxTerms)
  const answer = { hits: [], terms: asked.map(({ word }) => word), omitted: 0 }
  if (asked.length === 0) return { ...answer, empty: 'no-terms' }
  if (space === undefined) return { ...answer, empty: 'no-match' }

  const terms = weighed.map(({ term }) => term)
  const weights = weighed.map(({ weight }) => weight)
  const scope = space.records * 2 < space.total ? `n${space.id}` : undefined
  const candidates = search(store, toMatch(terms, scope), reader, limit)
  const best = candidates[0]?.bm25 ?? 1
  const scored = candidates
    .map((candidate) => toHit(candidate, { terms, weights, best, now: reader.now }))
    .sort((a, b) => b.score - a.score)
  const known = scored.some(({ explanation }) => explanation.coverage >= floor)
  const distinct = known ? withoutRepeats(scored.filter(({ explanation }) => explanation.coverage >= floor / 2)) : []
  const hits = fitBudget(distinct, ({ content }) => estimateTokens(content), tokenBudget).slice(0, limit)
  if (hits.length > 0) return { ...answer, hits, omitted: distinct.length - hits.length }
  if (candidates.length === 0) return { ...answer, empty: 'no-match' }
  return { ...answer, omitted: distinct.length, empty: distinct.length === 0 ? 'below-floor' : 'over-budget' }
}

/** Lets the same words, said by two authors, fill one place: the better one. */
function withoutRepeats(ranked: readonly MemoryHit[]): MemoryHit[] {
  const seen = new Set<string>()
  return ranked.filter(({ content }) => !seen.has(content) && seen.add(content))
}

/** Widens the pool until enough of it may be seen, or nothing more matches. */
function search(store: Store, match: string, reader: Reader, limit: number): Candidate[] {
  for (let pool = limit * 2 + 8; ; pool *= 8) {
    const { candidates, exhausted } = store.search(match, pool, reader)
    if (exhausted || candidates.length >= limit) return candidates
  }
}

function frequency(store: Store, { stem, parts }: Term): number {
  return Math.max(store.frequency(stem), parts.length === 0 ? 0 : Math.min(...parts.map(store.frequency)))
}

function toHit(
  { record, terms: extra, bm25 }: Candidate,
  query: { terms: readonly Term[]; weights: readonly number[]; best: number; now: number },
): MemoryHit {
  const { id, content, kind, source, verification } = record
  const matches = matchTerms(query.terms, `${content}\n${extra}`)
  const freshness = fade(query.now - source.at)
  const explanation = {
    bm25,
    coverage: coverage(query.weights, matches),
    matched: query.terms.filter((_, index) => matches[index] === true).map(({ word }) => word),
    missed: query.terms.filter((_, index) => matches[index] !== true).map(({ word }) => word),
    freshness,
    confidence: record.confidence * (verification === 'inferred' ? freshness : 1),
  }
  return {
    id,
    content,
    kind,
    score: score(explanation, verification, query.best),
    source,
    verification,
    confidence: record.confidence,
    explanation,
  }
}
