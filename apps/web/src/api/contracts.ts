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
import type { BenchmarkRun, JudgedAttempt, ProblemResult, ProblemView, Rating, RunComparison, Split } from '@salp/eval'
import type { SettleMode } from '@salp/gateway'
import type { Example, Expression, SynthesisTask } from '@salp/models/synthesis'
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

/** What is searched for, and how long. */
export interface SearchOrder extends SynthesisTask {
  /** Candidates at most. */
  readonly budget: number
  /** Whether what was learnt guides the search. */
  readonly learnt: boolean
  /** A function that is known to fit, with what it gives elsewhere: the search is for others that do something else. */
  readonly besides?: { readonly source: string; readonly probes: readonly Example[] } | undefined
}

/** How far a search is. */
export interface SearchProgress {
  readonly candidates: number
  readonly budget: number
  readonly ms: number
  /** The likeliest so far that fits. */
  readonly source?: string | undefined
}

/** Another function that fits, and where it differs. */
export interface OtherFunction {
  readonly source: string
  readonly args: readonly unknown[]
  /** JSON of what it gives there, or what became of it. */
  readonly gives: string
}

/** What came of a search. */
export type SearchOutcome =
  | ({ readonly candidates: number; readonly ms: number } & (
      | {
          readonly type: 'found'
          readonly source: string
          /** Of primitives of the language alone. */
          readonly program: Expression
          /** In nats. */
          readonly cost: number
          readonly learnt: boolean
        }
      | { readonly type: 'exhausted' }
      /** The likeliest others that fit too, each with an input on which it differs; `same` more do the same on all probes. */
      | { readonly type: 'others'; readonly others: readonly OtherFunction[]; readonly same: number }
    ))
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

/** What the synthesizer knows beside its language; nothing before it learnt. */
export interface SynthesisView {
  readonly learnt?: { readonly fragments: number; readonly net: boolean } | undefined
}

/** The run of the benchmark that goes on. */
export interface BenchmarkJob {
  readonly run: string
  readonly solver: string
  readonly state: 'running' | 'stopping'
  /** One letter a problem, in the order of the plan: `p`assed, `f`ailed, `u`navailable, `.` not tried yet. */
  readonly outcomes: string
  readonly current?: { readonly problem: string; readonly candidates: number } | undefined
  /** In ms, at the pace so far. */
  readonly leftMs?: number | undefined
}

/** What the benchmark does now, and how the last run here came to its end. */
export interface BenchmarkLive {
  readonly job?: BenchmarkJob | undefined
  readonly last?:
    | { readonly run: string; readonly how: 'ended' | 'stopped' | 'failed'; readonly why?: string | undefined }
    | undefined
}

/** What can be run. */
export interface BenchmarkView extends BenchmarkLive {
  /** None where there are none; why, where one is broken. */
  readonly problems?:
    | { readonly tiers: readonly { readonly tier: number; readonly train: number; readonly test: number }[] }
    | { readonly broken: string }
    | undefined
  /** Names what the synthesizer learnt; none if it learnt nothing. */
  readonly lesson?: string | undefined
}

/** What a run is asked for. */
export interface BenchmarkOrder {
  readonly tiers: readonly number[]
  readonly half: 'train' | 'test' | 'all'
  readonly solver: 'synthesizer' | 'synthesizer-untrained'
  readonly budget: number
  readonly seed: number
  /** Problems at most, drawn by the seed. */
  readonly limit?: number | undefined
}

/** A share with its interval; no estimate of nothing. */
export interface RateView {
  readonly estimate: number | null
  readonly low: number
  readonly high: number
}

/** Rates of the problems of a tier, or of all. */
export interface TierView {
  readonly tier?: number | undefined
  readonly problems: number
  readonly unavailable: number
  readonly passAt1: RateView
}

/** A run in a list. */
export interface RunSummary extends Omit<BenchmarkRun, 'plan' | 'endedAt'> {
  readonly endedAt?: number | undefined
  readonly planned: number
  readonly recorded: number
  /** When the last result was recorded. */
  readonly lastAt?: number | undefined
  /** The same for runs over the same problems, whose rates compare. */
  readonly set: string
  readonly report: { readonly k: number; readonly all: TierView; readonly tiers: readonly TierView[] }
}

/** What came of one problem in a run. */
export interface OutcomeView extends Pick<ProblemResult, 'problem' | 'tier' | 'status' | 'reason' | 'solveMs'> {
  /** Of the first answer; none if there was none. */
  readonly verdict?: JudgedAttempt['verdict'] | undefined
  readonly candidates: number
}

/** A run, problem by problem. */
export interface RunView extends RunSummary {
  readonly plan: readonly string[]
  readonly outcomes: readonly OutcomeView[]
}

/** Two runs on the problems that both tried. */
export interface ComparisonView extends RunComparison {
  readonly earlier: RunSummary
  readonly later: RunSummary
  readonly gainedProblems: readonly string[]
  readonly lostProblems: readonly string[]
}

/** A problem in a list. */
export interface ProblemSummary {
  readonly id: string
  readonly tier: number
  readonly title: string
  readonly tags: readonly string[]
  readonly split: Split
  /** How hard it proved to be; none before it was tried. */
  readonly rating?: Rating | undefined
  readonly tried: number
  readonly passed: number
  /** Whether a solver failed at it five times in a row. */
  readonly stuck: boolean
}

/** A problem as solvers see it, with what they answered, newest first. */
export interface ProblemDetail
  extends ProblemSummary,
    Pick<ProblemView, 'statement' | 'signature' | 'starter' | 'examples'> {
  readonly tries: readonly { readonly run: RunSummary; readonly result: ProblemResult }[]
}

/** How good a solver proved to be. */
export interface SolverRating extends Rating {
  readonly solver: string
}
