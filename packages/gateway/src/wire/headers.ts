/** Names of the headers of x402, and the payment in a request. */

import { decodeHeader } from './base64.js'
import { type PaymentPayload, type PaymentPayloadV1, paymentPayloadSchema, paymentPayloadV1Schema } from './objects.js'

/** Headers by what they carry; names in the lower case that `Headers` gives them. */
export const headerNames = {
  /** The challenge, version 2. */
  required: 'payment-required',
  /** The payment, version 2. */
  payment: 'payment-signature',
  /** The settlement, version 2. */
  response: 'payment-response',
  /** The payment, version 1. */
  paymentV1: 'x-payment',
  /** The settlement, version 1. */
  responseV1: 'x-payment-response',
} as const

/** The payment that a request carries. */
export type Presented =
  | { readonly status: 'none' }
  /** Text that is no payment, or two payments at once. */
  | { readonly status: 'malformed'; readonly reason: string }
  | { readonly status: 'paid'; readonly payment: PaymentPayload | PaymentPayloadV1 }

/** Reads the payment of a request. */
export function presentedPayment(headers: Headers): Presented {
  const v2 = headers.get(headerNames.payment)
  const v1 = headers.get(headerNames.paymentV1)
  if (v2 === null && v1 === null) return { status: 'none' }
  if (v2 !== null && v1 !== null) return { status: 'malformed', reason: 'The request carries two payments' }
  const parsed =
    v2 === null
      ? paymentPayloadV1Schema.safeParse(decodeHeader(v1 ?? ''))
      : paymentPayloadSchema.safeParse(decodeHeader(v2))
  return parsed.success
    ? { status: 'paid', payment: parsed.data }
    : { status: 'malformed', reason: `The header ${v2 === null ? 'X-PAYMENT' : 'PAYMENT-SIGNATURE'} holds no payment` }
}
