/** A memory as JSON Lines, history included. */

import { z } from 'zod'
import { authors, kinds, label, type MemoryRecord, sensitivities, verifications } from './record.js'

/** A record as a line of an export holds it. What is not known is passed over, so that later versions can be read. */
export const lineSchema = z.object({
  id: z.string().min(1).max(200),
  namespace: label,
  content: z.string().min(1),
  kind: z.enum(kinds),
  source: z.object({
    author: z.enum(authors),
    channel: label.optional(),
    sessionId: label.optional(),
    turnId: label.optional(),
    at: z.number().int(),
  }),
  confidence: z.number().min(0).max(1),
  verification: z.enum(verifications),
  sensitivity: z.enum(sensitivities),
  tags: z.array(label).default([]),
  validFrom: z.number().int().optional(),
  validUntil: z.number().int().optional(),
  thread: label.optional(),
  happenedAt: z.number().int().optional(),
  claim: z.object({ subject: z.string(), attribute: z.string() }).optional(),
  pinned: z.boolean().default(false),
  recordedAt: z.number().int(),
  closedAt: z.number().int().optional(),
  supersededBy: z.string().optional(),
  expiresAt: z.number().int().optional(),
})

/** Writes a record as a line, without its end. */
export function toLine(record: MemoryRecord): string {
  return JSON.stringify(record)
}
