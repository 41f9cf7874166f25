/** A merchant on a test chain: a gateway with a facilitator in process, whose parts a test can see and break. */

import { type Clock, createIdSource, createRng, migrate, silentLogger } from '@salp/core'
import { type Database, openDatabase, systemClock } from '@salp/core/node'
import { type RecordingLogger, type RecordingPublisher, recordingLogger, recordingPublisher } from '@salp/core/testing'
import {
  type Address,
  type Asset,
  createChainClient,
  createReceiptLedger,
  createSender,
  type ReceiptLedger,
  type Rpc,
  type Sender,
  type SenderOptions,
  walletMigrations,
} from '@salp/wallet'
import type { Facilitator } from '../../facilitator/facilitator.js'
import {
  createLocalFacilitator,
  type LocalFacilitator,
  type LocalFacilitatorOptions,
} from '../../facilitator/local-facilitator.js'
import { createSettlementStore } from '../../facilitator/settlements.js'
import { createGateway, type Gateway } from '../../gateway.js'
import { gatewayMigrations } from '../../migrations.js'
import { schemesOf } from '../../node/open-gateway.js'
import { methodOf } from '../../offer.js'
import type { PaymentEvents, PaymentsOptions, Refund } from '../../payments/payments.js'
import type { Scheme } from '../../schemes/scheme.js'
import { type TestChain, testAccount } from './test-chain.js'

/** A merchant and what stands behind it. */
export interface Merchant extends AsyncDisposable {
  readonly gateway: Gateway
  readonly facilitator: LocalFacilitator
  readonly db: Database
  readonly payTo: Address
  readonly senders: readonly Sender[]
  readonly events: RecordingPublisher<PaymentEvents>
  readonly receipts: ReceiptLedger
  readonly log: RecordingLogger
}

/** What a merchant may share with another, and how it behaves. */
export interface MerchantOptions extends PaymentsOptions, LocalFacilitatorOptions {
  readonly chain: Pick<TestChain, 'rpc' | 'chain' | 'dollar' | 'freshAccount'>
  readonly db?: Database | undefined
  /** Numbers of the accounts that settle, and of the one that is paid; see `testAccount`. */
  readonly settlers?: readonly number[] | undefined
  readonly payee?: number | undefined
  readonly tokens?: readonly Asset[] | undefined
  readonly schemes?: readonly Scheme[] | undefined
  /** Stands between the merchant and the chain. */
  readonly rpc?: Rpc | undefined
  readonly maxFeePerGas?: bigint | undefined
  /** How the settlers send. */
  readonly sending?: Partial<SenderOptions> | undefined
  readonly clock?: Clock | undefined
  /** How long what it held is its own after it ended, in ms. */
  readonly aliveMs?: number | undefined
  /** In place of its own. */
  readonly facilitator?: Facilitator | undefined
  readonly refund?: Refund | undefined
}

/** Opens a merchant: its settlers have gas. */
export async function openMerchant({
  chain,
  db = openDatabase(':memory:'),
  settlers = [chain.freshAccount()],
  payee = chain.freshAccount(),
  tokens = [chain.dollar],
  schemes = schemesOf(chain.chain),
  rpc = chain.rpc,
  maxFeePerGas = 10n ** 11n,
  sending,
  clock = systemClock,
  aliveMs = 600_000,
  facilitator: other,
  refund,
  ...options
}: MerchantOptions): Promise<Merchant> {
  migrate(db, 'wallet', walletMigrations)
  migrate(db, 'gateway', gatewayMigrations)
  const ids = createIdSource({ clock, rng: createRng(`merchant ${crypto.randomUUID()}`) })
  const client = createChainClient({ rpc }, { chainId: chain.chain.id })
  const [events, log] = [recordingPublisher<PaymentEvents>(), recordingLogger()]
  const senders = settlers.map((n) =>
    createSender(
      { chain: client, rpc, account: testAccount(n), db, clock, log },
      { maxFeePerGas, waitMs: 5_000, pollMs: 25, resendMs: 200, ...sending },
    ),
  )
  for (const { address } of senders) await chain.rpc.call('anvil_setBalance', [address, '0x56bc75e2d63100000'])
  const facilitator = createLocalFacilitator(
    {
      ...{ schemes, clock, ids, log, settlements: createSettlementStore({ db, clock }) },
      chains: [{ client, senders, assets: tokens }],
    },
    options,
  )
  const payTo = testAccount(payee).address
  const receipts = createReceiptLedger(db)
  const methods = tokens.map((asset) => methodOf(schemes, asset, payTo))
  const gateway = createGateway(
    { db, facilitator: other ?? facilitator, methods, clock, ids, log: silentLogger, events, receipts, refund },
    options,
  )
  gateway.ledger.alive(clock.now() + aliveMs)
  return {
    ...{ gateway, facilitator, db, payTo, senders, events, receipts, log },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await Promise.all(senders.map((sender) => sender.close()))
    },
  }
}
