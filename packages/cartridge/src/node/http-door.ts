/** How the thread of cartridges waits for an answer that the main thread fetches. */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { describeError } from '@salp/core'
import type { Fetcher, HttpOutcome, OutgoingRequest } from '../host/http.js'

/** What the thread has of it. */
export interface DoorEnd {
  readonly port: MessagePort
  /** One word, shared: 1 once the answer is at the port. */
  readonly answered: Int32Array<SharedArrayBuffer>
}

/** What the main thread has of it. */
export interface HttpDoor {
  /** For the thread; its port is to be transferred. */
  readonly end: DoorEnd
  /** Aborts what is under way; nobody waits for it any more. */
  close(): void
}

/** Opens a door, which keeps no process alive. @param fetcher - Makes the requests, one at a time. */
export function openHttpDoor(fetcher: Fetcher): HttpDoor {
  const { port1: port, port2 } = new MessageChannel()
  const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const closing = new AbortController()

  const answer = async (request: OutgoingRequest): Promise<void> => {
    let outcome: HttpOutcome
    try {
      outcome = await fetcher.fetch(request, { signal: closing.signal })
    } catch (error) {
      // A fetcher that fails otherwise than by its outcome: the thread must not wait for ever.
      outcome = { status: 'failed', why: describeError(error) }
    }
    if (closing.signal.aborted) return
    port.postMessage(outcome)
    Atomics.store(answered, 0, 1)
    Atomics.notify(answered, 0)
  }
  port.on('message', (request: OutgoingRequest) => void answer(request))
  port.unref()
  return {
    end: { port: port2, answered },
    close() {
      closing.abort()
      port.close()
    },
  }
}

/** Hands a request to the main thread, and waits for the answer, however long that takes. */
export function askThrough({ port, answered }: DoorEnd, request: OutgoingRequest): HttpOutcome {
  Atomics.store(answered, 0, 0)
  port.postMessage(request)
  Atomics.wait(answered, 0, 0)
  return receiveMessageOnPort(port)?.message
}
