import { describe, expect, test } from 'vitest'
import { formatBytes, formatCost, formatCount, plural, truncate } from './quantity.js'

describe('formatBytes()', () => {
  test.each([
    [8, '8 B'],
    [8_412, '8.4 kB'],
    [1_250_000, '1.3 MB'],
  ])('tells %i bytes as "%s"', (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text)
  })
})

describe('formatCount()', () => {
  test('never shows a thousand thousands', () => {
    expect([999, 1_000, 999_949, 999_950].map(formatCount)).toEqual(['999', '1.0k', '999.9k', '1.0M'])
  })
})

describe('formatCost()', () => {
  test('tells nothing from almost nothing', () => {
    expect([0, 0.0001, 0.416].map(formatCost)).toEqual(['free', '< $0.01', '$0.42'])
  })
})

describe('plural()', () => {
  test('takes an irregular form', () => {
    expect([plural(1, 'memory', 'memories'), plural(0, 'memory', 'memories'), plural(2, 'call')]).toEqual([
      '1 memory',
      '0 memories',
      '2 calls',
    ])
  })
})

describe('truncate()', () => {
  test('keeps text that fits', () => {
    expect(truncate('salp', 4)).toBe('salp')
  })

  test('cuts between characters, not inside one', () => {
    expect(truncate('🐚🐚🐚', 2)).toBe('🐚…')
  })
})
