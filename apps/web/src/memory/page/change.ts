/** From a form to what it changes. */

import type { MemoryChange, RememberedRecord } from '@salp/agent'
import { dayOf, startOf } from './days.js'
import { formatDay, parseDay } from './route.js'

/** What stands in the form; days as `2026-11-21`, tags parted by commas. */
export interface RecordDraft {
  readonly content: string
  readonly kind: RememberedRecord['kind']
  readonly sensitivity: RememberedRecord['sensitivity']
  readonly tags: string
  readonly validFrom: string
  readonly validUntil: string
}

/** The form of a record. */
export function toDraft(record: RememberedRecord, offsetMs: number): RecordDraft {
  const day = (at: number | undefined) => (at === undefined ? '' : formatDay(dayOf(at, offsetMs)))
  const { content, kind, sensitivity, tags, validFrom, validUntil } = record
  return { content, kind, sensitivity, tags: tags.join(', '), validFrom: day(validFrom), validUntil: day(validUntil) }
}

/** What a form changes in a record; a moment within a day stays, as long as its day does. Empty, if it changes nothing. */
export function toChange(record: RememberedRecord, draft: RecordDraft, offsetMs: number): MemoryChange {
  const before = toDraft(record, offsetMs)
  const moment = (text: string) => {
    const day = parseDay(text)
    return day === undefined ? null : startOf(day, offsetMs)
  }
  const content = draft.content.trim()
  return {
    ...(content !== '' && content !== record.content && { content }),
    ...(draft.kind !== before.kind && { kind: draft.kind }),
    ...(draft.sensitivity !== before.sensitivity && { sensitivity: draft.sensitivity }),
    ...(draft.tags !== before.tags && { tags: toTags(draft.tags) }),
    ...(draft.validFrom !== before.validFrom && { validFrom: moment(draft.validFrom) }),
    ...(draft.validUntil !== before.validUntil && { validUntil: moment(draft.validUntil) }),
  }
}

/** Tags of a comma-parted list, each once. */
function toTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '')
}
