/** The memory of an agent: a shell around the rows, with the clock, ids and events of its owner. */

import { type Clock, describeError, type IdSource, type Publisher, type SqlDatabase } from '@salp/core'
import { z } from 'zod'
import { type About, tellAbout } from './about.js'
import { type Annotation, annotate } from './annotate.js'
import { type BrowseFilter, type BrowseOptions, type BrowsePage, browse, countDays, type DayCount } from './browse.js'
import { type CurateOptions, type Curation, condense, findRepeats, worth } from './curate.js'
import { digest } from './digest.js'
import { type Embedder, embedAll } from './embedder.js'
import { eraseSoon } from './erase.js'
import type { Consolidated, Extractor } from './extractor.js'
import { lineSchema, toLine } from './lines.js'
import { nameKey } from './names.js'
import { consolidateGroups, type Enrichment, enrichRecords, groupKey } from './read-with-model.js'
import { createReadings } from './readings.js'
import { type ReadOptions, type Recall, type RecallOptions, recall } from './recall.js'
import {
  authors,
  type Claim,
  kinds,
  label,
  type MemoryInput,
  MemoryInputError,
  type MemoryRecord,
  type ParsedInput,
  parse,
  parseInput,
  type Sensitivity,
  sensitivities,
  verifications,
} from './record.js'
import { nextVersion, type Revision, refile, revisionSchema } from './revise.js'
import { createStore, type ForgetFilter, type MemoryStats, type Reader } from './store.js'
import { timeWords } from './times.js'
import { findTopics, type NameGraph } from './topics.js'
import { defaultTuning, type Tuning } from './tuning.js'
import { createVectors } from './vectors.js'
import { extraTerms } from './words.js'

/** What a memory tells others. Ids only: who may read the text asks for it. */
export interface MemoryEvents {
  'memory:remembered': { at: number; id: string; namespace: string; status: 'added' | 'known' }
  /** `erased` is false if bytes of the text may still be in the file or its log: see {@link eraseDeleted}. */
  /** A question was answered without vectors. */
  'memory:embedder-failed': { at: number; reason: string }
  /** A model did not read; what the rules read stands. */
  'memory:extractor-failed': { at: number; reason: string }
  'memory:forgotten': { at: number; ids: readonly string[]; namespace: string; erased: boolean }
}

/** What a memory asks of the application. The tables of {@link memoryMigrations} must be there. */
export interface MemoryDeps {
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  readonly events?: Publisher<MemoryEvents> | undefined
  /** Finds by meaning too. None is required; without one, nothing of this is loaded or stored. */
  readonly embedder?: Embedder | undefined
  /** Reads beside the rules: names and relations, and what is worth keeping of old events. */
  readonly extractor?: Extractor | undefined
}

/** How a memory behaves where a call does not say. */
export interface MemoryOptions {
  /** @defaultValue `'default'` */
  readonly namespace?: string | undefined
  /** The most secret level that reads see. @defaultValue `'internal'` */
  readonly clearance?: Sensitivity | undefined
  /** Weights of the stages of recall that shall differ from {@link defaultTuning}. */
  readonly tuning?: Partial<Tuning> | undefined
}

/** What became of a record that was handed in. */
export interface Remembered {
  /** As it stands now. */
  readonly record: MemoryRecord
  /** `known` if the same author had already said the same. */
  readonly status: 'added' | 'known'
}

/** How to list. */
export interface ListOptions extends ReadOptions {
  /** Most records. Integer, range [1, 1000]. @defaultValue `50` */
  readonly limit?: number | undefined
  /** Id of the last record of the page before; it need not exist any more. */
  readonly before?: string | undefined
}

