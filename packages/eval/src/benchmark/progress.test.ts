import { describe, expect, test } from 'vitest'
import { commitGate, isStagnant } from './progress.js'

describe('isStagnant()', () => {
  const step = (gained: number, lost: number) => ({ problems: 200, gained, lost })

  test('holds after three runs that gained less than a hundredth, and not before', () => {
    expect(isStagnant([step(1, 0), step(3, 2)])).toBe(false)
    expect(isStagnant([step(9, 0), step(1, 0), step(3, 2), step(0, 5)])).toBe(true)
    expect(isStagnant([step(1, 0), step(2, 0), step(1, 0)])).toBe(false)
  })
})

describe('commitGate()', () => {
  test('stays shut until a run that began after the change went to its end', () => {
    expect(commitGate({ changedAt: undefined, measuredAt: undefined, effect: undefined })).toEqual({ open: true })
    expect(commitGate({ changedAt: 5, measuredAt: undefined, effect: undefined })).toEqual({
      open: false,
      reason: 'unmeasured',
    })
    expect(commitGate({ changedAt: 5, measuredAt: 4, effect: undefined })).toEqual({
      open: false,
      reason: 'unmeasured',
    })
    expect(commitGate({ changedAt: 5, measuredAt: 6, effect: undefined })).toEqual({ open: true })
  })

  test('stays shut after a loss that is not chance', () => {
    const effect = { problems: 100, gained: 1, lost: 12 }
    expect(commitGate({ changedAt: 5, measuredAt: 6, effect: { ...effect, p: 0.003 } })).toEqual({
      open: false,
      reason: 'worse',
    })
    expect(commitGate({ changedAt: 5, measuredAt: 6, effect: { ...effect, p: 0.2 } })).toEqual({ open: true })
  })
})
