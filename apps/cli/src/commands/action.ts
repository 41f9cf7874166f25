/** What the commands need of the program: their work becomes an action of commander. */

import type { Command } from 'commander'
import type { Work } from '../invocation.js'

/** Makes an action of the work of a command; it gets the arguments, then the options. */
export type ToAction = <Args extends readonly unknown[]>(
  work: Work<Args>,
) => (this: Command, ...args: Args) => Promise<void>

/** Words for the help text, below the options. */
export function examples(...lines: readonly (readonly [command: string, about: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return `\nExamples:\n${lines.map(([command, about]) => `  ${command.padEnd(width)}  ${about}`).join('\n')}\n`
}
