/** The life of a payment: proven, held, served and settled, once, whatever ends in between. */

import type { Clock, Logger, Publisher, SqlDatabase } from '@salp/core'
import type { Address, Asset, Hex, Receipt } from '@salp/wallet'
import { type Claim, type Facilitator, FacilitatorError, type Settlement } from '../facilitator/facilitator.js'
import { paymentKey } from '../facilitator/payment-key.js'
import { type Offer, termsOf } from '../offer.js'
import type { ReadPayment } from '../schemes/scheme.js'
import { joinBytes } from '../wire/body.js'
import type { PaymentPayload, PaymentPayloadV1 } from '../wire/objects.js'
import type { OpenState, PaymentLedger, PaymentRow } from './ledger.js'
import { decodeReply, encodeReply, readReply, toResponse } from './reply.js'

/**
 * When the money moves.
 *
 * - `before`: then the work is done. For streams, and for work that is dear or cannot be undone. If it fails, the payer
 *   gets a refund, or the same payment is good for another try.
 * - `after`: the work is done, nothing of it leaves before the money moved, and what fails costs nothing.
 * - `deferred`: the answer leaves at once and the money moves later; a loss if it then cannot. Up to a limit for each payer.
 */
export type SettleMode = 'before' | 'after' | 'deferred'

/** What is bought with a payment. */
export interface Order {
  readonly payment: PaymentPayload | PaymentPayloadV1
  readonly offer: Offer
  readonly route: string
  /** What it is kept as in receipts: a URL or a name. */
  readonly resource: string
  /** Digest of what is asked for: the same payment buys nothing else. */
  readonly binding: string
  readonly mode: SettleMode
  /** The payer's own name for the payment, 16 to 128 characters. */
  readonly paymentId?: string | undefined
  /** Longest time that serving takes, in ms: a signature that may run out meanwhile is settled first. */
  readonly serveMs: number
  /** Says whether the payer may be served now. @returns Seconds to wait if not, or that this one is free. */
  readonly admit?: ((payer: Address) => Admission) | undefined
}

/** Whether a payer is served. */
export type Admission =
  | { readonly status: 'admitted' }
  | { readonly status: 'free' }
  | { readonly status: 'limited'; readonly retryAfterSeconds: number }

/** What is known of who pays, while serving. */
export interface Paid {
  readonly payer: Address
  /** In base units; 0 where it is free. */
  readonly amount: bigint
  readonly asset: Asset
  /** Where the money moved already. */
  readonly transaction?: Hex | undefined
}

/** Money that moved. */
export interface Settled {
  readonly transaction: Hex
  readonly payer: Address
  readonly amount: bigint
}

/** What came of an order. */
export type Sold =
  | {
      readonly status: 'served'
      readonly response: Response
      readonly settled?: Settled | undefined
      readonly payer: Address
      /** Nothing is owed for it. */
      readonly free?: true
    }
  /** The work failed and cost nothing. */
  | { readonly status: 'unserved'; readonly response: Response }
  | { readonly status: 'refused'; readonly reason: string; readonly payer?: Address | undefined }
  /** The payment was good, and then no money moved. */
  | { readonly status: 'unsettled'; readonly reason: string; readonly payer: Address }
  /** Sent, and nobody knows yet: the same payment again gets the answer. */
  | { readonly status: 'unknown'; readonly transaction?: Hex | undefined }
  | { readonly status: 'busy'; readonly retryAfterSeconds: number }
  | { readonly status: 'limited'; readonly retryAfterSeconds: number }
  | { readonly status: 'conflict' }

/** What happens to payments. */
export interface PaymentEvents {
  'payment:settled': PaymentFact & { readonly transaction: Hex }
  'payment:refused': { readonly route: string; readonly reason: string }
  'payment:failed': PaymentFact & { readonly reason: string }
  'payment:lost': PaymentFact & { readonly reason: string }
  'payment:refunded': PaymentFact & { readonly transaction: Hex }
}

