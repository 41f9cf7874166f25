/** AssemblyScript: a language close to TypeScript that compiles to small modules in milliseconds. */

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
import { hintFor } from './hints.js'
import { sdkFiles } from './sdk.js'

/** What is asked of the compiler, wherever it runs. */
export interface AscJob {
  readonly arguments: readonly string[]
  /** Files by name. */
  readonly files: Readonly<Record<string, string>>
  /** Files of the library by name. */
  readonly library: Readonly<Record<string, string>>
}

/** A message of the compiler, with offsets in UTF-16 units. */
export interface AscMessage {
  readonly code: number
  /** 0 pedantic, 1 info, 2 warning, 3 error. */
  readonly category: number
  readonly message: string
  /** Places it speaks of, the first one first. */
  readonly ranges: readonly { readonly file: string; readonly start: number; readonly end: number }[]
}

/** What the compiler gave. */
export interface AscReply {
  readonly wasm: Uint8Array<ArrayBuffer> | undefined
  readonly messages: readonly AscMessage[]
  /** What it says beside its messages, if it failed. */
  readonly error: string | undefined
}

/** Runs the compiler somewhere it can hang or die without harm. */
export interface AscRunner {
  /**
   * @returns `undefined` in `reply` if it hung or died, with the reason.
   * @throws The signal's reason if it aborts; then the work has ended.
   */
  run(
    job: AscJob,
    options: { signal?: AbortSignal | undefined },
  ): Promise<{ reply: AscReply } | { reply: undefined; why: string }>
  close(): Promise<void>
}

const authorFile = 'main.ts'
const entryFile = 'entry.ts'
const outFile = 'out.wasm'

/** The interface that all kinds share: memory for the input, and what happens after a call. */
const exchange = `
let input: ArrayBuffer = new ArrayBuffer(0)
let output: ArrayBuffer = new ArrayBuffer(0)
const nothing: ArrayBuffer = new ArrayBuffer(0)
export function cart_alloc(length: i32): usize {
  input = new ArrayBuffer(length)
  return changetype<usize>(input)
}
export function cart_reset(): void {
  input = nothing
  output = nothing
  __collect()
}
function give(bytes: ArrayBuffer): u64 {
  output = bytes
  return ((<u64>changetype<usize>(bytes)) << 32) | (<u64>bytes.byteLength)
}
`
const version = 'export function cart_abi(): i32 { return 0x10000 }\n'

/** Text in, text out. */
const textual = (name: string): string => `
import { ${name} as author } from './main'
${version}${exchange}
export function ${name}(pointer: usize, length: i32): u64 {
  const result: string = author(String.UTF8.decodeUnsafe(pointer, length))
  return give(String.UTF8.encode(result))
}
`

/** The file that turns what the author exports into the binary interface. */
function entryOf(kind: Kind, source: string): string {
  switch (kind) {
    case 'backend':
      return `
import { Request } from 'cart/index'
import { handle as author } from './main'
${version}${exchange}
export function handle(pointer: usize, length: i32): u64 {
  return give(author(new Request(pointer)).encode())
}
`
    case 'cognitive':
      return textual('invoke')
    case 'frontend':
      return textual('render')
    case 'interactive': {
      const pointer = /^\s*export\s+function\s+pointer\b/m.test(source)
      return `
import { current } from 'cart/screen'
import { frame as authorFrame, key as authorKey${pointer ? ', pointer as authorPointer' : ''} } from './main'
${version}
export function frame(t: f64, dt: f64): i32 {
  const flags = authorFrame(t, dt)
  // Nothing else frees what the author's code left behind: the host has no cart_reset for frames.
  __collect()
  return flags
}
export function key(code: i32, down: i32): void { authorKey(code, down != 0) }
${pointer ? 'export function pointer(x: i32, y: i32, buttons: i32): void { authorPointer(x, y, buttons) }' : ''}
export function fb_size(): i32 { return (current.width << 16) | current.height }
export function fb_ptr(): usize { return changetype<usize>(current.pixels) }
`
    }
  }
}

/** What an author has to export, by kind. */
const wanted: Readonly<Record<Kind, string>> = {
  backend: "Export `function handle(request: Request): Response`, with both from 'cart/index'.",
  cognitive: 'Export `function invoke(input: string): string`; both are JSON.',
  frontend: 'Export `function render(event: string): string`; both are JSON.',
  interactive:
    "Export `function frame(t: f64, dt: f64): i32` and `function key(code: i32, down: bool): void`, and make one `new Screen(width, height)` of 'cart/screen'.",
}

function jobFor(source: string, { kind, optimize }: CompileOptions): AscJob {
  return {
    arguments: [
      ...[entryFile, '--outFile', outFile, '--runtime', 'minimal', '--exportStart', 'cart_init'],
      ...['--maximumMemory', '1024', `-O${optimize}`],
    ],
    files: { [entryFile]: entryOf(kind, source), [authorFile]: source },
    library: sdkFiles,
  }
}

/** Creates the backend. @param runner - Owned: it is closed with the backend. */
export function assemblyScriptBackend(runner: AscRunner): CompilerBackend<CompiledModule> {
  const compile = async (source: string, options: CompileOptions): Promise<CompileResult<CompiledModule>> => {
    options.signal?.throwIfAborted()
    const long = tooLong(source)
    if (long !== undefined) return { status: 'failed', diagnostics: [long] }
    const outcome = await runner.run(jobFor(source, options), { signal: options.signal })
    if (outcome.reply === undefined) {
      const hint = 'Make the source simpler; the same source fails again.'
      return { status: 'failed', diagnostics: [wholeSource('compiler', `The compiler ${outcome.why}`, hint)] }
    }
    const { wasm, messages, error } = outcome.reply
    const diagnostics = messages.map((message) => diagnosticOf(message, source, options.kind))
    const failed = diagnostics.some(({ severity }) => severity === 'error')
    if (wasm !== undefined && !failed) return { status: 'compiled', wasm, diagnostics }
    if (!failed) diagnostics.push(wholeSource('compiler', error ?? 'The compiler gave no module'))
    return { status: 'failed', diagnostics }
  }
  return {
    id: 'assemblyscript',
    kinds,
    compile,
    async warm() {
      for (const kind of kinds) await compile(warming[kind], { kind, optimize: 0 })
    },
    close: () => runner.close(),
  }
}

/** The smallest source of each kind. */
const warming: Readonly<Record<Kind, string>> = {
  backend:
    "import { Request, Response } from 'cart/index'\nexport function handle(request: Request): Response { return Response.text(request.path) }",
  cognitive: 'export function invoke(input: string): string { return input }',
  frontend: 'export function render(event: string): string { return event }',
  interactive:
    "import { Screen } from 'cart/screen'\nconst screen = new Screen(2, 2)\nexport function frame(t: f64, dt: f64): i32 { screen.clear(<u32>t); return 1 }\nexport function key(code: i32, down: bool): void {}",
}

const severities = ['info', 'info', 'warning', 'error'] as const

function diagnosticOf({ code, category, message, ranges }: AscMessage, source: string, kind: Kind): Diagnostic {
  // What goes wrong in the library or the entry is shown where the author's code led to it, if that is known.
  const own = ranges.find(({ file }) => file === authorFile)
  const severity = severities[category] ?? 'error'
  const foreign = own === undefined && severity === 'error'
  return {
    ...{ code: `AS${code}`, severity, message },
    ...placeOf(source, own?.start ?? 0, own?.end ?? 0),
    hint: foreign ? wanted[kind] : hintFor(code, message),
  }
}
