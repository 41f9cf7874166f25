import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { readForeign } from './foreign.js'
import { MemoryInputError } from './record.js'
import { day, monday, openMemory, said } from './testing/internal/open.js'

describe('exportLines() and importLines()', () => {
  test('carry every field and the history, once', async () => {
    const { memory, clock } = openMemory()
    await memory.remember(said('Kelva lives in Oslo', { tags: ['home'], thread: 'chat', pinned: true }))
    await clock.advance(day)
    await memory.remember(said('Kelva lives in Rome', { expiresAt: monday + 9 * day, sensitivity: 'public' }))
    await memory.remember(said('The harbour opened yesterday'))
    const lines = [...memory.exportLines()]
    const other = openMemory({ seed: 'other' })
    await other.clock.advance(2 * day)
    expect(await other.memory.importLines(lines)).toBe(3)
    expect(await other.memory.importLines(lines)).toBe(0)
    expect([...other.memory.exportLines()]).toEqual(lines)
    const hits = async (asOf?: number) =>
      (await other.memory.recall('Where does Kelva live?', { asOf, limit: 1 })).hits[0]?.content
    expect([await hits(), await hits(monday + 1)]).toEqual(['Kelva lives in Rome', 'Kelva lives in Oslo'])
    expect(checkMemory(other.db).intact).toBe(true)
  })

  test('take nothing if a line is none, and name it', async () => {
    const { memory } = openMemory()
    const [line = ''] = openMemory().memory.exportLines()
    await expect(memory.importLines([line, '{"id":1}'])).rejects.toThrow(/line 2/)
    expect((await memory.stats()).records).toBe(0)
  })

  test('leave out what the reader may not see', async () => {
    const { memory } = openMemory()
    await memory.remember(said('Secret', { sensitivity: 'restricted' }))
    expect([[...memory.exportLines()].length, [...memory.exportLines({ clearance: 'restricted' })].length]).toEqual([
      0, 1,
    ])
  })
})

describe('readForeign()', () => {
  const at = Date.parse('2024-05-01T10:00:00Z')
  const from = (content: string, tags: readonly string[] = [], said: number | undefined = at) => ({
    content,
    source: { author: 'import', ...(said !== undefined && { at: said }) },
    tags,
  })

  test.each([
    [
      'Mem0',
      { results: [{ id: '1', memory: 'Likes tea', user_id: 'ann', created_at: '2024-05-01T10:00:00Z' }] },
      [from('Likes tea', ['ann'])],
    ],
    [
      'LangGraph',
      [{ namespace: ['ann', 'memories'], key: 'k', value: { content: 'Likes tea' }, created_at: at / 1_000 }],
      [from('Likes tea', ['ann', 'memories', 'k'])],
    ],
    ['Letta passages', [{ id: 'p', text: 'Likes tea', created_at: '2024-05-01T10:00:00Z' }], [from('Likes tea')]],
  ])('reads %s', (_, value, expected) => expect(readForeign(JSON.stringify(value))).toEqual(expected))

  test('reads the lines of the MCP memory server', () => {
    const lines = [
      { type: 'entity', name: 'Ann', entityType: 'person', observations: ['likes tea', 'lives in Oslo'] },
      { type: 'relation', from: 'Ann', to: 'Bob', relationType: 'knows' },
    ]
    expect(readForeign(lines.map((line) => JSON.stringify(line)).join('\n')).map(({ content }) => content)).toEqual([
      'Ann: likes tea',
      'Ann: lives in Oslo',
      'Ann knows Bob',
    ])
  })

  test.each(['[]', '{"x":1}', 'not json', ''])('throws MemoryInputError for %j', (text) => {
    expect(() => readForeign(text)).toThrow(MemoryInputError)
  })
})
