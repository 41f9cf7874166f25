import { SalpError } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (SalpError.is(error) ? error.code : String(error)),
  )

describe('remember()', () => {
  test('gives the record with every field decided', async () => {
    const { memory } = openMemory()
    const { record, status } = await memory.remember(
      said(' The deploy key rotates on Fridays ', { tags: ['ops', 'ops'] }),
    )
    expect({ ...record, id: '' }).toEqual({
      id: '',
      namespace: 'default',
      content: 'The deploy key rotates on Fridays',
      kind: 'fact',
      source: { author: 'user', at: monday },
      confidence: 1,
      verification: 'stated',
      sensitivity: 'internal',
      tags: ['ops'],
      claim: { subject: 'deploy key', attribute: 'day' },
      pinned: false,
      recordedAt: monday,
    })
    expect([status, await memory.get(record.id)]).toEqual(['added', record])
  })

  test('keeps the whole provenance it is given', async () => {
    const { memory } = openMemory()
    const input = {
      content: 'Backups go to Lisbon',
      kind: 'procedure' as const,
      source: { author: 'agent' as const, channel: 'cli', sessionId: 's1', turnId: 't1', at: monday - day },
      confidence: 0.4,
      verification: 'verified' as const,
      sensitivity: 'public' as const,
      tags: ['backup'],
      namespace: 'project',
      validFrom: monday - 2 * day,
      validUntil: monday + day,
      expiresAt: monday + 2 * day,
      thread: 'planning',
      happenedAt: monday - 3 * day,
      pinned: true,
    }
    const { record } = await memory.remember(input)
    expect(record).toEqual({ ...input, id: record.id, recordedAt: monday })
    expect(await memory.get(record.id, { namespace: 'project' })).toEqual(record)
  })

  test('takes for a guess what no person said', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember({ content: 'Ana may like tea', source: { author: 'agent' } })
    expect([record.verification, record.confidence]).toEqual(['inferred', 0.7])
  })

  test('writes ten thousand identical records once', async () => {
    const { memory, db } = openMemory()
    const first = await memory.remember(said('The deploy key rotates on Fridays'))
    for (let index = 0; index < 10_000; index++) {
      const again = await memory.remember({
        content: `The deploy key ${' '.repeat(index % 3)}rotates on Fridays.`,
        source: { author: 'user', sessionId: `s${index}` },
      })
      if (again.status === 'added' || again.record.id !== first.record.id)
        expect.fail(`write ${index} was not recognised`)
    }
    expect([(await memory.stats()).records, checkMemory(db).intact]).toEqual([1, true])
  })

  test('takes the same words of another author, kind, time or namespace for another record', async () => {
    const { memory } = openMemory()
    const added = await memory.rememberAll([
      said('Ana likes tea'),
      said('Ana likes tea', { source: { author: 'agent' } }),
      said('Ana likes tea', { kind: 'preference' }),
      said('Ana likes tea', { validUntil: monday + day }),
      said('Ana likes tea', { namespace: 'other' }),
    ])
    expect(added.map(({ status }) => status)).toEqual(Array(5).fill('added'))
  })

  test('raises what is said again, and lowers nothing', async () => {
    const { memory } = openMemory()
    const source = { author: 'agent' } as const
    await memory.remember({ content: 'Ana likes tea', source, confidence: 0.9, tags: ['a'], expiresAt: monday + day })
    const again = {
      content: 'Ana likes tea',
      source,
      confidence: 0.5,
      tags: ['b'],
      sensitivity: 'confidential',
    } as const
    const { record, status } = await memory.remember({
      ...again,
      verification: 'verified',
      expiresAt: monday + 2 * day,
    })
    expect(status).toBe('known')
    expect(record).toMatchObject({
      confidence: 0.9,
      verification: 'verified',
      sensitivity: 'confidential',
      tags: ['a', 'b'],
      expiresAt: monday + 2 * day,
    })
    expect(await memory.get(record.id, { clearance: 'confidential' })).toEqual(record)
    expect((await memory.recall('b', { clearance: 'confidential' })).hits).toHaveLength(1)
    expect((await memory.remember({ content: 'Ana likes tea', source })).record.expiresAt).toBeUndefined()
  })

  test('writes anew what had expired', async () => {
    const { memory, clock } = openMemory()
    const first = await memory.remember(said('Ana is in Lisbon', { expiresAt: monday + day }))
    await clock.advance(day)
    expect(await memory.get(first.record.id)).toBeUndefined()
    expect((await memory.remember(said('Ana is in Lisbon'))).status).toBe('added')
  })

  test('writes all or none', async () => {
    const { memory, events } = openMemory()
    expect(await code(memory.rememberAll([said('one'), said('two', { supersedes: 'nobody' })]))).toBe(
      'memory/superseded-unknown',
    )
    expect([(await memory.stats()).records, events.published]).toEqual([0, []])
  })

  test('publishes ids, never text', async () => {
    const { memory, events } = openMemory()
    const { record } = await memory.remember(said('The password is swordfish', { sensitivity: 'restricted' }))
    await memory.remember(said('The password is swordfish'))
    await memory.forget(record.id)
    expect(events.published).toEqual([
      ['memory:remembered', { at: monday, id: record.id, namespace: 'default', status: 'added' }],
      ['memory:remembered', { at: monday, id: record.id, namespace: 'default', status: 'known' }],
      ['memory:forgotten', { at: monday, ids: [record.id], namespace: 'default', erased: true }],
    ])
  })
})