/** What an agent knows. */
export interface Memory {
  /**
   * Writes a record; once the promise is kept, it survives `kill -9` and is found by its words.
   *
   * What the same author said before, in the same words and for the same time, is not written again: the old record
   * takes the higher confidence, verification and sensitivity, the later expiry, and all tags.
   *
   * @throws {@link MemoryInputError} (`memory/input`, `memory/too-large`, `memory/superseded-unknown`).
   */
  remember(input: MemoryInput): Promise<Remembered>
  /** Writes many records in one transaction, all or none. */
  rememberAll(inputs: readonly MemoryInput[]): Promise<Remembered[]>
  /**
   * Finds the records that answer a question; any text is one.
   *
   * A record that shares too little of what is asked is not a hit, so that the answer may be empty; `empty` says why.
   *
   * @throws RangeError if an option is out of range.
   * @throws The signal's reason if it aborts.
   */
  recall(query: string, options?: RecallOptions): Promise<Recall>
  /** Gives a record, superseded or not, if this reader may see it. */
  get(id: string, options?: ReadOptions): Promise<MemoryRecord | undefined>
  /** Gives the records whose place this one took, directly or through others, the newest first; none for an unknown id. */
  history(id: string, options?: ReadOptions): Promise<MemoryRecord[]>
  /** Gives the records that hold now, newest first. */
  list(options?: ListOptions): Promise<MemoryRecord[]>
  /** Gives records by when they happened or were recorded, newest first, page by page. @throws {@link MemoryInputError} (`memory/input`). */
  browse(options?: BrowseOptions): Promise<BrowsePage>
  /** Counts the records of {@link Memory.browse} by day, oldest first. `offsetMs` is what the reader's zone adds to UTC. */
  days(options?: BrowseFilter & { readonly offsetMs?: number | undefined }): Promise<readonly DayCount[]>
  /**
   * Changes a record. Other words, or another time they hold for, are a new version of it, and the old one stays as history;
   * how it is filed changes in place.
   *
   * @returns The record that holds now; nothing, if `id` is unknown or was superseded.
   * @throws {@link MemoryInputError} (`memory/input`, `memory/too-large`).
   */
  revise(id: string, change: Revision, options?: Pick<ReadOptions, 'namespace'>): Promise<MemoryRecord | undefined>
  /** Closes a record in favour of another that holds. @throws {@link MemoryInputError} (`memory/superseded-unknown`). */
  supersede(id: string, by: string, options?: Pick<ReadOptions, 'namespace'>): Promise<void>
  /**
   * Deletes for good: the rows, their words in the index and their bytes in file and log.
   *
   * Blocks while the file is rewritten, about 6 ms a megabyte. Past 64 MiB, or while another connection reads, the bytes
   * stay until {@link eraseDeleted}; the event says so.
   *
   * @param which - An id, or a filter whose every field must fit. At least one field; `{ namespace }` alone forgets all of it.
   * @returns How many records are gone.
   * @throws {@link MemoryInputError} (`memory/input`) if the filter is empty or malformed.
   */
  forget(which: string | (ForgetFilter & { readonly namespace?: string | undefined })): Promise<number>
  stats(options?: ReadOptions): Promise<MemoryStats>
  /**
   * Gives vectors to the records that lack one, batch by batch; each batch is durable, so that a run that was cut short goes
   * on where it stopped. Once all have one, the vectors of other models go. Search works meanwhile, with those there are.
   *
   * @param options - `limit`: most records. Range [1, ∞), by default all.
   * @returns How many got one, and how many still lack one.
   * @throws {@link EmbedderError} (`memory/embedder`) if the embedder returns what it should not.
   */
  embed(options?: {
    readonly limit?: number | undefined
    readonly signal?: AbortSignal | undefined
  }): Promise<{ readonly embedded: number; readonly left: number }>
  /**
   * Lets the extractor read the newest records it has not read, up to this memory's clearance; each batch is durable. A batch
   * that fails stays for another time; after two in a row the pass ends.
   *
   * @param options - `limit`: most records, and so the most that it can cost. Range [1, ∞).
   * @returns How many were read, and how many still wait. `failed` says why the last that failed did.
   */
  enrich(options: { readonly limit: number; readonly signal?: AbortSignal | undefined }): Promise<Enrichment>
  /** Every record this reader may see as a line of JSON, oldest first, what was superseded included. */
  exportLines(options?: ReadOptions): IterableIterator<string>
  /**
   * Reads lines of {@link Memory.exportLines} back, all or none, each record once: ids, provenance, times and history stay. When
   * they were recorded stays too, where this memory holds nothing later.
   *
   * @returns How many records are new here.
   * @throws {@link MemoryInputError} (`memory/input`) naming the line that is not one.
   */
  importLines(lines: Iterable<string>): Promise<number>
  /** Notes that records were of use: they count as fresh as on the day they were said, and are kept longest. */
  reinforce(ids: readonly string[]): Promise<void>
  /** Lets a record hold no more from now on, with nothing in its place; it stays as history. @returns Whether it was open. */
  retract(id: string, options?: Pick<ReadOptions, 'namespace'>): Promise<boolean>
  /** Takes a closing back, so that the record holds again beside what took its place. @returns Whether it was closed. */
  reopen(id: string, options?: Pick<ReadOptions, 'namespace'>): Promise<boolean>
  /**
   * Sweeps, merges and condenses, and tells what a person should look at. Reads every record; doing it twice changes nothing
   * more. What it forgets is gone for good; what it merges can be reopened.
   */
  curate(options?: CurateOptions): Promise<Curation>
  /** Puts together what the 200 newest records that mention a name tell of it. Nothing, if none does. */
  about(name: string, options?: ReadOptions): Promise<About | undefined>
  /** The most common names and what joins them, by topic. `limit` is the most names, range [1, 10000], by default 500. */
  graph(options?: ReadOptions & { readonly limit?: number | undefined }): Promise<NameGraph>
}

