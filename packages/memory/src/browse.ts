/** Records in the order of time, page by page, and how many fall on each day. */

import type { SqlDatabase, SqlValue } from '@salp/core'
import { z } from 'zod'
import type { ReadOptions } from './recall.js'
import { authors, kinds, label, type MemoryRecord, parse, verifications } from './record.js'
import {
  columns,
  holding,
  holdingParameters,
  type Reader,
  type Row,
  readable,
  readableParameters,
  toRecord,
} from './store.js'

const dayMs = 86_400_000

/** Largest distance of a zone from UTC, in ms. */
const maxOffsetMs = dayMs

const browseSchema = z.object({
  kind: z.enum(kinds).optional(),
  verification: z.enum(verifications).optional(),
  author: z.enum(authors).optional(),
  tag: label.optional(),
  sessionId: label.optional(),
  state: z.enum(['held', 'closed']).default('held'),
  by: z.enum(['happened', 'recorded']).default('happened'),
  before: z.number().optional(),
  limit: z.number().int().min(1).max(1_000).default(50),
  after: z
    .string()
    .regex(/^-?\d{1,16},\d{1,16}$/, 'is not a place in this order')
    .optional(),
})

/** Which records, and by which of their times. */
export interface BrowseFilter extends ReadOptions, Omit<z.input<typeof browseSchema>, 'limit' | 'after' | 'before'> {
  /** What was believed at this moment, in ms since the epoch. @defaultValue now */
  readonly asOf?: number | undefined
}

/** How to read a page. */
export interface BrowseOptions extends BrowseFilter {
  /** Only records of a time before this one, in ms since the epoch. */
  readonly before?: number | undefined
  /** `next` of the page before. It stays a place in the order, whatever is deleted. */
  readonly after?: string | undefined
  /** Most records. Integer, range [1, 1000]. @defaultValue `50` */
  readonly limit?: number | undefined
}

/** A page of records, newest first. */
export interface BrowsePage {
  readonly records: readonly MemoryRecord[]
  /** Where the next page begins; absent on the last one. */
  readonly next?: string | undefined
}

/** A day on which something happened, or was recorded. */
export interface DayCount {
  /** Days since 1 January 1970 in the reader's zone. */
  readonly day: number
  readonly records: number
}

/** Reads a page. Costs a look at every record where they stand by when they happened. @throws MemoryInputError (`memory/input`). */
export function browse(db: SqlDatabase, reader: Reader, options: BrowseOptions): BrowsePage {
  const { limit, before, after, ...filter } = parse(browseSchema, options)
  const time = timeOf(filter.by)
  const [conditions, values] = where(reader, filter)
  if (before !== undefined) {
    conditions.push(`${time} < ?`)
    values.push(before)
  }
  if (after !== undefined) {
    const [at = 0, seq = 0] = after.split(',').map(Number)
    conditions.push(`(${time}, r.seq) < (?, ?)`)
    values.push(at, seq)
  }
  // What is recorded later has the higher number, which is in the index.
  const order = filter.by === 'recorded' ? 'r.seq DESC' : `${time} DESC, r.seq DESC`
  const rows = db
    .prepare<Row & { at: number }>(
      `SELECT ${columns}, ${time} AS at FROM memory_records AS r WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`,
    )
    .all(...values, limit + 1)
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    records: rows.slice(0, limit).map((row) => toRecord(row, reader.namespace)),
    ...(last !== undefined && { next: `${last.at},${last.seq}` }),
  }
}

/**
 * Counts the records of each day, oldest first; days without any are left out. Looks at every record.
 *
 * @param offsetMs - What the reader's zone adds to UTC, in ms. Range [−1 day, 1 day].
 * @throws MemoryInputError (`memory/input`).
 */
export function countDays(db: SqlDatabase, reader: Reader, options: BrowseFilter, offsetMs: number): DayCount[] {
  if (!(Math.abs(offsetMs) <= maxOffsetMs)) throw new RangeError(`Cannot count days at an offset of ${offsetMs} ms`)
  const { limit: _, before: __, after: ___, ...filter } = parse(browseSchema, options)
  const [conditions, values] = where(reader, filter)
  return db
    .prepare<DayCount>(
      `SELECT CAST(floor((${timeOf(filter.by)} + ?) / ${dayMs}.0) AS INTEGER) AS day, count(*) AS records
       FROM memory_records AS r WHERE ${conditions.join(' AND ')} GROUP BY 1 ORDER BY 1`,
    )
    .all(offsetMs, ...values)
}

type Parsed = Omit<z.output<typeof browseSchema>, 'limit' | 'before' | 'after'>

function timeOf(by: Parsed['by']): string {
  return by === 'recorded' ? 'r.recorded_at' : 'coalesce(r.happened_at, r.said_at)'
}

function where(
  reader: Reader,
  { kind, verification, author, tag, sessionId, state }: Parsed,
): [conditions: string[], values: SqlValue[]] {
  const asked: [string, SqlValue | undefined][] = [
    ['r.kind = ?', kind],
    ['r.verification = ?', verification && verifications.indexOf(verification)],
    ['r.author = ?', author],
    ['EXISTS (SELECT 1 FROM json_each(r.tags) WHERE value = ?)', tag],
    ['r.session_id = ?', sessionId],
  ]
  const used = asked.flatMap(([sql, value]) => (value === undefined ? [] : [[sql, value] as const]))
  const closed = 'r.recorded_at <= ? AND r.closed_at <= ?'
  return [
    [readable, state === 'held' ? holding : closed, ...used.map(([sql]) => sql)],
    [
      ...readableParameters(reader),
      ...(state === 'held' ? holdingParameters(reader) : [reader.asOf, reader.asOf]),
      ...used.map(([, value]) => value),
    ],
  ]
}
