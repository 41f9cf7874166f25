/** What was sent to the chain and what came of it, kept in SQLite: written before each step that it announces. */

import type { Clock, SqlDatabase } from '@salp/core'
import type { Hex } from '@salp/wallet'

/** A settlement as it is kept. */
export interface SettlementRow {
  readonly key: string
  readonly caller: string
  /** `broadcasting`: a transaction may have been sent; what became of it is the sender's to say. */
  readonly state: 'broadcasting' | 'settled' | 'failed'
  /** Name of the sending at {@link Sender}. */
  readonly sendId: string
  /** Address that sends. */
  readonly sender: string
  /** The claim as JSON, to judge the outcome after a crash. */
  readonly claim: string
  readonly transaction: Hex | ''
  readonly reason: string
}

/** Keeps settlements. */
export interface SettlementStore {
  find(key: string): SettlementRow | undefined
  /** Notes that these are about to be sent in one transaction. */
  begin(
    items: readonly { readonly key: string; readonly caller: string; readonly claim: string }[],
    sending: { readonly sendId: string; readonly sender: string },
  ): void
  settled(key: string, transaction: Hex): void
  failed(key: string, reason: string): void
  /** A payment that somebody else carried out. */
  adopt(item: { readonly key: string; readonly caller: string; readonly claim: string }, transaction: Hex): void
  /** Those whose outcome is open, oldest first. */
  open(): SettlementRow[]
}

interface Row extends Omit<SettlementRow, 'sendId' | 'transaction'> {
  readonly send_id: string
  readonly hash: Hex | ''
}

/** Creates the store in a database that `gatewayMigrations` brought up to date. */
export function createSettlementStore({ db, clock }: { db: SqlDatabase; clock: Pick<Clock, 'now'> }): SettlementStore {
  const select = db.prepare<Row>('SELECT * FROM gateway_settlements WHERE key = ?')
  const put = db.prepare(
    `INSERT INTO gateway_settlements (key, caller, state, send_id, sender, claim, hash, reason, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)
     ON CONFLICT (key) DO UPDATE SET state = excluded.state, send_id = excluded.send_id, sender = excluded.sender,
       claim = excluded.claim, hash = excluded.hash, reason = '', at = excluded.at`,
  )
  const settle = db.prepare("UPDATE gateway_settlements SET state = 'settled', hash = ? WHERE key = ?")
  const fail = db.prepare("UPDATE gateway_settlements SET state = 'failed', reason = ? WHERE key = ?")
  const open = db.prepare<Row>("SELECT * FROM gateway_settlements WHERE state = 'broadcasting' ORDER BY at, key")
  const fromRow = ({ send_id, hash, ...row }: Row): SettlementRow => ({ ...row, sendId: send_id, transaction: hash })
  return {
    find(key) {
      const row = select.get(key)
      return row && fromRow(row)
    },
    begin(items, { sendId, sender }) {
      const now = clock.now()
      db.transaction(() => {
        for (const { key, caller, claim } of items) put.run(key, caller, 'broadcasting', sendId, sender, claim, '', now)
      })
    },
    settled: (key, transaction) => void settle.run(transaction, key),
    failed: (key, reason) => void fail.run(reason, key),
    adopt: ({ key, caller, claim }, transaction) =>
      void put.run(key, caller, 'settled', '', '', claim, transaction, clock.now()),
    open: () => open.all().map(fromRow),
  }
}
