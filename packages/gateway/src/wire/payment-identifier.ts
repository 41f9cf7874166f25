/** The extension `payment-identifier`: a payer names its payment, so that asking twice pays once. */

import type { JsonObject, PaymentPayload, PaymentPayloadV1 } from './objects.js'

const key = 'payment-identifier'
const idSchema = { type: 'string', minLength: 16, maxLength: 128, pattern: '^[a-zA-Z0-9_-]+$' }

/** What a challenge says of it. */
export function paymentIdentifier(required: boolean): JsonObject {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { required: { type: 'boolean' }, id: idSchema },
    required: ['required'],
  }
  return { [key]: { info: { required }, schema } }
}

/** The name a payer gave. */
export type PaymentId =
  | { readonly status: 'none' }
  | { readonly status: 'malformed' }
  | { readonly status: 'named'; readonly id: string }

/** Reads the name of a payment; version 1 has none. */
export function paymentIdOf(payment: PaymentPayload | PaymentPayloadV1): PaymentId {
  const extension = payment.x402Version === 2 ? payment.extensions?.[key] : undefined
  const info = isObject(extension) ? extension.info : undefined
  if (!isObject(info) || info.id === undefined) return { status: 'none' }
  return typeof info.id === 'string' && /^[a-zA-Z0-9_-]{16,128}$/.test(info.id)
    ? { status: 'named', id: info.id }
    : { status: 'malformed' }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}
