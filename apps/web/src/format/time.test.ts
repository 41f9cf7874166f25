import { describe, expect, test } from 'vitest'
import { dayHeading, formatAgo, formatDuration } from './time.js'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

describe('formatAgo()', () => {
  test.each([
    [0, 'just now'],
    [-5_000, 'just now'],
    [4 * minute + 59_000, '4 min ago'],
    [3 * hour, '3 h ago'],
    [30 * hour, 'yesterday'],
    [5 * day, '5 days ago'],
    [40 * day, '2026-01-01'],
  ])('tells %i ms as "%s"', (elapsed, text) => {
    const now = Date.parse('2026-02-10T12:00:00Z')
    expect(formatAgo(now - elapsed, now)).toBe(text)
  })
})

describe('formatDuration()', () => {
  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [125_000, '2 min 5 s'],
    [30 * minute, '30 min'],
  ])('tells %i ms as "%s"', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('dayHeading()', () => {
  test('counts from midnight, not from now', () => {
    const now = new Date(2026, 1, 10, 0, 30).getTime()
    expect(dayHeading(now - 20 * minute, now)).toBe('Today')
    expect(dayHeading(now - 40 * minute, now)).toBe('Yesterday')
    expect(dayHeading(now - 5 * day, now)).toBe('This week')
    expect(dayHeading(now - 7 * day, now)).toBe('Earlier')
  })
})
