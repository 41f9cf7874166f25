/** What a client lends of the machine it runs on: its open files, and terminals that the person sees. */

import type { ToolContext } from '../tool.js'

/** A command for a terminal of the client. */
export interface TerminalCommand {
  readonly command: string
  /** Absolute. */
  readonly folder: string
  readonly timeoutMs: number
  readonly maxOutputBytes: number
}

/** How a command in a terminal ended; `exitCode` is absent where a signal ended it. */
export interface TerminalEnd {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly output: string
  readonly truncated: boolean
  readonly timedOut: boolean
}

/** The machine of a client, for one session. Paths are absolute. */
export interface ClientMachine {
  /** Aborts when the client is gone; nothing may be asked of it then. */
  readonly gone: AbortSignal
  /** Reads a file as the editor has it, changes that were not saved included. */
  readonly readText?: ((path: string, signal: AbortSignal) => Promise<string>) | undefined
  readonly writeText?: ((path: string, content: string) => Promise<void>) | undefined
  /** Runs a shell command; an abort of the context's signal ends it. */
  readonly run?: ((command: TerminalCommand, context: ToolContext) => Promise<TerminalEnd>) | undefined
}
