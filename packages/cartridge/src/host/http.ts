/** Requests of cartridges to other machines: which may leave, as far as their text tells, and what comes back. */

import { namesHost } from '../http-hosts.js'
import { type CartridgeResponse, decodeRequest, plainHeaders } from './frames.js'

/** A request that leaves. */
export interface OutgoingRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer>
}

/** What came of a request. `refused`: it was not made; `failed`: there was no answer, or none that is taken. */
export type HttpOutcome =
  | { readonly status: 'answered'; readonly response: CartridgeResponse }
  | { readonly status: 'refused' | 'failed'; readonly why: string }

/** Makes the requests of cartridges, where the operator lets them go. */
export interface Fetcher {
  /** @throws The signal's reason if it aborts; then nothing goes on. */
  fetch(request: OutgoingRequest, options: { readonly signal: AbortSignal }): Promise<HttpOutcome>
}

/** Requests that one outermost call made, with all that it called. */
export interface RequestCount {
  made: number
}

/** Of one call. */
export const maxHttpRequests = 10

/** Of a request frame, and of the body of an answer. */
export const maxHttpBytes = 1_000_000

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Headers that are not the cartridge's to set, beside those of the connection. */
const settled = new Set(['accept-encoding', 'cookie', 'expect'])

/**
 * Makes a request that a cartridge wrote, if it may, and waits for the answer.
 *
 * @param frame - A request frame whose path is an absolute URL.
 * @param options - `hosts`: those of its program. `requests` counts this one. `fetch`: without it nothing is asked.
 */
export function requestOut(
  frame: Uint8Array<ArrayBuffer>,
  {
    hosts,
    requests,
    fetch,
  }: {
    readonly hosts: readonly string[]
    readonly requests: RequestCount
    readonly fetch: ((request: OutgoingRequest) => HttpOutcome) | undefined
  },
): HttpOutcome {
  if (++requests.made > maxHttpRequests) return refused(`it made more than ${maxHttpRequests} requests in a call`)
  const asked = decodeRequest(frame)
  if (asked === undefined) return refused('its request has another form')
  const { method, path, query, headers, body } = asked
  const url = URL.parse(query === '' ? path : `${path}?${query}`)
  if (url === null) return refused('its path is no absolute URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused(`"${url.protocol}" is not asked`)
  if (!hosts.some((entry) => namesHost(entry, url))) return refused(`"${url.host}" is not among its httpHosts`)
  if (!methods.includes(method)) return refused(`its method is none of ${methods.join(', ')}`)
  const kept = plainHeaders(headers).filter(([name]) => !settled.has(name.toLowerCase()))
  const odd = kept.find(([, value]) => /[^\u0020-\u00ff]/.test(value))
  if (odd !== undefined) return refused(`its header "${odd[0]}" has letters beyond Latin-1`)
  if (fetch === undefined) return refused('there is no way out from where it runs')
  const outcome = fetch({ url: url.href, method, headers: kept, body: body.slice() })
  if (outcome.status !== 'answered') return outcome
  return { status: 'answered', response: { ...outcome.response, headers: plainHeaders(outcome.response.headers) } }
}

function refused(why: string): HttpOutcome {
  return { status: 'refused', why }
}
