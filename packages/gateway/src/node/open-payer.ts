/** A customer from a handful of settings: account, limits and database opened for you. */

import { createIdSource, migrate } from '@salp/core'
import { createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import {
  type Account,
  type Chain,
  createKeyring,
  createReceiptLedger,
  createSpending,
  parseAmount,
  type Receipt,
  type SpendPolicy,
  walletMigrations,
} from '@salp/wallet'
import { type PayingFetchOptions, payingFetch } from '../client/paying-fetch.js'
import { chainOf } from './open-gateway.js'

/** Settings of a customer. */
export interface OpenPayerOptions extends PayingFetchOptions {
  /** Where its money is: a chain, or the name of one in `chains` of `@salp/wallet`, such as `baseSepolia`. */
  readonly chain: Chain | string
  /** Who pays: an account, or its private key. */
  readonly account: Account | string
  /** Path of the database, which holds what was spent: a budget lasts as long as it. */
  readonly database: string
  /** Most for one payment, in units of any of the chain's tokens, such as `0.10`. */
  readonly perPayment: string
  /** Most in a day of UTC, of each token. */
  readonly perDay: string
}

/** A customer that is open. */
export interface Payer {
  /** Pays what it is asked within the limits; see {@link payingFetch}. */
  readonly fetch: typeof globalThis.fetch
  /** What was paid, oldest first. */
  receipts(): Receipt[]
  close(): void
}

/** Opens a customer. @throws RangeError for the name of no chain. @throws {@link AmountError} for limits that are no amounts. */
export function openPayer({ account, database, perPayment, perDay, ...options }: OpenPayerOptions): Payer {
  const { assets, contracts } = chainOf(options.chain)
  const policies = assets.map((asset): SpendPolicy => {
    const [ceiling, day] = [parseAmount(perPayment, asset), parseAmount(perDay, asset)]
    return { asset, ceiling, askAbove: ceiling, perDay: day, perPayeeDay: day, perTask: day, payees: 'any' }
  })
  const clock = systemClock
  const db = openDatabase(database)
  migrate(db, 'wallet', walletMigrations)
  const receipts = createReceiptLedger(db)
  const wallet = {
    account: typeof account === 'string' ? createKeyring({ type: 'key', privateKey: account }).account() : account,
    spending: createSpending({ db, clock, policies }),
    ids: createIdSource({ clock, rng: createSystemRng() }),
    ...{ assets, clock, receipts },
  }
  return {
    fetch: payingFetch(globalThis.fetch, wallet, { settlement: () => contracts?.tipSettlement, ...options }),
    receipts: () => [...receipts.list()],
    close: () => db.close(),
  }
}
