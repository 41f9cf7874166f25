/** What the work of a command is given: where to print, whom to ask, which node to talk to. */

import { type Connection, connect } from './client/connect.js'
import type { HomePaths } from './client/home.js'
import type { Io } from './io.js'
import type { Style } from './render/style.js'
import type { Interrupts } from './terminal/interrupts.js'
import type { StatusLine } from './terminal/screen.js'
import type { Terminal } from './terminal/terminal.js'

/** One call of one command. */
export interface Invocation {
  readonly io: Io
  readonly home: HomePaths
  /** Whether a program reads, not a person. */
  readonly json: boolean
  /** How standard output and standard error look. */
  readonly styles: { readonly stdout: Style; readonly stderr: Style }
  /** A person who can be asked; absent where input or output is no terminal, or JSON is wanted. */
  readonly terminal: Terminal | undefined
  readonly interrupts: Interrupts
  readonly statusLine: StatusLine
  /** Ends everything: the system asks the program to go. */
  readonly signal: AbortSignal
}

/** The work of a command. Nothing means that all went well. */
// biome-ignore lint/suspicious/noConfusingVoidType: most commands end without a word about their exit code.
export type Work<Args extends readonly unknown[]> = (invocation: Invocation, ...args: Args) => Promise<number | void>

/** Prints the result of a command: as JSON for a program, in words for a person. */
export function print<T>({ io, json, styles }: Invocation, value: T, render: (value: T, style: Style) => string): void {
  const text = json ? JSON.stringify(value, null, 2) : render(value, styles.stdout)
  if (text !== '') io.stdout.write(`${text}\n`)
}

/** Says a line to a person beside the result. */
export function note({ io, statusLine }: Invocation, line: string): void {
  statusLine.clear()
  io.stderr.write(`${line}\n`)
}

/** Works with the node of the home folder; one that had to be started is stopped afterwards. */
export async function withNode<T>(invocation: Invocation, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { io, home, signal, statusLine } = invocation
  try {
    const connection = await connect(io, {
      home,
      signal,
      onStarting: () => statusLine.show('Starting a node for this command'),
    })
    try {
      statusLine.clear()
      return await work(connection)
    } finally {
      await connection.close()
    }
  } finally {
    statusLine.clear()
  }
}
