/** A customer of ours on a test chain: an account with limits, and the fetch that pays within them. */

import { createIdSource, createRng, migrate } from '@salp/core'
import { type Database, openDatabase, systemClock } from '@salp/core/node'
import {
  createReceiptLedger,
  createSpending,
  type ReceiptLedger,
  type SpendPolicy,
  walletMigrations,
} from '@salp/wallet'
import { type PayingFetchOptions, type PayingWallet, payingFetch } from '../../client/paying-fetch.js'
import { type TestChain, testAccount } from './test-chain.js'

/** A customer. */
export interface Customer {
  readonly wallet: PayingWallet
  readonly db: Database
  readonly receipts: ReceiptLedger
  readonly fetch: typeof globalThis.fetch
}

/** Opens account `n` with generous limits. @param fetch - What reaches the servers. */
export function openCustomer(
  chain: TestChain,
  n: number,
  {
    fetch,
    policy = {},
    ...options
  }: PayingFetchOptions & {
    readonly fetch: typeof globalThis.fetch
    readonly policy?: Partial<SpendPolicy> | undefined
  },
): Customer {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const limit = 10n ** 12n
  const limits = { ceiling: limit, askAbove: limit, perDay: limit, perPayeeDay: limit, perTask: limit }
  const { assets, contracts } = chain.chain
  const policies = assets.map((asset): SpendPolicy => ({ asset, ...limits, payees: 'any', ...policy }))
  const receipts = createReceiptLedger(db)
  const clock = systemClock
  const wallet: PayingWallet = {
    ...{ account: testAccount(n), assets, clock, receipts },
    spending: createSpending({ db, clock, policies }),
    ids: createIdSource({ clock, rng: createRng(`customer ${n}`) }),
  }
  const settlement = () => contracts?.tipSettlement
  return { wallet, db, receipts, fetch: payingFetch(fetch, wallet, { settlement, ...options }) }
}
