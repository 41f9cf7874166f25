/** What the node answers over HTTP, and what rides in its messages, where `@salp/agent` and `@salp/gateway` do not name it. */

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
import type { Kind, KvEntryView, Language } from '@salp/cartridge'
import type { SettleMode } from '@salp/gateway'
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

/** Methods that can be sold. */
export const soldMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** One of {@link soldMethods}. */
export type SoldMethod = (typeof soldMethods)[number]

/** A price for some of an endpoint's requests. */
export interface SoldPrice {
  /** Every method, if absent. */
  readonly method?: SoldMethod | undefined
  /** Below the name of the endpoint: `:name` is any one segment, a last `*` any number. */
  readonly path: string
  readonly price: string
}

/** A service elsewhere that is sold here. */
export interface SoldEndpoint {
  readonly slug: string
  readonly price: string
  readonly prices: readonly SoldPrice[]
  readonly description: string
  readonly mimeType: string
  readonly methods: readonly SoldMethod[]
  readonly settle: SettleMode
  readonly freePerDay: number
  readonly ratePerMinute: number
  readonly maxBytes: number
  readonly createdAt: number
  readonly updatedAt: number
  /** Where requests go. Absent, with the two below, where the endpoint is another operator's. */
  readonly target?: string | undefined
  readonly active?: boolean | undefined
  readonly timeoutMs?: number | undefined
}

/** What may be said of an endpoint; what is left out stays, or takes its default. */
export type EndpointOrder = Partial<Omit<SoldEndpoint, 'createdAt' | 'updatedAt'>>

/** A stretch of time, in ms since the epoch, in rows of a width. */
export interface AnalyticsQuery {
  readonly from: number
  readonly until: number
  readonly per: 'hour' | 'day'
}

/** A source to be checked, and what it is meant to become. */
export interface CheckOrder {
  readonly kind: Kind
  readonly language: Language
  readonly source: string
}

/** A module as it is served. */
export interface CartridgeModule {
  readonly version: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Which keys of a cartridge to read. */
export interface KvQuery {
  readonly prefix?: string | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/** Some keys of a cartridge in their order, and how much it keeps in all. */
export interface KvPage {
  readonly entries: readonly KvEntryView[]
  readonly next?: string | undefined
  readonly keys: number
  readonly bytes: number
}
