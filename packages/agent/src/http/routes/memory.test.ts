import type { MemoryInput } from '@salp/memory'
import { afterEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../testing/test-api.js'
import { memoryRoutes } from './memory.js'

const day = 86_400_000
const open: TestApi[] = []
afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
})

/** An API whose every answer is checked against the schema that documents it. */
function setup() {
  const made = createTestApi()
  open.push(made)
  const routes = memoryRoutes(made)
  const ask = async (method: string, path: string, json?: unknown) => {
    const response = await made.request(path, json === undefined ? { method } : { method, json })
    const text = await response.text()
    const body = text === '' ? undefined : JSON.parse(text)
    if (response.ok) {
      const [asked = ''] = path.split('?')
      const fitting = routes.filter(
        (route) =>
          route.method === method.toLowerCase() &&
          new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked),
      )
      fitting[0]?.response?.parse(body)
    }
    return { status: response.status, body }
  }
  return { ...made, ask }
}

const said = (content: string, rest: Partial<MemoryInput> = {}): MemoryInput => ({
  content,
  source: { author: 'user' },
  ...rest,
})

const contents = (body: { hits: { content: string }[] }) => body.hits.map(({ content }) => content)

describe('GET /api/memory', () => {
  test('explains each hit, and filters', async () => {
    const { memory, ask } = setup()
    await memory.rememberAll([
      said('The pump hums', { tags: ['cellar'] }),
      { ...said('The pump may leak', { kind: 'event' }), source: { author: 'agent', sessionId: 's', turnId: 't' } },
    ])
    const { body } = await ask('GET', '/api/memory?query=pump')
    expect(contents(body).toSorted()).toEqual(['The pump hums', 'The pump may leak'])
    expect(body.hits[0].explanation).toMatchObject({ matched: ['pump'], missed: [] })
    const filtered = async (filter: string) => contents((await ask('GET', `/api/memory?query=pump&${filter}`)).body)
    expect(await filtered('tag=cellar')).toEqual(['The pump hums'])
    expect(await filtered('kind=event&author=agent&verification=inferred')).toEqual(['The pump may leak'])
    expect((await ask('GET', '/api/memory?query=pump&state=closed')).status).toBe(400)
  })

  test('pages through everything by time, the secret included', async () => {
    const { memory, clock, ask } = setup()
    for (let index = 0; index < 5; index++)
      await memory.remember(
        said(`Note ${index}`, {
          happenedAt: clock.now() - index * day,
          sensitivity: index === 3 ? 'restricted' : 'public',
        }),
      )
    const first = await ask('GET', '/api/memory?limit=3')
    const second = await ask('GET', `/api/memory?limit=3&after=${first.body.next}`)
    expect([...contents(first.body), ...contents(second.body)]).toEqual([
      'Note 0',
      'Note 1',
      'Note 2',
      'Note 3',
      'Note 4',
    ])
    expect(second.body).not.toHaveProperty('next')
    expect(contents((await ask('GET', `/api/memory?before=${clock.now() - 3 * day}`)).body)).toEqual(['Note 4'])
    expect((await ask('GET', '/api/memory?after=nowhere')).status).toBe(400)
  })

  test('tells what was believed at a moment', async () => {
    const { memory, clock, ask } = setup()
    const { record } = await memory.remember(said('The pump hums'))
    const then = clock.now()
    await clock.advance(day)
    await memory.revise(record.id, { content: 'The pump sings', source: { author: 'user' } })
    expect(contents((await ask('GET', `/api/memory?asOf=${then}`)).body)).toEqual(['The pump hums'])
    expect(contents((await ask('GET', `/api/memory?query=pump&asOf=${then}`)).body)).toEqual(['The pump hums'])
    expect(contents((await ask('GET', '/api/memory?state=closed')).body)).toEqual(['The pump hums'])
  })
})

describe('GET /api/memory/timeline', () => {
  test("counts by day in the reader's zone", async () => {
    const { memory, clock, ask } = setup()
    await memory.rememberAll([said('One'), said('Two'), said('Three', { happenedAt: clock.now() - day })])
    const today = Math.floor(clock.now() / day)
    expect((await ask('GET', `/api/memory/timeline?offsetMs=${3_600_000}`)).body).toEqual({
      days: [
        { day: today - 1, records: 1 },
        { day: today, records: 2 },
      ],
    })
    expect((await ask('GET', `/api/memory/timeline?offsetMs=${3 * day}`)).status).toBe(400)
  })
})

