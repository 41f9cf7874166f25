/** The way out to agents that strangers name: to checked addresses, without redirects. */

import type { Clock } from '@salp/core'
import { createUpstream, systemResolve } from '@salp/gateway/node'

/** A fetch with a lifetime. */
export interface OutwardFetch {
  readonly fetch: typeof globalThis.fetch
  /** Ends what is under way. */
  close(): void
}

/** Bounds of one exchange: a task may be streamed for long. */
const limits = { firstByteMs: 180_000, totalMs: 600_000, maxBytes: 8_000_000 } as const

/** Opens the way out. @param options - `allowHosts`: hosts, or `host:port`, that may be local; `closed`: nothing goes out. */
export function openOutwardFetch(
  { clock }: { readonly clock: Clock },
  { allowHosts, closed }: { readonly allowHosts: readonly string[]; readonly closed: boolean },
): OutwardFetch {
  const upstream = createUpstream({ clock, resolve: systemResolve }, { allowHosts, idleMs: limits.firstByteMs })
  return {
    async fetch(input, init) {
      if (closed) throw new TypeError('The node is kept off the network')
      const request = new Request(input, init)
      return upstream.send(request, new URL(request.url), { ...limits, signal: request.signal })
    },
    close: () => upstream.close(),
  }
}
