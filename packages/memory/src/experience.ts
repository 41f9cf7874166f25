/** What the agent went through, and what it makes of it: episodes, lessons with their evidence, procedures that keep working. */

import type { Clock, SqlDatabase } from '@salp/core'
import { z } from 'zod'
import type { Memory } from './memory.js'
import { assurance, findProcedures, type Step } from './procedures.js'
import { label, type MemoryInput, MemoryInputError, type MemoryRecord, parse, recordInputSchema } from './record.js'
import { type Outcome, outcomes, readSentiment, type Sentiment, sentiments } from './sentiment.js'

/** What an experience asks of the application. `memory` stands on `db`. */
export interface ExperienceDeps {
  readonly db: SqlDatabase
  readonly memory: Memory
  readonly clock: Pick<Clock, 'now'>
}

/** Where an experience keeps what it learns. */
export interface ExperienceOptions {
  /** Of lessons and procedures. @defaultValue `'default'` */
  readonly namespace?: string | undefined
  /**
   * Of episodes. A namespace of their own keeps "what was asked" out of the answers to what is asked.
   * @defaultValue `namespace`
   */
  readonly episodes?: string | undefined
}

const stepSchema = z.strictObject({ tool: label, detail: label.optional() })
const episodeSchema = z.strictObject({
  /** What was tried and what came of it, in a sentence or two. */
  summary: recordInputSchema.shape.content,
  outcome: z.enum(outcomes),
  /** @defaultValue read from summary and outcome */
  sentiment: z.enum(sentiments).optional(),
  /** What was done, in order; failed steps left out. At most 200. */
  steps: z.array(stepSchema).max(200).default([]),
  source: recordInputSchema.shape.source,
  /** In ms since the epoch. @defaultValue `source.at`, or now */
  happenedAt: recordInputSchema.shape.happenedAt,
  thread: recordInputSchema.shape.thread,
  sensitivity: recordInputSchema.shape.sensitivity,
  tags: recordInputSchema.shape.tags,
})
const lessonSchema = z.strictObject({
  /** What to do or leave, and when, in a sentence that stands alone. */
  content: recordInputSchema.shape.content,
  source: recordInputSchema.shape.source,
  /** Episodes that speak for it, or against it. At least one. */
  evidence: z.array(z.strictObject({ episode: z.string(), supports: z.boolean() })).min(1, 'is empty'),
  tags: recordInputSchema.shape.tags,
})

/** An episode as a caller hands it in. */
export type EpisodeInput = z.input<typeof episodeSchema>

/** A lesson as a caller hands it in. */
export type LessonInput = z.input<typeof lessonSchema>

/** Something that was tried. */
export interface Episode {
  readonly record: MemoryRecord
  readonly outcome: Outcome
  readonly sentiment: Sentiment
  readonly steps: readonly Step[]
}

/** Something that was learnt. */
export interface Lesson {
  readonly record: MemoryRecord
  /** Episodes that speak for it, */
  readonly supports: number
  /** and against it. */
  readonly contradicts: number
  /** Lower end of Wilson's 95 % interval of the share that speaks for it. Range [0, 1). */
  readonly assurance: number
  /** What to do one after the other, if it is a procedure. */
  readonly steps?: readonly Step[] | undefined
}

/** Keeps episodes, and what follows from them. */
export interface Experience {
  /**
   * Writes an episode: a record of kind `event`, so that all that is promised of records holds for it.
   *
   * @throws {@link MemoryInputError} (`memory/input`, `memory/too-large`).
   */
  log(input: EpisodeInput): Promise<Episode>
  /** The newest episodes. `limit` is 1 to 1,000, by default 50. */
  episodes(options?: {
    readonly limit?: number | undefined
    readonly outcome?: Outcome | undefined
    readonly sentiment?: Sentiment | undefined
  }): Promise<Episode[]>
  /**
   * Writes a lesson, or adds evidence to the one that says the same. Its confidence is its assurance when written.
   *
   * @throws {@link MemoryInputError} (`memory/input`) if an episode is not one.
   */
  learn(input: LessonInput): Promise<Lesson>
  /**
   * Notes what an episode showed of a lesson. Once at least four episodes are known and most speak against it, the lesson is
   * retracted: it stays as history, and {@link Memory.reopen} takes that back.
   *
   * @throws {@link MemoryInputError} (`memory/input`) if one of them is not there.
   */
  weigh(lesson: string, episode: string, supports: boolean): Promise<Lesson>
  /** Lessons and procedures that hold: those that answer `query` best first, or without one the surest first. */
  lessons(options?: { readonly query?: string | undefined; readonly limit?: number | undefined }): Promise<Lesson[]>
  /**
   * Looks through the newest 1,000 episodes for runs of steps that keep working, writes the new ones as records of kind
   * `procedure`, and retracts those that do not hold any more. Doing it twice changes nothing more.
   *
   * @returns The procedures that hold now, those with most support first.
   */
  practise(): Promise<Lesson[]>
}