const forgetSchema = z
  .strictObject({
    namespace: label.optional(),
    ids: z.array(z.string()).max(10_000).optional(),
    kind: z.enum(kinds).optional(),
    tag: label.optional(),
    author: z.enum(authors).optional(),
    channel: label.optional(),
    sessionId: label.optional(),
    turnId: label.optional(),
    recordedBefore: z.number().optional(),
    expiredBy: z.number().optional(),
  })
  .refine((filter) => Object.values(filter).some((value) => value !== undefined), 'names nothing to forget')

/** Questions whose vectors are kept, so that a page that asks twice pays once. */
const keptQuestions = 64

/** Creates the memory over an open database. Starts nothing, writes nothing. */
export function createMemory(
  { db, clock, ids, events, embedder, extractor }: MemoryDeps,
  options: MemoryOptions = {},
): Memory {
  const readings = createReadings(db)
  const store = createStore(db)
  const vectors = embedder && createVectors(db, embedder)
  const questions = new Map<string, Float32Array>()
  const tuning = { ...defaultTuning, ...options.tuning }
  const own = { namespace: options.namespace ?? 'default', clearance: options.clearance ?? 'internal' }

  /** Time here never goes back, so that a clock that does reopens nothing that was closed. */
  const now = (): number => Math.max(clock.now(), store.lastStamp())

  const reader = (read: RecallOptions = {}): Reader => {
    const { namespace = own.namespace, clearance = own.clearance } = read
    if (!sensitivities.includes(clearance)) throw new RangeError(`Cannot read with clearance "${clearance}"`)
    const at = now()
    return { namespace, clearance, now: at, asOf: read.asOf ?? at, validAt: read.validAt ?? read.asOf ?? at }
  }

  const write = (input: ParsedInput): Remembered => {
    const at = now()
    const notes = annotate(input.content, input.source.at ?? at)
    const record = toRecord(input, { id: ids(), namespace: own.namespace, at, notes })
    const key = digest(identity(record))
    const known = store
      .withDigest(key, record.namespace)
      .find((other) => identity(other) === identity(record) && !((other.expiresAt ?? Infinity) <= record.recordedAt))
    const written = known === undefined ? record : merge(known, record)
    const terms = extraTerms(written.content, [...written.tags, input.subject ?? '', input.attribute ?? ''])
    if (known === undefined) {
      const dated = input.happenedAt ?? input.source.at
      const moment = dated === undefined ? '' : timeWords(dated)
      store.insert({ ...written, terms, digest: key, moment, notes })
    } else if (JSON.stringify(written) !== JSON.stringify(known)) store.merge(written, terms)
    if (input.supersedes !== undefined) supersede(input.supersedes, written, record.recordedAt)
    if (known !== undefined || written.claim === undefined)
      return { record: written, status: known === undefined ? 'added' : 'known' }
    return { record: settle(written, written.claim, notes.claim?.value), status: 'added' }
  }

  /** Closes the other versions of a claim, or the new one if it is older. What is surer than the new one stays. */
  const settle = (written: MemoryRecord, claim: Claim, value: string | undefined): MemoryRecord => {
    for (const other of store.openClaims(claim, written.namespace, written.id, written.recordedAt)) {
      const same = value !== undefined && annotate(other.content, other.source.at).claim?.value === value
      const surer = verifications.indexOf(other.verification) > verifications.indexOf(written.verification)
      if (same || surer || overlapsNot(other, written)) continue
      const [old, by] = other.source.at > written.source.at ? [written, other] : [other, written]
      store.supersede(old.id, {
        by: by.id,
        at: written.recordedAt,
        from: by.validFrom ?? Math.min(by.source.at, written.recordedAt),
      })
      if (old === written) break
    }
    return (
      store.get(written.id, { namespace: written.namespace, clearance: 'restricted', now: written.recordedAt }) ??
      written
    )
  }

  const supersede = (id: string, by: MemoryRecord, at: number): void => {
    const old = store.get(id, { namespace: by.namespace, clearance: 'restricted', now: at })
    if (old?.supersededBy === by.id) return
    if (old === undefined || old.closedAt !== undefined || id === by.id) {
      const why =
        id === by.id ? 'says the same' : old === undefined ? 'is not in this namespace' : 'is superseded already'
      throw new MemoryInputError('memory/superseded-unknown', `supersedes: "${id}" ${why}`)
    }
    store.supersede(id, { by: by.id, at, from: by.validFrom ?? at })
  }

  /** The passes of {@link Memory.curate}, inside its transaction. */
  const curateNow = (
    { namespace = own.namespace, dryRun = false, keep, condenseAfterMs }: CurateOptions,
    consolidated: ReadonlyMap<string, readonly Consolidated[]>,
  ): Curation => {
    const at = now()
    const as = reader({ namespace, clearance: 'restricted' })
    const expired = dryRun ? store.expired(namespace, at) : store.delete(namespace, { expiredBy: at })
    const held = store.all(as)
    const records = held.map(({ record }) => record)
    const merged = findRepeats(records, at)
    const closed = new Set(merged.map((pair) => pair.closed.id))
    const kept = held.filter(({ record }) => !closed.has(record.id)).sort((a, b) => worth(b, at) - worth(a, at))
    const worthless = keep === undefined ? [] : kept.slice(keep).filter(({ record }) => !record.pinned)
    const forgotten = worthless.map(({ record }) => record.id)
    const done = store.wasCondensed()
    const gone = new Set([...closed, ...forgotten, ...done])
    const condensable = records.filter(({ id }) => !gone.has(id))
    const summaries = condenseAfterMs === undefined ? [] : condense(condensable, at - condenseAfterMs)
    if (!dryRun) {
      for (const pair of merged)
        store.supersede(pair.closed.id, { by: pair.kept.id, at, from: pair.closed.validFrom ?? pair.closed.source.at })
      if (forgotten.length > 0) store.delete(namespace, { ids: forgotten })
    }
    const condensed = summaries.flatMap(({ of, content }): Curation['condensed'] => {
      const ids = of.map(({ id }) => id)
      if (dryRun) return [{ of: ids }]
      const facts = consolidated.get(groupKey(of)) ?? []
      const kept = facts.length === 0 ? [{ content, kind: 'summary' } as const] : facts.map(asFact)
      return kept.map((one) => {
        const summary = write(parseInput(derivedFrom(of, one))).record.id
        store.condensed(summary, ids)
        return { summary, of: ids }
      })
    })
    return {
      dryRun,
      expired,
      merged: merged.map((pair) => ({ kept: pair.kept.id, closed: pair.closed.id })),
      forgotten,
      condensed,
      conflicts: findConflicts(records.filter(({ id }) => !closed.has(id))),
    }
  }

  const tellFailure = (reason: string): void => events?.publish('memory:extractor-failed', { at: clock.now(), reason })

  /** What the extractor makes of the events that are to be condensed, by their ids. Asked outside of any transaction. */
  const consolidate = async ({
    namespace = own.namespace,
    dryRun,
    condenseAfterMs,
    signal,
  }: CurateOptions): Promise<Map<string, readonly Consolidated[]>> => {
    if (extractor === undefined || condenseAfterMs === undefined || dryRun === true) return new Map()
    const done = store.wasCondensed()
    const held = store.all(reader({ namespace, clearance: own.clearance })).filter(({ record }) => !done.has(record.id))
    const groups = condense(
      held.map(({ record }) => record),
      now() - condenseAfterMs,
    )
    return consolidateGroups({ extractor, onFailure: tellFailure }, groups, signal)
  }

  /** Records like the question by meaning. A question that cannot be embedded is answered without. */
  const findAlike = async (
    query: string,
    as: Reader,
    limit: number,
    signal?: AbortSignal,
  ): Promise<Map<number, number>> => {
    if (embedder === undefined || vectors === undefined || query.trim() === '') return new Map()
    const space = store.namespace(as.namespace)
    if (space === undefined) return new Map()
    const sensitivity = sensitivities.indexOf(as.clearance)
    try {
      const question = questions.get(query) ?? (await embedAll(embedder, [query], { signal, purpose: 'query' }))[0]
      if (question === undefined) return new Map()
      questions.set(query, question)
      if (questions.size > keptQuestions) questions.delete(questions.keys().next().value ?? '')
      return vectors.search(question, { namespaceId: space.id, sensitivity, now: as.now, limit: limit * 2 + 8 })
    } catch (error) {
      signal?.throwIfAborted()
      events?.publish('memory:embedder-failed', { at: clock.now(), reason: describeError(error) })
      return new Map()
    }
  }

  const tell = (remembered: Remembered): Remembered => {
    const { id, namespace } = remembered.record
    events?.publish('memory:remembered', { at: clock.now(), id, namespace, status: remembered.status })
    return remembered
  }

  return {
    async remember(input) {
      const parsed = parseInput(input)
      return tell(db.transaction(() => write(parsed)))
    },

    async rememberAll(inputs) {
      const parsed = inputs.map(parseInput)
      return db.transaction(() => parsed.map(write)).map(tell)
    },

    async recall(query, read = {}) {
      read.signal?.throwIfAborted()
      const { limit = 8, tokenBudget = Infinity, floor = 0.35 } = read
      checkLimit(limit)
      const as = reader(read)
      const weights = { ...tuning, ...read.tuning }
      const alike = weights.vectors > 0 ? await findAlike(query, as, limit, read.signal) : new Map<number, number>()
      return recall(store, query, as, { limit, tokenBudget, floor, tuning: weights, alike })
    },

    get: async (id, read) => store.get(id, reader(read)),

    history: async (id, read) => store.before(id, reader(read)),

    async list({ limit = 50, before, ...read } = {}) {
      checkLimit(limit)
      return store.newest(reader(read), limit, before ?? null)
    },

    browse: async (read = {}) => browse(db, reader(read), read),

    days: async ({ offsetMs = 0, ...read } = {}) => countDays(db, reader(read), read, offsetMs),

    async revise(id, change, { namespace } = {}) {
      const parsed = parse(revisionSchema, change)
      const as = reader({ namespace, clearance: 'restricted' })
      const revised = db.transaction((): Remembered | undefined => {
        const old = store.get(id, as)
        if (old === undefined || old.closedAt !== undefined) return undefined
        const next = nextVersion(old, parsed)
        if (next !== undefined) return write(parseInput(next))
        const record = refile(old, parsed)
        const terms = extraTerms(record.content, [
          ...record.tags,
          record.claim?.subject ?? '',
          record.claim?.attribute ?? '',
        ])
        store.file(record, terms, digest(identity(record)))
        return { record, status: 'known' }
      })
      return revised && tell(revised).record
    },

    async supersede(id, by, { namespace } = {}) {
      db.transaction(() => {
        const as = reader({ namespace, clearance: 'restricted' })
        const heir = store.get(by, as)
        if (heir === undefined || heir.closedAt !== undefined)
          throw new MemoryInputError('memory/superseded-unknown', `by: "${by}" does not hold`)
        supersede(id, heir, as.now)
      })
    },

    async forget(which) {
      const { namespace = own.namespace, ...filter } = parse(
        forgetSchema,
        typeof which === 'string' ? { ids: [which] } : which,
      )
      const forgotten = db.transaction(() => store.delete(namespace, filter))
      if (forgotten.length > 0) {
        const erased = eraseSoon(db)
        events?.publish('memory:forgotten', { at: clock.now(), ids: forgotten, namespace, erased })
      }
      return forgotten.length
    },

    stats: async (read) => store.stats(reader(read)),

    async embed({ limit = Infinity, signal } = {}) {
      if (embedder === undefined || vectors === undefined) return { embedded: 0, left: 0 }
      let embedded = 0
      let after = -1
      while (embedded < limit) {
        const batch = vectors.missing(after, Math.min(embedder.batchSize ?? 32, limit - embedded))
        if (batch.length === 0) break
        after = batch.at(-1)?.seq ?? after
        const known = batch.map(({ content }) => vectors.known(content))
        const asked = batch.filter((_, index) => known[index] === undefined)
        const made =
          asked.length === 0
            ? []
            : await embedAll(
                embedder,
                asked.map(({ content }) => content),
                { signal, purpose: 'document' },
              )
        db.transaction(() => {
          let next = 0
          for (const [index, one] of batch.entries()) {
            const vector = known[index] ?? made[next++]
            if (vector !== undefined) vectors.put(one, vector)
          }
        })
        embedded += batch.length
      }
      const left = vectors.pending()
      if (left === 0) db.transaction(vectors.dropOthers)
      return { embedded, left }
    },

    async enrich({ limit, signal }) {
      if (!(limit >= 1)) throw new RangeError(`Cannot read ${limit} records`)
      if (extractor === undefined) return { read: 0, left: 0 }
      const sensitivity = sensitivities.indexOf(own.clearance)
      return enrichRecords({ db, extractor, readings, onFailure: tellFailure }, { limit, sensitivity, signal })
    },

    *exportLines(read) {
      const as = reader(read)
      for (let after = -1; ; ) {
        const page = store.history(after, as)
        for (const { record } of page) yield toLine(record)
        const last = page.at(-1)
        if (last === undefined) return
        after = last.seq
      }
    },

    async importLines(lines) {
      return db.transaction(() => {
        const closed: MemoryRecord[] = []
        let added = 0
        let number = 0
        for (const line of lines) {
          number++
          if (line.trim() === '') continue
          const record = parseLine(line, number)
          if (store.exists(record.id)) continue
          const recordedAt = Math.max(record.recordedAt, store.lastStamp())
          const terms = extraTerms(record.content, [
            ...record.tags,
            record.claim?.subject ?? '',
            record.claim?.attribute ?? '',
          ])
          const notes = annotate(record.content, record.source.at)
          const { validUntil, ...open } = record
          const moment = timeWords(record.happenedAt ?? record.source.at)
          const until = record.closedAt === undefined && validUntil !== undefined ? { validUntil } : {}
          store.insert({ ...open, ...until, recordedAt, terms, digest: digest(identity(record)), moment, notes })
          if (record.closedAt !== undefined) closed.push(record)
          added++
        }
        for (const { id, supersededBy = '', closedAt = 0, validUntil = closedAt } of closed) {
          store.supersede(id, { by: supersededBy, at: closedAt, from: validUntil })
        }
        return added
      })
    },

    async reinforce(used) {
      const at = now()
      db.transaction(() => {
        for (const id of used) store.use(id, at)
      })
    },

    retract: async (id, { namespace = own.namespace } = {}) =>
      db.transaction(() => store.retract(id, namespace, now())),

    reopen: async (id, { namespace = own.namespace } = {}) => db.transaction(() => store.reopen(id, namespace)),

    async curate(asked = {}) {
      const consolidated = await consolidate(asked)
      const curation = db.transaction(() => curateNow(asked, consolidated))
      const gone = [...curation.expired, ...curation.forgotten]
      if (gone.length > 0 && !curation.dryRun) {
        const erased = eraseSoon(db)
        events?.publish('memory:forgotten', {
          at: clock.now(),
          ids: gone,
          namespace: asked.namespace ?? own.namespace,
          erased,
        })
      }
      return curation
    },

    async about(name, read) {
      const as = reader(read)
      const space = store.namespace(as.namespace)
      const [found] = space === undefined ? [] : store.graph.find(space.id, [nameKey(name)])
      if (found === undefined) return undefined
      const rows = store.fetch(store.graph.mentioning(found.id, 200), as)
      return rows.size === 0
        ? undefined
        : tellAbout(
            found.label,
            [...rows.values()].map(({ record }) => record),
            readings.relations([...rows.values()].map(({ record }) => record.id)),
          )
    },

    async graph({ limit = 500, ...read } = {}) {
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= 10_000))
        throw new RangeError(`Cannot show ${limit} names`)
      const as = reader(read)
      const space = store.namespace(as.namespace)
      if (space === undefined) return { nodes: [], total: 0, edges: [] }
      const { names, total, edges } = store.graph.picture(space.id, limit, sensitivities.indexOf(as.clearance), as.now)
      const topics = findTopics(
        names.map(({ id }) => id),
        edges,
      )
      const nodes = names.map(({ id, label, records }) => ({ id, label, records, topic: topics.get(id) ?? id }))
      return { nodes, total, edges }
    },
  }
}

