/** Addresses of names, each checked before it is used, remembered for a little while. */

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Clock, checkUrl, classifyAddress } from '@salp/core'
import { UpstreamError } from '../../proxy/upstream.js'

/** An address that a name leads to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** Finds every address of a name. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/** Asks the system's resolver. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true })

/** Finds where a URL may be reached. */
export interface AddressFinder {
  /**
   * Gives the addresses of a URL's host, at least one, each on the open internet unless the host is trusted.
   *
   * @throws {@link UpstreamError} `refused` or `unreachable`.
   */
  find(url: URL): Promise<readonly ResolvedAddress[]>
}

/** Most names remembered. */
const maxNames = 1_000

/**
 * Creates a finder.
 *
 * A connection goes to the very addresses that were checked, so a name that changes its mind gains nothing, however long
 * it is remembered; remembering only saves asking. After `rememberMs` it is asked and checked anew.
 */
export function createAddressFinder(
  { clock, resolve }: { clock: Pick<Clock, 'monotonic'>; resolve: Resolve },
  { allowHosts, rememberMs }: { allowHosts: readonly string[]; rememberMs: number },
): AddressFinder {
  const known = new Map<string, { readonly until: number; readonly found: Promise<readonly ResolvedAddress[]> }>()

  const ask = async (url: URL, host: string, trusted: boolean): Promise<readonly ResolvedAddress[]> => {
    const found = await resolve(host).catch((cause: unknown) => {
      throw new UpstreamError('unreachable', url, 'its name is not known', cause)
    })
    if (found.length === 0) throw new UpstreamError('unreachable', url, 'its name has no address')
    const bad = trusted ? undefined : found.find(({ address }) => classifyAddress(address) !== 'public')
    if (bad !== undefined) {
      throw new UpstreamError('refused', url, `its name leads to ${bad.address}, which is not on the open internet`)
    }
    return found
  }

  return {
    async find(url) {
      const checked = checkUrl(url.href, { allowHosts })
      if (checked.status === 'refused') throw new UpstreamError('refused', url, checked.reason)
      const host = url.hostname.replace(/^\[|\]$/g, '')
      const family = isIP(host)
      if (family > 0) return [{ address: host, family }]
      const now = clock.monotonic()
      // By host and port: what is trusted may name a port.
      const before = known.get(url.host)
      if (before !== undefined && before.until > now) return before.found
      const found = ask(url, host, checked.trusted)
      known.delete(url.host)
      known.set(url.host, { until: now + rememberMs, found })
      for (const [name] of known) {
        if (known.size <= maxNames) break
        known.delete(name)
      }
      try {
        return await found
      } catch (error) {
        if (known.get(url.host)?.found === found) known.delete(url.host)
        throw error
      }
    },
  }
}
