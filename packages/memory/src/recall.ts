/** From a question to the records that answer it. */

import { estimateTokens, fitBudget } from './budget.js'
import { findNames, nameCandidates } from './names.js'
import { pushRanks } from './push.js'
import { parseQuery, type Term, toMatch, toMatchAll, toMatchNear } from './query.js'
import {
  type Claim,
  type MemoryKind,
  type MemorySource,
  type Sensitivity,
  sensitivities,
  type Verification,
} from './record.js'
import { attributeStems, attributesOf, changeWords, tellsChange } from './relations.js'
import { coverage, type Explanation, fade, matchTerms, quality, stemsOf, termWeight } from './relevance.js'
import { stem } from './stem.js'
import { stopWords } from './stop-words.js'
import type { Candidate, Found, Reader, Store } from './store.js'
import { findTime, type TimeSpan } from './times.js'
import type { Tuning } from './tuning.js'
import { fold, words } from './words.js'

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
  /** Weights of the stages that shall differ from the memory's for this question. */
  readonly tuning?: Partial<Tuning> | undefined
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
  /** Why there are no hits: no word says what is looked for, none is known, a name is in no record, what is known is too far off, or nothing fits. */
  readonly empty?: 'no-terms' | 'no-match' | 'unknown-name' | 'below-floor' | 'over-budget' | undefined
  /** The time that the question asks about, if it names one. In ms since the epoch. */
  readonly time?: { readonly from: number; readonly to: number; readonly text: string } | undefined
}

/** The parts of {@link RecallOptions} that shape the answer. */
export interface RecallShape {
  readonly limit: number
  readonly tokenBudget: number
  readonly floor: number
  readonly tuning: Tuning
  /** Records like the question by meaning, by similarity in [0, 1]. */
  readonly alike: ReadonlyMap<number, number>
}

/** Share of a question's full-text score that the turn after it gets: it is likely the answer. */
const answerShare = 0.9

/** Best hits of the full text whose threads and names are followed. */
const threadSources = 16
const graphSources = 2

/**
 * A name in more than this share of the records tells nothing, if it is in more than the first so many; nor does one in more
 * than the second, where each record's part of a walk is too small to go on ({@link pushRanks}).
 */
const hubShare = 0.02
const hubLeast = 10
const hubMost = 200

/** A word in more than this share of the records is common. */
const commonShare = 0.05
const commonLeast = 200

/** Most records that expansion adds; a name in no more than so many is looked for alone. */
const expanded = 12

/** Longest record that may be a version of one fact, in UTF-16 units. */
const versionLength = 240

/** Part of a question that may be left unsaid by the best hit before what other records add counts in full. */
const coveredGap = 0.05

/** Coverage that an answer needs where the question names what no record names: enough to take the name for misspelt. */
const strangeFloor = 0.6

/** What the stages add up to, for one record. */
interface Signals {
  readonly seq: number
  readonly thread: number | null
  readonly older?: string | undefined
  text: number
  beside: number
  graph: number
  vector: number
}

/** A question, read once. */
interface Asked {
  readonly terms: readonly Term[]
  /** Those the full text is asked for. */
  readonly searched: readonly Term[]
  readonly weights: readonly number[]
  /** Records that have each term. */
  readonly frequencies: readonly number[]
  /** The question without the time it names. */
  readonly left: string
  readonly names: readonly string[]
  readonly time: TimeSpan | undefined
  readonly attributes: ReadonlySet<string>
  readonly scope: string | undefined
  readonly namespaceId: number
  readonly records: number
}

/** Looks for `query` among what `reader` may see. */
export function recall(store: Store, query: string, reader: Reader, shape: RecallShape): Recall {
  const { limit, tokenBudget, floor, tuning } = shape
  const space = store.namespace(reader.namespace)
  const asked = ask(store, query, reader, tuning, space)
  const time = asked.time && { from: asked.time.from, to: asked.time.to, text: asked.time.text }
  const answer = { hits: [], terms: asked.terms.map(({ word }) => word), omitted: 0, ...(time && { time }) }
  if (asked.terms.length === 0 && asked.time === undefined) return { ...answer, empty: 'no-terms' }
  if (space === undefined) return { ...answer, empty: 'no-match' }
  const strange = tuning.names > 0 && floor > 0 && asked.names.some((name) => !isKnown(store, name, asked))
  const signals = gather(store, asked, reader, shape)
  const ranked = inTime(fuse(store, signals, asked, reader, shape), asked, floor)
  const distinct = arrange(ranked, asked, strange ? { ...shape, floor: Math.max(floor, strangeFloor) } : shape)
  const hits = fitBudget(distinct, ({ content }) => estimateTokens(content), tokenBudget).slice(0, limit)
  if (hits.length > 0) return { ...answer, hits, omitted: distinct.length - hits.length }
  if (signals.size === 0) return { ...answer, empty: 'no-match' }
  return {
    ...answer,
    omitted: distinct.length,
    empty: distinct.length > 0 ? 'over-budget' : strange ? 'unknown-name' : 'below-floor',
  }
}

