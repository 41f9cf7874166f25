/** What this browser keeps so that Studio can be read and written without its node: in a database of its own, cleared on sign-out. */

import type { SessionSummary } from '@salp/agent'
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { StudioMessage } from '../api/contracts.js'

/** A conversation as it was last seen. */
export interface KeptConversation {
  readonly id: string
  readonly messages: readonly StudioMessage[]
  /** When it was seen, in ms since the epoch. */
  readonly savedAt: number
}

/** The list of conversations as it was last seen. */
export interface KeptList {
  readonly sessions: readonly SessionSummary[]
  /** In ms since the epoch. */
  readonly savedAt: number
}

/** A message that was written without the node. */
export interface WaitingMessage {
  /** By which the node knows it again. */
  readonly id: string
  readonly sessionId: string
  readonly text: string
  /** In ms since the epoch. */
  readonly writtenAt: number
  /** `sending` may have arrived; `refused` was not taken, and is not sent again by itself. */
  readonly state: 'waiting' | 'sending' | 'refused'
  /** Why it was refused. */
  readonly reason?: string | undefined
}

interface Tables extends DBSchema {
  conversations: { key: string; value: KeptConversation; indexes: { savedAt: number } }
  lists: { key: 'sessions'; value: KeptList }
  outbox: { key: string; value: WaitingMessage }
}

/** What is kept. Each method rejects where the browser keeps nothing, as in some private windows. */
export interface Kept {
  list(): Promise<KeptList | undefined>
  keepList(list: KeptList): Promise<void>
  conversation(id: string): Promise<KeptConversation | undefined>
  /** Keeps the newest messages; of conversations the oldest give way. */
  keepConversation(conversation: KeptConversation): Promise<void>
  forgetConversation(id: string): Promise<void>
  countConversations(): Promise<number>
  /** Messages to be sent, the oldest first. */
  outbox(): Promise<WaitingMessage[]>
  putMessage(message: WaitingMessage): Promise<void>
  /** Changes the state of a message that is still there. @returns Whether it is. */
  markMessage(id: string, state: WaitingMessage['state'], reason?: string): Promise<boolean>
  /** Takes a message out, unless it is being sent. @returns What was taken out. */
  withdrawMessage(id: string): Promise<WaitingMessage | undefined>
  removeMessage(id: string): Promise<void>
  /** Forgets what was read; with `outbox`, what was written too. */
  clear(options: { readonly outbox: boolean }): Promise<void>
  close(): Promise<void>
}

/** Conversations that are kept. */
const mostConversations = 30
/** Messages that are kept of one. */
const mostMessages = 200

/** Opens the database when it is first needed. @param name - Of the database. */
export function openKept(name = 'salp'): Kept {
  let opening: Promise<IDBPDatabase<Tables>> | undefined
  const open = (): Promise<IDBPDatabase<Tables>> => {
    opening ??= openDB<Tables>(name, 1, {
      upgrade(database) {
        database.createObjectStore('conversations', { keyPath: 'id' }).createIndex('savedAt', 'savedAt')
        database.createObjectStore('lists')
        database.createObjectStore('outbox', { keyPath: 'id' })
      },
      // A page of a newer version waits for it.
      blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    })
    return opening
  }
  return {
    list: async () => (await open()).get('lists', 'sessions'),
    async keepList(list) {
      await (await open()).put('lists', list, 'sessions')
    },
    conversation: async (id) => (await open()).get('conversations', id),
    async keepConversation({ messages, ...conversation }) {
      const transaction = (await open()).transaction('conversations', 'readwrite')
      await transaction.store.put({ ...conversation, messages: messages.slice(-mostMessages) })
      const oldest = await transaction.store.index('savedAt').getAllKeys()
      for (const id of oldest.slice(0, Math.max(0, oldest.length - mostConversations)))
        await transaction.store.delete(id)
      await transaction.done
    },
    async forgetConversation(id) {
      await (await open()).delete('conversations', id)
    },
    countConversations: async () => (await open()).count('conversations'),
    async outbox() {
      const all = await (await open()).getAll('outbox')
      return all.sort((a, b) => a.writtenAt - b.writtenAt || (a.id < b.id ? -1 : 1))
    },
    async putMessage(message) {
      await (await open()).put('outbox', message)
    },
    async markMessage(id, state, reason) {
      const transaction = (await open()).transaction('outbox', 'readwrite')
      const known = await transaction.store.get(id)
      if (known !== undefined) {
        const { reason: _, ...message } = known
        await transaction.store.put({ ...message, state, ...(reason !== undefined && { reason }) })
      }
      await transaction.done
      return known !== undefined
    },
    async withdrawMessage(id) {
      const transaction = (await open()).transaction('outbox', 'readwrite')
      const known = await transaction.store.get(id)
      const taken = known?.state === 'sending' ? undefined : known
      if (taken !== undefined) await transaction.store.delete(id)
      await transaction.done
      return taken
    },
    async removeMessage(id) {
      await (await open()).delete('outbox', id)
    },
    async clear({ outbox }) {
      const database = await open()
      await Promise.all([
        database.clear('conversations'),
        database.clear('lists'),
        ...(outbox ? [database.clear('outbox')] : []),
      ])
    },
    async close() {
      ;(await open()).close()
    },
  }
}
