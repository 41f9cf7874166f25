/** One account on one chain, with what it takes to pay there. */

import type { Clock, Logger, SqlDatabase } from '@salp/core'
import { type ChainClient, createChainClient } from './chain-client.js'
import type { Chain } from './chains.js'
import { createIdentity, type Identity } from './identity/identity.js'
import type { Account } from './keyring.js'
import type { Asset } from './money.js'
import { type PaymentRequest, type SignedPayment, signPayment } from './payment.js'
import { createReceiptLedger, type ReceiptLedger } from './receipts.js'
import { createRpc } from './rpc.js'
import { createSender, type Sender } from './sender.js'
import { createSpending, type Spending, type SpendPolicy } from './spending.js'
import { createTokenReader, type TokenReader } from './token-reader.js'

/** What a wallet asks of the application. */
export interface WalletDeps {
  readonly account: Account
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  /** A database that `walletMigrations` brought up to date. */
  readonly db: SqlDatabase
  readonly log?: Logger | undefined
}

/** Where a wallet pays, and how much at most. */
export interface WalletOptions {
  readonly chain: Chain
  readonly policies: readonly SpendPolicy[]
  /** Most to pay for gas, in wei a unit. */
  readonly maxFeePerGas: bigint
  /** Blocks that must follow that of a transaction. @defaultValue `0`, for chains that are final at once */
  readonly confirmations?: number | undefined
}

/** An account on a chain: the parts, joined. Each can be had by itself. */
export interface Wallet {
  readonly chain: Chain
  readonly client: ChainClient
  readonly tokens: TokenReader
  readonly spending: Spending
  readonly receipts: ReceiptLedger
  readonly sender: Sender
  /** Where the chain has a registry. */
  readonly identity: Identity | undefined
  /** Signs a payment within the policies, or not at all; see {@link signPayment}. Nothing is sent. */
  pay(request: PaymentRequest): SignedPayment
  /** What the account has of an asset, in base units; `undefined` if there is no such token. Throws what the chain throws. */
  balanceOf(
    asset: Pick<Asset, 'address'>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<bigint | undefined>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Joins the parts of a wallet. It asks nothing of the chain until it is first used. */
export function createWallet(
  { account, fetch, clock, db, log }: WalletDeps,
  { chain, policies, maxFeePerGas, confirmations }: WalletOptions,
): Wallet {
  const rpc = createRpc({ fetch }, { url: chain.rpcUrl })
  const client = createChainClient({ rpc }, { chainId: chain.id })
  const tokens = createTokenReader({ chain: client })
  const spending = createSpending({ db, clock, policies })
  const sender = createSender({ chain: client, rpc, account, db, clock, log }, { maxFeePerGas, confirmations })
  const { identityRegistry: registry } = chain.contracts
  return {
    chain,
    client,
    tokens,
    spending,
    receipts: createReceiptLedger(db),
    sender,
    identity: registry && createIdentity({ chain: client, sender }, { registry }),
    pay: (request) => signPayment({ account, spending, clock }, request),
    balanceOf: ({ address }, options) => tokens.balanceOf(address, account.address, options),
    close: sender.close,
    [Symbol.asyncDispose]: sender.close,
  }
}
