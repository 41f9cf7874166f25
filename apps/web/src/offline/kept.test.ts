import 'fake-indexeddb/auto'
import { describe, expect, test } from 'vitest'
import type { StudioMessage } from '../api/contracts.js'
import { openKept } from './kept.js'

const message = (id: string): StudioMessage => ({ id, role: 'user', parts: [{ type: 'text', text: id }] })
const texts = (count: number) => Array.from({ length: count }, (_, index) => message(`m-${index}`))

describe('openKept()', () => {
  test('keeps the newest messages of the conversations that were seen last', async () => {
    const kept = openKept('conversations')
    for (let index = 0; index < 32; index++)
      await kept.keepConversation({ id: `s-${index}`, messages: texts(index === 31 ? 205 : 1), savedAt: index })
    expect(await kept.countConversations()).toBe(30)
    expect(await kept.conversation('s-1')).toBeUndefined()
    const last = await kept.conversation('s-31')
    expect([last?.messages.length, last?.messages[0]?.id]).toEqual([200, 'm-5'])
  })

  test('clears what was read, and what was written only when it is told to', async () => {
    const kept = openKept('clear')
    await kept.keepList({ sessions: [], savedAt: 1 })
    await kept.keepConversation({ id: 's', messages: texts(1), savedAt: 1 })
    await kept.putMessage({ id: 'm', sessionId: 's', text: 'Hello', writtenAt: 1, state: 'waiting' })
    await kept.clear({ outbox: false })
    expect([await kept.list(), await kept.conversation('s'), (await kept.outbox()).length]).toEqual([
      undefined,
      undefined,
      1,
    ])
    await kept.clear({ outbox: true })
    expect(await kept.outbox()).toEqual([])
  })

  test('forgets a conversation that is gone', async () => {
    const kept = openKept('forget')
    await kept.keepConversation({ id: 's', messages: [], savedAt: 1 })
    await kept.forgetConversation('s')
    expect(await kept.conversation('s')).toBeUndefined()
  })
})
