/** What the API is made over. */

import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Clock, ConfigEntry, IdSource, Logger } from '@salp/core'
import type { Memory } from '@salp/memory'
import type { Activities } from '../activity/activities.js'
import type { Agent } from '../agent.js'
import type { Autonomy } from '../autonomy/autonomy.js'
import type { AgentStatus } from '../protocol.js'
import type { NetView } from '../protocol-nets.js'
import type { Push } from '../push/push.js'
import type { Routines } from '../routines/routines.js'
import type { Deliveries } from '../session/deliveries.js'
import type { Visitor } from './access.js'
import type { Route } from './route.js'

/** What the API asks of the application. */
export interface ApiDeps {
  readonly agent: Agent
  readonly memory: Memory
  /** For clients that bring their own tools, and so want the model without the agent. */
  readonly model: LanguageModelV4
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly deliveries: Deliveries
  status(): AgentStatus | Promise<AgentStatus>
  /** Settings and where they came from; secrets are hidden here. */
  readonly config: readonly ConfigEntry[]
  readonly version: string
  /** Does tasks alone, if it may. */
  readonly autonomy?: Pick<Autonomy, 'list' | 'get' | 'add' | 'stop'> | undefined
  /** Does things by itself, if it may. */
  readonly routines?: Routines | undefined
  /** What goes on, and the switch that ends it. */
  readonly activities?: Activities | undefined
  /** Tells people on their devices what waits for them. */
  readonly push?: Push | undefined
  /** The nets that the agent trains, if it does. */
  readonly nets?:
    | {
        list(): Promise<readonly NetView[]>
        /** @returns The number of the weights in use afterwards; 0 for none. */
        rollBack(name: string): Promise<number>
      }
    | undefined
  /** What the application adds, under the same rules: below `/api` or `/v1`, with the token unless open. */
  readonly routes?: readonly Route[] | undefined
  /** Answers who asks for something below `/v1` without the token; nobody does where it is absent. */
  readonly visitor?: Visitor | undefined
}
