/** Rust: compiled by a `rustc` that is on the machine, without crates, into the smallest and quickest modules. */

import { type Kind, kinds } from '../../rewrite/abi.js'
import {
  type CompiledModule,
  type CompileOptions,
  type CompileResult,
  type CompilerBackend,
  type Diagnostic,
  placeOf,
  tooLong,
  wholeSource,
} from '../compiler.js'
import { crateFile, diagnosticsOf, readsFiles } from './messages.js'
import { crateOf } from './prelude.js'

/** What rustc gave. */
export interface RustReply {
  readonly wasm: Uint8Array<ArrayBuffer> | undefined
  /** What it said: JSON, one message a line. */
  readonly messages: string
  /** Its account of what it read, in the form of a makefile; undefined if it did not come so far. */
  readonly dependencies: string | undefined
}

/** Runs rustc on one file, somewhere it can hang or die without harm. */
export interface RustRunner {
  /**
   * @param crate - Text of `main.rs`.
   * @returns `undefined` in `reply` if it hung or died, with the reason.
   * @throws The signal's reason if it aborts; then the work has ended.
   */
  run(
    crate: string,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly reply: RustReply } | { readonly reply: undefined; readonly why: string }>
  close(): Promise<void>
}

/** What an author has to write, by kind. */
const wanted: Readonly<Record<Kind, string>> = {
  backend: 'Write `pub fn handle(request: Request) -> Response`; both are there.',
  cognitive: 'Write `pub fn invoke(input: &str) -> String`; both are JSON.',
  frontend: 'Write `pub fn render(event: &str) -> String`; both are JSON.',
  interactive:
    'Write `pub const SIZE: (i32, i32)`, `pub fn frame(screen: &mut Screen, t: f64, dt: f64) -> i32` and `pub fn key(code: i32, down: bool)`; Screen is there.',
}

/** Comments, and all that stands between quotes. What is not closed goes on to the end. */
const quoted =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\br(#*)"[\s\S]*?(?:"\1|$)|"(?:\\[\s\S]|[^"\\])*(?:"|$)|'(?:\\[^\n']+|[^'\\\n])'/g

const reading = /\b(?:include|include_str|include_bytes|env|option_env)\s*!|\bmod\s+\w+\s*;/

/** The first place where a source plainly reads a file, or the environment. */
function plainReading(source: string): Diagnostic | undefined {
  const code = source.replace(quoted, (part) => part.replace(/[^\n]/g, ' '))
  const found = reading.exec(code)
  return found === null ? undefined : { ...readsFiles, ...placeOf(source, found.index, found.index + found[0].length) }
}

/**
 * Whether rustc read anything but the one file. Its own account holds whatever macros made of the source. Where there is
 * none, nothing in which the words stand is trusted: what was included may be in a message.
 */
function read(source: string, dependencies: string | undefined): boolean {
  if (dependencies === undefined) return /include|env/.test(source)
  // A line of its own for each file, and one for each name of the environment.
  return dependencies
    .split('\n')
    .some((line) => line.startsWith('#') || (line.endsWith(':') && line !== `${crateFile}:`))
}

/** Creates the backend. @param runner - Owned: it is closed with the backend. */
export function rustBackend(runner: RustRunner): CompilerBackend<CompiledModule> {
  const compile = async (source: string, { kind, signal }: CompileOptions): Promise<CompileResult<CompiledModule>> => {
    signal?.throwIfAborted()
    const refused = tooLong(source) ?? plainReading(source)
    if (refused !== undefined) return { status: 'failed', diagnostics: [refused] }
    const outcome = await runner.run(crateOf(kind, source), { signal })
    if (outcome.reply === undefined) {
      const hint = 'Make the source simpler; the same source fails again.'
      return { status: 'failed', diagnostics: [wholeSource('compiler', `The compiler ${outcome.why}`, hint)] }
    }
    const { wasm, messages, dependencies } = outcome.reply
    if (read(source, dependencies)) return { status: 'failed', diagnostics: [readsFiles] }
    const diagnostics = diagnosticsOf(messages, source, wanted[kind])
    const failed = diagnostics.some(({ severity }) => severity === 'error')
    if (wasm !== undefined && dependencies !== undefined && !failed) return { status: 'compiled', wasm, diagnostics }
    if (!failed) diagnostics.push(wholeSource('compiler', 'The compiler gave no module'))
    return { status: 'failed', diagnostics }
  }
  return {
    id: 'rust',
    kinds,
    compile,
    // Each compilation is a process of its own.
    warm: async () => undefined,
    close: () => runner.close(),
  }
}
