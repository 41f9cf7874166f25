/** Every payment that was ever presented, kept in SQLite: who may use it, for what, and how far it got. */

import type { Clock, IdSource, SqlDatabase } from '@salp/core'
import type { Address, Asset, Hex } from '@salp/wallet'

/**
 * How far a payment got. Each is written before the step it announces.
 *
 * - `reserved`: held for one request; nothing was sent, nothing left the house.
 * - `settling`: may have been sent to the chain.
 * - `deferred`: served on credit, to be settled.
 * - `settled`: the money moved; whoever presents it for the same thing gets that.
 * - `delivered`: the money moved and the answer left.
 * - `failed`: nothing moved, nor will by what was sent; it may be presented again.
 * - `lost`: served on credit, and then it failed.
 * - `refund-due`, `refunding`, `refunded`: the money moved and there was nothing for it.
 */
export type PaymentState =
  | 'reserved'
  | 'settling'
  | 'deferred'
  | 'settled'
  | 'delivered'
  | 'failed'
  | 'lost'
  | 'refund-due'
  | 'refunding'
  | 'refunded'

/** States in which there is something left to do. */
export type OpenState = 'reserved' | 'settling' | 'deferred' | 'refund-due' | 'refunding'

/** A payment as it is kept. */
export interface PaymentRow {
  /** Chain, token, payer and nonce. */
  readonly key: string
  readonly state: PaymentState
  readonly owner: string
  readonly route: string
  /** Digest of what was bought. */
  readonly binding: string
  /** The payer's own name for it, if it gave one. */
  readonly paymentId: string | undefined
  readonly chainId: number
  readonly asset: Address
  readonly amount: bigint
  readonly payer: Address
  readonly payee: Address
  readonly claim: string
  /** Hash of the transaction; empty while there is none. */
  readonly transaction: Hex | ''
  readonly reason: string
  readonly reply: Uint8Array | undefined
  /** How many answers began to leave without being kept. */
  readonly answers: number
  /** In ms since the epoch. */
  readonly at: number
}

/** A payment to hold. */
export type NewPayment = Pick<
  PaymentRow,
  'key' | 'route' | 'binding' | 'paymentId' | 'chainId' | 'asset' | 'amount' | 'payer' | 'payee' | 'claim'
>

/** Keeps payments. Two processes on one database are as one: what decides is a unique index, not a lock of theirs. */
export interface PaymentLedger {
  find(key: string): PaymentRow | undefined
  findById(route: string, paymentId: string): PaymentRow | undefined
  /**
   * Holds a payment for this instance.
   *
   * One that failed, or whose holder is gone before anything was sent, can be held anew.
   *
   * @returns The payment, and what open payments of its payer count on, this one among them; `undefined` if another holds
   * it, or it was used.
   */
  reserve(payment: NewPayment): { readonly row: PaymentRow; readonly owed: bigint } | undefined
  /** Gives back what this instance holds: it can be presented again, for anything. */
  release(key: string): void
  /** Moves on, from one of `from` only, and from `reserved` only what this instance holds. @returns Whether it did. */
  move(
    key: string,
    from: readonly PaymentState[],
    to: PaymentState,
    facts?: {
      readonly transaction?: Hex | undefined
      readonly reason?: string | undefined
      readonly reply?: Uint8Array | undefined
    },
  ): boolean
  /** Counts an answer that begins to leave and is not kept. */
  countAnswer(key: string): void
  /** Base units that open payments of a payer count on. */
  openAmount(payer: Address, asset: Pick<Asset, 'chainId' | 'address'>): bigint
  /** Those in open states that nobody alive works on, or that wait for anyone, oldest first. */
  waiting(states: readonly OpenState[], limit: number): PaymentRow[]
  /** Takes over a payment whose holder is gone. @returns Whether it is now ours. */
  takeOver(key: string, state: PaymentState): boolean
  /** Forgets replies to payments older than that, in ms since the epoch; what they were for counts as delivered. */
  dropReplies(before: number): void
  /** Says that this instance is alive until then, in ms since the epoch. */
  alive(until: number): void
  /** Says that this instance ended, and works on nothing. */
  ended(): void
  /** Payments of a time, by state, newest first. */
  /** Payments presented at `from` or later and before `until`, in ms since the epoch. */
  between(range: { readonly from: number; readonly until: number }): Iterable<PaymentRow>
  list(filter: {
    readonly since?: number | undefined
    readonly route?: string | undefined
    readonly limit: number
  }): PaymentRow[]
}

interface Row extends Omit<PaymentRow, 'paymentId' | 'chainId' | 'amount' | 'transaction' | 'reply'> {
  readonly payment_id: string | null
  readonly chain_id: number
  readonly amount: string
  readonly hash: Hex | ''
  readonly reply: Uint8Array | null
}

function fromRow({ payment_id, chain_id, amount, hash, reply, ...row }: Row): PaymentRow {
  return {
    ...row,
    paymentId: payment_id ?? undefined,
    chainId: chain_id,
    amount: BigInt(amount),
    transaction: hash,
    reply: reply ?? undefined,
  }
}

