/** Requests of cartridges over the network: to hosts that the operator names, on the open internet, and to nothing else. */

import { lookup as systemLookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type Clock, checkUrl, classifyAddress, SalpError } from '@salp/core'
import { type Fetcher, type HttpOutcome, maxHttpBytes, type OutgoingRequest } from '../host/http.js'
import { grantsUrl } from '../http-hosts.js'

/** An address that a name leads to. */
interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** What a {@link Fetcher} over the network asks for. */
export interface FetcherDeps {
  readonly clock: Pick<Clock, 'sleep'>
  /** Finds the addresses of a name. @defaultValue the system's resolver */
  readonly resolve?: ((host: string) => Promise<readonly ResolvedAddress[]>) | undefined
}

/** Whom it asks. */
export interface FetcherOptions {
  /** `host` or `host:port`, asked by `https:`, or either behind `http://`. Exact: no entry means more than one host. */
  readonly hosts: readonly string[]
  /** Those of them, as `host` or `host:port`, that need not be on the open internet. For tests. @defaultValue none */
  readonly allowHosts?: readonly string[] | undefined
}

/** For a request and its answer, redirects included, in ms. */
const timeoutMs = 10_000

const maxRedirects = 5

/**
 * Creates a fetcher.
 *
 * Every address of a name has to be public, and the connection goes to the very addresses that were checked. A redirect of
 * `GET` or `HEAD` to the same scheme, host and port is followed; any other is the answer. No cookies are kept, and nothing
 * is sent that says more of us than "Salp".
 */
export function createFetcher(
  { clock, resolve = (host) => systemLookup(host, { all: true }) }: FetcherDeps,
  { hosts, allowHosts = [] }: FetcherOptions,
): Fetcher {
  /** Where a URL may be reached. */
  const find = async (url: URL, signal: AbortSignal): Promise<readonly ResolvedAddress[]> => {
    if (!hosts.some((entry) => grantsUrl(entry, url)))
      throw new Stopped('refused', `the operator does not name ${url.origin}`)
    const checked = checkUrl(url.href, { allowHosts })
    if (checked.status === 'refused') throw new Stopped('refused', checked.reason)
    const family = isIP(url.hostname)
    if (family > 0) return [{ address: url.hostname, family }]
    const unknown = (): never => {
      throw new Stopped('failed', `the name ${url.hostname} is not known`)
    }
    const found = await untilAborted(resolve(url.hostname).catch(unknown), signal)
    if (found.length === 0) unknown()
    if (!checked.trusted && found.some(({ address }) => classifyAddress(address) !== 'public'))
      throw new Stopped('refused', `the name ${url.hostname} leads to an address that is not on the open internet`)
    return found
  }

  const exchange = async (request: OutgoingRequest, signal: AbortSignal): Promise<HttpOutcome> => {
    let url = new URL(request.url)
    for (let redirects = 0; ; redirects++) {
      const incoming = await send(request, url, await find(url, signal), signal)
      const next = redirects < maxRedirects ? redirectOf(incoming, url, request.method) : undefined
      if (next === undefined) return await answerOf(incoming)
      incoming.destroy()
      url = next
    }
  }

  return {
    async fetch(request, { signal }) {
      signal.throwIfAborted()
      const late = new AbortController()
      const done = new AbortController()
      clock.sleep(timeoutMs, { signal: done.signal }).then(
        () => late.abort(new Stopped('failed', `it took longer than ${timeoutMs / 1_000} s`)),
        () => undefined,
      )
      try {
        return await exchange(request, AbortSignal.any([signal, late.signal]))
      } catch (error) {
        signal.throwIfAborted()
        const why: unknown = late.signal.aborted ? late.signal.reason : error
        if (why instanceof Stopped) return { status: why.status, why: why.message }
        return { status: 'failed', why: `it cannot be reached (${codeOf(why)})` }
      } finally {
        done.abort()
      }
    },
  }
}

/** Sends a request to addresses that were checked, and waits for the head of the answer. */
function send(
  { method, headers, body }: OutgoingRequest,
  url: URL,
  addresses: readonly ResolvedAddress[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const pinned: LookupFunction = (_host, { all }, callback) => {
    const [first] = addresses
    if (all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // No pool: a connection of an earlier check must not serve a later one.
  const settings = { method, agent: false, lookup: pinned, signal, maxHeaderSize: 32_768 }
  const outgoing = url.protocol === 'https:' ? httpsRequest(url, settings) : httpRequest(url, settings)
  outgoing.once('response', resolve).once('error', reject)
  outgoing.once('close', () => reject(new Stopped('failed', 'it broke off')))
  outgoing.setHeader('user-agent', 'Salp')
  outgoing.setHeader('accept-encoding', 'identity')
  const own = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  for (const [name, value] of own) outgoing.setHeader(name, value)
  // Always said, so that no body can pass for a second request.
  if (body.length > 0 || /^P/.test(method)) outgoing.setHeader('content-length', body.length)
  outgoing.end(body)
  return promise
}

/** Where an answer leads on the same origin. */
function redirectOf({ statusCode = 0, headers }: IncomingMessage, url: URL, method: string): URL | undefined {
  const next = headers.location === undefined ? null : URL.parse(headers.location, url)
  const asks = (method === 'GET' || method === 'HEAD') && [301, 302, 303, 307, 308].includes(statusCode)
  return asks && next?.origin === url.origin ? next : undefined
}

async function answerOf(incoming: IncomingMessage): Promise<HttpOutcome> {
  const { statusCode: status = 0, rawHeaders } = incoming
  if (status < 200 || status > 599) throw new Stopped('failed', `it answered with the status ${status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxHttpBytes) throw new Stopped('failed', `its answer is larger than ${maxHttpBytes} bytes`)
    chunks.push(chunk)
  }
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  return { status: 'answered', response: { status, headers, body } }
}

/** Waits for `promise`, no longer than until the signal aborts. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer'
}

/** Why a request comes to nothing. */
class Stopped extends SalpError {
  readonly status: 'refused' | 'failed'
  constructor(status: 'refused' | 'failed', why: string) {
    super('cartridge/http', why)
    this.status = status
  }
}
