import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { day, monday } from './testing/internal/open.js'
import { findTime, timeWords } from './times.js'

const span = (text: string): string | undefined => {
  const found = findTime(text, monday)
  const date = (at: number): string => (Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : '…')
  return found && `${date(found.from)} to ${date(found.to)}`
}

describe('findTime()', () => {
  test.each([
    ['What did we do yesterday?', '2023-12-31 to 2024-01-01'],
    ['what happened last week', '2023-12-25 to 2024-01-01'],
    ['three days ago', '2023-12-29 to 2023-12-30'],
    ['on Friday we met', '2023-12-29 to 2023-12-30'],
    ['in May', '2023-05-01 to 2023-06-01'],
    ['in May 2021', '2021-05-01 to 2021-06-01'],
    ['8 May 2021', '2021-05-08 to 2021-05-09'],
    ['May 8th, 2021', '2021-05-08 to 2021-05-09'],
    ['2021-05-08', '2021-05-08 to 2021-05-09'],
    ['before 2020', '… to 2020-01-01'],
    ['after March 2022', '2022-04-01 to …'],
    ['since last month', '2023-12-01 to …'],
    ['in the last 3 weeks', '2023-12-11 to 2024-01-01'],
    ['last year', '2023-01-01 to 2024-01-01'],
    ['the summer of 2022', '2022-06-01 to 2022-09-01'],
    ['may I ask about room 2020', undefined],
    ['nothing of the kind', undefined],
  ])('reads %j', (text, expected) => expect(span(text)).toBe(expected))

  test('gives spans that do not end before they start, for any text', () => {
    const part = fc.constantFrom(
      'last',
      'week',
      'before',
      '2020',
      'May',
      '31',
      'ago',
      'three',
      'days',
      'on',
      'Friday',
      'in',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), fc.integer({ min: 0, max: 20_000 }), (words, days) => {
        const found = findTime(words.join(' '), days * day)
        if (found !== undefined) expect(found.from).toBeLessThan(found.to)
      }),
    )
  })
})

describe('timeWords()', () => {
  test('names year, month, day and weekday', () => expect(timeWords(monday)).toBe('2024 january 1 monday'))
})
