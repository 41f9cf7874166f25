/** A server-sent event stream that comes back: resumes where it broke, and waits longer each time it fails. */

import { EventSourceParserStream } from 'eventsource-parser/stream'

/** Where the stream stands. `waiting` retries at `retryAt` (ms since the epoch); `refused` needs a person. */
export type Connection =
  | { readonly status: 'connecting' | 'open' | 'refused' }
  | { readonly status: 'waiting'; readonly retryAt: number }

/** What the stream asks of the application. */
export interface EventStreamDeps {
  readonly fetch: typeof fetch
  readonly now: () => number
  /** Chance in [0, 1), so that many pages do not return at once. */
  readonly random: () => number
  /** Resolves after `ms`, or sooner when there is reason to try again; rejects if the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What the stream reports. */
export interface EventStreamOptions {
  readonly url: string
  readonly signal: AbortSignal
  readonly onData: (data: string) => void
  readonly onConnection: (connection: Connection) => void
}

/** Wait before attempt number `attempt` (0 for the first repeat): doubles from 0.5 s to 15 s, spread by half. */
export function backoffMs(attempt: number, chance: number): number {
  return Math.min(15_000, 500 * 2 ** attempt) * (0.5 + 0.5 * chance)
}

/** Follows the stream until the signal aborts. Never rejects. */
export async function followEvents(
  { fetch, now, random, pause }: EventStreamDeps,
  { url, signal, onData, onConnection }: EventStreamOptions,
): Promise<void> {
  let lastEventId: string | undefined
  let failures = 0
  while (!signal.aborted) {
    onConnection({ status: 'connecting' })
    try {
      const response = await fetch(url, {
        signal,
        headers: { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
      })
      if (response.status === 401) return onConnection({ status: 'refused' })
      if (response.ok && response.body) {
        failures = 0
        onConnection({ status: 'open' })
        const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
        for await (const event of events) {
          lastEventId = event.id ?? lastEventId
          onData(event.data)
        }
      }
    } catch {
      // Whatever broke the stream, the answer is the same: wait, then resume after the last event seen.
    }
    if (signal.aborted) return
    const waitMs = backoffMs(failures, random())
    failures += 1
    onConnection({ status: 'waiting', retryAt: now() + waitMs })
    await pause(waitMs, signal).catch(() => undefined)
  }
}
