/** What memory does when the same thing is told anew. */

import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const question = 'When does the deploy key rotate?'

describe('remember() of another value', () => {
  test('closes the old interval, keeps history and lowers nothing else', async () => {
    const { memory, clock, db } = openMemory()
    const fridays = (await memory.remember(said('The deploy key rotates on Fridays'))).record
    const other = (await memory.remember(said('The deploy key is kept in the vault'))).record
    await clock.advance(day)
    const mondays = (await memory.remember(said('The deploy key rotates on Mondays'))).record
    expect((await memory.recall(question, { limit: 1 })).hits[0]?.id).toBe(mondays.id)
    expect((await memory.recall(question, { limit: 1, asOf: monday + 1 })).hits[0]?.id).toBe(fridays.id)
    expect(await memory.get(fridays.id)).toEqual({
      ...fridays,
      closedAt: monday + day,
      validUntil: monday + day,
      supersededBy: mondays.id,
    })
    expect(await memory.get(other.id)).toEqual(other)
    expect((await memory.list()).map(({ id }) => id)).toEqual([mondays.id, other.id])
    expect(checkMemory(db).intact).toBe(true)
  })

  test('closes by subject and attribute, whatever the words', async () => {
    const { memory } = openMemory()
    const claim = { subject: 'Acme', attribute: 'plan' }
    await memory.remember(said('We are on the free tier', claim))
    const { record } = await memory.remember(said('Upgraded at last, the card is on file', claim))
    expect((await memory.list()).map(({ id }) => id)).toEqual([record.id])
    expect((await memory.recall('Which plan is Acme on?')).hits.map(({ id }) => id)).toEqual([record.id])
  })

  test('leads from the words of an old version to the newest', async () => {
    const { memory } = openMemory()
    const first = (await memory.remember(said('The harbour office opens at nine'))).record
    const second = (await memory.remember(said('Doors unlock at ten from June', { supersedes: first.id }))).record
    const { hits } = await memory.recall('When does the harbour office open?')
    expect(hits).toMatchObject([{ id: second.id, explanation: { newestVersion: true } }])
  })

  test('takes an older statement that comes late for history', async () => {
    const { memory } = openMemory()
    const newer = (await memory.remember(said('Kelva lives in Oslo'))).record
    const late = (
      await memory.remember(said('Kelva lives in Rome', { source: { author: 'import', at: monday - day } }))
    ).record
    expect([late.supersededBy, (await memory.get(newer.id))?.closedAt]).toEqual([newer.id, undefined])
  })

  test.each([
    ['what may be true beside it', 'Kelva likes tea', 'Kelva likes coffee'],
    ['another subject', 'Kelva lives in Oslo', 'Moran lives in Rome'],
    ['another attribute', 'Kelva lives in Oslo', 'Kelva works at Acme'],
    ['the same value in other words', 'Kelva lives in Oslo', 'Kelva moved to Oslo'],
  ])('leaves open %s', async (_, first, second) => {
    const { memory } = openMemory()
    await memory.rememberAll([said(first), said(second)])
    expect((await memory.list()).length).toBe(2)
  })

  test('never lets a guess close what a person stated', async () => {
    const { memory } = openMemory()
    await memory.remember(said('Kelva lives in Oslo'))
    await memory.remember({ content: 'Kelva lives in Rome', source: { author: 'agent' } })
    expect((await memory.list()).length).toBe(2)
  })

  test('leaves open what holds at another time', async () => {
    const { memory } = openMemory()
    await memory.remember(said('Kelva lives in Oslo', { validUntil: monday }))
    await memory.remember(said('Kelva lives in Rome', { validFrom: monday }))
    expect((await memory.stats()).superseded).toBe(0)
  })
})
