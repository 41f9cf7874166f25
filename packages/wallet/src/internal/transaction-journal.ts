/** Transactions of one key, written down before the chain hears of them. */

import type { Clock, SqlDatabase } from '@salp/core'
import type { TransactionReceipt } from '../chain-client.js'
import type { Address, Hex } from '../hex.js'

/** A transaction with its signature. */
export interface Signed {
  readonly bytes: Hex
  readonly hash: Hex
}

/** A transaction that was written down. */
export interface Journaled extends Signed {
  readonly id: string
  readonly nonce: number
  /** Hashes it had before its fee was raised, or its number changed; one of these may be the one that is mined. */
  readonly earlier: readonly Hex[]
  /** `replaced`: another transaction took its number. */
  readonly state: 'open' | 'mined' | 'reverted' | 'replaced'
  readonly receipt?: TransactionReceipt | undefined
}

/** Keeps each number for one transaction, across processes that share the database. */
export interface TransactionJournal {
  find(id: string): Journaled | undefined
  /** Those whose end is not known, by number. */
  open(): Journaled[]
  /**
   * Gives a new transaction the first of `spare` that is free, or the number after all others, and writes it down; both,
   * and what `noted` writes, or nothing.
   *
   * @returns `undefined` if there is one with that id already.
   */
  claim(
    id: string,
    from: { floor: number; spare: Iterable<number>; noted?: (() => void) | undefined },
    sign: (nonce: number) => Signed,
  ): Journaled | undefined
  /** Moves a transaction that nobody took to another number. */
  move(id: string, floor: number, sign: (nonce: number) => Signed): Journaled
  /** Replaces a transaction by one of the same number. */
  replace(id: string, signed: Signed): Journaled
  /** Notes how it ended. */
  settle(id: string, end: 'replaced' | TransactionReceipt): void
  /** Forgets a transaction that nobody took. */
  drop(id: string): void
  /** Opens again what has a number from `nonce` on: the chain has lost it. @returns How many. */
  reopen(nonce: number): number
  /** Whether a transaction has that number. */
  has(nonce: number): boolean
}

interface Row {
  readonly id: string
  readonly chain_id: number
  readonly sender: string
  readonly nonce: number
  readonly state: Journaled['state']
  readonly bytes: Hex
  readonly hash: Hex
  readonly earlier: string
  readonly receipt: string | null
}

/** Creates the journal of one key on one chain, in a database that `walletMigrations` brought up to date. */
export function createTransactionJournal(
  { db, clock }: { readonly db: SqlDatabase; readonly clock: Pick<Clock, 'now'> },
  { chainId, sender }: { readonly chainId: number; readonly sender: Address },
): TransactionJournal {
  const select = db.prepare<Row>('SELECT * FROM wallet_transactions WHERE id = ?')
  const selectOpen = db.prepare<Row>(
    "SELECT * FROM wallet_transactions WHERE chain_id = ? AND sender = ? AND state = 'open' ORDER BY nonce",
  )
  const last = db.prepare<{ nonce: number | null }>(
    'SELECT max(nonce) AS nonce FROM wallet_transactions WHERE chain_id = ? AND sender = ?',
  )
  const byNonce = db.prepare('SELECT 1 FROM wallet_transactions WHERE chain_id = ? AND sender = ? AND nonce = ?')
  const insert = db.prepare(
    `INSERT INTO wallet_transactions (id, chain_id, sender, nonce, state, bytes, hash, earlier, at)
     VALUES (?, ?, ?, ?, 'open', ?, ?, '', ?)`,
  )
  const update = db.prepare('UPDATE wallet_transactions SET nonce = ?, bytes = ?, hash = ?, earlier = ? WHERE id = ?')
  const settle = db.prepare('UPDATE wallet_transactions SET state = ?, receipt = ?, settled_at = ? WHERE id = ?')
  const drop = db.prepare('DELETE FROM wallet_transactions WHERE id = ?')
  const reopen = db.prepare(
    `UPDATE wallet_transactions SET state = 'open', receipt = NULL, settled_at = NULL
     WHERE chain_id = ? AND sender = ? AND nonce >= ? AND state <> 'open'`,
  )
  const has = (nonce: number): boolean => byNonce.get(chainId, sender, nonce) !== undefined
  const nextAfter = (floor: number): number => Math.max(floor, (last.get(chainId, sender)?.nonce ?? -1) + 1)

  const find = (id: string): Journaled | undefined => {
    const row = select.get(id)
    if (row === undefined) return undefined
    if (row.chain_id !== chainId || row.sender !== sender) {
      throw new RangeError(`Cannot use "${id}" for ${sender} on chain ${chainId}: another key or chain has that id`)
    }
    return fromRow(row)
  }
  const known = (id: string): Journaled => {
    const found = find(id)
    if (found === undefined) throw new RangeError(`Cannot change "${id}": it was not written down`)
    return found
  }
  const rewrite = (id: string, nonce: number, { bytes, hash }: Signed): Journaled => {
    const { hash: before, earlier } = known(id)
    update.run(nonce, bytes, hash, [...earlier, before].join(' '), id)
    return known(id)
  }
  return {
    find,
    has,
    open: () => selectOpen.all(chainId, sender).map(fromRow),
    claim: (id, { floor, spare, noted }, sign) =>
      db.transaction(() => {
        if (find(id) !== undefined) return undefined
        const free = [...spare].filter((nonce) => nonce >= floor && !has(nonce))
        const nonce = free.length > 0 ? Math.min(...free) : nextAfter(floor)
        const { bytes, hash } = sign(nonce)
        insert.run(id, chainId, sender, nonce, bytes, hash, clock.now())
        noted?.()
        return { id, nonce, bytes, hash, earlier: [], state: 'open' as const }
      }),
    move: (id, floor, sign) =>
      db.transaction(() => {
        const nonce = nextAfter(floor)
        return rewrite(id, nonce, sign(nonce))
      }),
    replace: (id, signed) => db.transaction(() => rewrite(id, known(id).nonce, signed)),
    settle(id, end) {
      if (end === 'replaced') settle.run(end, null, clock.now(), id)
      else settle.run(end.status === 'success' ? 'mined' : 'reverted', writeReceipt(end), clock.now(), id)
    },
    drop: (id) => void drop.run(id),
    reopen: (nonce) => reopen.run(chainId, sender, nonce).changes,
  }
}

function fromRow({ id, nonce, bytes, hash, earlier, state, receipt }: Row): Journaled {
  return {
    id,
    nonce,
    bytes,
    hash,
    state,
    earlier: earlier === '' ? [] : (earlier.split(' ') as Hex[]),
    receipt: receipt === null ? undefined : readReceipt(receipt),
  }
}

function writeReceipt({ gasUsed, effectiveGasPrice, ...rest }: TransactionReceipt): string {
  return JSON.stringify({ ...rest, gasUsed: String(gasUsed), effectiveGasPrice: String(effectiveGasPrice) })
}

/** Reads what {@link writeReceipt} wrote. */
function readReceipt(text: string): TransactionReceipt {
  const { gasUsed, effectiveGasPrice, ...rest } = JSON.parse(text) as Omit<
    TransactionReceipt,
    'gasUsed' | 'effectiveGasPrice'
  > & { gasUsed: string; effectiveGasPrice: string }
  return { ...rest, gasUsed: BigInt(gasUsed), effectiveGasPrice: BigInt(effectiveGasPrice) }
}
