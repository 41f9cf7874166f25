import { createRng } from '@salp/core'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSnapshot, SnapshotError } from './snapshot.js'
import { createSubstrate } from './substrate.js'

function taken() {
  const substrate = createSubstrate({ clock: stoppedClock(1_000), rng: createRng(1), events: recordingPublisher() })
  substrate.observe({ callId: 'c', tool: '__proto__', outcome: 'ok', latencyMs: 5 })
  return substrate.snapshot()
}

describe('parseSnapshot()', () => {
  test('reads back what was stored as JSON', () => {
    expect(parseSnapshot(JSON.parse(JSON.stringify(taken())))).toEqual({ snapshot: taken() })
  })

  test('refuses another version by name', () => {
    expect(() => parseSnapshot({ ...taken(), version: 3 })).toThrow(
      'Cannot restore the substrate: it has version 3, this program reads 1 and 2. Start without a snapshot',
    )
  })

  test.each([
    ['mind', { ...taken(), mind: { ...taken().mind, modulators: { dopamine: 99, noradrenaline: 1, serotonin: 1 } } }],
    ['tools[0].tool', { ...taken(), tools: [{ tool: 7, belief: null }] }],
    ['callIds', { ...taken(), callIds: {} }],
    ['at', { ...taken(), at: Number.NaN }],
  ])('says where it is wrong: %s', (path, value) => {
    expect(() => parseSnapshot(value)).toThrow(path)
  })

  test('throws nothing but SnapshotError for any JSON', () => {
    const spoilt = fc.oneof(
      fc.anything(),
      fc.record({ version: fc.constantFrom(1, 2), at: fc.anything(), tools: fc.anything(), mind: fc.anything() }),
    )
    fc.assert(
      fc.property(spoilt, (value) => {
        expect(() => parseSnapshot(value)).toThrow(SnapshotError)
      }),
    )
  })
})
