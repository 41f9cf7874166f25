/** Messages that wait for the node: seen, withdrawn, and sent once each, in the order they were written. */

import { ApiError } from '../api/problem.js'
import type { Kept, WaitingMessage } from './kept.js'

/** What is written. */
export interface NewMessage {
  /** Where it was given one already: a message that may have been sent keeps it. */
  readonly id?: string | undefined
  readonly sessionId: string
  readonly text: string
}

/** What an outbox asks of the application. */
export interface OutboxDeps {
  readonly kept: Pick<Kept, 'outbox' | 'putMessage' | 'markMessage' | 'withdrawMessage' | 'removeMessage'>
  /** Sends a message; one of an id that was taken before is not taken again. Rejects with an {@link ApiError}. */
  readonly send: (message: Pick<WaitingMessage, 'id' | 'sessionId' | 'text'>) => Promise<unknown>
  readonly now: () => number
  readonly newId: () => string
  /** Runs work that one page at a time may do. */
  readonly alone: (work: () => Promise<void>) => Promise<void>
  /** Tells other pages of this browser that something changed. */
  readonly tellOthers: () => void
}

/** Messages that wait. */
export interface Outbox {
  /** The oldest first. The same array until something changes. */
  snapshot(): readonly WaitingMessage[]
  subscribe(callback: () => void): () => void
  /** Whether something waits for a conversation. */
  has(sessionId: string): boolean
  /** Keeps a message. Rejects where the browser keeps nothing. */
  add(message: NewMessage): Promise<void>
  /** Takes a message back; nothing, where it was sent or is being sent. */
  withdraw(id: string): Promise<WaitingMessage | undefined>
  /** Sends what can be sent now. @returns Whether the node could not be reached, so that it is worth another try. */
  flush(): Promise<boolean>
  /** Reads what another page changed. */
  refresh(): Promise<void>
}

/** Creates the outbox; it is empty until `refresh()`. */
export function createOutbox({ kept, send, now, newId, alone, tellOthers }: OutboxDeps): Outbox {
  let current: readonly WaitingMessage[] = []
  const subscribers = new Set<() => void>()
  let flushing: Promise<boolean> | undefined
  let again = false

  const refresh = async (): Promise<void> => {
    current = await kept.outbox()
    for (const callback of subscribers) callback()
  }
  const changed = async (): Promise<void> => {
    await refresh()
    tellOthers()
  }

  /** @returns Why nothing more can be sent now, or in this conversation. */
  const deliver = async ({ id, sessionId, text }: WaitingMessage): Promise<'unreachable' | 'busy' | undefined> => {
    // Withdrawn on another page meanwhile.
    if (!(await kept.markMessage(id, 'sending'))) return undefined
    await changed()
    try {
      await send({ id, sessionId, text })
      await kept.removeMessage(id)
      return undefined
    } catch (error) {
      const { status, code, message } = error instanceof ApiError ? error : new ApiError(0, String(error))
      const busy = code === 'agent/session-busy'
      if (busy || status === 0 || status === 401 || status >= 500) {
        await kept.markMessage(id, 'waiting')
        return busy ? 'busy' : 'unreachable'
      }
      await kept.markMessage(id, 'refused', message)
      return undefined
    } finally {
      await changed()
    }
  }

  const pass = async (): Promise<boolean> => {
    const busy = new Set<string>()
    for (const message of await kept.outbox()) {
      if (message.state === 'refused' || busy.has(message.sessionId)) continue
      const problem = await deliver(message)
      if (problem === 'unreachable') return true
      if (problem === 'busy') busy.add(message.sessionId)
    }
    return false
  }

  const flushAll = async (): Promise<boolean> => {
    let unreachable = false
    await alone(async () => {
      do {
        again = false
        unreachable = await pass()
      } while (again && !unreachable)
    })
    return unreachable
  }

  return {
    snapshot: () => current,
    subscribe(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    has: (sessionId) => current.some((message) => message.sessionId === sessionId),
    async add({ id = newId(), sessionId, text }) {
      await kept.putMessage({ id, sessionId, text, writtenAt: now(), state: 'waiting' })
      await changed()
    },
    async withdraw(id) {
      const taken = await kept.withdrawMessage(id)
      await changed()
      return taken
    },
    flush() {
      again = true
      flushing ??= flushAll().finally(() => {
        flushing = undefined
      })
      return flushing
    },
    refresh,
  }
}
