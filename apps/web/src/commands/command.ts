/** What a person can have done by name or by key. */

import type { IconName } from '../design/icon.js'

/** One command. */
export interface Command {
  readonly id: string
  readonly name: string
  /** What it acts on or does, where the name does not say it. */
  readonly note?: string
  readonly icon: IconName
  /** Keys to show, such as `Alt N`. */
  readonly keys?: string
  readonly run: () => void
}