/** Evidence from which a lesson can be retracted. */
const leastEvidence = 4

/** Creates the experience over a memory. Starts nothing, writes nothing. */
export function createExperience({ db, memory, clock }: ExperienceDeps, options: ExperienceOptions = {}): Experience {
  const { namespace = 'default', episodes: told = namespace } = options
  const seqOf = db.prepare<{ seq: number }>('SELECT seq FROM memory_records WHERE id = ?')
  const addEpisode = db.prepare(
    'INSERT INTO memory_episodes (seq, outcome, sentiment, steps) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const episodeRows = db.prepare<EpisodeRow>(`SELECT r.id, e.outcome, e.sentiment, e.steps
    FROM memory_episodes AS e JOIN memory_records AS r USING (seq) JOIN memory_namespaces AS n ON n.id = r.namespace_id
    WHERE n.name = ? AND r.closed_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > ?)
      AND e.outcome = coalesce(?, e.outcome) AND e.sentiment = coalesce(?, e.sentiment)
    ORDER BY r.seq DESC LIMIT ?`)
  const episodeRow = db.prepare<EpisodeRow>(
    'SELECT r.id, e.outcome, e.sentiment, e.steps FROM memory_episodes AS e JOIN memory_records AS r USING (seq) WHERE r.id = ?',
  )
  const addLesson = db.prepare('INSERT INTO memory_lessons (seq, steps) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const addEvidence = db.prepare(`INSERT INTO memory_evidence (lesson, episode, supports) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET supports = excluded.supports`)
  const lessonRows = db.prepare<LessonRow>(`SELECT r.id, l.steps,
      (SELECT count(*) FROM memory_evidence WHERE lesson = l.seq AND supports = 1) AS supports,
      (SELECT count(*) FROM memory_evidence WHERE lesson = l.seq AND supports = 0) AS contradicts
    FROM memory_lessons AS l JOIN memory_records AS r USING (seq) JOIN memory_namespaces AS n ON n.id = r.namespace_id
    WHERE n.name = ? AND r.id = coalesce(?, r.id) AND r.closed_at IS NULL`)

  const seq = (id: string): number => {
    const row = seqOf.get(id)
    if (row === undefined) throw new MemoryInputError('memory/input', `"${id}" is not a record`)
    return row.seq
  }

  const isEpisode = (id: string): void => {
    if (episodeRow.get(id) === undefined) throw new MemoryInputError('memory/input', `"${id}" is not an episode`)
  }

  const readable = { namespace: told, clearance: 'restricted' } as const

  const toEpisode = async (row: EpisodeRow): Promise<Episode[]> => {
    const record = await memory.get(row.id, readable)
    if (record === undefined) return []
    return [{ record, outcome: row.outcome, sentiment: row.sentiment, steps: JSON.parse(row.steps) as Step[] }]
  }

  const toLesson = async ({ id, steps, supports, contradicts }: LessonRow): Promise<Lesson[]> => {
    const record = await memory.get(id, { namespace, clearance: 'restricted' })
    if (record === undefined) return []
    const sure = assurance(supports, contradicts)
    const done = steps === null ? {} : { steps: JSON.parse(steps) as Step[] }
    return [{ record, supports, contradicts, assurance: sure, ...done }]
  }

  const readLesson = async (id: string): Promise<Lesson> => {
    const [row] = lessonRows.all(namespace, id)
    const [lesson] = row === undefined ? [] : await toLesson(row)
    if (lesson === undefined) throw new MemoryInputError('memory/input', `"${id}" is not a lesson that holds`)
    return lesson
  }

  /** Writes a record and its evidence; known words are the known lesson. */
  const write = async (
    input: MemoryInput,
    evidence: readonly { episode: string; supports: boolean }[],
    steps: readonly Step[] | undefined,
  ): Promise<Lesson> => {
    const { record } = await memory.remember({ ...input, kind: 'procedure', namespace })
    db.transaction(() => {
      const lesson = seq(record.id)
      addLesson.run(lesson, steps === undefined ? null : JSON.stringify(steps))
      for (const { episode, supports } of evidence) addEvidence.run(lesson, seq(episode), supports ? 1 : 0)
    })
    return readLesson(record.id)
  }

  return {
    async log(input) {
      const {
        summary,
        outcome,
        sentiment = readSentiment(summary, outcome),
        steps,
        ...rest
      } = parse(episodeSchema, input)
      const at = rest.happenedAt ?? rest.source.at ?? clock.now()
      // What happens twice is told twice: it holds from its own moment on, which tells it from the other.
      const { record } = await memory.remember({
        ...rest,
        content: summary,
        kind: 'event',
        happenedAt: at,
        validFrom: at,
        namespace: told,
      })
      addEpisode.run(seq(record.id), outcome, sentiment, JSON.stringify(steps))
      return { record, outcome, sentiment, steps }
    },

    async episodes({ limit = 50, outcome, sentiment } = {}) {
      if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1_000))
        throw new RangeError(`Cannot read ${limit} episodes: limit is 1 to 1000`)
      const rows = episodeRows.all(told, clock.now(), outcome ?? null, sentiment ?? null, limit)
      return (await Promise.all(rows.map(toEpisode))).flat()
    },

    async learn(input) {
      const { evidence, ...rest } = parse(lessonSchema, input)
      for (const { episode } of evidence) isEpisode(episode)
      const supports = evidence.filter((one) => one.supports).length
      const confidence = assurance(supports, evidence.length - supports)
      return write({ ...rest, confidence }, evidence, undefined)
    },

    async weigh(lesson, episode, supports) {
      await readLesson(lesson)
      isEpisode(episode)
      addEvidence.run(seq(lesson), seq(episode), supports ? 1 : 0)
      const weighed = await readLesson(lesson)
      const total = weighed.supports + weighed.contradicts
      if (total >= leastEvidence && weighed.contradicts * 2 > total) await memory.retract(lesson, { namespace })
      return weighed
    },

    async lessons({ query, limit = 20 } = {}) {
      const held = (await Promise.all(lessonRows.all(namespace, null).map(toLesson))).flat()
      if (query === undefined) return held.sort((a, b) => b.assurance - a.assurance).slice(0, limit)
      const { hits } = await memory.recall(query, { namespace, limit: Math.min(1_000, limit * 5) })
      const byId = new Map(held.map((lesson) => [lesson.record.id, lesson]))
      return hits.flatMap(({ id }) => byId.get(id) ?? []).slice(0, limit)
    },

    async practise() {
      const attempts = (await this.episodes({ limit: 1_000 })).reverse()
      const found = findProcedures(
        attempts.map(({ record, outcome, steps }) => ({ id: record.id, summary: record.content, outcome, steps })),
      )
      const known = new Map(
        lessonRows.all(namespace, null).flatMap(({ id, steps }) => (steps === null ? [] : [[steps, id] as const])),
      )
      const held: Lesson[] = []
      for (const { steps, purpose, supported, contradicted } of found) {
        const evidence = [
          ...supported.map((episode) => ({ episode, supports: true })),
          ...contradicted.map((episode) => ({ episode, supports: false })),
        ]
        const id = known.get(JSON.stringify(steps))
        known.delete(JSON.stringify(steps))
        if (id === undefined) {
          const confidence = assurance(supported.length, contradicted.length)
          const content = tellSteps(purpose, steps)
          held.push(await write({ content, source: { author: 'agent' }, confidence }, evidence, steps))
          continue
        }
        db.transaction(() => {
          for (const { episode, supports } of evidence) addEvidence.run(seq(id), seq(episode), supports ? 1 : 0)
        })
        held.push(await readLesson(id))
      }
      for (const id of known.values()) await memory.retract(id, { namespace })
      return held
    },
  }
}

interface EpisodeRow {
  readonly id: string
  readonly outcome: Outcome
  readonly sentiment: Sentiment
  readonly steps: string
}

interface LessonRow {
  readonly id: string
  readonly steps: string | null
  readonly supports: number
  readonly contradicts: number
}

function tellSteps(purpose: string, steps: readonly Step[]): string {
  const done = steps.map(({ tool, detail }) => (detail === undefined ? tool : `${tool} (${detail})`)).join(', then ')
  return purpose === '' ? `What keeps working: ${done}` : `What keeps working for "${purpose}": ${done}`
}