/** A payment, for listeners. */
export interface PaymentFact {
  readonly route: string
  readonly payer: Address
  readonly amount: bigint
  readonly asset: Address
  readonly chainId: number
}

/** Gives money back; asked twice for one key, it does so once. */
export type Refund = (payment: PaymentRow, options: { readonly signal: AbortSignal }) => Promise<Hex>

/** What selling asks of the application. */
export interface PaymentsDeps {
  readonly db: Pick<SqlDatabase, 'transaction'>
  readonly ledger: PaymentLedger
  readonly facilitator: Facilitator
  readonly clock: Clock
  readonly log: Logger
  readonly events: Publisher<PaymentEvents>
  /** Keeps receipts for good. */
  readonly receipts?: { record(receipt: Receipt): boolean } | undefined
  /** Without it, what is due stays claimable by the same payment. */
  readonly refund?: Refund | undefined
}

/** How payments are kept. */
export interface PaymentsOptions {
  /** Largest answer that waits for its settlement, in bytes. @defaultValue `10485760` */
  readonly maxReplyBytes?: number | undefined
  /** Largest answer that is kept to be given again, in bytes. @defaultValue `65536` */
  readonly keepReplyBytes?: number | undefined
  /** How long it is kept, in ms. @defaultValue `900000` */
  readonly keepReplyMs?: number | undefined
  /** Most base units that one payer may owe in mode `deferred`. @defaultValue `0n` */
  readonly creditLimit?: bigint | undefined
  /** After so long without a sign of life, in ms, what a process held is anyone's. @defaultValue `10000` */
  readonly leaseMs?: number | undefined
}

/** Sells. */
export interface Payments {
  /**
   * Serves an order if its payment holds.
   *
   * @param serve - Does the work. A status of 400 or more is a failure.
   * @throws What `serve` throws, after the payment was given back or a refund noted.
   * @throws What the database throws (`core/database-*`): nothing was served then.
   */
  sell(
    order: Order,
    serve: (paid: Paid, signal: AbortSignal) => Promise<Response>,
    options: { readonly signal: AbortSignal },
  ): Promise<Sold>
  /** Whether an offer's payment could be used for this: `undefined` if it was never seen. */
  find(payment: PaymentPayload | PaymentPayloadV1, offer: Offer): PaymentRow | undefined
  /** Begins to finish what is open: of this process, and of those that ended. */
  start(): void
  /** Finishes once what is open. */
  work(options: { readonly signal: AbortSignal }): Promise<void>
  close(): Promise<void>
}

/** After a sleep of the machine, say, another process may have given away what this one held. */
const stolen: Sold = { status: 'busy', retryAfterSeconds: 1 }

/** How often a stream that was paid for begins anew for who did not read it to its end. */
const maxAnswers = 3

/** How much work is taken up at once. */
const workBatch = 100

/** Time for a settlement, in ms, which a signature must outlast. */
const settleBudgetMs = 15_000