describe('history()', () => {
  test('gives what a record replaced, the newest first, as far as the reader may see', async () => {
    const { memory } = openMemory()
    const days = ['Fridays', 'Mondays', 'Tuesdays']
    const ids: string[] = []
    for (const name of days) {
      const { record } = await memory.remember(said(`The deploy key rotates on ${name}`, { supersedes: ids.at(-1) }))
      ids.push(record.id)
    }
    const told = async (id: string) => (await memory.history(id)).map(({ content }) => content)
    expect(await told(ids[2] ?? '')).toEqual(['The deploy key rotates on Mondays', 'The deploy key rotates on Fridays'])
    expect(await told(ids[0] ?? '')).toEqual([])
    expect(await told('nobody')).toEqual([])
    expect(await memory.history(ids[2] ?? '', { namespace: 'other' })).toEqual([])
  })
})

describe('remember() with supersedes', () => {
  test('closes the old record and keeps it as history', async () => {
    const { memory, clock } = openMemory()
    const old = await memory.remember(said('The deploy key rotates on Fridays'))
    await clock.advance(day)
    const { record } = await memory.remember(said('The deploy key rotates on Mondays', { supersedes: old.record.id }))
    const closed = { closedAt: monday + day, validUntil: monday + day, supersededBy: record.id }
    expect(await memory.get(old.record.id)).toEqual({ ...old.record, ...closed })
    expect(await memory.list()).toEqual([record])
    expect(await memory.stats()).toEqual({ records: 1, superseded: 1, expired: 0, byKind: { fact: 1 } })
  })

  test('is idempotent, and lets the old words be said anew', async () => {
    const { memory } = openMemory()
    const friday = await memory.remember(said('It rotates on Fridays'))
    const correction = said('It rotates on Mondays', { supersedes: friday.record.id })
    const mondays = await memory.remember(correction)
    expect((await memory.remember(correction)).status).toBe('known')
    const back = await memory.remember(said('It rotates on Fridays', { supersedes: mondays.record.id }))
    expect([back.status, (await memory.list()).length]).toEqual(['added', 1])
  })

  test('closes the old record in favour of one that is known already', async () => {
    const { memory } = openMemory()
    const [friday, mondays] = await memory.rememberAll([said('It rotates on Fridays'), said('It rotates on Mondays')])
    const { status } = await memory.remember(said('It rotates on Mondays', { supersedes: friday?.record.id }))
    expect([status, await memory.list()]).toEqual(['known', [mondays?.record]])
  })

  test('refuses a record that is closed, unknown or of another namespace', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember(said('one'))
    await memory.remember(said('two', { supersedes: record.id }))
    const refused = [said('3', { supersedes: record.id }), said('4', { supersedes: 'x' })]
    const itself = said('two', { supersedes: (await memory.list())[0]?.id })
    for (const input of [...refused, itself, said('5', { supersedes: record.id, namespace: 'other' })]) {
      expect(await code(memory.remember(input))).toBe('memory/superseded-unknown')
    }
  })
})

describe('list()', () => {
  test('pages from the newest back, across a forgotten record', async () => {
    const { memory } = openMemory()
    const all = (await memory.rememberAll(Array.from({ length: 7 }, (_, index) => said(`note ${index}`)))).toReversed()
    const page = await memory.list({ limit: 3 })
    expect(page).toEqual(all.slice(0, 3).map(({ record }) => record))
    const before = page[2]?.id ?? ''
    await memory.forget(before)
    expect((await memory.list({ limit: 3, before })).map(({ content }) => content)).toEqual([
      'note 3',
      'note 2',
      'note 1',
    ])
    expect(await memory.list({ before: '0' })).toEqual([])
  })

  test('is empty for a memory, and for a namespace, that has nothing', async () => {
    const { memory } = openMemory()
    expect([await memory.list(), await memory.list({ namespace: 'x' })]).toEqual([[], []])
    expect(await memory.stats()).toEqual({ records: 0, superseded: 0, expired: 0, byKind: {} })
  })

  test('refuses a limit out of range', async () => {
    await expect(openMemory().memory.list({ limit: 0 })).rejects.toThrow(RangeError)
  })
})

