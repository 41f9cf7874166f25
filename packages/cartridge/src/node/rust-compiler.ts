/** Rust in Node: the `rustc` of this machine, a process and a folder for each compilation. */

import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Clock, createTurns } from '@salp/core'
import type { CompiledModule, CompilerBackend } from '../compile/compiler.js'
import { crateFile } from '../compile/rust/messages.js'
import { type RustRunner, rustBackend } from '../compile/rust/rust.js'

/** How rustc is found and held. */
export interface RustOptions {
  /** Longest compilation in ms; one that takes longer is a failed one. @defaultValue `10_000` */
  readonly timeoutMs?: number | undefined
  /** The compiler, as a file or a name on the path. @defaultValue `'rustc'` */
  readonly command?: string | undefined
}

type Outcome = Awaited<ReturnType<RustRunner['run']>>

const target = 'wasm32-unknown-unknown'
const files = { module: 'out.wasm', dependencies: 'out.d' } as const

/** Address space of the compiler in KiB: macros and constants can ask for any amount. */
const memoryKib = 4_194_304

/** Bytes of what it says; beyond that it is ended. */
const maxSaid = 4_000_000

const arguments_ = [
  ...['--crate-name=cartridge', '--crate-type=cdylib', '--edition=2021', `--target=${target}`, '-O'],
  ...['-Cpanic=abort', '-Cstrip=symbols', '-Clink-arg=-zstack-size=65536', '-Ccodegen-units=1'],
  ...['--error-format=json', `--emit=link=${files.module},dep-info=${files.dependencies}`, crateFile],
]

/**
 * Creates the backend for Rust, or gives `undefined` where there is no `rustc` with the standard library of
 * `wasm32-unknown-unknown`.
 *
 * Each source is compiled in a folder of its own, one after the other, by a process without environment; it and what it
 * starts are ended together. Nothing of the author's runs: there are no crates, so no build scripts and no macros but those
 * of `macro_rules!`. What rustc read beside the source makes it a failed compilation.
 */
export async function openRust(
  { clock }: { clock: Pick<Clock, 'sleep'> },
  { timeoutMs = 10_000, command = 'rustc' }: RustOptions = {},
): Promise<CompilerBackend<CompiledModule> | undefined> {
  const compiler = await findCompiler(command)
  if (compiler === undefined) return undefined
  const inTurn = createTurns()
  const closing = new AbortController()

  const perform = async (crate: string, signal: AbortSignal | undefined): Promise<Outcome> => {
    signal?.throwIfAborted()
    if (closing.signal.aborted) throw new RangeError('Cannot compile: the compiler is closed')
    const folder = await mkdtemp(join(tmpdir(), 'salp-rust-'))
    try {
      await writeFile(join(folder, crateFile), crate)
      const ends = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal])
      const ran = await runCompiler(compiler, folder, { clock, timeoutMs, signal: ends })
      if (ran.status === 'ended') return { reply: undefined, why: ran.why }
      const [wasm, dependencies] = await Promise.all([
        ran.succeeded ? contentOf(join(folder, files.module)) : undefined,
        contentOf(join(folder, files.dependencies)),
      ])
      return {
        reply: { wasm, messages: ran.said, dependencies: dependencies && new TextDecoder().decode(dependencies) },
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  return rustBackend({
    run: (crate, { signal }) => inTurn(() => perform(crate, signal)),
    async close() {
      closing.abort(new RangeError('Cannot compile: the compiler is closed'))
      await inTurn(() => undefined)
    },
  })
}

/** The compiler itself, not what chooses one by the environment. */
async function findCompiler(command: string): Promise<string | undefined> {
  // Neither process groups nor limits of memory are there.
  if (process.platform === 'win32') return undefined
  try {
    const asked = ['--print=sysroot', '--print=target-libdir', `--target=${target}`]
    // Away from a folder that may name a compiler of its own.
    const { stdout } = await promisify(execFile)(command, asked, { timeout: 5_000, cwd: tmpdir() })
    const [root = '', library = ''] = stdout.split('\n')
    const found = await readdir(library)
    return found.some((name) => name.startsWith('libstd-')) ? join(root, 'bin', 'rustc') : undefined
  } catch {
    // There is none, it is broken, or it lacks the target: Rust is not offered then.
    return undefined
  }
}

type Ran =
  | { readonly status: 'ran'; readonly succeeded: boolean; readonly said: string }
  | { readonly status: 'ended'; readonly why: string }

/** @throws The signal's reason if it aborts; then the process and its children are gone. */
async function runCompiler(
  compiler: string,
  folder: string,
  { clock, timeoutMs, signal }: { clock: Pick<Clock, 'sleep'>; timeoutMs: number; signal: AbortSignal },
): Promise<Ran> {
  const child = spawn('/bin/sh', ['-c', `ulimit -v ${memoryKib}; exec "$@"`, 'sh', compiler, ...arguments_], {
    cwd: folder,
    env: { TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, which is ended as one.
    detached: true,
  })
  const { promise, resolve, reject } = Promise.withResolvers<Ran>()
  const gone = new Promise<void>((settle) => child.once('close', () => settle()).once('error', () => settle()))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part
    if (said.length > maxSaid) resolve({ status: 'ended', why: 'said more than can be shown' })
  })
  child.once('error', (error) => resolve({ status: 'ended', why: `does not start: ${error.message}` }))
  child.once('close', (code, by) =>
    resolve(
      // 101 is a panic of its own; a compilation that fails ends with 1.
      code === 0 || code === 1
        ? { status: 'ran', succeeded: code === 0, said }
        : { status: 'ended', why: `ended by itself (${code ?? by})` },
    ),
  )
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  const done = new AbortController()
  clock.sleep(timeoutMs, { signal: done.signal }).then(
    () => resolve({ status: 'ended', why: `took longer than ${timeoutMs} ms` }),
    () => undefined,
  )
  try {
    return await promise
  } finally {
    done.abort()
    signal.removeEventListener('abort', abort)
    endGroup(child.pid)
    await gone
  }
}

/** Ends a process and those that it started, which may have outlived it. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function contentOf(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
