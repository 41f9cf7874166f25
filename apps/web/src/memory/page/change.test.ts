import type { RememberedRecord } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { toChange, toDraft } from './change.js'

const hour = 3_600_000
const day = 24 * hour
const record: RememberedRecord = {
  id: 'r1',
  namespace: 'default',
  content: 'The pump hums',
  kind: 'fact',
  source: { author: 'user', at: 0 },
  verification: 'stated',
  confidence: 1,
  sensitivity: 'internal',
  tags: ['cellar', 'noise'],
  pinned: false,
  recordedAt: 0,
  validFrom: 10 * day + 5 * hour,
}

describe('toChange()', () => {
  test('is empty for a form that was not touched, in any zone', () => {
    for (const offset of [-11 * hour, 0, 13 * hour])
      expect(toChange(record, toDraft(record, offset), offset)).toEqual({})
    expect(toChange(record, { ...toDraft(record, 0), content: '  ' }, 0)).toEqual({})
  })

  test('has only what differs', () => {
    const draft = {
      ...toDraft(record, hour),
      content: ' The pump sings ',
      kind: 'event',
      tags: 'noise, ,new,new',
    } as const
    expect(toChange(record, draft, hour)).toEqual({ content: 'The pump sings', kind: 'event', tags: ['noise', 'new'] })
  })

  test("sets days by the reader's midnight, and takes them away", () => {
    const draft = { ...toDraft(record, hour), validFrom: '', validUntil: '1970-02-01' }
    expect(toChange(record, draft, hour)).toEqual({ validFrom: null, validUntil: 31 * day - hour })
  })
})
