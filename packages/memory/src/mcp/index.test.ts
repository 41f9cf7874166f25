import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { day, openMemory, said } from '../testing/internal/open.js'
import { createMemoryServer } from './index.js'

/** A stock client, connected to a server over a memory. */
async function connect() {
  const open = openMemory()
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [left, right] = InMemoryTransport.createLinkedPair()
  await createMemoryServer(open.memory, { version: '1.2.3' }).connect(right)
  await client.connect(left)
  const call = async (name: string, input: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: input })
    return { failed: result.isError ?? false, value: result.structuredContent, text: JSON.stringify(result.content) }
  }
  return { ...open, client, call }
}

describe('createMemoryServer()', () => {
  test('tells its tools, which of them only read, and its version', async () => {
    const { client } = await connect()
    const { tools } = await client.listTools()
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['remember', false],
      ['recall', true],
      ['list', true],
      ['history', true],
      ['about', true],
      ['forget', false],
    ])
    expect(client.getServerVersion()).toMatchObject({ name: 'salp-memory', version: '1.2.3' })
    await client.close()
  })

  test('remembers with a source the client cannot choose, recalls, and tells history', async () => {
    const { call, memory, clock, client } = await connect()
    const first = await call('remember', { content: 'The deploy key rotates on Fridays', source: { author: 'user' } })
    expect(first.value).toMatchObject({ status: 'added' })
    await clock.advance(day)
    await call('remember', { content: 'The deploy key rotates on Mondays' })
    const found = await call('recall', { query: 'when does the deploy key rotate?' })
    expect(found.value).toMatchObject({
      hits: [
        { content: 'The deploy key rotates on Mondays', author: 'agent', channel: 'mcp', verification: 'inferred' },
      ],
    })
    const before = await call('recall', { query: 'when does the deploy key rotate?', asOf: '2024-01-01T13:00:00Z' })
    expect(before.value).toMatchObject({ hits: [{ content: 'The deploy key rotates on Fridays' }] })
    const [now] = await memory.list()
    expect((await call('history', { id: now?.id })).value).toMatchObject({
      records: [{ content: 'The deploy key rotates on Fridays', closed: '2024-01-02T12:00:00.000Z' }],
    })
    await client.close()
  })

  test('hides what is above its clearance, in tools and resources', async () => {
    const { call, memory, client } = await connect()
    const { record } = await memory.remember(said('The vault code is 4711', { sensitivity: 'restricted' }))
    expect((await call('recall', { query: 'vault code' })).value).toMatchObject({ hits: [] })
    expect((await call('list', {})).value).toEqual({ records: [] })
    expect((await client.listResources()).resources).toEqual([])
    await expect(client.readResource({ uri: `memory://records/${record.id}` })).rejects.toThrow('no record')
    await client.close()
  })

  test('gives records as resources, and what is known of a name', async () => {
    const { call, memory, client } = await connect()
    await memory.remember(said('Kelva lives in Oslo'))
    const { resources } = await client.listResources()
    const read = await client.readResource({ uri: resources[0]?.uri ?? '' })
    expect(JSON.stringify(read.contents)).toContain('Kelva lives in Oslo')
    expect((await call('about', { name: 'Kelva' })).value).toMatchObject({ known: true, gist: 'Kelva: residence Oslo' })
    expect((await call('about', { name: 'Nobody' })).value).toEqual({ known: false })
    await client.close()
  })

  test('forgets by id, and answers bad input with an error the model can read', async () => {
    const { call, memory, client } = await connect()
    const { record } = await memory.remember(said('The vault code is 4711'))
    expect((await call('forget', { id: record.id })).value).toEqual({ forgotten: 1 })
    expect((await memory.stats()).records).toBe(0)
    expect(await call('remember', { content: 'x', supersedes: 'nothing' })).toMatchObject({
      failed: true,
      text: expect.stringContaining('is not in this namespace'),
    })
    expect(await call('remember', { content: ' ' })).toMatchObject({ failed: true })
    expect(await call('recall', { query: 'x', limit: 0 })).toMatchObject({ failed: true })
    await client.close()
  })
})
