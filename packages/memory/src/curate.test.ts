import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { extract } from './curate.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const talk = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    said(`Ann repaired pump ${index} of the harbour`, {
      kind: 'event',
      thread: 'shift',
      source: { author: 'user', at: monday - 60 * day },
    }),
  )

describe('curate()', () => {
  test('tells in a dry run what it then does, and does nothing more the second time', async () => {
    const { memory, clock, db } = openMemory()
    await memory.rememberAll([
      said('The pump hums'),
      { content: 'the pump hums!', source: { author: 'agent' } },
      said('Gone soon', { expiresAt: monday + day }),
      ...talk(6),
    ])
    await clock.advance(2 * day)
    const options = { condenseAfterMs: 30 * day }
    const before = await memory.stats()
    const dry = await memory.curate({ ...options, dryRun: true })
    expect(await memory.stats()).toEqual(before)
    const done = await memory.curate(options)
    expect(done.merged).toEqual(dry.merged)
    expect([done.merged.length, done.expired.length, dry.expired]).toEqual([1, 1, done.expired])
    expect(done.condensed.map(({ of }) => of.length)).toEqual([6])
    expect(await memory.curate(options)).toMatchObject({ expired: [], merged: [], forgotten: [], condensed: [] })
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
  })

  test('keeps what is worth most, and all that is pinned', async () => {
    const { memory } = openMemory()
    const old = { source: { author: 'user' as const, at: monday - 300 * day } }
    const [pinned, stale, used, fresh] = await memory.rememberAll([
      said('Pinned and old', { ...old, pinned: true }),
      said('Stale and old', old),
      said('Used and old', old),
      said('Fresh'),
    ])
    await memory.reinforce([used?.record.id ?? ''])
    expect((await memory.curate({ keep: 3 })).forgotten).toEqual([stale?.record.id])
    const left = (await memory.list()).map(({ id }) => id)
    expect(left).toEqual([fresh, used, pinned].map((one) => one?.record.id))
  })

  test('shows claims that are told differently', async () => {
    const { memory } = openMemory()
    const stated = (await memory.remember(said('Kelva lives in Oslo'))).record.id
    const guessed = (await memory.remember({ content: 'Kelva lives in Rome', source: { author: 'agent' } })).record.id
    expect((await memory.curate()).conflicts).toEqual([
      { subject: 'kelva', attribute: 'residence', ids: [stated, guessed] },
    ])
  })

  test('writes summaries that are as unsure and secret as their sources, and go with them', async () => {
    const { memory } = openMemory({ clearance: 'restricted' })
    const events = talk(5).map((event, index) => ({
      ...event,
      ...(index === 2 && { sensitivity: 'confidential' as const }),
    }))
    const written = await memory.rememberAll(events)
    const { condensed } = await memory.curate({ condenseAfterMs: day })
    const summary = condensed[0]?.summary ?? ''
    expect(await memory.get(summary)).toMatchObject({
      kind: 'summary',
      verification: 'inferred',
      sensitivity: 'confidential',
    })
    expect(await memory.forget(written[0]?.record.id ?? '')).toBe(2)
    expect(await memory.get(summary)).toBeUndefined()
  })
})

describe('reopen()', () => {
  test('takes a closing back', async () => {
    const { memory } = openMemory()
    const oslo = (await memory.remember(said('Kelva lives in Oslo'))).record
    await memory.remember(said('Kelva lives in Rome'))
    expect([await memory.reopen(oslo.id), await memory.get(oslo.id), await memory.reopen(oslo.id)]).toEqual([
      true,
      oslo,
      false,
    ])
  })
})

describe('about()', () => {
  test('puts together what is told of a name, one line first', async () => {
    const { memory } = openMemory()
    await memory.rememberAll([
      said('Kelva Moran lives in Oslo'),
      said('Kelva Moran likes tea'),
      said('Acme was founded by Kelva Moran'),
    ])
    expect(await memory.about('kelva moran')).toMatchObject({
      name: 'Kelva Moran',
      relations: [
        { relation: 'created by', other: 'Acme', direction: 'to' },
        { relation: 'likes', other: 'tea', direction: 'from' },
        { relation: 'residence', other: 'Oslo', direction: 'from' },
      ],
      gist: 'Kelva Moran, well: likes tea; residence Oslo',
    })
    expect(await memory.about('Nobody')).toBeUndefined()
  })
})

describe('graph()', () => {
  test('gives names, what joins them, and topics', async () => {
    const { memory } = openMemory()
    await memory.rememberAll([
      said('Then Ann met Bob'),
      said('Then Bob met Carl'),
      said('Then Ann met Carl'),
      said('Then Xena met Yuri'),
      said('Then Xena met Yuri', { namespace: 'other' }),
    ])
    const { nodes, edges, total } = await memory.graph()
    expect(nodes.map(({ label }) => label).sort()).toEqual(['Ann', 'Bob', 'Carl', 'Xena', 'Yuri'])
    expect([edges.length, total]).toEqual([4, 5])
    expect(await memory.graph({ limit: 2 })).toMatchObject({ nodes: { length: 2 }, total: 5 })
    expect(new Set(nodes.map(({ topic }) => topic)).size).toBe(2)
  })
})

describe('extract()', () => {
  test('keeps the sentences that share most with the others, in order', () => {
    expect(extract(['The pump broke. Lunch was late.', 'Ann fixed the pump.', 'The pump runs.', 'Birds sang.'])).toBe(
      'The pump broke. Ann fixed the pump. The pump runs.',
    )
  })
})
