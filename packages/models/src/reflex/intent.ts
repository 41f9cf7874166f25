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

/** A cartridge: by its id, by words that name it, or as the one that the same message has made before. */
export type Which = { readonly id: string } | { readonly words: string } | 'made'

/** One thing wanted. */
export type Intent =
  | { readonly type: 'call'; readonly tool: string; readonly input: Readonly<Record<string, JSONValue>> }
  /** A task that has to be looked up first: by words of its title, by its place in the list (from 1; -1 is the last), or all. */
  | {
      readonly type: 'find-task'
      readonly which: { readonly title: string } | { readonly position: number } | 'all'
      readonly change: TaskChange
    }
  /** A tool that takes the id of a cartridge. */
  | {
      readonly type: 'use-cartridge'
      readonly which: Which
      readonly tool: string
      readonly input: Readonly<Record<string, JSONValue>>
    }
  /** A cartridge to be opened; made from the template first, if there is none yet and one is given. */
  | { readonly type: 'open-cartridge'; readonly which: Which; readonly template?: string }
  /** What a cartridge can be made from; of one kind, or of all. */
  | { readonly type: 'list-templates'; readonly kind?: string }
  | { readonly type: 'say'; readonly topic: Topic }
  | { readonly type: 'unclear'; readonly text: string }

/** What was talked of before, for "it" and "that". */
export interface Mentioned {
  readonly path?: string | undefined
  readonly taskId?: number | undefined
  readonly cartridge?: Which | undefined
  /** What was talked of last, for verbs that go with anything. */
  readonly latest?: 'path' | 'task' | 'cartridge' | undefined
}
