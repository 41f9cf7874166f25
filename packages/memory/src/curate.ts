/** Keeping a memory in order: what to sweep, merge, condense, and show to a person. */

import type { MemoryRecord } from './record.js'
import { fade } from './relevance.js'
import { stem } from './stem.js'
import { stopWords } from './stop-words.js'
import { fold, words } from './words.js'

/** What a pass over the memory may do. */
export interface CurateOptions {
  /** Whose memory. @defaultValue the memory's own */
  readonly namespace?: string | undefined
  /** Whether only to tell what would be done. @defaultValue `false` */
  readonly dryRun?: boolean | undefined
  /** Most records to keep; those worth least are forgotten. Integer, range [0, ∞). @defaultValue all */
  readonly keep?: number | undefined
  /** Age from which the events of one thread are condensed into a summary, in ms. Left out, none are. */
  readonly condenseAfterMs?: number | undefined
  /** Ends the extractor's reading, and with it the pass; nothing is changed then. */
  readonly signal?: AbortSignal | undefined
}

/** What was done, or would be; ids. */
export interface Curation {
  readonly dryRun: boolean
  /** Deleted, for their time had come. */
  readonly expired: readonly string[]
  /** Closed in favour of a record that says the same; `reopen` takes it back. */
  readonly merged: readonly { readonly kept: string; readonly closed: string }[]
  /** Deleted, being worth least. */
  readonly forgotten: readonly string[]
  /** Written from the events of a thread; they go when one of these is forgotten. */
  readonly condensed: readonly { readonly summary?: string | undefined; readonly of: readonly string[] }[]
  /** Open records that tell different values of one claim; for a person to settle. */
  readonly conflicts: readonly {
    readonly subject: string
    readonly attribute: string
    readonly ids: readonly string[]
  }[]
}

/** A record, and what use it has been. */
export interface Used {
  readonly record: MemoryRecord
  readonly uses: number
  readonly usedAt: number | undefined
}

/** Events of one thread that are condensed at once, at least; and the sentences that are kept of them. */
const leastEvents = 5
const keptSentences = 3

/** How much a record is worth keeping: sure, fresh and used. Range [0, ∞); a pinned one is worth all. */
export function worth({ record, uses, usedAt }: Used, now: number): number {
  if (record.pinned) return Infinity
  const freshness = fade(now - Math.max(record.source.at, usedAt ?? -Infinity))
  const verified = { inferred: 0.5, stated: 1, verified: 1.5 }[record.verification]
  return record.confidence * verified * (0.2 + freshness) * (1 + Math.log1p(uses))
}

/**
 * Pairs of records that say the same in nearly the same words: equal stems in the same order, grammar aside.
 *
 * What happened twice is no repeat: events must be of the same moment too.
 */
export function findRepeats(
  records: readonly MemoryRecord[],
  now: number,
): { kept: MemoryRecord; closed: MemoryRecord }[] {
  const groups = new Map<string, MemoryRecord[]>()
  for (const record of records) {
    const moment = record.kind === 'event' ? (record.happenedAt ?? record.source.at) : ''
    const key = `${record.kind} ${moment} ${gistKey(record.content)}`
    groups.set(key, [...(groups.get(key) ?? []), record])
  }
  return [...groups.values()].flatMap((group) => {
    const [kept, ...rest] = group.toSorted((a, b) => trust(b, now) - trust(a, now) || (a.id < b.id ? -1 : 1))
    return kept === undefined ? [] : rest.map((closed) => ({ kept, closed }))
  })
}

/** Threads whose old events are many enough to be condensed, and the sentences that stand for them. */
export function condense(
  records: readonly MemoryRecord[],
  before: number,
): { readonly of: readonly MemoryRecord[]; readonly content: string }[] {
  const threads = new Map<string, MemoryRecord[]>()
  for (const record of records) {
    if (record.kind !== 'event' || record.thread === undefined || record.source.at >= before || record.pinned) continue
    threads.set(record.thread, [...(threads.get(record.thread) ?? []), record])
  }
  return [...threads.values()]
    .filter((events) => events.length >= leastEvents)
    .map((events) => ({ of: events, content: extract(events.map(({ content }) => content)) }))
}

/** Picks the sentences that share most words with the others, and gives them in their order. */
export function extract(texts: readonly string[]): string {
  const sentences = texts.flatMap((text) => text.split(/(?<=[.!?])\s+|\n/)).filter((sentence) => sentence.trim() !== '')
  const stems = sentences.map((sentence) => new Set(meaning(sentence)))
  const counts = new Map<string, number>()
  for (const one of stems) for (const word of one) counts.set(word, (counts.get(word) ?? 0) + 1)
  const weights = stems.map((one) => {
    const shared = [...one].reduce((sum, word) => sum + (counts.get(word) ?? 0) - 1, 0)
    return shared / Math.sqrt(one.size + 4)
  })
  const best = weights
    .map((weight, index) => ({ weight, index }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
  return best
    .slice(0, keptSentences)
    .sort((a, b) => a.index - b.index)
    .map(({ index }) => sentences[index]?.trim())
    .join(' ')
}

function trust(record: MemoryRecord, now: number): number {
  return worth({ record: { ...record, pinned: false }, uses: 0, usedAt: undefined }, now) + (record.pinned ? 10 : 0)
}

function gistKey(content: string): string {
  return meaning(content).join(' ') || content
}

function meaning(text: string): string[] {
  return words(text)
    .map(fold)
    .filter((word) => !stopWords.has(word))
    .map(stem)
}
