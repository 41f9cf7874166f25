/** HTTP requests that reach the open internet only, whatever a URL, a name server or a redirect says. */

import { lookup as systemLookup } from 'node:dns/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { checkUrl, classifyAddress } from '@salp/core'
import { ToolError } from '../../tool.js'

/** An address that a name led to. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** How to fetch. */
export interface GuardedFetchOptions {
  readonly signal: AbortSignal
  /** Longest time for all of it, redirects included. */
  readonly timeoutMs: number
  /** Bytes kept of the body, after decompression. */
  readonly maxBytes: number
  /** Hosts, or `host:port`, to which the rules do not apply. For tests, and for what an operator trusts. */
  readonly allowHosts?: readonly string[] | undefined
  /** Finds the addresses of a name. @defaultValue the system's resolver */
  readonly resolve?: ((host: string) => Promise<readonly ResolvedAddress[]>) | undefined
}

/** What came back. */
export interface FetchedPage {
  /** Where it was found, after redirects. */
  readonly url: string
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
  /** Whether the body went on. */
  readonly truncated: boolean
}

const maxRedirects = 5

/**
 * Gets a page.
 *
 * Every address of the name must be public, and the connection goes to the very addresses that were checked, so that a
 * name that changes its mind in between gains nothing. Each redirect is checked the same way. No cookies are kept, no
 * credentials are sent.
 *
 * @throws {@link ToolError} (`denied`, `unavailable`, `timeout`).
 * @throws The signal's reason if it aborts.
 */
export async function guardedFetch(address: string, options: GuardedFetchOptions): Promise<FetchedPage> {
  options.signal.throwIfAborted()
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([options.signal, deadline])
  let url = address
  try {
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const response = await send(url, { ...options, signal })
      const location = response.headers.location
      if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) {
        return {
          url,
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          ...(await readBody(response, options.maxBytes)),
        }
      }
      response.destroy()
      const next = URL.parse(location, url)
      if (next === null)
        throw new ToolError(`Cannot fetch "${url}": it leads to a malformed address`, { kind: 'unavailable' })
      url = next.href
    }
    throw new ToolError(`Cannot fetch "${address}": it was redirected more than ${maxRedirects} times`, {
      kind: 'unavailable',
    })
  } catch (error) {
    options.signal.throwIfAborted()
    if (deadline.aborted)
      throw new ToolError(`Cannot fetch "${url}": it took longer than ${options.timeoutMs / 1_000} s`, {
        kind: 'timeout',
      })
    throw error
  }
}

async function send(address: string, options: GuardedFetchOptions): Promise<IncomingMessage> {
  const { url, addresses } = await check(address, options)
  const pinned: LookupFunction = (_host, { all }, callback) => {
    const [first] = addresses
    if (all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = send(url, {
      method: 'GET',
      // No pool: a connection of an earlier check must not serve a later one.
      agent: false,
      lookup: pinned,
      signal: options.signal,
      headers: {
        'user-agent': 'Salp',
        accept: 'text/html, text/*;q=0.9, application/json;q=0.9, */*;q=0.5',
        'accept-encoding': 'gzip, deflate, br',
      },
      maxHeaderSize: 32_768,
    })
    outgoing.once('response', resolve)
    outgoing.once('error', (cause) => reject(options.signal.aborted ? cause : unreachable(address, cause)))
    outgoing.end()
  })
}

/** The URL and the addresses it may be reached at. */
async function check(
  address: string,
  { allowHosts = [], resolve = resolveName, signal }: GuardedFetchOptions,
): Promise<{ url: URL; addresses: readonly ResolvedAddress[] }> {
  const checked = checkUrl(address, { allowHosts })
  if (checked.status === 'refused')
    throw new ToolError(`Cannot fetch "${address}": ${checked.reason}`, { kind: 'denied' })
  const { url, trusted } = checked
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses =
    family > 0
      ? [{ address: host, family }]
      : await resolve(host).catch((cause: unknown) => Promise.reject(unreachable(address, cause)))
  signal.throwIfAborted()
  if (addresses.length === 0) throw unreachable(address, undefined)
  const bad = trusted ? undefined : addresses.find((found) => classifyAddress(found.address) !== 'public')
  if (bad !== undefined) {
    throw new ToolError(
      `Cannot fetch "${address}": its name leads to the address ${bad.address}, which is not on the open internet`,
      { kind: 'denied' },
    )
  }
  return { url, addresses }
}

function resolveName(host: string): Promise<readonly ResolvedAddress[]> {
  return systemLookup(host, { all: true })
}

function unreachable(address: string, cause: unknown): ToolError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
  const why = /^(?:ENOTFOUND|EAI_AGAIN|ENODATA)$/.test(code)
    ? 'its name is not known'
    : `it cannot be reached (${code})`
  return new ToolError(`Cannot fetch "${address}": ${why}`, { kind: 'unavailable', cause })
}

async function readBody(
  response: IncomingMessage,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const chunks: Buffer[] = []
  let size = 0
  const body = decompress(response)
  try {
    for await (const chunk of body) {
      const part: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      chunks.push(part.subarray(0, maxBytes - size))
      size += part.length
      if (size > maxBytes) return { bytes: Buffer.concat(chunks), truncated: true }
    }
    return { bytes: Buffer.concat(chunks), truncated: false }
  } catch (cause) {
    // What came before the connection broke is worth reading.
    if (size > 0 && !(cause instanceof Error && cause.name === 'AbortError'))
      return { bytes: Buffer.concat(chunks), truncated: true }
    throw unreachable(response.url ?? 'the page', cause)
  } finally {
    body.destroy()
    response.destroy()
  }
}

function decompress(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? ''
  const stream =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'br'
        ? createBrotliDecompress()
        : encoding === 'deflate'
          ? createInflate()
          : undefined
  if (stream === undefined) return response
  response.once('error', (error) => stream.destroy(error))
  return response.pipe(stream)
}