/** Reads the question: what it is about, whom it names, when, and which attribute it asks for. */
function ask(
  store: Store,
  query: string,
  reader: Reader,
  tuning: Tuning,
  space: { id: number; records: number; total: number } | undefined,
): Asked {
  const time = tuning.time > 0 ? findTime(query, reader.now) : undefined
  const left = time?.relative === true ? query.replace(time.text, ' ') : query
  const parsed = parseQuery(left)
  const weighed = parsed
    .map((term) => ({ term, frequency: frequency(store, term, space?.total ?? 0) }))
    .map((one) => ({ ...one, weight: termWeight(one.term, one.frequency, space?.total ?? 0) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, maxTerms)
  const timed = new Set(words(time?.text ?? '').map(fold))
  const names = findNames(left).filter(
    ({ initial, key }) => !initial && !key.split(' ').some((word) => timed.has(word)),
  )
  return {
    terms: weighed.map(({ term }) => term),
    searched: rareEnough(weighed, space?.total ?? 0).map(({ term }) => term),
    weights: weighed.map(({ weight }) => weight),
    frequencies: weighed.map(({ frequency: count }) => count),
    left,
    names: names.map(({ key }) => key),
    time,
    attributes:
      tuning.expansion + tuning.versions > 0 ? attributesOf(new Set(parsed.map((term) => term.stem))) : new Set(),
    scope: space !== undefined && space.records * 2 < space.total ? `n${space.id}` : undefined,
    namespaceId: space?.id ?? 0,
    records: space?.records ?? 0,
  }
}

/** Leaves out words that very many records have, where two rarer ones are left: they cost most and order least. */
function rareEnough<T extends { readonly frequency: number }>(weighed: readonly T[], total: number): readonly T[] {
  const rare = weighed.filter(({ frequency: count }) => count <= Math.max(commonLeast, commonShare * total))
  return rare.filter(({ frequency: count }) => count > 0).length >= 2 ? rare : weighed
}

/** Whether some record has the parts of a name close together, or the name is another name of something known. */
function isKnown(store: Store, name: string, { scope, namespaceId }: Asked): boolean {
  const match = toMatchNear(name, scope)
  return match === undefined || store.mentions(match) || store.graph.find(namespaceId, [name]).length > 0
}

/** Collects candidates from each stage, each list divided by its best. */
function gather(store: Store, asked: Asked, reader: Reader, shape: RecallShape): Map<number, Signals> {
  const { limit, tuning, alike } = shape
  const signals = new Map<number, Signals>()
  const signal = (seq: number, thread: number | null = null, older?: string): Signals => {
    const known = signals.get(seq)
    if (known !== undefined) return known
    const fresh = { seq, thread, older, text: 0, beside: 0, graph: 0, vector: 0 }
    signals.set(seq, fresh)
    return fresh
  }

  const found = asked.terms.length === 0 ? [] : search(store, toMatch(asked.searched, asked.scope), reader, limit)
  const best = found[0]?.bm25 ?? 1
  for (const { seq, bm25, thread, older } of found) {
    if (older !== undefined && tuning.versions === 0) continue
    const one = signal(seq, thread, older)
    one.text = Math.max(one.text, bm25)
  }
  if (tuning.expansion > 0) {
    for (const { seq, bm25, thread } of expand(store, asked, reader)) {
      const one = signal(seq, thread)
      one.text = Math.max(one.text, Math.min(bm25, best) * 0.5)
    }
  }
  if (asked.time !== undefined && found.length === 0) {
    for (const seq of store.within(asked.time.from, asked.time.to, reader, limit * 2)) signal(seq).text = best
  }
  if (tuning.thread > 0) {
    for (const { seq, thread, text } of [...signals.values()].slice(0, threadSources)) {
      if (thread === null) continue
      for (const { seq: neighbour, answers } of store.beside(thread, seq)) {
        signal(neighbour, thread).beside += (answers ? answerShare : tuning.thread) * text
      }
    }
  }
  if (tuning.graph > 0) {
    for (const [seq, rank] of walk(store, asked, found, reader)) signal(seq).graph = rank
  }
  for (const [seq, similarity] of tuning.vectors > 0 ? alike : []) signal(seq).vector = similarity
  return signals
}

/** Records that name what the question names, and tell the attribute it asks for or a change, in whatever words. */
function expand(store: Store, { attributes, names, scope, terms, frequencies }: Asked, reader: Reader): Found[] {
  if (names.length === 0) return []
  const known = new Set(terms.map((term) => term.stem))
  const few = frequencies.some((count, index) => terms[index]?.name === true && count <= expanded)
  const stems = few ? [] : [...attributeStems(attributes), ...changeWords].filter((one) => !known.has(one))
  return store.search(toMatchAll(names, stems, scope), expanded, reader).found
}

/** Walks from the names of the question and its best hits over shared names. Nothing, if it names nobody known. */
function walk(store: Store, asked: Asked, found: readonly Found[], reader: Reader): Map<number, number> {
  const hub = Math.min(hubMost, Math.max(hubLeast, hubShare * asked.records))
  const keys = asked.terms.some(({ name }) => name) || asked.names.length > 0 ? nameCandidates(asked.left) : []
  const seeds = longestOnly(store.graph.find(asked.namespaceId, keys).filter(({ records }) => records <= hub))
  if (seeds.length === 0) return new Map()
  const mass = new Map(seeds.map(({ id }) => [-id, 0.5 / seeds.length]))
  const sources = found.slice(0, graphSources)
  const total = sources.reduce((sum, { bm25 }) => sum + bm25, 0)
  for (const { seq, bm25 } of sources) mass.set(seq, (0.5 * bm25) / total)
  const limits = { sensitivity: sensitivities.indexOf(reader.clearance), now: reader.now, hub }
  const ranks = [...pushRanks(mass, store.graph.neighbours(limits))].filter(([node]) => node >= 0)
  const best = Math.max(...ranks.map(([, rank]) => rank))
  return new Map(ranks.map(([node, rank]) => [node, rank / best]))
}

/** Leaves out a name that is part of a longer one of the question. */
function longestOnly<T extends { readonly asked: string }>(rows: readonly T[]): T[] {
  return rows.filter(
    ({ asked }) =>
      !rows.some((other) => other.asked.length > asked.length && ` ${other.asked} `.includes(` ${asked} `)),
  )
}

/** Adds up the signals, and reads the records that come first. */
function fuse(
  store: Store,
  signals: ReadonlyMap<number, Signals>,
  asked: Asked,
  reader: Reader,
  { limit, tuning }: RecallShape,
): Ranked[] {
  const all = [...signals.values()]
  const best = Math.max(...all.map(({ text }) => text), 1e-9)
  const graphWeight = tuning.graph * (all.some(({ graph }) => graph > 0) ? uncovered(store, all, asked, reader) : 0)
  const parts = all.map((one) => {
    const text = (tuning.text * one.text) / best
    const thread = one.beside / best
    const graph = graphWeight * one.graph
    const vector = tuning.vectors * one.vector
    return { one, text, thread, graph, vector, total: text + thread + graph + vector }
  })
  parts.sort((a, b) => b.total - a.total || b.one.seq - a.one.seq)
  const top = parts.filter(({ total }) => total > 0).slice(0, limit * 2 + 8)
  const rows = store.fetch(
    top.map(({ one }) => one.seq),
    reader,
  )
  const most = top[0]?.total ?? 1
  return top.flatMap(({ one, text, thread, graph, vector, total }) => {
    const row = rows.get(one.seq)
    if (row === undefined) return []
    const share = (value: number): number => value / most
    const shares = { text: share(text), thread: share(thread), graph: share(graph), vector: share(vector) }
    return [{ row, hit: toHit(row, { one, shares, total: total / most, bm25: one.text }, asked, reader.now) }]
  })
}

/** The share of the question that no single one of the best full-text hits says: what another record must add. */
function uncovered(store: Store, signals: readonly Signals[], asked: Asked, reader: Reader): number {
  const best = [...signals].sort((a, b) => b.text - a.text).slice(0, 3)
  const rows = store.fetch(
    best.map(({ seq }) => seq),
    reader,
  )
  const covered = [...rows.values()].map(({ record, terms, moment }) =>
    coverage(asked.weights, matchTerms(asked.terms, [record.content, terms, moment].join('\n'))),
  )
  return Math.min(1, (1 - Math.max(0, ...covered)) / coveredGap)
}

interface Ranked {
  readonly row: Candidate
  readonly hit: MemoryHit
}

function toHit(
  { record, terms: extra, moment, freshAt }: Candidate,
  { one, shares, total, bm25 }: { one: Signals; shares: Explanation['shares']; total: number; bm25: number },
  asked: Asked,
  now: number,
): MemoryHit {
  const { id, content, kind, source, verification, confidence } = record
  const matches = matchTerms(asked.terms, [content, extra, moment, one.older ?? ''].join('\n'))
  const freshness = record.pinned ? 1 : fade(now - freshAt)
  const explanation: Explanation = {
    bm25,
    shares,
    coverage: coverage(asked.weights, matches),
    matched: asked.terms.filter((_, index) => matches[index] === true).map(({ word }) => word),
    missed: asked.terms.filter((_, index) => matches[index] !== true).map(({ word }) => word),
    freshness,
    confidence: confidence * (verification === 'inferred' ? freshness : 1),
    ...(one.vector > 0 && { similarity: one.vector }),
    ...(one.older !== undefined && { newestVersion: true }),
  }
  return {
    id,
    content,
    kind,
    score: total * quality(explanation, verification),
    source,
    verification,
    confidence,
    explanation,
  }
}

/** A time counted from now limits the answer, where something inside answers; one of the calendar puts what is inside first. */
function inTime(ranked: readonly Ranked[], { time, terms }: Asked, floor: number): Ranked[] {
  if (time === undefined) return [...ranked]
  const judged = ranked.map(({ row, hit }) => {
    const inside = row.from < time.to && row.to > time.from
    const counts = time.relative || row.moment !== ''
    const explanation = { ...hit.explanation, inTime: inside }
    return { row, hit: { ...hit, score: hit.score * (inside || !counts ? 1 : 0.5), explanation } }
  })
  const inside = judged.filter(({ hit }) => hit.explanation.inTime === true)
  const answers = inside.some(({ hit }) => terms.length === 0 || hit.explanation.coverage >= floor)
  return time.relative && answers ? inside : judged
}

/** Orders the hits, drops what is too far off, and lets versions of one fact and repeats fall behind the best of them. */
function arrange(ranked: readonly Ranked[], asked: Asked, { floor, tuning }: RecallShape): MemoryHit[] {
  const sorted = [...ranked].sort((a, b) => b.hit.score - a.hit.score || b.row.seq - a.row.seq)
  const alike = ({ similarity = 0 }: Explanation): boolean => tuning.likeness < 1 && similarity >= tuning.likeness
  const known =
    asked.terms.length === 0 ||
    sorted.some(({ hit: { explanation } }) => explanation.coverage >= floor || alike(explanation))
  if (!known) return []
  const near = sorted.filter(({ hit: { explanation } }) => {
    const { coverage, shares } = explanation
    return coverage >= floor / 4 || alike(explanation) || shares.graph + shares.thread + shares.vector >= 0.05
  })
  const ordered = tuning.versions > 0 ? newestFirst(near, asked) : near
  const distinct = withoutRepeats(ordered.map(({ hit }) => hit))
  return tuning.diversity > 0 ? variedFirst(distinct) : distinct
}

/**
 * Puts the newest version of what is asked where the best of them stands; the others stay in their order.
 *
 * A version is a short record that names all the question names and answers it as well as the best of them; or that tells of
 * a change, or of the like of an answer, and is no liker to anything else told of the same names. First statements repeat the
 * words of the question and corrections do not, so relevance cannot order them.
 */
function newestFirst(ranked: readonly Ranked[], asked: Asked): Ranked[] {
  const named = new Set(asked.terms.filter(({ name }) => name).map((term) => term.stem))
  if (named.size === 0) return [...ranked]
  const rest = asked.terms.filter(({ name }) => !name).map((term) => term.stem)
  const names = asked.terms.filter(({ name }) => name).map(({ word }) => word)
  const told = ranked.flatMap(({ row: { record, terms: extra }, hit }, place): Told[] => {
    if (record.content.length > versionLength) return []
    if (!names.every((word) => hit.explanation.matched.includes(word))) return []
    const stems = stemsOf(`${record.content}\n${extra}`)
    if (![...named].every((one) => stems.has(one))) return []
    for (const one of named) stems.delete(one)
    const shared = rest.filter((one) => stems.has(one)).length
    return [
      { place, shared, claim: record.claim, changes: tellsChange(stems), traits: traitsOf(record.content, stems) },
    ]
  })
  const most = Math.max(1, ...told.map(({ shared }) => shared))
  const answers = told.filter(
    ({ shared, claim }) => shared >= most || (claim !== undefined && asked.attributes.has(claim.attribute)),
  )
  const rivals = told.filter((one) => !answers.includes(one) && !one.changes)
  const versions = told.filter((one) => {
    if (answers.includes(one)) return true
    const like = likeness(one, answers)
    return (one.changes || like >= 2) && !tellsAnother(one.claim) && like >= likeness(one, rivals)
  })
  const places = versions.map(({ place }) => place)
  if (places.length < 2) return [...ranked]
  const first = Math.min(...places)
  const newest = places.reduce((best, place) => (isLater(ranked[place], ranked[best]) ? place : best), first)
  const others = ranked.filter((_, place) => place !== newest)
  const ordered = [...others.slice(0, first), ...ranked.filter((_, place) => place === newest), ...others.slice(first)]
  return ordered.map(({ row, hit }, place) => ({ row, hit: { ...hit, score: ranked[place]?.hit.score ?? hit.score } }))
}

/** Whether one record was said later than the other, or written later if both were said at once. */
function isLater(one: Ranked | undefined, other: Ranked | undefined): boolean {
  if (one === undefined || other === undefined) return false
  const gap = one.row.record.source.at - other.row.record.source.at
  return gap > 0 || (gap === 0 && one.row.seq > other.row.seq)
}

/** A short record of the names that are asked about. */
interface Told {
  readonly place: number
  /** Terms of the question it has, beside the names. */
  readonly shared: number
  readonly claim: Claim | undefined
  /** Whether it says that something changed. */
  readonly changes: boolean
  readonly traits: ReadonlySet<string>
}

/** Whether a claim is one of those that questions are known to ask for: it is no version of what this one asks. */
function tellsAnother(claim: Claim | undefined): boolean {
  return claim !== undefined && attributeStems(new Set([claim.attribute])).length > 0
}

/** The most traits that it shares with one of the others. */
function likeness(one: Told, others: readonly Told[]): number {
  const shared = others.map((other) =>
    other === one ? 0 : [...one.traits].filter((trait) => other.traits.has(trait)).length,
  )
  return Math.max(0, ...shared)
}

/** What kind of thing a record tells of its subject: its words, which attributes they hint at, and what its values look like. */
function traitsOf(content: string, stems: ReadonlySet<string>): Set<string> {
  const traits = new Set<string>()
  for (const one of stems) if (!stopWords.has(one) && !changeWords.has(one)) traits.add(one)
  for (const attribute of attributesOf(stems)) traits.add(`of ${attribute}`)
  for (const [, unit = ''] of content.matchAll(/\d ?(\p{L}+)/gu)) traits.add(`in ${fold(unit)}`)
  for (const word of words(content).slice(1)) {
    if (!stems.has(stem(fold(word)))) continue
    if (/^\d+$/.test(word)) traits.add('a number')
    else if (/\d/.test(word)) traits.add('a code')
    else if (/^\p{Lu}/u.test(word)) traits.add('a name')
  }
  return traits
}

/** Lets the same words, said by two authors, fill one place: the better one. */
function withoutRepeats(ranked: readonly MemoryHit[]): MemoryHit[] {
  const seen = new Set<string>()
  return ranked.filter(({ content }) => !seen.has(content) && seen.add(content))
}

/** Moves what says nearly the same as a better hit behind the others: nine words in ten are shared. */
function variedFirst(ranked: readonly MemoryHit[]): MemoryHit[] {
  const kept: ReadonlySet<string>[] = []
  const repeats = new Set<MemoryHit>()
  for (const hit of ranked) {
    const own = new Set(words(hit.content.toLowerCase()))
    const repeat = kept.some((other) => {
      if (Math.min(own.size, other.size) < 0.9 * Math.max(own.size, other.size)) return false
      let shared = 0
      for (const word of own) if (other.has(word)) shared++
      return shared >= 0.9 * (own.size + other.size - shared)
    })
    if (repeat) repeats.add(hit)
    else kept.push(own)
  }
  return [...ranked.filter((hit) => !repeats.has(hit)), ...repeats]
}

/** Widens the pool until enough of it may be seen, or nothing more matches. */
function search(store: Store, match: string, reader: Reader, limit: number): Found[] {
  for (let pool = limit * 2 + 12; ; pool *= 8) {
    const { found, exhausted } = store.search(match, pool, reader)
    if (exhausted || found.length >= limit) return found
  }
}

function frequency(store: Store, { stem: own, parts }: Term, total: number): number {
  const ofParts = parts.map((part) => store.frequency(part, total))
  return Math.max(store.frequency(own, total), parts.length === 0 ? 0 : Math.min(...ofParts))
}
