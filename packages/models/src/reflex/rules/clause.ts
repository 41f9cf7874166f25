/** What every rule is made of. */

import type { JSONValue } from '@ai-sdk/provider'
import type { Intent, Mentioned, Topic } from '../intent.js'
import type { Protected } from '../quoted.js'

/** What a rule knows of a clause. */
export interface Clause {
  /** Courtesies and final marks removed, pieces protected. */
  readonly text: string
  /** Whether it ends in a question mark. */
  readonly asks: boolean
  /** The final marks that were removed. */
  readonly ending: string
  readonly pieces: Protected
  readonly mentioned: Mentioned
  /** Tools on offer. */
  readonly offered: ReadonlySet<string>
}

/** Tells what a clause means, or nothing if it is not for this rule. */
export type Rule = (clause: Clause) => Intent[] | undefined

/** Wants a tool called; properties that are undefined are left out. */
export const call = (tool: string, input: Readonly<Record<string, JSONValue | undefined>>): Intent => ({
  type: 'call',
  tool,
  input: Object.fromEntries(
    Object.entries(input).filter((entry): entry is [string, JSONValue] => entry[1] !== undefined),
  ),
})
/** Wants to be told something. */
export const say = (topic: Topic): Intent[] => [{ type: 'say', topic }]

/** A rule of one pattern: `act` gets the named groups, absent ones as ''. */
export function rule(
  pattern: RegExp,
  act: (groups: Record<string, string>, clause: Clause) => Intent | Intent[] | undefined,
): Rule {
  return (clause) => {
    const match = pattern.exec(clause.text)
    if (match === null) return undefined
    const groups = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([name, text]) => [name, (text ?? '').trim()]),
    )
    const intents = act(groups, clause)
    return intents === undefined ? undefined : [intents].flat()
  }
}
