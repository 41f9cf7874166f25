/** How often somebody may ask: buckets that refill, bounded in number. */

import type { Clock } from '@salp/core'

/** Whether a request may go on; if not, when to try again. */
export type RateDecision =
  | { readonly status: 'granted' }
  | { readonly status: 'limited' /** For `Retry-After`. Integer, range [1, 60]. */; readonly retryAfterSeconds: number }

/** Counts requests by key. */
export interface RateLimiter {
  /**
   * Takes one request out of a bucket that holds a minute's worth and refills evenly.
   *
   * @param key - Verified or seen, never a header's word.
   * @param perMinute - Range (0, ∞); the same for a key each time.
   */
  take(key: string, perMinute: number): RateDecision
}

const minuteMs = 60_000

/** Rounding of sums of fractions, in ms. */
const hairMs = 1e-6

/**
 * Creates a limiter that lives in memory.
 *
 * A bucket is the time at which it will be full again; from then on it is as good as forgotten. When all of `maxKeys`
 * are still filling, newcomers share one bucket: forgetting somebody's would let whoever invents keys start afresh.
 *
 * @param options - `maxKeys`: buckets kept. Range [1, ∞), default 100 000.
 */
export function createRateLimiter(
  { clock }: { clock: Pick<Clock, 'monotonic'> },
  { maxKeys = 100_000 }: { maxKeys?: number | undefined } = {},
): RateLimiter {
  // When each is full, in order of last use.
  const buckets = new Map<string, number>()
  const crowd = new Map<number, number>()

  const makeRoom = (now: number): boolean => {
    if (buckets.size < maxKeys) return true
    const [oldest] = buckets
    return oldest !== undefined && oldest[1] <= now && buckets.delete(oldest[0])
  }

  return {
    take(key, perMinute) {
      if (!(perMinute > 0)) throw new RangeError(`Cannot limit to ${perMinute} a minute`)
      const now = clock.monotonic()
      const known = buckets.get(key)
      const alone = known !== undefined || makeRoom(now)
      const fullAt = Math.max(now, (alone ? known : crowd.get(perMinute)) ?? now)
      const after = fullAt + minuteMs / perMinute
      const overMs = after - now - minuteMs - hairMs
      if (overMs > 0) return { status: 'limited', retryAfterSeconds: Math.max(1, Math.ceil(overMs / 1_000)) }
      if (alone) {
        buckets.delete(key)
        buckets.set(key, after)
      } else crowd.set(perMinute, after)
      return { status: 'granted' }
    },
  }
}

/**
 * Gives the key of a client's address: an IPv6 network of 64 bits is one client, and so is an IPv4 address in any form.
 *
 * @param address - Of the connection, or as {@link clientAddress} finds it; unknown ones share a key.
 */
export function addressKey(address: string | undefined): string {
  const bare = address?.replace(/%.*$/, '') ?? ''
  if (!bare.includes(':')) return bare
  const url = URL.parse(`http://[${bare}]`)
  if (url === null) return ''
  const [head = '', tail] = url.hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff') {
    const words = groups.slice(6).map((group) => Number.parseInt(group, 16))
    return words.flatMap((word) => [word >> 8, word & 0xff]).join('.')
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}

/**
 * Finds the address of a client behind proxies of ours: the last that a trusted one reports.
 *
 * @param peer - Address of the connection.
 * @param forwardedFor - `X-Forwarded-For`, if any. Ignored unless `peer` is trusted.
 * @param trusted - Addresses of the operator's own proxies.
 */
export function clientAddress(
  peer: string | undefined,
  { forwardedFor, trusted }: { forwardedFor: string | null; trusted: readonly string[] },
): string | undefined {
  const known = new Set(trusted.map(fullKey))
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim())
  let client = peer
  while (client !== undefined && known.has(fullKey(client))) {
    const hop = hops.pop()
    if (hop === undefined || hop === '') break
    client = hop
  }
  return client
}

/** One text for each address, without the merging of networks. */
function fullKey(address: string): string {
  const mapped = addressKey(address)
  return mapped.endsWith('/64') ? (URL.parse(`http://[${address.replace(/%.*$/, '')}]`)?.hostname ?? address) : mapped
}
