/** What proves that a delivery is meant, and tells it from another. */

import { SalpError, toHex } from '@salp/core'
import type { Delivery } from './routines.js'

/** Characters of a delivery that the agent is shown. */
const shownLength = 20_000

/**
 * Reads a delivery whose sender proves to know the secret: by `X-Hub-Signature-256`, an HMAC of the body as GitHub and many
 * others send it, or by the secret itself as a bearer token.
 *
 * @param secret - What the sender has to know; nobody does where it is absent.
 * @returns The delivery; one that names no id of its own is known by the hash of its body.
 * @throws {@link WebhookError} (`agent/webhook-refused`)
 */
export async function readDelivery(request: Request, body: string, secret: string | undefined): Promise<Delivery> {
  const bytes = new TextEncoder().encode(body)
  if (secret === undefined || !(await isProven(request.headers, bytes, secret))) throw new WebhookError()
  const names = ['x-github-delivery', 'webhook-id', 'idempotency-key', 'x-request-id']
  const named = names.flatMap((name) => request.headers.get(name) ?? []).find((id) => /^[\w.:-]{1,200}$/.test(id))
  const id = named ?? toHex(await crypto.subtle.digest('SHA-256', bytes))
  const text = body.length > shownLength ? `${body.slice(0, shownLength).toWellFormed()} …` : body
  return { id, text }
}

async function isProven(headers: Headers, body: Uint8Array<ArrayBuffer>, secret: string): Promise<boolean> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign', 'verify'],
  )
  const signed = /^sha256=((?:[0-9a-f]{2}){32})$/i.exec(headers.get('x-hub-signature-256') ?? '')?.[1]
  if (signed !== undefined) return crypto.subtle.verify('HMAC', key, fromHex(signed), body)
  const bearer = /^Bearer (\S{1,200})$/i.exec(headers.get('authorization') ?? '')?.[1]
  if (bearer === undefined) return false
  // Compared by their codes, so that the time it takes tells nothing.
  const said = new TextEncoder().encode(bearer)
  const code = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(secret))
  return crypto.subtle.verify('HMAC', key, code, said)
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** A delivery that proves nothing: `agent/webhook-refused`. */
class WebhookError extends SalpError {
  constructor() {
    super('agent/webhook-refused', 'There is no such webhook, or the secret is another')
  }
}