/** Gives every field its value. */
function toRecord(
  input: ParsedInput,
  own: { id: string; namespace: string; at: number; notes: Annotation },
): MemoryRecord {
  const { content, kind, source, sensitivity, tags, validFrom, validUntil, expiresAt } = input
  const verification =
    input.verification ?? (source.author === 'user' || source.author === 'import' ? 'stated' : 'inferred')
  const claim =
    input.subject === undefined || input.attribute === undefined
      ? own.notes.claim
      : { subject: nameKey(input.subject), attribute: nameKey(input.attribute) }
  return {
    id: own.id,
    namespace: input.namespace ?? own.namespace,
    content,
    kind,
    source: { ...source, at: source.at ?? own.at },
    confidence: input.confidence ?? (verification === 'inferred' ? 0.7 : 1),
    verification,
    sensitivity,
    tags: [...new Set(tags)],
    ...(validFrom !== undefined && { validFrom }),
    ...(validUntil !== undefined && { validUntil }),
    ...((input.thread ?? source.sessionId) !== undefined && { thread: input.thread ?? source.sessionId }),
    ...((input.happenedAt ?? own.notes.happened?.from) !== undefined && {
      happenedAt: input.happenedAt ?? own.notes.happened?.from,
    }),
    ...(claim !== undefined && { claim: { subject: claim.subject, attribute: claim.attribute } }),
    pinned: input.pinned,
    recordedAt: own.at,
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function parseLine(line: string, number: number): MemoryRecord {
  try {
    return parse(lineSchema, JSON.parse(line))
  } catch (error) {
    throw new MemoryInputError('memory/input', `line ${number}: ${describeError(error)}`)
  }
}

function asFact(fact: Consolidated): Pick<MemoryInput, 'content' | 'kind' | 'confidence'> {
  return { ...fact, kind: 'fact' }
}

/** What is written from records is no surer and no less secret than they are: a summary, or a fact that a model saw in them. */
function derivedFrom(
  of: readonly MemoryRecord[],
  { content, kind, confidence = 1 }: Pick<MemoryInput, 'content' | 'kind' | 'confidence'>,
): MemoryInput {
  const [first] = of
  const secrecy = Math.max(...of.map(({ sensitivity }) => sensitivities.indexOf(sensitivity)))
  return {
    content,
    kind,
    source: { author: 'agent', at: Math.max(...of.map(({ source }) => source.at)) },
    verification: 'inferred',
    confidence: Math.min(confidence, ...of.map((one) => one.confidence)),
    sensitivity: sensitivities[secrecy] ?? 'restricted',
    ...(first !== undefined && { namespace: first.namespace, thread: first.thread }),
  }
}

/** Claims that open records tell differently. */
function findConflicts(records: readonly MemoryRecord[]): Curation['conflicts'] {
  const claims = new Map<string, MemoryRecord[]>()
  for (const record of records) {
    if (record.claim === undefined) continue
    const key = JSON.stringify([record.claim.subject, record.claim.attribute])
    claims.set(key, [...(claims.get(key) ?? []), record])
  }
  return [...claims.values()].flatMap((told) => {
    const values = new Set(told.map(({ content, source }) => annotate(content, source.at).claim?.value ?? content))
    const claim = told[0]?.claim
    return values.size < 2 || claim === undefined ? [] : [{ ...claim, ids: told.map(({ id }) => id) }]
  })
}

/** Whether two records hold at different times, so that both may be true. */
function overlapsNot(a: MemoryRecord, b: MemoryRecord): boolean {
  const apart = (one: MemoryRecord, other: MemoryRecord): boolean =>
    (one.validUntil ?? Infinity) <= (other.validFrom ?? -Infinity)
  return apart(a, b) || apart(b, a)
}

/** What makes two records the same: words, kind, author and the time they hold for. Blanks and a last full stop do not count. */
function identity({ content, kind, source, validFrom, validUntil }: MemoryRecord): string {
  const words = content
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/[\s.]+$/u, '')
  return JSON.stringify([words, kind, source.author, validFrom, validUntil])
}

/** What remains when something known is said again. */
function merge(known: MemoryRecord, again: MemoryRecord): MemoryRecord {
  const higher = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) < order.indexOf(b) ? b : a)
  const { expiresAt, ...rest } = known
  const later = Math.max(expiresAt ?? Infinity, again.expiresAt ?? Infinity)
  return {
    ...rest,
    confidence: Math.max(known.confidence, again.confidence),
    verification: higher(verifications, known.verification, again.verification),
    sensitivity: higher(sensitivities, known.sensitivity, again.sensitivity),
    tags: [...new Set([...known.tags, ...again.tags])],
    ...(later < Infinity && { expiresAt: later }),
  }
}

function checkLimit(limit: number): void {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1_000))
    throw new RangeError(`Cannot read ${limit} records: limit is 1 to 1000`)
}
