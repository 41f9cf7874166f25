import { SalpError } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const source = { author: 'user', channel: 'studio' } as const

describe('revise()', () => {
  test('writes other words as a new version, and keeps the old one as history', async () => {
    const { memory, clock } = openMemory()
    const input = said('Ana lives in Oslo', {
      tags: ['home'],
      thread: 'people',
      pinned: true,
      happenedAt: monday - day,
    })
    const { record: old } = await memory.remember(input)
    await clock.advance(day)
    const made = await memory.revise(old.id, { content: 'Ana lives in Rome', source })
    expect(made).toMatchObject({
      content: 'Ana lives in Rome',
      source: { ...source, at: monday + day },
      verification: 'stated',
      tags: ['home'],
      thread: 'people',
      pinned: true,
      happenedAt: monday - day,
    })
    const history = await memory.history(made?.id ?? '')
    expect(history.map(({ content, closedAt }) => [content, closedAt])).toEqual([['Ana lives in Oslo', monday + day]])
    expect(await memory.list()).toEqual([made])
    expect((await memory.recall('Where does Ana live?', { asOf: monday })).hits[0]?.content).toBe('Ana lives in Oslo')
  })

  test('files in place, and finds by the new tag only', async () => {
    const { memory, db } = openMemory()
    const { record } = await memory.remember(said('The pump hums', { tags: ['noise'] }))
    const changes = { kind: 'event', tags: ['cellar', 'cellar'], sensitivity: 'public', pinned: true } as const
    const filed = await memory.revise(record.id, { ...changes, source })
    expect(filed).toEqual({ ...record, ...changes, tags: ['cellar'] })
    expect(await memory.get(record.id)).toEqual(filed)
    expect((await memory.recall('cellar')).hits.map(({ id }) => id)).toEqual([record.id])
    expect((await memory.recall('noise')).hits).toEqual([])
    expect((await memory.remember(said('The pump hums', { kind: 'event' }))).status).toBe('known')
    expect(checkMemory(db).intact).toBe(true)
  })

  test('changes the time it holds for, with the standing it had', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember({
      ...said('The gate is closed', { validFrom: monday - day, validUntil: monday + day }),
      source: { author: 'agent' },
    })
    const open = await memory.revise(record.id, { validUntil: null, source })
    expect(open).toMatchObject({ validFrom: monday - day, verification: 'inferred', confidence: 0.7 })
    expect(open).not.toHaveProperty('validUntil')
    expect(open?.id).not.toBe(record.id)
    await expect(memory.revise(open?.id ?? '', { validUntil: monday - 2 * day, source })).rejects.toThrow('validUntil')
  })

  test('reads days from new words as they were first meant, and keeps a claim that was named', async () => {
    const { memory, clock } = openMemory()
    const { record } = await memory.remember(
      said('The pump broke yesterday', { subject: 'pump 7', attribute: 'state' }),
    )
    await clock.advance(30 * day)
    const next = await memory.revise(record.id, { content: 'The big pump broke yesterday', source })
    expect([next?.happenedAt, next?.claim]).toEqual([record.happenedAt, { subject: 'pump 7', attribute: 'state' }])
  })

  test('changes nothing that is unknown, superseded or already so', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember(said('Tea is out'))
    expect(await memory.revise('nobody', { content: 'x', source })).toBeUndefined()
    expect((await memory.revise(record.id, { content: 'Tea is out', source }))?.id).toBe(record.id)
    await memory.revise(record.id, { content: 'Tea is in', source })
    expect(await memory.revise(record.id, { content: 'Tea is lost', source })).toBeUndefined()
    expect((await memory.stats()).records).toBe(1)
  })
})

describe('supersede()', () => {
  test('closes one record in favour of another, until it is reopened', async () => {
    const { memory } = openMemory()
    const [a, b] = await memory.rememberAll([said('The shop opens at nine'), said('The shop opens at ten sharp')])
    await memory.supersede(a?.record.id ?? '', b?.record.id ?? '')
    expect((await memory.history(b?.record.id ?? '')).map(({ id }) => id)).toEqual([a?.record.id])
    await memory.reopen(a?.record.id ?? '')
    expect((await memory.stats()).records).toBe(2)
  })

  test('refuses what is not there, and a record that does not hold', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember(said('Tea is out'))
    for (const [id, by] of [
      [record.id, 'nobody'],
      ['nobody', record.id],
      [record.id, record.id],
    ] as const) {
      const refused = await memory.supersede(id, by).catch((error: unknown) => error)
      expect(SalpError.is(refused, 'memory/superseded-unknown')).toBe(true)
    }
    expect((await memory.stats()).records).toBe(1)
  })
})