describe('PATCH /api/memory/{id}', () => {
  test('writes a new version of other words, and files in place', async () => {
    const { memory, ask } = setup()
    const { record } = await memory.remember(said('The pump hums'))
    const filed = await ask('PATCH', `/api/memory/${record.id}`, {
      tags: ['cellar'],
      pinned: true,
      sensitivity: 'restricted',
    })
    expect(filed.body).toMatchObject({ id: record.id, tags: ['cellar'], pinned: true, sensitivity: 'restricted' })
    const { body: next } = await ask('PATCH', `/api/memory/${record.id}`, { content: 'The pump sings' })
    expect(next).toMatchObject({ source: { author: 'user', channel: 'studio' }, verification: 'stated', pinned: true })
    for (const id of [record.id, next.id])
      expect(contents((await ask('GET', `/api/memory/${id}/history`)).body)).toEqual([
        'The pump sings',
        'The pump hums',
      ])
    expect((await ask('PATCH', `/api/memory/${record.id}`, { content: 'x' })).status).toBe(404)
    expect((await ask('PATCH', '/api/memory/nobody', {})).status).toBe(404)
    expect((await ask('PATCH', `/api/memory/${next.id}`, { kind: 'rumour' })).status).toBe(400)
    expect((await ask('PATCH', `/api/memory/${next.id}`, { validFrom: 2, validUntil: 1 })).status).toBe(400)
  })
})

describe('POST /api/memory/{id}/reopen', () => {
  test('takes a closing back, once', async () => {
    const { memory, ask } = setup()
    const [a, b] = await memory.rememberAll([said('The shop opens at nine'), said('The shop opens at ten sharp')])
    const [old, kept] = [a?.record.id ?? '', b?.record.id ?? '']
    expect((await ask('POST', `/api/memory/${old}/supersede`, { by: kept })).body).toMatchObject({ supersededBy: kept })
    expect((await ask('POST', `/api/memory/${old}/supersede`, { by: 'nobody' })).status).toBe(404)
    expect((await ask('POST', `/api/memory/${old}/reopen`, {})).body).not.toHaveProperty('closedAt')
    expect((await ask('POST', `/api/memory/${old}/reopen`, {})).status).toBe(404)
    expect((await memory.stats()).records).toBe(2)
  })
})

describe('DELETE /api/memory/{id}', () => {
  test('forgets a memory, with those before it if asked', async () => {
    const { memory, ask } = setup()
    const write = async () => {
      const { record } = await memory.remember(said('The code is 1234'))
      return {
        old: record.id,
        id: (await memory.revise(record.id, { content: 'Gone', source: { author: 'user' } }))?.id,
      }
    }
    const kept = await write()
    expect((await ask('DELETE', `/api/memory/${kept.id}`)).status).toBe(204)
    expect((await ask('GET', `/api/memory/${kept.old}`)).status).toBe(200)
    await memory.forget(kept.old)
    const gone = await write()
    expect((await ask('DELETE', `/api/memory/${gone.id}?versions=true`)).status).toBe(204)
    expect((await ask('GET', `/api/memory/${gone.old}`)).status).toBe(404)
    expect((await ask('DELETE', `/api/memory/${gone.id}`)).status).toBe(404)
  })
})

describe('GET /api/memory/graph and /about', () => {
  test('show names and what is told of one, and count what they leave out', async () => {
    const { memory, ask } = setup()
    await memory.rememberAll([
      said('Ann Lee met Bob Ray', { sensitivity: 'confidential' }),
      said('Then Bob Ray met Carl Poe'),
      said('Bob Ray works at Acme'),
    ])
    const { body } = await ask('GET', '/api/memory/graph?limit=2&edges=0')
    expect(body).toMatchObject({ nodes: { length: 2 }, edges: [], total: 4, totalEdges: 1 })
    const about = await ask('GET', '/api/memory/about?name=bob%20ray')
    expect(about.body).toMatchObject({ name: 'Bob Ray', records: { length: 3 } })
    expect((await ask('GET', '/api/memory/about?name=Nobody')).status).toBe(404)
  })
})

describe('POST /api/memory/curate', () => {
  test('tells what it would do before it does it, with the records', async () => {
    const { memory, ask } = setup()
    await memory.rememberAll([
      said('The shop opens at nine'),
      { ...said('The shop opens at nine.'), source: { author: 'import' } },
      said('The deploy key rotates on Mondays', { verification: 'verified' }),
      said('The deploy key rotates on Fridays'),
    ])
    const preview = (await ask('POST', '/api/memory/curate', { condenseAfterDays: 30 })).body
    expect(preview).toMatchObject({ dryRun: true, merged: { length: 1 }, conflicts: { length: 1 } })
    expect(preview.records[preview.merged[0].closed].content).toContain('The shop opens at nine')
    expect((await memory.stats()).records).toBe(4)
    expect((await ask('POST', '/api/memory/curate', { dryRun: false })).body.merged).toEqual(preview.merged)
    expect((await memory.stats()).records).toBe(3)
  })
})
