import { describe, expect, test } from 'vitest'
import { checkMemory } from './check.js'
import { openMemory, said } from './testing/internal/open.js'

describe('broken text', () => {
  test('is stored well formed, and found by broken questions', async () => {
    const { memory, db } = openMemory()
    const { record } = await memory.remember(said('The gauge \uD800 of boiler\0seven reads \uDFFFnine'))
    expect(record.content).toBe('The gauge \uFFFD of boiler\uFFFDseven reads \uFFFDnine')
    expect((await memory.recall('\uDC00gauge \0 boiler\uD83D')).hits[0]?.id).toBe(record.id)
    const other = openMemory()
    await other.memory.importLines(memory.exportLines())
    expect((await other.memory.get(record.id))?.content).toBe(record.content)
    expect(checkMemory(db).intact).toBe(true)
  })

  test('may be as long as a record may be, and a question of a megabyte is answered', async () => {
    const { memory } = openMemory()
    const { record } = await memory.remember(said(`${'filler '.repeat(9_000)}marzipan`))
    expect((await memory.recall('marzipan', { floor: 0 })).hits[0]?.id).toBe(record.id)
    expect((await memory.recall(`marzipan ${'noise '.repeat(200_000)}`, { floor: 0 })).hits[0]?.id).toBe(record.id)
  })
})

describe('cycles', () => {
  test('of names and aliases end', async () => {
    const { memory } = openMemory()
    await memory.rememberAll([
      said('Quorvin, known as Zelbri, hired Tharmel'),
      said('Zelbri, known as Quorvin, met Dranvas'),
      said('Tharmel hired Dranvas'),
      said('Dranvas hired Quorvin'),
    ])
    const { hits } = await memory.recall('Whom did Quorvin hire?', { floor: 0 })
    expect(hits.map(({ content }) => content)).toContain('Dranvas hired Quorvin')
  })

  test('of records that take the place of each other end, in recall and in history', async () => {
    const { memory } = openMemory()
    const first = (await memory.remember(said('The valve is open'))).record
    const second = (await memory.remember(said('The valve is shut'))).record
    const lines = [...memory.exportLines()].map((line) => JSON.parse(line) as { id: string })
    const cyclic = lines.map((line) => ({
      ...line,
      closedAt: first.recordedAt,
      supersededBy: line.id === first.id ? second.id : first.id,
    }))
    const { memory: other } = openMemory()
    expect(await other.importLines(cyclic.map((line) => JSON.stringify(line)))).toBe(2)
    expect((await other.recall('Is the valve open?')).hits).toEqual([])
    expect((await other.history(first.id)).map(({ id }) => id)).toEqual([second.id])
  })
})
