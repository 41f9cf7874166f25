/** What may be spent: decided and set aside in one step, before anything is signed. */

import type { Clock, SqlDatabase } from '@salp/core'
import type { Address } from './hex.js'
import { type Asset, checkAmount, isSameAsset } from './money.js'

/** Limits for one asset, in base units. An asset without a policy is not spent. */
export interface SpendPolicy {
  readonly asset: Pick<Asset, 'chainId' | 'address'>
  /** Most for one payment. */
  readonly ceiling: bigint
  /** Payments above this need a person's word. */
  readonly askAbove: bigint
  /** Most in a day of UTC. */
  readonly perDay: bigint
  /** Most to one payee in a day of UTC. */
  readonly perPayeeDay: bigint
  /** Most for one task, ever. */
  readonly perTask: bigint
  /** Who may be paid. */
  readonly payees: 'any' | readonly Address[]
}

/** A wish to pay. */
export interface SpendRequest {
  /** Names the payment; one that was used before is refused, so that no payment is made twice. */
  readonly id: string
  readonly asset: Pick<Asset, 'chainId' | 'address'>
  readonly payee: Address
  /** In base units. Range (0, 2^256). */
  readonly amount: bigint
  /** What it is for; payments for the same task share its limit, those for none share that of `''`. */
  readonly task: string
  /** When the signature can no longer be used, in ms since the epoch: until then it counts as spent. */
  readonly expiresAt: number
  /** Whether a person agreed to this payment. Lifts `askAbove` and no other limit. @defaultValue `false` */
  readonly approved?: boolean | undefined
}

/** Which limit stands against a payment; `duplicate` is an id that was used before. */
export type SpendRefusal = 'asset' | 'payee' | 'ceiling' | 'day' | 'payee-day' | 'task' | 'duplicate'

/** What was decided. */
export type SpendDecision =
  | { readonly status: 'reserved' }
  | {
      readonly status: 'ask'
      /** What is left of today's limit before this payment, in base units. */
      readonly leftToday: bigint
    }
  | { readonly status: 'refused'; readonly reason: SpendRefusal }

/** What a spender asks of the application. */
export interface SpendingDeps {
  /** A database that `walletMigrations` brought up to date. Processes that share it share the limits. */
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now'>
  readonly policies: readonly SpendPolicy[]
}

/** Keeps payments within their limits. */
export interface Spending {
  /**
   * Decides, and sets the amount aside if the payment may be made.
   *
   * A reservation counts until it is released, or expires unsettled. The cost grows with the payments of the day and of the task.
   *
   * @throws {@link AmountError} (`wallet/amount`) and RangeError for amounts and times that make no sense.
   * @throws `core/database-*` if it cannot be stored: then nothing may be signed.
   */
  reserve(request: SpendRequest): SpendDecision
  /** Notes that the money moved, even after the reservation expired or was released. @returns Whether the id is known. */
  settle(id: string): boolean
  /**
   * Gives the amount back: only when nothing was signed, or the signature was refused for good and can no longer be used.
   *
   * @returns Whether there was a reservation to release.
   */
  release(id: string): boolean
  /** What is left of today's limit of an asset, in base units; 0 without a policy. */
  leftToday(asset: Pick<Asset, 'chainId' | 'address'>): bigint
  /** Ids of the payments that are reserved and not yet expired, oldest first: after a crash, ask the chain about these. */
  open(): string[]
}

interface SpentRow {
  readonly amount: string
  readonly payee: string
}

const dayMs = 86_400_000

/** Rows that count as spent at a time. */
const counts = "(status = 'settled' OR (status = 'reserved' AND expires_at > ?))"

/** Creates the keeper of limits. Decisions rest on the database and the clock alone. */
export function createSpending({ db, clock, policies }: SpendingDeps): Spending {
  const known = db.prepare('SELECT 1 FROM wallet_spending WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO wallet_spending (id, chain_id, asset, payee, task, amount, status, at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, 'reserved', ?, ?)`,
  )
  // Payments stamped in the future count too: a clock that was set back opens no new budget.
  const ofDay = db.prepare<SpentRow>(
    `SELECT amount, payee FROM wallet_spending WHERE chain_id = ? AND asset = ? AND at >= ? AND ${counts}`,
  )
  const ofTask = db.prepare<SpentRow>(
    `SELECT amount, payee FROM wallet_spending WHERE chain_id = ? AND asset = ? AND task = ? AND ${counts}`,
  )
  const settle = db.prepare("UPDATE wallet_spending SET status = 'settled' WHERE id = ?")
  const release = db.prepare("UPDATE wallet_spending SET status = 'released' WHERE id = ? AND status = 'reserved'")
  const reserved = db.prepare<{ id: string }>(
    "SELECT id FROM wallet_spending WHERE status = 'reserved' AND expires_at > ? ORDER BY at, id",
  )
  const policyOf = (asset: SpendRequest['asset']) => policies.find((policy) => isSameAsset(policy.asset, asset))
  const today = ({ chainId, address }: SpendRequest['asset'], now: number) =>
    ofDay.all(chainId, address, now - (now % dayMs), now)

  const decide = ({ id, asset, payee, amount, task, approved = false }: SpendRequest, now: number): SpendDecision => {
    const refused = (reason: SpendRefusal): SpendDecision => ({ status: 'refused', reason })
    if (known.get(id) !== undefined) return refused('duplicate')
    const policy = policyOf(asset)
    if (policy === undefined) return refused('asset')
    if (policy.payees !== 'any' && !policy.payees.includes(payee)) return refused('payee')
    if (amount > policy.ceiling) return refused('ceiling')
    const day = today(asset, now)
    const spentToday = sum(day)
    if (spentToday + amount > policy.perDay) return refused('day')
    if (sum(day.filter((row) => row.payee === payee)) + amount > policy.perPayeeDay) return refused('payee-day')
    if (sum(ofTask.all(asset.chainId, asset.address, task, now)) + amount > policy.perTask) return refused('task')
    if (amount > policy.askAbove && !approved) return { status: 'ask', leftToday: policy.perDay - spentToday }
    return { status: 'reserved' }
  }
  return {
    reserve(request) {
      const { id, asset, payee, amount, task, expiresAt } = request
      checkAmount(amount)
      if (amount === 0n) throw new RangeError('Cannot pay nothing: the amount is 0')
      return db.transaction(() => {
        const now = clock.now()
        if (!Number.isSafeInteger(expiresAt) || expiresAt <= now) {
          throw new RangeError(`Cannot reserve until ${expiresAt}: not a time after ${now}`)
        }
        const decision = decide(request, now)
        if (decision.status === 'reserved') {
          insert.run(id, asset.chainId, asset.address, payee, task, String(amount), now, expiresAt)
        }
        return decision
      })
    },
    settle: (id) => settle.run(id).changes > 0,
    release: (id) => release.run(id).changes > 0,
    leftToday(asset) {
      const policy = policyOf(asset)
      if (policy === undefined) return 0n
      const left = policy.perDay - sum(today(asset, clock.now()))
      return left > 0n ? left : 0n
    },
    open: () => reserved.all(clock.now()).map(({ id }) => id),
  }
}

function sum(rows: readonly SpentRow[]): bigint {
  return rows.reduce((total, { amount }) => total + BigInt(amount), 0n)
}
