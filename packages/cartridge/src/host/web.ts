/** Requests and responses of the web, as cartridges take and give them. */

import type { CartridgeRequest, CartridgeResponse } from './frames.js'

/** What is a secret of the caller's, or between the caller and the host. */
const kept = new Set([
  ...['authorization', 'cookie', 'proxy-authorization', 'x-payment', 'payment-signature', 'payment-identifier'],
])

/** Longest body that is passed on, in bytes. */
const maxBodyBytes = 7_500_000

/**
 * Reads a request for a cartridge; what is secret in it stays behind.
 *
 * @param path - The one the cartridge sees, from `/` on.
 * @returns `undefined` if its body is longer than 7.5 MB.
 */
export async function readRequest(request: Request, path: string): Promise<CartridgeRequest | undefined> {
  const body = await readBody(request)
  if (body === undefined) return undefined
  return {
    method: request.method,
    path,
    query: /^[^?#]*\?([^#]*)/.exec(request.url)?.[1] ?? '',
    headers: [...request.headers].filter(([name]) => !kept.has(name)),
    body,
  }
}

async function readBody(request: Request): Promise<Uint8Array | undefined> {
  // Of these the standard knows no body; and to ask for one makes some servers build the whole request anew.
  const body = request.method === 'GET' || request.method === 'HEAD' ? null : request.body
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop cancels the stream.
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBodyBytes) return undefined
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/**
 * A cartridge's answer for the web. A page among its answers runs no script and belongs to no origin, so that it reaches
 * nothing of whoever serves it beside it.
 */
export function toResponse({ status, headers: given, body }: CartridgeResponse): Response {
  const headers = new Headers()
  for (const [name, value] of given) headers.append(name, value)
  headers.set('content-security-policy', pagePolicy)
  headers.set('x-content-type-options', 'nosniff')
  const isEmpty = status === 204 || status === 205 || status === 304
  return new Response(isEmpty ? null : body, { status, headers })
}

const pagePolicy =
  "sandbox allow-forms; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
