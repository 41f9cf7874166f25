import { describe, expect, test } from 'vitest'
import { formatDay, memoryHash, parseDay, parseMemoryHash } from './route.js'

describe('parseMemoryHash()', () => {
  test('reads what memoryHash() writes', () => {
    const route = {
      view: 'names',
      query: 'tea & “cake”?',
      kind: 'event',
      verification: 'stated',
      author: 'agent',
      tag: 'a b',
      state: 'closed',
      by: 'recorded',
      asOf: '2026-02-28',
      until: '1969-12-31',
      id: 'x/y',
      name: 'Åsa #1',
    } as const
    expect(parseMemoryHash(memoryHash(route))).toEqual(route)
    expect(parseMemoryHash('#/memory')).toEqual({ view: 'records' })
    expect(memoryHash({ view: 'records', query: '', id: undefined })).toBe('#/memory')
  })

  test('leaves out what does not fit', () => {
    expect(parseMemoryHash('#/memory/tidy?kind=rumour&asOf=2026-02-30&until=soon&tag=&other=1')).toEqual({
      view: 'tidy',
    })
  })

  test.each(['', '#/', '#/memories', '#/memory/else', '#/sessions/memory'])('finds none in "%s"', (hash) => {
    expect(parseMemoryHash(hash)).toBeUndefined()
  })
})

describe('parseDay()', () => {
  test('counts days from 1970, back and forth', () => {
    expect([parseDay('1970-01-02'), parseDay('1969-12-31'), parseDay('2024-2-1')]).toEqual([1, -1, undefined])
    expect(formatDay(parseDay('2026-11-21') ?? 0)).toBe('2026-11-21')
  })
})
