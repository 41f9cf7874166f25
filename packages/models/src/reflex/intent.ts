/** What a person wants, as plain data. */

import type { JSONValue } from '@ai-sdk/provider'

/** A change to a task. */
export type TaskChange = Readonly<{
  status?: 'open' | 'in_progress' | 'done' | 'abandoned'
  title?: string
  priority?: number
}>

/** What there is to talk about without a tool. */
export type Topic =
  | 'greeting'
  | 'thanks'
  | 'farewell'
  | 'identity'
  | 'help'
  | 'connect'
  | 'no-subject'
  | 'no-command'
  | 'no-delete'

/** One thing wanted. */
export type Intent =
  | { readonly type: 'call'; readonly tool: string; readonly input: Readonly<Record<string, JSONValue>> }
  /** A task that has to be looked up first: by words of its title, by its place in the list (from 1; -1 is the last), or all. */
  | {
      readonly type: 'find-task'
      readonly which: { readonly title: string } | { readonly position: number } | 'all'
      readonly change: TaskChange
    }
  | { readonly type: 'say'; readonly topic: Topic }
  | { readonly type: 'unclear'; readonly text: string }

/** What was talked of before, for "it" and "that". */
export interface Mentioned {
  readonly path?: string | undefined
  readonly taskId?: number | undefined
}
