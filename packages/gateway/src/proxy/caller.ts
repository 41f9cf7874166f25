/** Tells an upstream who paid for a request, in a header that only the gateway can make. */

import { toHex } from '@salp/core'

/** Name of the header. */
export const callerHeader = 'salp-caller'

/** Who stands behind a forwarded request. */
export interface Caller {
  /** Names the request; an upstream that must not be shown one twice keeps these for the window. */
  readonly requestId: string
  /** When it was forwarded, in ms since the epoch. */
  readonly at: number
  /** Verified address of the payer; absent for what was free to anyone. */
  readonly payer?: string | undefined
  /** In base units of the asset the endpoint is paid in. */
  readonly amount?: bigint | undefined
  /** Hash of the settlement, where that came first. */
  readonly transaction?: string | undefined
}

/** The request that a caller header is bound to. */
export interface CallerTarget {
  readonly method: string
  /** Path and query as the upstream sees them. */
  readonly path: string
}

/** Makes the signature of a text: HMAC-SHA256 under the endpoint's secret, in hexadecimal. */
export type SignText = (text: string) => Promise<string>

/**
 * Writes the header's value: `v=1;id=…;t=…;payer=…;amount=…;tx=…;sig=…`, absent fields empty.
 *
 * Signed is, each on its own line: `salp-caller-1`, method, path, id, t, payer, amount, tx. The body is not, since it
 * streams: who needs that compares digests inside.
 */
export async function writeCaller(caller: Caller, target: CallerTarget, sign: SignText): Promise<string> {
  const fields = [
    caller.requestId,
    String(caller.at),
    caller.payer ?? '',
    String(caller.amount ?? ''),
    caller.transaction ?? '',
  ]
  const bad = fields.find((field) => !/^[\w:.-]*$/.test(field))
  if (bad !== undefined) throw new RangeError(`Cannot write ${JSON.stringify(bad)} into a caller header`)
  const [id, t, payer, amount, tx] = fields
  return `v=1;id=${id};t=${t};payer=${payer};amount=${amount};tx=${tx};sig=${await sign(signedText(fields, target))}`
}

function signedText(fields: readonly string[], { method, path }: CallerTarget): string {
  return ['salp-caller-1', method, path, ...fields].join('\n')
}

/** What a caller header turned out to be. */
export type ReadCaller =
  | { readonly status: 'valid'; readonly caller: Caller }
  | { readonly status: 'refused'; readonly reason: 'malformed' | 'signature' | 'time' }

/**
 * Reads and checks a caller header; for upstreams.
 *
 * @param value - As received.
 * @param options - `secret`: the endpoint's; `now` in ms since the epoch; `windowMs`: how far apart clocks and transit may be, either way.
 */
export async function readCaller(
  value: string,
  target: CallerTarget,
  { secret, now, windowMs }: { secret: Uint8Array; now: number; windowMs: number },
): Promise<ReadCaller> {
  const parts =
    /^v=1;id=([\w:.-]*);t=(\d{1,16});payer=([\w:.-]*);amount=(\d{0,78});tx=([\w:.-]*);sig=([0-9a-f]{64})$/.exec(value)
  if (parts === null) return { status: 'refused', reason: 'malformed' }
  const [, id = '', t = '', payer = '', amount = '', tx = '', signature = ''] = parts
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  const text = new TextEncoder().encode(signedText([id, t, payer, amount, tx], target))
  // Compares in constant time.
  const genuine = await crypto.subtle.verify('HMAC', await importSecret(secret), bytes, text)
  if (!genuine) return { status: 'refused', reason: 'signature' }
  const at = Number(t)
  if (Math.abs(now - at) > windowMs) return { status: 'refused', reason: 'time' }
  return {
    status: 'valid',
    caller: {
      requestId: id,
      at,
      ...(payer !== '' && { payer }),
      ...(amount !== '' && { amount: BigInt(amount) }),
      ...(tx !== '' && { transaction: tx }),
    },
  }
}

/** Creates the signer of an endpoint. @param secret - 32 random bytes, shared with the upstream. */
export function createCallerSigner(secret: Uint8Array): SignText {
  const imported = importSecret(secret)
  return async (text) => {
    return toHex(await crypto.subtle.sign('HMAC', await imported, new TextEncoder().encode(text)))
  }
}

function importSecret(secret: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ])
}
