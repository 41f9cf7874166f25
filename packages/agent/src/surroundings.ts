/** What a session has of its own: a folder to work in, and tools. */

import type { Speculator } from './speculation.js'
import type { Tool } from './tool.js'

/** What is particular to a session. */
export interface Surroundings {
  /** Folder that its file tools and commands work in. @defaultValue the agent's */
  readonly workspace?: string | undefined
  /** Beside the tools of every session; one of the same name takes the place of the other. */
  readonly tools: readonly Tool[]
  /** Tries out what these tools write. @defaultValue the agent's own, or none in another folder */
  readonly speculator?: Speculator | undefined
}
