/** An append-only record of every call, chained by hashes so that a change shows. */

import type { Clock, Redactor, SqlDatabase } from '@salp/core'
import type { Outcome } from '../protocol.js'
import type { GovernedCall, Layer } from './pipeline.js'

/** One call, as it was recorded. */
export interface AuditEntry {
  readonly sequence: number
  /** ms since the epoch. */
  readonly at: number
  readonly sessionId: string
  readonly turnId: string
  readonly callId: string
  readonly tool: string
  /** The input without secrets, as JSON, at most 500 characters. */
  readonly input: string
  /** `ok`, `unverified`, the code of a command such as `exit 1`, or the kind of failure. */
  readonly result: string
  readonly previousHash: string
  /** SHA-256 over the length-prefixed fields and the hash before, as hex. */
  readonly hash: string
}

/** Whether the record is as it was written. */
export interface ChainState {
  readonly intact: boolean
  readonly checked: number
  /** Sequence of the first entry that does not fit. */
  readonly brokenAt?: number | undefined
  /** Sequence of the last entry under a signature. */
  readonly sealedUpTo?: number | undefined
}

/** Signs checkpoints, so that a record cannot be written anew by whoever has the database alone. */
export interface AuditSealer {
  /** Signs a text. */
  sign(text: string): string
  /** Whether a signature is of that text. */
  isSigned(text: string, signature: string): boolean
}

/** The record of calls. */
export interface AuditLog {
  append(
    call: Pick<GovernedCall, 'id' | 'input'> & {
      readonly tool: { readonly name: string }
      readonly context: { readonly sessionId: string; readonly turnId: string }
    },
    outcome: Outcome,
  ): void
  /** The newest entries first. */
  list(options: { limit: number; before?: number | undefined }): AuditEntry[]
  /** Recomputes hashes: since the last signature, which has to hold, or with `all` every one with all signatures. */
  verify(options?: { readonly all?: boolean | undefined }): ChainState
}

/** Makes a SHA-256 as lower-case hex; synchronous, so `node:crypto` or an equivalent. */
export type Sha256 = (text: string) => string

interface Row {
  sequence: number
  at: number
  session_id: string
  turn_id: string
  call_id: string
  tool: string
  input: string
  result: string
  previous_hash: string
  hash: string
}

interface SealRow {
  sequence: number
  hash: string
  signature: string
}

/** Table of signatures. */
export const auditSealMigration = `
      CREATE TABLE agent_audit_seals (
        sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL
      ) STRICT;
`

const genesis = '0'.repeat(64)

/** Entries from one signature to the next. */
const sealEvery = 100

