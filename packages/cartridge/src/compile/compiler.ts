/** What turns source into a module. */

import type { Kind } from '../rewrite/abi.js'

/** Something a compiler has to say about a place in the source. Lines and columns count from 1, ends are behind the last letter. */
export interface Diagnostic {
  /** The compiler's own: `AS2322`. */
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** The line, as far as it is not too long to show. */
  readonly excerpt: string
  /** What to do about it, where that is known. */
  readonly hint: string | null
}

/** A module that was made. */
export interface CompiledModule {
  readonly status: 'compiled'
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly diagnostics: readonly Diagnostic[]
}

/** JavaScript that was made: one module, which imports nothing. */
export interface CompiledScript {
  readonly status: 'compiled'
  readonly script: string
  readonly diagnostics: readonly Diagnostic[]
}

/** What came of a compilation. */
export type CompileResult<Compiled = CompiledModule | CompiledScript> =
  | Compiled
  /** With one error at least. */
  | { readonly status: 'failed'; readonly diagnostics: readonly Diagnostic[] }

/** How a source is compiled. */
export interface CompileOptions {
  readonly kind: Kind
  /** 0 compiles quickly, 2 makes quick code. */
  readonly optimize: 0 | 2
  /** Ends the work, not only the wait for it. */
  readonly signal?: AbortSignal | undefined
}

/** A compiler for one language. The same source and options give the same result. */
export interface CompilerBackend<Compiled = CompiledModule | CompiledScript> {
  /** Language, as manifests name it. */
  readonly id: string
  readonly kinds: readonly Kind[]
  /**
   * @throws The signal's reason if it aborts.
   */
  compile(source: string, options: CompileOptions): Promise<CompileResult<Compiled>>
  /** Makes later compilations quicker; worth doing in idle time. */
  warm(): Promise<void>
  /** Ends what runs. May be called twice. */
  close(): Promise<void>
}

/** Longest source, in UTF-16 units. */
const maxSource = 262_144

const maxExcerpt = 200

/** An error about the whole source. */
export function wholeSource(code: string, message: string, hint: string | null = null): Diagnostic {
  return { code, severity: 'error', message, line: 1, column: 1, endLine: 1, endColumn: 1, excerpt: '', hint }
}

/** The error for a source that is too long, or `undefined`. */
export function tooLong(source: string): Diagnostic | undefined {
  if (source.length <= maxSource) return undefined
  const message = `The source has ${source.length} characters, at most ${maxSource} are accepted`
  return wholeSource(
    'source-size',
    message,
    'Leave out what is not needed, or split it into cartridges that call each other.',
  )
}

/** Line, column and excerpt of the offsets `start` to `end` of a text. */
export function placeOf(
  text: string,
  start: number,
  end: number,
): Pick<Diagnostic, 'line' | 'column' | 'endLine' | 'endColumn' | 'excerpt'> {
  const at = (offset: number): { line: number; column: number } => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return { line, column: offset - before.lastIndexOf('\n') }
  }
  const from = at(Math.min(start, text.length))
  const to = at(Math.min(Math.max(start, end), text.length))
  const excerpt = (text.split('\n')[from.line - 1] ?? '').trimEnd().slice(0, maxExcerpt)
  return { ...from, endLine: to.line, endColumn: to.column, excerpt }
}
