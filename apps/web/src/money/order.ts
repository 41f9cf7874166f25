/** An order to pay, from what a person typed. */

import type { PayOrder, PayOutcome } from '@salp/gateway'
import type { SoldMethod } from '../api/contracts.js'
import { webUrl } from './address.js'

/** A request as it stands in the form. */
export interface OrderDraft {
  readonly url: string
  readonly method: SoldMethod
  readonly body: string
}

/** Whether a request of that method carries a body. */
export function takesBody(method: SoldMethod): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}

/**
 * Makes an order; nothing, if the address is none of the web.
 *
 * A body says what it is: JSON where it reads as that, else plain text. The task is the day, so that the limit for one
 * task holds for what is tried in Studio on that day.
 *
 * @param now - In ms since the epoch.
 */
export function toOrder({ url, method, body }: OrderDraft, now: number): PayOrder | undefined {
  const address = webUrl(url.trim())
  if (address === undefined) return undefined
  const order: PayOrder = { url: address.href, method, task: `Studio ${new Date(now).toISOString().slice(0, 10)}` }
  if (!takesBody(method) || body.trim() === '') return order
  return { ...order, body, headers: { 'content-type': isJson(body) ? 'application/json' : 'text/plain' } }
}

/** What a refusal means for the money, in a few words: not every one leaves it where it was. */
export function refusalTitle({ code }: Pick<Extract<PayOutcome, { status: 'refused' }>, 'code'>): string {
  if (code === 'gateway/paid-and-failed') return 'Paid, and then the service failed'
  return code === 'gateway/pay-unknown' ? 'Sent, and nobody knows yet whether it is paid' : 'Not paid'
}

/** An answer's body for reading: JSON on lines of its own, anything else as it came. */
export function readable(body: string, contentType: string): string {
  return /\bjson\b/i.test(contentType) && isJson(body) ? JSON.stringify(JSON.parse(body), null, 2) : body
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