/** Creates the ledger in a database that `gatewayMigrations` brought up to date; it is one instance among those that share it. */
export function createPaymentLedger({
  db,
  clock,
  ids,
}: {
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
}): PaymentLedger {
  const instance = ids()
  const gone = 'owner NOT IN (SELECT id FROM gateway_instances WHERE alive_until >= ?)'
  const select = db.prepare<Row>('SELECT * FROM gateway_payments WHERE key = ?')
  const selectId = db.prepare<Row>('SELECT * FROM gateway_payments WHERE route = ? AND payment_id = ?')
  const insert = db.prepare(
    `INSERT INTO gateway_payments
       (key, state, owner, route, binding, payment_id, chain_id, asset, amount, payer, payee, claim, hash, reason, at)
     VALUES (?, 'reserved', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?)
     ON CONFLICT DO NOTHING`,
  )
  const clear = db.prepare(
    `DELETE FROM gateway_payments WHERE (key = ? OR (route = ? AND payment_id = ?))
       AND (state = 'failed' OR (state = 'reserved' AND owner NOT IN (SELECT id FROM gateway_instances WHERE alive_until >= ?)))`,
  )
  const release = db.prepare(
    "DELETE FROM gateway_payments WHERE key = ? AND owner = ? AND state IN ('reserved', 'settling')",
  )
  const update = db.prepare(
    `UPDATE gateway_payments SET state = ?, hash = coalesce(?, hash), reason = coalesce(?, reason),
       reply = coalesce(?, reply)
     WHERE key = ? AND instr(?, '|' || state || '|') > 0 AND (state <> 'reserved' OR owner = ?)`,
  )
  const amounts = db.prepare<{ amount: string }>(
    `SELECT amount FROM gateway_payments
     WHERE payer = ? AND chain_id = ? AND asset = ? AND state IN ('reserved', 'settling', 'deferred')`,
  )
  // The states are written out for the partial index to be used: few of all payments are open.
  const waiting = db.prepare<Row>(
    `SELECT * FROM gateway_payments
     WHERE state IN ('reserved', 'settling', 'deferred', 'refund-due', 'refunding') AND instr(?, '|' || state || '|') > 0
       AND (state IN ('deferred', 'refund-due') OR owner = ? OR ${gone})
     ORDER BY at, key LIMIT ?`,
  )
  const take = db.prepare(
    `UPDATE gateway_payments SET owner = ? WHERE key = ? AND state = ? AND (owner = ? OR ${gone})`,
  )
  // Without its reply a payment must not look as if nothing had been answered for it.
  const drop = db.prepare(
    `UPDATE gateway_payments SET reply = NULL, state = CASE state WHEN 'settled' THEN 'delivered' ELSE state END
     WHERE reply IS NOT NULL AND at < ? AND state <> 'settling'`,
  )
  const count = db.prepare('UPDATE gateway_payments SET answers = answers + 1 WHERE key = ?')
  const alive = db.prepare(
    'INSERT INTO gateway_instances (id, alive_until) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until',
  )
  const forget = db.prepare('DELETE FROM gateway_instances WHERE id = ? OR alive_until < ?')
  const list = db.prepare<Row>(
    'SELECT * FROM gateway_payments WHERE at >= ? AND (? IS NULL OR route = ?) ORDER BY at DESC, key LIMIT ?',
  )

  const between = db.prepare<Row>('SELECT * FROM gateway_payments WHERE at >= ? AND at < ? ORDER BY at')

  const find: PaymentLedger['find'] = (key) => {
    const row = select.get(key)
    return row && fromRow(row)
  }
  const openAmount: PaymentLedger['openAmount'] = (payer, { chainId, address }) =>
    amounts.all(payer, chainId, address).reduce((sum, { amount }) => sum + BigInt(amount), 0n)

  return {
    *between({ from, until }) {
      for (const row of between.iterate(from, until)) yield fromRow(row)
    },
    find,
    openAmount,
    findById(route, paymentId) {
      const row = selectId.get(route, paymentId)
      return row && fromRow(row)
    },
    reserve({ key, route, binding, paymentId = null, chainId, asset, amount, payer, payee, claim }) {
      const now = clock.now()
      return db.transaction(() => {
        clear.run(key, route, paymentId, now)
        const values = [key, instance, route, binding, paymentId, chainId, asset, String(amount), payer, payee, claim]
        if (insert.run(...values, now).changes === 0) return undefined
        const row = find(key)
        return row && { row, owed: openAmount(payer, { chainId, address: asset }) }
      })
    },
    release: (key) => void release.run(key, instance),
    move: (key, from, to, { transaction, reason, reply } = {}) =>
      update.run(to, transaction ?? null, reason ?? null, reply ?? null, key, `|${from.join('|')}|`, instance).changes >
      0,
    countAnswer: (key) => void count.run(key),
    waiting: (states, limit) => waiting.all(`|${states.join('|')}|`, instance, clock.now(), limit).map(fromRow),
    takeOver: (key, state) => take.run(instance, key, state, instance, clock.now()).changes > 0,
    dropReplies: (before) => void drop.run(before),
    alive: (until) => void alive.run(instance, until),
    ended: () => void forget.run(instance, clock.now() - 86_400_000),
    list: ({ since = 0, route = null, limit }) => list.all(since, route, route, limit).map(fromRow),
  }
}
