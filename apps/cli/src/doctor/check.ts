/** What a check is, and what it finds. */

import type { HomePaths } from '../client/home.js'
import type { Io } from '../io.js'

/** What a check found. */
export interface Finding {
  readonly status: 'pass' | 'warn' | 'fail' | 'skip'
  /** What is so, in a sentence. */
  readonly detail: string
  /** What to do about it. */
  readonly fix?: string | undefined
}

/** A finding with the name of its check. */
export interface CheckResult extends Finding {
  readonly id: string
  readonly title: string
}

/** One thing to look at. */
export interface Check {
  readonly id: string
  readonly title: string
  find(): Finding | Promise<Finding>
}

/** What checks look at. */
export interface CheckDeps {
  readonly home: HomePaths
  readonly io: Pick<Io, 'clock' | 'environment' | 'fetch' | 'folder' | 'nodeProgram' | 'version'>
  readonly signal: AbortSignal
}
