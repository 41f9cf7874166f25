/** What the agent remembers, as it stands on the wire. Times in ms since the epoch. */

import { z } from 'zod'
import { memoryHitSchema } from './protocol.js'

const time = z.number().int().min(-8.64e15).max(8.64e15)
const label = z.string().min(1).max(200)

/** A remembered record, with everything known about it. */
export const memoryRecordSchema = memoryHitSchema.omit({ score: true }).extend({
  namespace: z.string(),
  sensitivity: z.enum(['public', 'internal', 'confidential', 'restricted']),
  tags: z.array(z.string()),
  pinned: z.boolean(),
  /** When it was written here. */
  recordedAt: z.number(),
  /** When it happened, as told or as its words say. */
  happenedAt: z.number().optional(),
  /** First moment at which it holds, and the first at which it holds no more. */
  validFrom: z.number().optional(),
  validUntil: z.number().optional(),
  /** Moment from which nobody reads it again. */
  expiresAt: z.number().optional(),
  thread: z.string().optional(),
  claim: z.object({ subject: z.string(), attribute: z.string() }).optional(),
  /** When another record took its place, and which. */
  closedAt: z.number().optional(),
  supersededBy: z.string().optional(),
})

/** Why a record was found, and found here. */
const explanationSchema = z.object({
  bm25: z.number(),
  /** What each signal adds to the score, before freshness, confidence and verification. */
  shares: z.object({ text: z.number(), thread: z.number(), graph: z.number(), vector: z.number() }),
  similarity: z.number().optional(),
  inTime: z.boolean().optional(),
  newestVersion: z.boolean().optional(),
  coverage: z.number(),
  matched: z.array(z.string()),
  missed: z.array(z.string()),
  freshness: z.number(),
  confidence: z.number(),
})

/** A record of an answer: `explanation` only where there was a question. */
export const foundRecordSchema = memoryRecordSchema.extend({
  score: z.number(),
  explanation: explanationSchema.optional(),
})

/** Which records, and by which of their times. */
export const browseQuerySchema = z.object({
  kind: memoryHitSchema.shape.kind.optional(),
  verification: memoryHitSchema.shape.verification.optional(),
  author: memoryHitSchema.shape.source.shape.author.optional(),
  tag: label.optional(),
  /** `closed`: those that another record took the place of. */
  state: z.enum(['held', 'closed']).default('held'),
  by: z.enum(['happened', 'recorded']).default('happened'),
  /** What was believed at this moment. */
  asOf: z.coerce.number().pipe(time).optional(),
})

/** What a person may change in a record; `null` takes a bound of its time away. */
export const memoryChangeSchema = z.object({
  content: z.string().min(1).max(20_000).optional(),
  kind: memoryHitSchema.shape.kind.optional(),
  tags: z.array(label).max(32).optional(),
  sensitivity: memoryRecordSchema.shape.sensitivity.optional(),
  pinned: z.boolean().optional(),
  validFrom: time.nullish(),
  validUntil: time.nullish(),
})

/** The most mentioned names and the strongest of what joins them; `total` and `totalEdges` count those left out too. */
export const nameGraphSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), label: z.string(), records: z.number(), topic: z.number() })),
  edges: z.array(z.object({ from: z.number(), to: z.number(), records: z.number() })),
  total: z.number(),
  totalEdges: z.number(),
})

/** What is told of a name. */
export const aboutSchema = z.object({
  name: z.string(),
  gist: z.string(),
  /** How it fares by what is told. Range [−1, 1]. */
  valence: z.number(),
  relations: z.array(
    z.object({
      relation: z.string(),
      other: z.string(),
      direction: z.enum(['from', 'to']),
      /** Id of the record that tells it. */
      record: z.string(),
      confidence: z.number(),
      valence: z.number(),
    }),
  ),
  records: z.array(memoryRecordSchema),
})

/** What keeping the memory in order did, or would do; ids. */
export const curationSchema = z.object({
  dryRun: z.boolean(),
  /** Deleted, for their time had come. */
  expired: z.array(z.string()),
  /** Closed, because another says the same. */
  merged: z.array(z.object({ kept: z.string(), closed: z.string() })),
  /** Deleted, being worth least. */
  forgotten: z.array(z.string()),
  /** Events that one summary tells the gist of. */
  condensed: z.array(z.object({ summary: z.string().optional(), of: z.array(z.string()) })),
  /** Records that tell different values of one claim; for a person to settle. */
  conflicts: z.array(z.object({ subject: z.string(), attribute: z.string(), ids: z.array(z.string()) })),
  /** The first of the records named above that can be read, by id. */
  records: z.record(z.string(), memoryRecordSchema),
})

/** A remembered record. */
export type RememberedRecord = z.infer<typeof memoryRecordSchema>

/** A record of an answer. */
export type FoundRecord = z.infer<typeof foundRecordSchema>

/** Which records to read. */
export type BrowseQuery = z.input<typeof browseQuerySchema>

/** What a person may change in a record. */
export type MemoryChange = z.input<typeof memoryChangeSchema>

/** Names and what joins them. */
export type NameGraphView = z.infer<typeof nameGraphSchema>

/** What is told of a name. */
export type AboutView = z.infer<typeof aboutSchema>

/** What keeping the memory in order did, or would do. */
export type CurationView = z.infer<typeof curationSchema>