/** Creates the seller. */
export function createPayments(deps: PaymentsDeps, options: PaymentsOptions = {}): Payments {
  const { db, ledger, facilitator, clock, log, events, receipts, refund } = deps
  const { maxReplyBytes = 10 * 2 ** 20, keepReplyBytes = 2 ** 16, keepReplyMs = 900_000 } = options
  const { creditLimit = 0n, leaseMs = 10_000 } = options
  /** Requests under way, by what they present and for what. */
  const held = new Map<string, Promise<unknown>>()
  /** Keys of the payments that this process serves or settles now: proven, so that no stranger can put one here. */
  const working = new Set<string>()
  const closing = new AbortController()

  const factOf = ({ route, payer, amount, asset, chainId }: PaymentRow): PaymentFact => ({
    route,
    payer,
    amount,
    asset,
    chainId,
  })

  /** Says that this gateway is not gone: what one that seems gone holds is anyone's to take. */
  const stayAlive = (): void => ledger.alive(clock.now() + leaseMs)

  /**
   * Notes that the money moved, with its receipt, in one step.
   *
   * One that was given up while this process stood still, and moved after all, is `failed` by then.
   *
   * @returns Whether this was first to know.
   */
  const settledNow = (row: PaymentRow, settled: Settled, resource: string): boolean => {
    const { key, chainId, asset, payee, route } = row
    const moved = db.transaction(() => {
      const { transaction } = settled
      const facts = { transaction }
      const first =
        ledger.move(key, ['settling', 'failed'], 'settled', facts) || ledger.move(key, ['deferred'], 'delivered', facts)
      if (first) {
        const money = { chainId, asset, amount: settled.amount, payer: settled.payer, payee }
        const what = { transaction, resource, task: route }
        receipts?.record({ id: `in:${key}`, direction: 'in', at: clock.now(), ...money, ...what })
      }
      return first
    })
    if (moved)
      events.publish('payment:settled', { ...factOf(row), amount: settled.amount, transaction: settled.transaction })
    return moved
  }

  /** Asks for the money of a payment that is `settling`. @param resume - Only of what was sent already. */
  const settle = async (
    row: PaymentRow,
    claim: Claim,
    { resource = row.route, resume = false }: { resource?: string; resume?: boolean } = {},
  ): Promise<Settlement | { readonly status: 'stolen' }> => {
    const settlement = await facilitator.settle(claim, { resume })
    if (settlement.status === 'settled')
      return settledNow(row, settlement, resource) ? settlement : { status: 'stolen' }
    if (settlement.status === 'failed') {
      ledger.move(row.key, ['settling'], 'failed', { reason: settlement.reason })
      events.publish('payment:failed', { ...factOf(row), reason: settlement.reason })
    }
    // Another gateway may have been told that nothing was sent, just before this one sent it: it is looked for again.
    else ledger.move(row.key, ['settling', 'failed'], 'settling', { transaction: settlement.transaction })
    return settlement
  }

  const sell: Payments['sell'] = async (order, serve, { signal }) => {
    const { payment, offer, route, binding, paymentId } = order
    const refused = (reason: string, payer?: Address): Sold => {
      events.publish('payment:refused', { route, reason })
      return { status: 'refused', reason, payer }
    }
    const read = offer.scheme.read(payment.payload, termsOf(offer, payment))
    if (read.status === 'refused') return refused(read.reason)
    const paid = read.payment
    const key = paymentKey(offer.asset, paid)
    if (paymentId !== undefined) {
      const same = ledger.findById(route, paymentId)
      if (same !== undefined && same.state !== 'failed' && (same.key !== key || same.binding !== binding))
        return { status: 'conflict' }
    }
    // The same bytes for the same thing wait for the first of them; whoever else names this payment has to prove it.
    const together = `${key}\n${paid.signature}\n${binding}`
    for (let first = held.get(together); first !== undefined; first = held.get(together)) {
      await first.catch(() => undefined)
      signal.throwIfAborted()
    }
    const work = begin({ order, paid, key, refused, serve, signal })
    held.set(together, work)
    try {
      return await work
    } finally {
      held.delete(together)
    }
  }

  interface Work {
    readonly order: Order
    readonly paid: ReadPayment
    readonly key: string
    readonly refused: (reason: string, payer?: Address) => Sold
    readonly serve: Parameters<Payments['sell']>[1]
    readonly signal: AbortSignal
  }

  const begin = async (work: Work): Promise<Sold> => {
    const { order, paid, key, refused, signal } = work
    const known = ledger.find(key)
    if (known !== undefined && known.state !== 'failed') {
      const again = await goOn(work, known)
      if (again !== undefined) return again
    }
    const { payer } = paid
    const claim: Claim = { payment: order.payment, requirements: order.offer.requirements }
    const { asset, payTo } = order.offer
    const open = ledger.openAmount(payer, asset)
    const verdict = await facilitator.verify(claim, { reserved: open, signal })
    if (verdict.status === 'invalid') return refused(verdict.reason, verdict.payer)
    const admission = order.admit?.(payer) ?? { status: 'admitted' }
    if (admission.status === 'limited') return admission
    if (admission.status === 'free') {
      const response = await work.serve({ payer, amount: 0n, asset }, signal)
      return response.status < 400
        ? { status: 'served', response, payer, free: true }
        : { status: 'unserved', response }
    }
    const fresh = {
      ...{ key, route: order.route, binding: order.binding, paymentId: order.paymentId, chainId: asset.chainId },
      ...{ asset: asset.address, amount: paid.value, payer, payee: payTo, claim: JSON.stringify(claim) },
    }
    // Said anew, since the process may have stood still.
    stayAlive()
    const reserved = working.has(key) ? undefined : ledger.reserve(fresh)
    if (reserved === undefined) {
      const row = ledger.find(key)
      return (row && (await goOn(work, row))) ?? { status: 'busy', retryAfterSeconds: 1 }
    }
    working.add(key)
    try {
      return await carryOut(work, claim, reserved)
    } finally {
      working.delete(key)
    }
  }

  /** Serves and settles what was just reserved. */
  const carryOut = (
    work: Work,
    claim: Claim,
    { row, owed }: { readonly row: PaymentRow; readonly owed: bigint },
  ): Promise<Sold> => {
    // Of many at once, each counts those before it as owed.
    switch (modeFor(work.order, work.paid, owed)) {
      case 'before':
        return settleFirst(work, row, claim)
      case 'after':
        return serveFirst(work, row, claim)
      case 'deferred':
        return serveOnCredit(work, row)
    }
  }

  /** A signature that may run out while serving is settled first; without credit left, nothing is. */
  const modeFor = ({ mode, serveMs }: Order, { validBefore }: ReadPayment, owed: bigint): SettleMode => {
    const leftMs = Number(validBefore) * 1_000 - clock.now()
    if (mode === 'after' && leftMs < serveMs + settleBudgetMs) return 'before'
    if (mode === 'deferred' && owed > creditLimit) return 'after'
    return mode
  }

  const serveFirst = async ({ order, paid, serve, signal }: Work, row: PaymentRow, claim: Claim): Promise<Sold> => {
    const { key } = row
    const { payer } = paid
    let reply: Awaited<ReturnType<typeof readReply>>
    try {
      const response = await serve({ payer, amount: paid.value, asset: order.offer.asset }, signal)
      if (response.status >= 400) {
        ledger.release(key)
        return { status: 'unserved', response }
      }
      reply = await readReply(response, maxReplyBytes)
      signal.throwIfAborted()
    } catch (error) {
      ledger.release(key)
      throw error
    }
    if (reply === undefined) {
      ledger.release(key)
      throw new RangeError(`Cannot hold back an answer of more than ${maxReplyBytes} bytes: sell it in mode "before"`)
    }
    const bytes = reply.body.byteLength <= keepReplyBytes ? encodeReply(reply) : undefined
    stayAlive()
    if (!ledger.move(key, ['reserved'], 'settling', { reply: bytes })) return stolen
    const settlement = await settleOrRelease(row, claim, order.resource)
    if (settlement.status === 'settled') {
      if (bytes === undefined) ledger.move(key, ['settled'], 'delivered')
      return { status: 'served', response: toResponse(reply), settled: settlement, payer }
    }
    return unpaid(settlement, payer)
  }

  const settleFirst = async (work: Work, row: PaymentRow, claim: Claim): Promise<Sold> => {
    stayAlive()
    if (!ledger.move(row.key, ['reserved'], 'settling')) return stolen
    const settlement = await settleOrRelease(row, claim, work.order.resource)
    if (settlement.status !== 'settled') return unpaid(settlement, work.paid.payer)
    return serveSettled(work, row, settlement)
  }

  /** A settlement that could not even begin gives the payment back. */
  const settleOrRelease = async (row: PaymentRow, claim: Claim, resource: string): ReturnType<typeof settle> => {
    try {
      return await settle(row, claim, { resource })
    } catch (error) {
      if (error instanceof FacilitatorError) ledger.release(row.key)
      throw error
    }
  }

  const unpaid = (settlement: Exclude<Awaited<ReturnType<typeof settle>>, Settled>, payer: Address): Sold => {
    switch (settlement.status) {
      case 'failed':
        return { status: 'unsettled', reason: settlement.reason, payer }
      case 'unknown':
        return { status: 'unknown', transaction: settlement.transaction }
      case 'stolen':
        return stolen
    }
  }

  /** Serves what is paid for already. */
  const serveSettled = async (
    { order, paid, serve, signal }: Work,
    row: PaymentRow,
    settled: Settled,
  ): Promise<Sold> => {
    const { key } = row
    const { payer } = paid
    let response: Response
    try {
      response = await serve(
        { payer, amount: settled.amount, asset: order.offer.asset, transaction: settled.transaction },
        signal,
      )
    } catch (error) {
      ledger.move(key, ['settled'], 'refund-due', { reason: 'failed while serving' })
      throw error
    }
    if (response.status >= 500) {
      ledger.move(key, ['settled'], 'refund-due', { reason: `answered ${response.status}` })
      return { status: 'served', response, settled, payer }
    }
    ledger.countAnswer(key)
    const { status, headers } = response
    const whenRead = (body: Uint8Array | undefined): void => {
      if (body === undefined) ledger.move(key, ['settled'], 'delivered')
      else ledger.move(key, ['settled'], 'settled', { reply: encodeReply({ status, headers: [...headers], body }) })
    }
    return { status: 'served', response: watched(response, keepReplyBytes, whenRead), settled, payer }
  }

  const serveOnCredit = async ({ order, paid, serve, signal }: Work, row: PaymentRow): Promise<Sold> => {
    const { key } = row
    const { payer } = paid
    let response: Response
    try {
      response = await serve({ payer, amount: paid.value, asset: order.offer.asset }, signal)
    } catch (error) {
      ledger.release(key)
      throw error
    }
    if (response.status >= 400) {
      ledger.release(key)
      return { status: 'unserved', response }
    }
    if (ledger.move(key, ['reserved'], 'deferred')) return { status: 'served', response, payer }
    await response.body?.cancel()
    return stolen
  }

  /** Answers with a payment that was presented before. @returns `undefined` if it may be used as if it were new. */
  const goOn = async (work: Work, row: PaymentRow): Promise<Sold | undefined> => {
    const { order, paid, refused } = work
    const { payer } = row
    const used = (): Sold => refused(order.offer.scheme.reasons.used, payer)
    const settled = { transaction: row.transaction as Hex, payer, amount: row.amount }
    if (row.state === 'reserved') {
      if (working.has(row.key) || !ledger.takeOver(row.key, 'reserved')) return { status: 'busy', retryAfterSeconds: 1 }
      ledger.release(row.key)
      return undefined
    }
    // What was kept proves nothing of who asks: without the very signature that was settled, nothing is given away.
    if (!isSame(row, order, paid)) return used()
    switch (row.state) {
      case 'settled':
        if (row.reply !== undefined)
          return { status: 'served', response: toResponse(decodeReply(row.reply)), settled, payer }
        if (row.answers >= maxAnswers) return used()
        return serveSettled(work, row, settled)
      case 'settling': {
        stayAlive()
        if (!ledger.takeOver(row.key, 'settling')) return { status: 'busy', retryAfterSeconds: 1 }
        const claim: Claim = { payment: order.payment, requirements: order.offer.requirements }
        const settlement = await settle(row, claim, { resource: order.resource })
        if (settlement.status === 'failed' || settlement.status === 'unknown') return unpaid(settlement, payer)
        const now = ledger.find(row.key)
        return now === undefined ? undefined : goOn(work, now)
      }
      case 'refund-due':
        if (!ledger.move(row.key, ['refund-due'], 'settled')) return { status: 'busy', retryAfterSeconds: 1 }
        return serveSettled(work, row, settled)
      default:
        return used()
    }
  }

  const isSame = (row: PaymentRow, { route, binding, payment }: Order, { signature }: ReadPayment): boolean => {
    if (row.route !== route || row.binding !== binding) return false
    const kept = JSON.parse(row.claim) as Claim
    return kept.payment.x402Version === payment.x402Version && kept.payment.payload.signature === signature
  }

  /** Finishes one payment that is open, as far as that can be told today. */
  const finish = async (row: PaymentRow): Promise<void> => {
    const { key } = row
    const claim = JSON.parse(row.claim) as Claim
    switch (row.state) {
      case 'reserved':
        ledger.release(key)
        return
      case 'settling':
        await settle(row, claim, { resume: true })
        return
      case 'deferred': {
        const settlement = await facilitator.settle(claim)
        if (settlement.status === 'settled') settledNow(row, settlement, row.route)
        else if (settlement.status === 'failed') {
          ledger.move(key, ['deferred'], 'lost', { reason: settlement.reason })
          events.publish('payment:lost', { ...factOf(row), reason: settlement.reason })
        }
        return
      }
      case 'refund-due':
      case 'refunding': {
        if (refund === undefined || !ledger.move(key, ['refund-due', 'refunding'], 'refunding')) return
        const transaction = await refund(row, { signal: closing.signal })
        ledger.move(key, ['refunding'], 'refunded', { reason: `refunded by ${transaction}` })
        events.publish('payment:refunded', { ...factOf(row), transaction })
        return
      }
      default:
    }
  }

  const openStates: readonly OpenState[] = [
    ...(['reserved', 'settling', 'deferred'] as const),
    ...(refund === undefined ? [] : (['refund-due', 'refunding'] as const)),
  ]

  const work: Payments['work'] = async ({ signal }) => {
    stayAlive()
    ledger.dropReplies(clock.now() - keepReplyMs)
    const rows = ledger.waiting(openStates, workBatch).filter(({ key }) => !working.has(key))
    signal.throwIfAborted()
    await Promise.all(
      rows.map(async (row) => {
        if (!ledger.takeOver(row.key, row.state)) return
        working.add(row.key)
        await finish(row)
          .catch((error: unknown) => log.warn('A payment is still open', { key: row.key, state: row.state, error }))
          .finally(() => working.delete(row.key))
      }),
    )
  }

  let running: Promise<void> | undefined
  const beat = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await work({ signal: closing.signal }).catch((error: unknown) => {
        if (!closing.signal.aborted) log.error('Cannot go through the open payments', { error })
      })
      await clock.sleep(Math.min(1_000, leaseMs / 3), { signal: closing.signal }).catch(() => undefined)
    }
  }

  return {
    sell,
    work,
    find(payment, offer) {
      const read = offer.scheme.read(payment.payload, termsOf(offer, payment))
      return read.status === 'read' ? ledger.find(paymentKey(offer.asset, read.payment)) : undefined
    },
    start() {
      running ??= beat()
    },
    async close() {
      if (closing.signal.aborted) return
      closing.abort()
      await running
      await Promise.allSettled(held.values())
      ledger.ended()
    },
  }
}

/** The same answer, telling when its body was read to the end, and what it was unless it is longer than `maxBytes`. */
function watched(response: Response, maxBytes: number, whenRead: (body: Uint8Array | undefined) => void): Response {
  if (response.body === null) {
    whenRead(new Uint8Array())
    return response
  }
  const parts: Uint8Array[] = []
  let size = 0
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        size += part.byteLength
        // A copy: whoever gets the part may take its memory along.
        if (size <= maxBytes) parts.push(part.slice())
        controller.enqueue(part)
      },
      flush: () => whenRead(size <= maxBytes ? joinBytes(parts) : undefined),
    }),
  )
  return new Response(body, response)
}
