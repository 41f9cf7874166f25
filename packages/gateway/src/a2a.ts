/** Tasks of A2A that cost something, by version 0.1 of the x402 extension of that protocol. */

import { answers } from './offer.js'
import type { Paywall } from './paywall.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'
import {
  type JsonObject,
  type PaymentRequired,
  paymentPayloadSchema,
  paymentRequiredSchema,
  type SettleResponse,
  settleResponseSchema,
} from './wire/objects.js'

/** URI of the extension, for `X-A2A-Extensions` and the agent card. */
export const a2aExtension = 'https://github.com/google-a2a/a2a-x402/v0.1'

/** Members of a message's metadata. */
const keys = {
  status: 'x402.payment.status',
  required: 'x402.payment.required',
  payload: 'x402.payment.payload',
  receipts: 'x402.payment.receipts',
  error: 'x402.payment.error',
} as const

/** What a merchant keeps of a task: what was asked for, and at what terms. JSON. */
export interface PaidTaskRecord {
  /** What the task is to do, as its first message said. */
  readonly input: unknown
  readonly required: PaymentRequired
  /** Of every settlement that was tried, oldest first. */
  readonly receipts: readonly SettleResponse[]
}

/** Keeps records by the id of the task; a `Map` does. */
export interface PaidTaskStore {
  get(taskId: string): PaidTaskRecord | undefined | Promise<PaidTaskRecord | undefined>
  set(taskId: string, record: PaidTaskRecord): unknown
}

/** A message about a task. */
export interface TaskMessage {
  readonly taskId: string
  /** Its parts, as JSON; those of a message that pays are not looked at. */
  readonly input: unknown
  readonly metadata?: JsonObject | undefined
}

/** What becomes of the task. */
export interface TaskUpdate {
  readonly state: 'input-required' | 'completed' | 'failed' | 'canceled'
  /** For the metadata of the status message. */
  readonly metadata: JsonObject
  /** What the handler made; absent unless it is paid for. */
  readonly output?: unknown
}

/** Does the work. @param input - Of the first message. @returns JSON. @throws What makes the task fail, and cost nothing. */
export type TaskHandler = (input: unknown, options: { readonly signal: AbortSignal }) => Promise<unknown>

/**
 * Puts a paywall before tasks.
 *
 * The first message of a task is answered with what it costs; a message that pays is held against just that, and the work
 * is that of the first message. Receipts of all that was tried stay with the task.
 *
 * @returns Answers a message. @throws What the handler throws.
 */
export function paidTask(
  { paywall, tasks }: { readonly paywall: Paywall; readonly tasks: PaidTaskStore },
  handler: TaskHandler,
): (message: TaskMessage, options: { readonly signal: AbortSignal }) => Promise<TaskUpdate> {
  const ask = (taskId: string, input: unknown, payment: unknown, signal: AbortSignal): Promise<Response> =>
    paywall.handle(
      new Request(`a2a://task/${encodeURIComponent(taskId)}`, {
        method: 'POST',
        headers: payment === undefined ? {} : { [headerNames.payment]: encodeHeader(payment) },
        body: JSON.stringify(input ?? null),
        signal,
      }),
      async (_request, _paid, options) => Response.json({ output: await handler(input, options) }),
    )

  return async ({ taskId, input, metadata = {} }, { signal }) => {
    const record = await tasks.get(taskId)
    const receipts = record?.receipts ?? []
    const update = (state: TaskUpdate['state'], status: string, more: JsonObject = {}): TaskUpdate => ({
      state,
      metadata: {
        [keys.status]: `payment-${status}`,
        ...(receipts.length > 0 && { [keys.receipts]: receipts }),
        ...more,
      },
    })
    if (metadata[keys.status] === 'payment-rejected') return update('canceled', 'rejected')
    if (metadata[keys.status] !== 'payment-submitted' || record === undefined) {
      const required = requiredIn(await ask(taskId, input, undefined, signal))
      await tasks.set(taskId, { input, required, receipts })
      return update('input-required', 'required', { [keys.required]: required })
    }

    const payment = paymentPayloadSchema.safeParse(metadata[keys.payload]).data
    if (payment === undefined || !record.required.accepts.some((offered) => answers(payment.accepted, offered))) {
      const more = { [keys.error]: 'INVALID_PAYMENT', [keys.required]: record.required }
      return update('input-required', 'failed', more)
    }
    const response = await ask(taskId, record.input, metadata[keys.payload], signal)
    const receipt = receiptOf(response, payment.accepted.network)
    // Nobody knows yet, or too much is asked at once: the same payment is good for another message.
    if (receipt === undefined) return update('input-required', 'submitted', { [keys.error]: 'TRY_AGAIN' })
    const isKnown = receipt.success && receipts.some(({ transaction }) => transaction === receipt.transaction)
    const all = isKnown ? receipts : [...receipts, receipt]
    await tasks.set(taskId, { ...record, receipts: all })
    if (!receipt.success) {
      const more = { [keys.receipts]: all, [keys.error]: errorOf(receipt), [keys.required]: record.required }
      return update('input-required', 'failed', more)
    }
    const { output } = (await response.json()) as { output: unknown }
    return { ...update('completed', 'completed', { [keys.receipts]: all }), output }
  }
}

function requiredIn(response: Response): PaymentRequired {
  return paymentRequiredSchema.parse(decodeHeader(response.headers.get(headerNames.required) ?? ''))
}

/** What came of the money; `undefined` while nobody can tell. */
function receiptOf(response: Response, network: string): SettleResponse | undefined {
  const text = response.headers.get(headerNames.response)
  if (text !== null) return settleResponseSchema.parse(decodeHeader(text))
  if (!response.headers.has(headerNames.required)) return undefined
  return { success: false, transaction: '', network, errorReason: requiredIn(response).error }
}

/** Words of the extension for what is wrong with a payment; the first that fits. */
const errors: readonly (readonly [RegExp, string])[] = [
  [/balance|funds|allowance/, 'INSUFFICIENT_FUNDS'],
  [/signature/, 'INVALID_SIGNATURE'],
  [/valid_before|valid_after|expired|not_yet_valid/, 'EXPIRED_PAYMENT'],
  [/nonce/, 'DUPLICATE_NONCE'],
  [/network/, 'NETWORK_MISMATCH'],
  [/value|amount/, 'INVALID_AMOUNT'],
]

function errorOf({ errorReason = '' }: SettleResponse): string {
  return errors.find(([pattern]) => pattern.test(errorReason))?.[1] ?? 'SETTLEMENT_FAILED'
}
