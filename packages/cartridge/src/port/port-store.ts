/** What ports have seen and decided, on disk. */

import type { SqlDatabase } from '@salp/core'
import { z } from 'zod'
import { type PortDecision, portDecisions } from '../protocol.js'

/** A version of a cartridge. */
export interface CandidateName {
  readonly cartridge: string
  readonly version: number
}

/** What came of one question: JSON. */
export interface StoredCase {
  readonly input: unknown
  readonly truth: unknown
}

/** The memory of one port. */
export interface PortStore {
  /** The cartridge that answers; `undefined` where the built-in one does. */
  active(): CandidateName | undefined
  setActive(candidate: CandidateName | undefined): void
  /** Keeps a case, and forgets the oldest beyond 2,000. */
  add(at: number, given: StoredCase): void
  /** Every second case, the newest first: those that no author is shown. */
  heldOut(limit: number): StoredCase[]
  /** The other cases, the newest first. */
  shown(limit: number): StoredCase[]
  /** How many cases there are. */
  count(): number
  decide(decision: PortDecision): void
  /** Newest first. */
  decisions(limit: number): PortDecision[]
  /** The newest about any version of a cartridge. */
  latest(cartridge: string): PortDecision | undefined
}

const keptCases = 2_000

const candidateSchema = z.object({ cartridge: z.string(), version: z.number() })

/** Opens the memory of a port in the tables of `cartridgeMigrations`. */
export function openPortStore(db: SqlDatabase, { port }: { readonly port: string }): PortStore {
  const active = db.prepare<{ active: string | null }>('SELECT active FROM cartridge_port WHERE name = ?')
  const setActive = db.prepare(
    'INSERT INTO cartridge_port (name, active) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET active = excluded.active',
  )
  const add = db.prepare('INSERT INTO cartridge_case (port, at, input, truth) VALUES (?, ?, ?, ?)')
  const forget = db.prepare(`
DELETE FROM cartridge_case WHERE port = ? AND id <= (
  SELECT id FROM cartridge_case WHERE port = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`)
  const half = db.prepare<{ input: string; truth: string }>(
    'SELECT input, truth FROM cartridge_case WHERE port = ? AND id % 2 = ? ORDER BY id DESC LIMIT ?',
  )
  const count = db.prepare<{ count: number }>('SELECT count(*) AS count FROM cartridge_case WHERE port = ?')
  const decide = db.prepare(
    'INSERT INTO cartridge_decision (port, at, cartridge, version, decision, why) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const decisions = db.prepare<DecisionRow>(
    'SELECT at, cartridge, version, decision, why FROM cartridge_decision WHERE port = ? ORDER BY id DESC LIMIT ?',
  )
  const latest = db.prepare<DecisionRow>(
    'SELECT at, cartridge, version, decision, why FROM cartridge_decision WHERE port = ? AND cartridge = ? ORDER BY id DESC LIMIT 1',
  )
  const casesOf = (parity: 0 | 1, limit: number): StoredCase[] =>
    half.all(port, parity, limit).map(({ input, truth }) => ({ input: JSON.parse(input), truth: JSON.parse(truth) }))
  return {
    active() {
      const text = active.get(port)?.active
      return text === null || text === undefined ? undefined : candidateSchema.parse(JSON.parse(text))
    },
    setActive: (candidate) => void setActive.run(port, candidate === undefined ? null : JSON.stringify(candidate)),
    add(at, { input, truth }) {
      add.run(port, at, JSON.stringify(input), JSON.stringify(truth))
      forget.run(port, port, keptCases)
    },
    heldOut: (limit) => casesOf(0, limit),
    shown: (limit) => casesOf(1, limit),
    count: () => count.get(port)?.count ?? 0,
    decide: ({ at, cartridge, version, decision, why }) => void decide.run(port, at, cartridge, version, decision, why),
    decisions: (limit) => decisions.all(port, limit).map(decisionOf),
    latest(cartridge) {
      const row = latest.get(port, cartridge)
      return row && decisionOf(row)
    },
  }
}

interface DecisionRow extends Omit<PortDecision, 'decision'> {
  readonly decision: string
}

function decisionOf(row: DecisionRow): PortDecision {
  return { ...row, decision: z.enum(portDecisions).parse(row.decision) }
}
