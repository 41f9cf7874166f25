/** What the program asks of the process it runs in, so that a test can be that process. */

import type { Clock } from '@salp/core'
import type { Compilers } from './cartridge/workbench.js'

/** Standard input. */
export interface Input extends NodeJS.ReadableStream {
  readonly isTTY?: boolean | undefined
  setRawMode?(raw: boolean): unknown
}

/** Standard output or error. */
export interface Output extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** Signals that the program heeds. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Everything of the process that commands use. */
export interface Io {
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Folder the program was called in. */
  readonly folder: string
  readonly clock: Clock
  readonly fetch: typeof globalThis.fetch
  /** Calls `handler` at each such signal, in place of what the system would do. @returns A function that stops it. */
  onSignal(signal: Signal, handler: () => void): () => void
  /** Path of the program that runs a node. */
  nodeProgram(): string
  /** Cost of new keystores, the N of scrypt: tests take little. @defaultValue what the wallet takes */
  readonly scryptCost?: number | undefined
  /** Compilers of cartridges: tests share warm ones. @defaultValue new ones for each command */
  readonly cartridgeCompilers?: Compilers | undefined
  /** Of this program. */
  readonly version: string
}
