/** What is asked of the servers that let the agent in: checked addresses, small answers, none of their words. */

import type { FetchLike } from '@modelcontextprotocol/client'
import { checkUrl, classifyAddress } from '@salp/core'

/** Largest answer of an authorization server, in bytes. */
const maxBytes = 262_144
/** How long one request may take, in ms. */
const requestMs = 20_000

/**
 * Hosts that may be local, on the word of a server: its own, and this machine's where the server is on this machine.
 *
 * @param server - Address of the MCP server, as it stands in the settings.
 */
export function localHosts(server: URL): readonly string[] {
  const loopback = server.hostname === 'localhost' || classifyAddress(server.hostname) === 'loopback'
  return loopback ? ['localhost', '127.0.0.1', '[::1]'] : [server.hostname]
}

/**
 * Checks an address that a server named for signing in.
 *
 * @returns Why it is refused; nothing if it may be asked, or opened by a person.
 */
export function refusalOfAddress(address: string, server: URL): string | undefined {
  const checked = checkUrl(address, { allowHosts: localHosts(server) })
  if (checked.status === 'refused') return checked.reason
  if (checked.url.protocol === 'http:' && !checked.trusted) return 'it is not encrypted'
  return undefined
}

/**
 * Wraps the way out for OAuth. An answer that is no success keeps its code alone: whoever wrote it may have put our secrets,
 * or words for a person, into the rest.
 *
 * @param outward - Resolves names and checks the addresses behind them.
 */
export function createOAuthFetch(outward: FetchLike, server: URL): FetchLike {
  return async (input, init) => {
    const url = new URL(input)
    const refused = refusalOfAddress(url.href, server)
    if (refused !== undefined) throw new RefusedAddressError(url, refused)
    const signals = [AbortSignal.timeout(requestMs), ...(init?.signal ? [init.signal] : [])]
    const response = await outward(url, { ...init, signal: AbortSignal.any(signals) })
    const { ok, status, headers } = response
    const text = await readAtMost(response, url)
    const kept = new Headers()
    for (const name of ['content-type', 'location']) {
      const value = headers.get(name)
      if (value !== null) kept.set(name, value)
    }
    const body = ok && !isError(text) ? text : codeOf(text)
    return new Response(body === '' ? null : body, { status, headers: kept })
  }
}

/** Whether an answer of success is none, as some servers have it. */
function isError(text: string): boolean {
  return errorIn(text) !== undefined
}

/** The error of RFC 6749 5.2 without its description. */
function codeOf(text: string): string {
  const error = errorIn(text)
  return typeof error === 'string' && /^[a-z][a-z_]{1,60}$/.test(error) ? JSON.stringify({ error }) : ''
}

function errorIn(text: string): unknown {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return error
  } catch {
    // Not JSON: whoever asked finds that out.
    return undefined
  }
}

async function readAtMost({ body }: Response, url: URL): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new RefusedAddressError(url, `what it answers is larger than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** An address that is not asked. A TypeError, as of any `fetch`: the SDK goes on to other addresses after anything else. */
class RefusedAddressError extends TypeError {
  constructor({ origin }: URL, why: string) {
    super(`${origin} is not asked: ${why}`)
  }
}