/** Creates the record over the `agent_audit` table. */
export function createAuditLog({
  db,
  clock,
  redactor,
  sha256,
  sealer,
}: {
  db: SqlDatabase
  clock: Pick<Clock, 'now'>
  redactor: Redactor
  sha256: Sha256
  /** Without one nothing is signed. */
  sealer?: AuditSealer | undefined
}): AuditLog {
  const insert = db.prepare(
    'INSERT INTO agent_audit (sequence, at, session_id, turn_id, call_id, tool, input, result, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const last = db.prepare<Pick<Row, 'sequence' | 'hash'>>(
    'SELECT sequence, hash FROM agent_audit ORDER BY sequence DESC LIMIT 1',
  )
  const page = db.prepare<Row>('SELECT * FROM agent_audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?')
  const from = db.prepare<Row>('SELECT * FROM agent_audit WHERE sequence > ? ORDER BY sequence')
  const one = db.prepare<Row>('SELECT * FROM agent_audit WHERE sequence = ?')
  const insertSeal = db.prepare('INSERT INTO agent_audit_seals (sequence, at, hash, signature) VALUES (?, ?, ?, ?)')
  const seals = db.prepare<SealRow>('SELECT sequence, hash, signature FROM agent_audit_seals ORDER BY sequence')
  const lastSeal = db.prepare<SealRow>(
    'SELECT sequence, hash, signature FROM agent_audit_seals ORDER BY sequence DESC LIMIT 1',
  )
  const digest = (entry: Omit<AuditEntry, 'hash'>): string => {
    const fields = [
      entry.previousHash,
      entry.sequence,
      entry.at,
      entry.sessionId,
      entry.turnId,
      entry.callId,
      entry.tool,
      entry.input,
      entry.result,
    ]
    return sha256(fields.map((field) => `${String(field).length}:${field}`).join(''))
  }
  return {
    append(call, outcome) {
      db.transaction(() => {
        const before = last.get()
        const entry = {
          sequence: (before?.sequence ?? 0) + 1,
          at: clock.now(),
          sessionId: call.context.sessionId,
          turnId: call.context.turnId,
          callId: call.id,
          tool: call.tool.name,
          input: redactor
            .text(JSON.stringify(redactor.data(call.input ?? null)))
            .slice(0, 500)
            .toWellFormed(),
          result: resultOf(outcome),
          previousHash: before?.hash ?? genesis,
        }
        const hash = digest(entry)
        insert.run(...Object.values(entry), hash)
        if (sealer === undefined || entry.sequence % sealEvery !== 0) return
        insertSeal.run(entry.sequence, entry.at, hash, sealer.sign(sealOf(entry.sequence, hash)))
      })
    },
    list: ({ limit, before = Number.MAX_SAFE_INTEGER }) => page.all(before, limit).map(fromRow),
    verify({ all = false } = {}) {
      const known = sealer === undefined ? [] : seals.all()
      const newest = sealer === undefined ? undefined : lastSeal.get()
      const sealed = newest === undefined ? {} : { sealedUpTo: newest.sequence }
      // Every signature is looked at, or the newest alone, which holds for all before it.
      for (const seal of all ? known : newest === undefined ? [] : [newest]) {
        const row = one.get(seal.sequence)
        const holds =
          row?.hash === seal.hash && sealer?.isSigned(sealOf(seal.sequence, seal.hash), seal.signature) === true
        if (!holds) return { intact: false, checked: 0, brokenAt: seal.sequence, ...sealed }
      }
      const start = all ? undefined : newest
      let previousHash = start?.hash ?? genesis
      let sequence = start?.sequence ?? 0
      let checked = 0
      for (const row of from.iterate(sequence)) {
        const entry = fromRow(row)
        checked++
        sequence++
        const fits = entry.sequence === sequence && entry.previousHash === previousHash && entry.hash === digest(entry)
        if (!fits) return { intact: false, checked, brokenAt: entry.sequence, ...sealed }
        previousHash = entry.hash
      }
      return { intact: true, checked, ...sealed }
    },
  }
}

function resultOf(outcome: Outcome): string {
  if (outcome.status === 'error') return outcome.error.kind
  if (outcome.verification?.passed === false) return 'unverified'
  const { output } = outcome
  const exitCode = typeof output === 'object' && output !== null && !Array.isArray(output) ? output.exitCode : undefined
  return typeof exitCode === 'number' && exitCode !== 0 ? `exit ${exitCode}` : 'ok'
}

function sealOf(sequence: number, hash: string): string {
  return `salp audit ${sequence} ${hash}`
}

function fromRow(row: Row): AuditEntry {
  return {
    sequence: row.sequence,
    at: row.at,
    sessionId: row.session_id,
    turnId: row.turn_id,
    callId: row.call_id,
    tool: row.tool,
    input: row.input,
    result: row.result,
    previousHash: row.previous_hash,
    hash: row.hash,
  }
}

/** Records every call that enters governance, however it ends. */
export function audit(log: Pick<AuditLog, 'append'>): Layer {
  return {
    name: 'audit',
    async apply(call, next) {
      const outcome = await next(call)
      log.append(call, outcome)
      return outcome
    },
  }
}

/** Holds entries back until they can be written with what else is known of the call. */
export interface AuditQueue extends Pick<AuditLog, 'append'> {
  /** Writes what was held back, in order. */
  flush(): void
}

/** Creates a queue before `log`: one transaction then keeps a call's end and its entry, or neither. */
export function createAuditQueue(log: Pick<AuditLog, 'append'>): AuditQueue {
  const queue: Parameters<AuditLog['append']>[] = []
  return {
    append: (...entry) => void queue.push(entry),
    flush() {
      for (const entry of queue.splice(0)) log.append(...entry)
    },
  }
}