describe('a clock that goes back', () => {
  test('reopens nothing that was closed and brings back nothing that expired', async () => {
    let at = monday
    const { db } = openMemory()
    const { createMemory } = await import('./memory.js')
    let count = 0
    const memory = createMemory({ db, clock: { now: () => at }, ids: () => `id${count++}` })
    const old = await memory.remember(said('It rotates on Fridays'))
    await memory.remember(said('Ana is in Lisbon', { expiresAt: monday + day }))
    at = monday + 2 * day
    await memory.remember(said('It rotates on Mondays', { supersedes: old.record.id }))
    at = 0
    expect((await memory.list()).map(({ content }) => content)).toEqual(['It rotates on Mondays'])
    const { record } = await memory.remember(said('The clock is wrong'))
    expect(record.recordedAt).toBe(monday + 2 * day)
    expect((await memory.recall('rotates')).hits.map(({ content }) => content)).toEqual(['It rotates on Mondays'])
  })
})

describe('forget()', () => {
  test('forgets by id, once', async () => {
    const { memory, db } = openMemory()
    const { record } = await memory.remember(said('The deploy key rotates on Fridays'))
    expect([await memory.forget(record.id), await memory.forget(record.id)]).toEqual([1, 0])
    expect((await memory.recall('deploy key')).empty).toBe('no-match')
    expect(checkMemory(db)).toEqual({ intact: true, problems: [] })
  })

  test.each([
    [{ kind: 'event' }, ['a', 'c', 'd']],
    [{ tag: 'x' }, ['a', 'b', 'd']],
    [{ author: 'agent' }, ['a', 'b', 'c']],
    [{ sessionId: 's', channel: 'web', turnId: 't' }, ['b', 'c', 'd']],
    [{ recordedBefore: monday + 1 }, []],
    [{ expiredBy: monday + day }, ['b', 'c', 'd']],
    [{ tag: 'x', kind: 'event' }, ['a', 'b', 'c', 'd']],
    [{ ids: [] }, ['a', 'b', 'c', 'd']],
    [{ namespace: 'other' }, ['a', 'b', 'c', 'd']],
    [{ namespace: 'default' }, []],
  ] as const)('forgets exactly what fits %j', async (filter, left) => {
    const { memory, db } = openMemory()
    await memory.rememberAll([
      {
        content: 'a',
        source: { author: 'user', sessionId: 's', channel: 'web', turnId: 't' },
        expiresAt: monday + day,
      },
      said('b', { kind: 'event' }),
      said('c', { tags: ['x', 'y'] }),
      { content: 'd', source: { author: 'agent' } },
    ])
    expect(await memory.forget(filter)).toBe(4 - left.length)
    expect((await memory.list()).map(({ content }) => content).sort()).toEqual(left)
    expect(checkMemory(db).intact).toBe(true)
  })

  test.each([[{}], [{ kind: 'rumour' }], [{ ids: 'x' }], [{ kind: undefined }]])('refuses %j', async (filter) => {
    const { memory } = openMemory()
    await memory.remember(said('a'))
    expect(await code(memory.forget(filter as { kind: 'fact' }))).toBe('memory/input')
    expect((await memory.stats()).records).toBe(1)
  })

  test('leaves the history of what it forgets readable', async () => {
    const { memory } = openMemory()
    const old = await memory.remember(said('It rotates on Fridays'))
    const { record } = await memory.remember(said('It rotates on Mondays', { supersedes: old.record.id }))
    await memory.forget(record.id)
    expect(await memory.list()).toEqual([])
    expect((await memory.get(old.record.id))?.supersededBy).toBeUndefined()
  })
})

describe('checkMemory()', () => {
  test('finds an index that differs from the records, and a wrong count', async () => {
    const { memory, db } = openMemory()
    await memory.remember(said('The deploy key rotates on Fridays'))
    db.exec("INSERT INTO memory_text (rowid, content, terms, scope) VALUES (9, 'ghost', '', 'n1')")
    db.exec('UPDATE memory_namespaces SET records = 2')
    expect(checkMemory(db)).toMatchObject({ intact: false, problems: { length: 2 } })
  })
})
