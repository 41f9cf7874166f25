import { describe, expect, test } from 'vitest'
import type { WaitingMessage } from '../offline/kept.js'
import { begunOffline } from './use-sessions.js'

const waiting = (sessionId: string, writtenAt: number): WaitingMessage => ({
  ...{ id: `m-${writtenAt}`, sessionId, writtenAt, state: 'waiting', text: `Said at ${writtenAt}` },
})
const summary = { title: '', createdAt: 0, updatedAt: 0, messageCount: 1, active: false }

describe('begunOffline()', () => {
  test('lists what the node does not know, by its first words, the newest first', () => {
    const messages = [waiting('a', 1), waiting('b', 2), waiting('b', 3), waiting('c', 4)]
    expect(begunOffline([{ ...summary, id: 'a' }], messages)).toMatchObject([
      { id: 'c', title: 'Said at 4', messageCount: 0 },
      { id: 'b', title: 'Said at 2', updatedAt: 2 },
    ])
  })
})
