import { describe, expect, test } from 'vitest'
import { openMemory, said } from '../testing/internal/open.js'
import { memoryTools } from './index.js'

const call = { toolCallId: 'call', messages: [], context: {} }

describe('memoryTools()', () => {
  test('remembers, recalls and forgets, stamped by the caller', async () => {
    const { memory } = openMemory()
    const tools = memoryTools(memory, { source: { author: 'tool', channel: 'chat' }, namespace: 'ann' })
    await memory.remember(said('Zanzibar is another tenant', { namespace: 'bob' }))
    const written = await tools.remember.execute?.({ content: 'Zanzibar is the code word' }, call)
    expect(written).toMatchObject({ status: 'added' })
    const found = await tools.recall.execute?.({ query: 'What is Zanzibar?' }, call)
    expect(found).toMatchObject({
      hits: [
        {
          content: 'Zanzibar is the code word',
          author: 'tool',
          verification: 'inferred',
          said: '2024-01-01T12:00:00.000Z',
        },
      ],
    })
    const { id } = written as { id: string }
    expect(await tools.forget.execute?.({ id }, call)).toEqual({ forgotten: 1 })
    expect((await memory.list({ namespace: 'bob' })).length).toBe(1)
  })
})
