import { SalpError } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { day, monday, openMemory, said } from './testing/internal/open.js'

/** Recorded on Monday, but told of other days. */
async function openDiary() {
  const made = openMemory()
  const ids = await made.memory.rememberAll([
    said('The dam broke', { happenedAt: monday - 3 * day, kind: 'event', tags: ['water'] }),
    said('The pump runs'),
    { ...said('Tea may be out'), source: { author: 'agent' } },
    said('The dam was mended', { happenedAt: monday - day, kind: 'event', tags: ['water', 'repair'] }),
  ])
  return { ...made, ids: ids.map(({ record }) => record.id) }
}

const contents = ({ records }: { records: readonly { content: string }[] }) => records.map(({ content }) => content)

describe('browse()', () => {
  test('orders by when things happened, or by when they were recorded', async () => {
    const { memory } = await openDiary()
    expect(contents(await memory.browse())).toEqual([
      'Tea may be out',
      'The pump runs',
      'The dam was mended',
      'The dam broke',
    ])
    expect(contents(await memory.browse({ by: 'recorded' }))).toEqual([
      'The dam was mended',
      'Tea may be out',
      'The pump runs',
      'The dam broke',
    ])
  })

  test.each(['happened', 'recorded'] as const)('gives every record once, page by page, by when it %s', async (by) => {
    const { memory } = await openDiary()
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = await memory.browse({ by, limit: 1, after })
      seen.push(...contents(page))
      // A page goes on from its place even if the record that marks it is gone.
      await memory.forget(page.records[0]?.id ?? '')
      after = page.next
    } while (after !== undefined)
    expect(seen.toSorted()).toEqual(['Tea may be out', 'The dam broke', 'The dam was mended', 'The pump runs'])
  })

  test('filters by every field', async () => {
    const { memory } = await openDiary()
    expect(contents(await memory.browse({ kind: 'event' }))).toEqual(['The dam was mended', 'The dam broke'])
    expect(contents(await memory.browse({ tag: 'repair' }))).toEqual(['The dam was mended'])
    expect(contents(await memory.browse({ author: 'agent' }))).toEqual(['Tea may be out'])
    expect(contents(await memory.browse({ verification: 'stated', kind: 'fact' }))).toEqual(['The pump runs'])
    expect(contents(await memory.browse({ before: monday - day }))).toEqual(['The dam broke'])
    expect(contents(await memory.browse({ sessionId: 's1' }))).toEqual([])
    expect(contents(await memory.browse({ namespace: 'other' }))).toEqual([])
  })

  test('tells what was believed then, and what was replaced since', async () => {
    const { memory, clock, ids } = await openDiary()
    await clock.advance(day)
    await memory.revise(ids[1] ?? '', { content: 'The pump is broken', source: { author: 'user' } })
    expect(contents(await memory.browse({ limit: 1 }))).toEqual(['The pump is broken'])
    expect(contents(await memory.browse({ asOf: monday, kind: 'fact' }))).toContain('The pump runs')
    expect(contents(await memory.browse({ state: 'closed' }))).toEqual(['The pump runs'])
    expect(contents(await memory.browse({ state: 'closed', asOf: monday }))).toEqual([])
  })

  test('hides what the reader may not see', async () => {
    const { memory } = openMemory()
    await memory.remember(said('The safe is behind the painting', { sensitivity: 'restricted' }))
    expect(contents(await memory.browse())).toEqual([])
    expect(await memory.days()).toEqual([])
    expect(contents(await memory.browse({ clearance: 'restricted' }))).toEqual(['The safe is behind the painting'])
  })

  test('refuses a place that is none', async () => {
    const refused = await openMemory()
      .memory.browse({ after: '1 OR 1=1' })
      .catch((error: unknown) => error)
    expect(SalpError.is(refused, 'memory/input')).toBe(true)
  })
})

describe('days()', () => {
  test("counts by day in the reader's zone, days before 1970 included", async () => {
    const { memory } = await openDiary()
    await memory.remember(said('They landed', { happenedAt: -1 }))
    const today = Math.floor(monday / day)
    expect(await memory.days()).toEqual([
      { day: -1, records: 1 },
      { day: today - 3, records: 1 },
      { day: today - 1, records: 1 },
      { day: today, records: 2 },
    ])
    const east = await memory.days({ offsetMs: day / 2, kind: 'event' })
    expect(east.map((one) => one.day)).toEqual([today - 2, today])
    expect(await memory.days({ by: 'recorded', tag: 'water' })).toEqual([{ day: today, records: 2 }])
  })

  test('refuses an offset of more than a day', async () => {
    await expect(openMemory().memory.days({ offsetMs: 2 * day })).rejects.toThrow(RangeError)
  })
})
