/** The parts of a gateway, put together: payments on a database, and paywalls before routes. */

import type { Clock, IdSource, Logger, Publisher, SqlDatabase } from '@salp/core'
import type { Account, Receipt } from '@salp/wallet'
import type { MiddlewareHandler } from 'hono'
import type { Facilitator } from './facilitator/facilitator.js'
import { honoPaywall } from './hono.js'
import type { PaymentMethod } from './offer.js'
import { createPaymentLedger, type PaymentLedger } from './payments/ledger.js'
import {
  createPayments,
  type PaymentEvents,
  type Payments,
  type PaymentsOptions,
  type Refund,
} from './payments/payments.js'
import { createPaywall, type PaidHandler, type Paywall, type PaywallOptions } from './paywall.js'

/** What a gateway asks of the application. */
export interface GatewayDeps {
  /** A database that `gatewayMigrations` brought up to date. Gateways that share it are as one. */
  readonly db: SqlDatabase
  readonly facilitator: Facilitator
  /** Ways to pay, those preferred first. */
  readonly methods: readonly PaymentMethod[]
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly events: Publisher<PaymentEvents>
  readonly receipts?: { record(receipt: Receipt): boolean } | undefined
  /** Signs receipts, for the payee or as the payee. */
  readonly issuer?: Pick<Account, 'signTypedData'> | undefined
  /** Without it, what is due stays claimable by the same payment. */
  readonly refund?: Refund | undefined
}

/** Sells what handlers make. */
export interface Gateway {
  readonly payments: Payments
  readonly ledger: PaymentLedger
  /** A paywall for any handler of the web's Request. */
  route(options: PaywallOptions): Paywall
  /** A handler behind a paywall. */
  protect(options: PaywallOptions, handler: PaidHandler): (request: Request) => Promise<Response>
  /** Middleware of hono. */
  paywall(options: PaywallOptions): MiddlewareHandler
  /** Begins to finish what is open. Call it before the first request. */
  start(): void
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** Puts a gateway together. Nothing runs before `start()`. */
export function createGateway(deps: GatewayDeps, options: PaymentsOptions = {}): Gateway {
  const { db, facilitator, methods, clock, ids, log, events, receipts, refund, issuer } = deps
  const ledger = createPaymentLedger({ db, clock, ids })
  const payments = createPayments({ db, ledger, facilitator, clock, log, events, receipts, refund }, options)
  const route: Gateway['route'] = (paywall) => createPaywall({ payments, methods, clock, ids, log, issuer }, paywall)
  return {
    payments,
    ledger,
    route,
    protect(paywall, handler) {
      const wall = route(paywall)
      return (request) => wall.handle(request, handler)
    },
    paywall: (paywall) => honoPaywall(route(paywall)),
    start: payments.start,
    close: payments.close,
  }
}
