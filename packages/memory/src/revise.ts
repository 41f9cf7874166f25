/** What a person's change to a record amounts to: another version of it, or another place to file it. */

import { z } from 'zod'
import { annotate } from './annotate.js'
import { type MemoryInput, type MemoryRecord, recordInputSchema } from './record.js'

const { content, kind, source, tags, sensitivity, pinned, validFrom, validUntil } = recordInputSchema.shape

/** What may change; whatever is left out stays. */
export const revisionSchema = z.strictObject({
  /** Other words, or the time they hold for (`null`: without an end), make a new version, */
  content: content.optional(),
  validFrom: validFrom.unwrap().nullish(),
  validUntil: validUntil.unwrap().nullish(),
  /** said by this source. */
  source,
  /** How a record is filed changes in place. */
  kind: kind.unwrap().optional(),
  tags: tags.unwrap().optional(),
  sensitivity: sensitivity.unwrap().optional(),
  pinned: pinned.unwrap().optional(),
})

/** What may change in a record; see {@link revisionSchema}. */
export type Revision = z.input<typeof revisionSchema>

type Change = z.output<typeof revisionSchema>

/** Files a record as asked. */
export function refile(record: MemoryRecord, change: Change): MemoryRecord {
  return {
    ...record,
    kind: change.kind ?? record.kind,
    tags: [...new Set(change.tags ?? record.tags)],
    sensitivity: change.sensitivity ?? record.sensitivity,
    pinned: change.pinned ?? record.pinned,
  }
}

/**
 * The version that takes a record's place; nothing, if neither its words nor the time they hold for change.
 *
 * What a caller had named stays named. What was read from the words is read anew, relative to when they were first said.
 */
export function nextVersion(record: MemoryRecord, change: Change): MemoryInput | undefined {
  const { content, source } = change
  const from = change.validFrom === undefined ? record.validFrom : (change.validFrom ?? undefined)
  const until = change.validUntil === undefined ? record.validUntil : (change.validUntil ?? undefined)
  const reworded = content !== undefined && content !== record.content
  if (!reworded && from === record.validFrom && until === record.validUntil) return undefined
  const words = content ?? record.content
  const read = annotate(record.content, record.source.at)
  const { claim } = record
  const named =
    claim !== undefined && (claim.subject !== read.claim?.subject || claim.attribute !== read.claim.attribute)
  const dated = record.happenedAt !== undefined && record.happenedAt !== read.happened?.from
  const { kind, tags, sensitivity, pinned, namespace, thread, expiresAt } = refile(record, change)
  return {
    content: words,
    source,
    kind,
    tags,
    sensitivity,
    pinned,
    namespace,
    thread,
    expiresAt,
    validFrom: from,
    validUntil: until,
    happenedAt: dated ? record.happenedAt : annotate(words, record.source.at).happened?.from,
    supersedes: record.id,
    ...(named && claim),
    ...(!reworded && { verification: record.verification, confidence: record.confidence }),
  }
}
