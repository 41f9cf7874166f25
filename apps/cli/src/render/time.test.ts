import { describe, expect, test } from 'vitest'
import { ago, duration } from './time.js'

describe('ago()', () => {
  test('says how long', () => {
    const now = Date.UTC(2026, 5, 1)
    const minute = 60_000
    expect(
      [0, minute, 3 * 60 * minute, 30 * 1_440 * minute, 31 * 1_440 * minute].map((elapsed) => ago(now - elapsed, now)),
    ).toEqual(['just now', '1 minute ago', '3 hours ago', '30 days ago', 'on 2026-05-01'])
  })
})

describe('duration()', () => {
  test('takes the unit that fits', () => {
    expect([7.4, 999, 1_200, 59_949, 59_950, 125_000, 7_260_000, 400_000_000].map(duration)).toEqual([
      '7 ms',
      '999 ms',
      '1.2 s',
      '59.9 s',
      '1 min 0 s',
      '2 min 5 s',
      '2 h 1 min',
      '4 days',
    ])
  })
})
