/** A shop for tests: a route behind a paywall on a database in memory, and customers whose signatures nobody checks. */

import { migrate, silentLogger } from '@salp/core'
import { type Database, openDatabase } from '@salp/core/node'
import { type RecordingPublisher, recordingPublisher, type StoppedClock, stoppedClock } from '@salp/core/testing'
import {
  type Address,
  type Asset,
  createReceiptLedger,
  parseAddress,
  type ReceiptLedger,
  walletMigrations,
} from '@salp/wallet'
import type { Facilitator } from '../../facilitator/facilitator.js'
import { createGateway, type Gateway } from '../../gateway.js'
import { gatewayMigrations } from '../../migrations.js'
import { methodOf } from '../../offer.js'
import type { PaymentEvents, PaymentsOptions, Refund } from '../../payments/payments.js'
import { exactEip3009 } from '../../schemes/exact-eip3009.js'
import { decodeHeader, encodeHeader } from '../../wire/base64.js'
import { headerNames } from '../../wire/headers.js'
import { paymentRequiredSchema } from '../../wire/objects.js'
import { type SimulatedFacilitator, simulatedFacilitator } from './simulated-facilitator.js'

/** A dollar of a chain that version 1 knows. */
export const dollar: Asset = {
  chainId: 84532,
  address: parseAddress('0x036cbd53842c5426634e7929541ec2318f3dcf7e'),
  symbol: 'USDC',
  decimals: 6,
  domain: { name: 'USDC', version: '2' },
}

/** Who is paid. */
export const payee: Address = parseAddress(`0x${'aa'.repeat(20)}`)

/** A shop and what stands behind it. */
export interface Shop<Of extends Facilitator = SimulatedFacilitator> {
  readonly db: Database
  readonly clock: StoppedClock
  readonly gateway: Gateway
  readonly facilitator: Of
  readonly events: RecordingPublisher<PaymentEvents>
  readonly receipts: ReceiptLedger
}

/** What a shop may share with another, and how it behaves. */
export interface ShopOptions<Of extends Facilitator = SimulatedFacilitator> extends PaymentsOptions {
  /** Sets instances on one database apart. */
  readonly name?: string | undefined
  readonly db?: Database | undefined
  readonly clock?: StoppedClock | undefined
  readonly facilitator?: Of | undefined
  readonly refund?: Refund | undefined
}

/** Opens a shop, with a facilitator that was simulated unless one is given. Its clock begins at 1,000,000 s. */
export function openShop(options?: ShopOptions): Shop
export function openShop<Of extends Facilitator>(options: ShopOptions<Of> & { readonly facilitator: Of }): Shop<Of>
export function openShop({
  name = 'shop',
  db = openDatabase(':memory:'),
  clock = stoppedClock(1_000_000_000),
  facilitator = simulatedFacilitator(),
  refund,
  ...options
}: ShopOptions<Facilitator> = {}): Shop<Facilitator> {
  migrate(db, 'wallet', walletMigrations)
  migrate(db, 'gateway', gatewayMigrations)
  const events = recordingPublisher<PaymentEvents>()
  const receipts = createReceiptLedger(db)
  let id = 0
  const gateway = createGateway(
    {
      ...{ db, facilitator, clock, events, receipts, refund, log: silentLogger },
      ids: () => `${name}-${id++}`,
      methods: [methodOf([exactEip3009()], dollar, payee)],
    },
    options,
  )
  gateway.ledger.alive(clock.now() + 10_000)
  return { db, clock, gateway, facilitator, events, receipts }
}

/** What a test may choose of a payment. */
export interface ChosenPayment {
  readonly version?: 1 | 2 | undefined
  readonly signature?: string | undefined
  readonly payer?: string | undefined
  readonly nonce?: string | undefined
  readonly value?: bigint | undefined
  /** In s since the epoch. */
  readonly validBefore?: number | undefined
  readonly extensions?: Readonly<Record<string, unknown>> | undefined
}

/** Pays what a challenge asks: headers for the next request. */
export function payFor(challenge: Response, chosen: ChosenPayment = {}): Record<string, string> {
  const required = paymentRequiredSchema.parse(decodeHeader(challenge.headers.get(headerNames.required) ?? ''))
  const [accepted] = required.accepts
  if (accepted === undefined) throw new RangeError('Cannot pay: nothing is offered')
  const { version = 2, signature = '0x01', payer = `0x${'bb'.repeat(20)}`, nonce = `0x${'01'.repeat(32)}` } = chosen
  const { value = BigInt(accepted.amount), validBefore = 1_000_300, extensions = required.extensions } = chosen
  const authorization = {
    from: payer,
    to: accepted.payTo,
    value: String(value),
    validAfter: '0',
    validBefore: String(validBefore),
    nonce,
  }
  const payload = { signature, authorization }
  return version === 1
    ? { [headerNames.paymentV1]: encodeHeader({ x402Version: 1, scheme: 'exact', network: 'base-sepolia', payload }) }
    : { [headerNames.payment]: encodeHeader({ x402Version: 2, accepted, payload, extensions }) }
}
