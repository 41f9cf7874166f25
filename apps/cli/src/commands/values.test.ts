import { InvalidArgumentError } from 'commander'
import { describe, expect, test } from 'vitest'
import { moment, units } from './values.js'

describe('moment()', () => {
  test.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T12:30', '2026-11-01T12:30:00.000Z'],
    ['2026-11-01T12:30:05.25Z', '2026-11-01T12:30:05.250Z'],
    ['2026-11-01T12:30+02:00', '2026-11-01T10:30:00.000Z'],
  ])('reads %s in UTC unless it names a zone', (text, iso) => {
    expect(new Date(moment(text)).toISOString()).toBe(iso)
  })

  test.each(['', 'today', '2026', '2026-13-01', '2026-11-01T25:00', '1 Nov 2026', '2026-11-01Z'])(
    'refuses %j',
    (text) => {
      expect(() => moment(text)).toThrow(InvalidArgumentError)
    },
  )
})

describe('units()', () => {
  test.each(['0', '0.05', '12', '1.000000000000000001'])('keeps %s as it is', (text) => {
    expect(units(text)).toBe(text)
  })

  test.each(['', '-1', '.5', '1.', '01', '1e3', '1,5', '$1', ' 1'])('refuses %j', (text) => {
    expect(() => units(text)).toThrow(InvalidArgumentError)
  })
})
