/** What the node answers over HTTP, and what rides in its messages, where `@salp/agent` does not name it. */

import type {
  AuditEntry,
  BrowseQuery,
  ChainState,
  RecalledMemory,
  SessionSummary,
  Task,
  TurnStatus,
  Usage,
} from '@salp/agent'
import type { UIMessage } from 'ai'

/** How a turn ended, as told at the end of its message. */
export interface TurnSummary {
  readonly turnId: string
  readonly status: TurnStatus
  readonly regime?: string
  readonly model?: string
  readonly reason?: string
  readonly usage?: Usage
  readonly durationMs?: number
}

/** A message of a conversation, with the provenance of what was recalled and the account of its turn. */
export type StudioMessage = UIMessage<unknown, { recall: { hits: RecalledMemory[] }; turn: TurnSummary }>

/** A conversation with its messages. */
export interface SessionDetail {
  readonly session: SessionSummary
  readonly messages: StudioMessage[]
}

/** Newest audit lines, and whether the hash chain over all of them holds. */
export interface AuditReport {
  readonly entries: readonly AuditEntry[]
  readonly chain: ChainState
}

/** What a person may ask to be remembered. */
export interface NewMemory {
  readonly content: string
  readonly kind?: RecalledMemory['kind']
  readonly tags?: readonly string[]
}

/** Which memories to read: those that answer `query`, or by time where there is none. */
export interface MemoryQuery extends Omit<BrowseQuery, 'asOf'> {
  readonly query?: string | undefined
  /** In ms since the epoch. */
  readonly asOf?: number | undefined
  readonly before?: number | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** How to keep memory in order. */
export interface CurationOrder {
  readonly dryRun: boolean
  readonly keep?: number | undefined
  readonly condenseAfterDays?: number | undefined
}

/** What may change in a task. */
export type TaskChange = Partial<Pick<Task, 'title' | 'notes' | 'priority' | 'status'>>
