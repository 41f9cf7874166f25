/** A turn in flight: what it works with, how it behaves, and how far it got. */

import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider'
import type { Tier } from '@salp/cognition'
import type { Clock, IdSource, Logger, Redactor } from '@salp/core'
import type { TokenEstimator } from '../context/tokens.js'
import type { AuditQueue } from '../governance/audit.js'
import type { Governor } from '../governance/govern.js'
import type { RecalledMemory, Task, TurnEvents } from '../protocol.js'
import type { EventPlace, Feed } from '../session/feed.js'
import type { OpenTurn, SessionStore, StoredMessage } from '../session/store.js'
import type { Speculator } from '../speculation.js'
import type { Capability } from '../tool.js'
import type { Toolbox } from '../toolbox.js'
import type { TurnLimits } from './limits.js'
import type { TurnMeter } from './meter.js'
import type { Steering } from './steering.js'

/** What a turn works with. */
export interface TurnDeps {
  readonly store: SessionStore
  readonly feed: Feed
  readonly governor: Governor
  /** Entries on calls that ended, to be written with their outcomes. */
  readonly audits: AuditQueue
  readonly model: LanguageModelV4
  readonly toolbox: Toolbox
  readonly steering: Steering
  /** Lets a reply that writes several times count as a whole. Without it, each call counts alone. */
  readonly speculator?: Speculator | undefined
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly tokens: TokenEstimator
  /** Takes secrets out of what is kept. */
  readonly redactor: Redactor
  /** Whether somebody can be asked in a turn. */
  attends(turnId: string): boolean
  /** What the substrate puts into the prompt: nothing unless the operator wants it. */
  injected(): string
  /** Memories that may bear on a text. */
  recall(text: string, options: { limit: number; signal: AbortSignal }): Promise<readonly RecalledMemory[]>
  /** The tasks to be done, the most urgent first. */
  openTasks(limit: number): readonly Task[]
  /** What the first turns of a conversation came to, in lines within a budget. */
  digest(
    sessionId: string,
    conversation: readonly StoredMessage[],
    limits: { readonly omitted: number; readonly budgetTokens: number },
  ): readonly string[]
  /** Told of the end of each turn, and how many turns before it did not fit into the context. */
  ended(sessionId: string, conversation: readonly StoredMessage[], omittedTurns: number): void
}

/** How a turn behaves. */
export interface TurnOptions {
  /** Name the agent goes by. */
  readonly name: string
  /** Words of the operator on how to behave. */
  readonly instructions?: string | undefined
  /** Folder that file tools and commands work in, for the prompt. */
  readonly workspace: string
  /** Tokens of the model's context. */
  readonly contextTokens: number
  readonly limits: TurnLimits
  /** What it may do. */
  readonly capability: Capability
}

/** How a turn ended. */
export type TurnResult = TurnEvents['turn:finished']

/** A turn in flight. */
export interface RunningTurn {
  readonly deps: TurnDeps
  readonly options: TurnOptions
  readonly turn: OpenTurn
  readonly place: EventPlace
  readonly signal: AbortSignal
  readonly meter: TurnMeter
  /** Every message of the session, as it is on disk; read once and added to by {@link addMessage}. */
  readonly conversation: StoredMessage[]
  /** The tasks to be done when it began, so that the prompt stays the same from step to step. */
  readonly tasks: readonly Task[]
  /** What turns came to that are not shown. */
  digest?: { readonly omitted: number; readonly lines: readonly string[] } | undefined
  /** What stood before the person's words in the last step, and how many turns were not shown then. */
  records?: string | undefined
  omittedTurns?: number | undefined
  /** Tier of the model that the last step asked for. */
  tier?: Tier | undefined
  /** Text of the reply in progress, or of the last one; empty once calls follow it. */
  reply: string
}

/** Adds a message to the conversation, on disk and at hand. */
export function addMessage({ deps, turn, conversation }: RunningTurn, message: LanguageModelV4Message): void {
  deps.store.addMessage(turn.sessionId, turn.id, message)
  conversation.push({ turnId: turn.id, message })
}
