/** What was paid and earned, kept in SQLite and written out for others. */

import { SalpError, type SqlDatabase } from '@salp/core'
import { type Address, type Hex, parseAddress } from './hex.js'
import { checkAmount } from './money.js'

/** A payment that moved. */
export interface Receipt {
  /** Names the payment; see {@link ReceiptLedger.record}. */
  readonly id: string
  readonly direction: 'in' | 'out'
  /** In ms since the epoch. */
  readonly at: number
  readonly chainId: number
  readonly asset: Address
  /** In base units. */
  readonly amount: bigint
  readonly payer: Address
  readonly payee: Address
  /** Hash of the transaction that moved it; several payments may share one. */
  readonly transaction: Hex
  /** What was bought: a URL or a name. */
  readonly resource: string
  readonly task: string
}

/** Keeps receipts; none is ever changed or deleted. */
export interface ReceiptLedger {
  /**
   * Keeps a receipt. The same again is kept once.
   *
   * @returns Whether it is new.
   * @throws {@link ReceiptError} (`wallet/receipt`) if another receipt has that id.
   * @throws {@link AmountError} (`wallet/amount`) if the amount is outside [0, 2^256).
   */
  record(receipt: Receipt): boolean
  /** Receipts in order of time. @param range - In ms since the epoch: `from` is inside, `until` is not. */
  list(range?: { readonly from?: number | undefined; readonly until?: number | undefined }): IterableIterator<Receipt>
}

interface ReceiptRow {
  readonly id: string
  readonly direction: 'in' | 'out'
  readonly at: number
  readonly chain_id: number
  readonly asset: string
  readonly amount: string
  readonly payer: string
  readonly payee: string
  readonly hash: Hex
  readonly resource: string
  readonly task: string
}

/** Creates a ledger in a database that `walletMigrations` brought up to date. */
export function createReceiptLedger(db: SqlDatabase): ReceiptLedger {
  const select = db.prepare<ReceiptRow>('SELECT * FROM wallet_receipts WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO wallet_receipts (id, direction, at, chain_id, asset, amount, payer, payee, hash, resource, task)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const range = db.prepare<ReceiptRow>('SELECT * FROM wallet_receipts WHERE at >= ? AND at < ? ORDER BY at, id')
  return {
    record(receipt) {
      checkAmount(receipt.amount)
      return db.transaction(() => {
        const row = select.get(receipt.id)
        if (row !== undefined) {
          if (toLine(fromRow(row)) !== toLine(receipt)) throw new ReceiptError(receipt.id)
          return false
        }
        const { id, direction, at, chainId, asset, amount, payer, payee, transaction, resource, task } = receipt
        insert.run(id, direction, at, chainId, asset, String(amount), payer, payee, transaction, resource, task)
        return true
      })
    },
    *list({ from = 0, until = Number.MAX_SAFE_INTEGER } = {}) {
      for (const row of range.iterate(from, until)) yield fromRow(row)
    },
  }
}

function fromRow({ chain_id, asset, amount, payer, payee, hash, ...same }: ReceiptRow): Receipt {
  return {
    ...same,
    chainId: chain_id,
    asset: parseAddress(asset),
    amount: BigInt(amount),
    payer: parseAddress(payer),
    payee: parseAddress(payee),
    transaction: hash,
  }
}

const columns = [
  'id',
  'direction',
  'at',
  'chainId',
  'asset',
  'amount',
  'payer',
  'payee',
  'transaction',
  'resource',
  'task',
] as const satisfies readonly (keyof Receipt)[]

/** Writes receipts as JSON Lines, one a line with its end; amounts are base units as text. */
export function* receiptLines(receipts: Iterable<Receipt>): IterableIterator<string> {
  for (const receipt of receipts) yield `${toLine(receipt)}\n`
}

function toLine(receipt: Receipt): string {
  return JSON.stringify(Object.fromEntries(columns.map((name) => [name, toPlain(receipt[name])])))
}

function toPlain(value: string | number | bigint): string | number {
  return typeof value === 'bigint' ? String(value) : value
}

/**
 * Writes receipts as CSV by RFC 4180, a header first; times as ISO 8601, amounts in base units.
 *
 * Text that a spreadsheet would run as a formula has a quote mark put before it: resources are named by others.
 */
export function* receiptCsv(receipts: Iterable<Receipt>): IterableIterator<string> {
  yield `${columns.join(',')}\r\n`
  for (const receipt of receipts) {
    const cells = columns.map((name) => toCell(name === 'at' ? new Date(receipt.at).toISOString() : `${receipt[name]}`))
    yield `${cells.join(',')}\r\n`
  }
}

function toCell(text: string): string {
  const inert = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** A receipt that contradicts one that was kept. */
export class ReceiptError extends SalpError {
  constructor(id: string) {
    super('wallet/receipt', `Cannot keep the receipt ${JSON.stringify(id.slice(0, 128))}: another one has that id`)
  }
}
