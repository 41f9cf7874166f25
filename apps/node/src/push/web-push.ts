/** Web push: encrypted for the device alone, to checked addresses of the open internet by HTTPS, without redirects. */

import { buildPushPayload } from '@block65/webcrypto-web-push'
import type { PushOutcome, PushSender } from '@salp/agent'
import { checkUrl, type Logger } from '@salp/core'
import type { Upstream } from '@salp/gateway'
import type { VapidKeys } from './vapid.js'

/** What it takes to send. */
export interface WebPushDeps {
  readonly keys: VapidKeys
  /** Reaches checked addresses only. */
  readonly upstream: Pick<Upstream, 'send'>
  readonly log: Logger
}

/** How it sends. */
export interface WebPushOptions {
  /** Address of a person, `mailto:` or `https:`, whom push services may write to. */
  readonly contact: string
  /** Hosts, or `host:port`, of this machine or its network that may be push services. */
  readonly allowHosts: readonly string[]
}

/** Bounds of one exchange; whoever sends bounds its time. */
const limits = { firstByteMs: 30_000, totalMs: 30_000, maxBytes: 65_536 } as const

/** Creates the sender. */
export function createWebPush(
  { keys, upstream, log }: WebPushDeps,
  { contact, allowHosts }: WebPushOptions,
): PushSender {
  return {
    publicKey: keys.publicKey,
    problem(endpoint) {
      if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:') return 'its address is no https address'
      const checked = checkUrl(endpoint, { allowHosts })
      return checked.status === 'refused' ? checked.reason : undefined
    },
    async send({ endpoint, keys: { p256dh, auth } }, { text, urgency, ttlSeconds }, { signal }) {
      try {
        const { headers, body } = await buildPushPayload(
          { data: text, options: { ttl: ttlSeconds, urgency } },
          { endpoint, expirationTime: null, keys: { p256dh, auth } },
          { subject: contact, ...keys },
        )
        const request = new Request(endpoint, { method: 'POST', headers, body })
        const sent = { method: 'POST', headers: new Headers(headers), body: request.body }
        const response = await upstream.send(sent, new URL(endpoint), { ...limits, signal })
        await response.body?.cancel()
        return outcomeOf(response.status)
      } catch (error) {
        signal.throwIfAborted()
        // The address of a device is a secret of its own: only its origin is told.
        log.info('A push service could not be reached', { origin: new URL(endpoint).origin, error })
        return 'later'
      }
    },
  }
}

/** What an answer of a push service means: RFC 8030 7.2 and 7.3. */
function outcomeOf(status: number): PushOutcome {
  if (status >= 200 && status < 300) return 'taken'
  if (status === 404 || status === 410) return 'gone'
  return status === 408 || status === 429 || status >= 500 ? 'later' : 'refused'
}
