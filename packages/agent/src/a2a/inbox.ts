/** A queue between what happens and who reads of it. */

/** What was put in, in order, to whoever reads. */
export interface Inbox<T> {
  put(item: T): void
  /** Ends at an abort. */
  read(signal: AbortSignal): AsyncIterable<T>
}

/** Creates an inbox for one reader. */
export function createInbox<T>(): Inbox<T> {
  const items: T[] = []
  let wake = Promise.withResolvers<void>()
  const ring = (): void => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  return {
    put(item) {
      items.push(item)
      ring()
    },
    async *read(signal) {
      signal.addEventListener('abort', ring, { once: true })
      try {
        while (!signal.aborted) {
          const item = items.shift()
          if (item !== undefined) yield item
          else await wake.promise
        }
      } finally {
        signal.removeEventListener('abort', ring)
      }
    },
  }
}
