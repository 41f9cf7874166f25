/** What a turn left behind, as plain data that anything can be asserted of. */

import type { Data } from '../problems/data.js'

/** What a call may do: nothing, read, change the agent's own state, write, run programs, reach the network. */
export type CallEffect = 'none' | 'read' | 'self' | 'write' | 'execute' | 'network'

/** A tool call of a turn, in the order they were asked for. */
export interface TracedCall {
  readonly tool: string
  readonly input: Data
  readonly effect: CallEffect
  /** `refused`: it never ran. */
  readonly status: 'ok' | 'error' | 'refused'
  /** How a person decided on it; `unasked` where nobody was. */
  readonly approval: 'unasked' | 'approved' | 'denied' | 'expired'
}

/** What a turn took. */
export interface TraceCost {
  readonly durationMs: number
  /** Of language models, in and out together, as far as they were reported. */
  readonly tokens: number
  /** As far as prices are known. */
  readonly costUsd: number
}

/** One turn. */
export interface Trace {
  /** The final reply. */
  readonly text: string
  /** `stopped`: a limit ended it. */
  readonly status: 'completed' | 'stopped' | 'cancelled' | 'failed'
  readonly calls: readonly TracedCall[]
  /** Questions put to a person by a tool. */
  readonly questions: readonly string[]
  /** Text files of the workspace after the turn, by path; those a case set up at least. */
  readonly files: Readonly<Record<string, string>>
  readonly cost: TraceCost
}
