/** The near end of the process that compiles AssemblyScript. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Clock, createTurns } from '@salp/core'
import { type AscJob, type AscRunner, assemblyScriptBackend } from '../compile/assemblyscript/assemblyscript.js'
import type { CompiledModule, CompilerBackend } from '../compile/compiler.js'
import type { ChildAnswer } from './asc-child.js'

/** How the process is held. */
export interface AssemblyScriptOptions {
  /** Longest compilation in ms; one that takes longer is a failed one. @defaultValue `10_000` */
  readonly timeoutMs?: number | undefined
  /** How long an idle process is kept, in ms. @defaultValue `300_000` */
  readonly idleMs?: number | undefined
  /** The file that is run. @defaultValue the one of this package */
  readonly child?: URL | undefined
}

type Outcome = Awaited<ReturnType<AscRunner['run']>>

/** The file as it is built, and as it stands in the sources. */
const ownChild = new URL(import.meta.url.endsWith('.ts') ? './asc-child.ts' : './asc-child.js', import.meta.url)

/** Heap of the compiler in MB; Binaryen's memory comes on top. */
const heapMb = 1_024

/**
 * Creates the backend for AssemblyScript, which compiles in a process of its own: started when first needed, one source
 * after the other, ended when idle. A source that makes it hang or die is a failed compilation; the next gets a fresh one.
 */
export function openAssemblyScript(
  { clock }: { clock: Pick<Clock, 'sleep'> },
  { timeoutMs = 10_000, idleMs = 300_000, child: file = ownChild }: AssemblyScriptOptions = {},
): CompilerBackend<CompiledModule> {
  let child: ChildProcess | undefined
  const inTurn = createTurns()
  let idle: NodeJS.Timeout | undefined
  let closed = false

  const start = (): ChildProcess => {
    const types = file.pathname.endsWith('.ts') ? ['--experimental-strip-types', '--no-warnings'] : []
    const started = fork(fileURLToPath(file), {
      execArgv: [...types, `--max-old-space-size=${heapMb}`],
      serialization: 'advanced',
      stdio: 'ignore',
      env: {},
      // Ctrl-C is for whoever asks it to compile.
      detached: true,
    })
    started.unref()
    started.channel?.unref()
    // One that ends while nobody waits for it is not asked again; a failed start is heard of by whoever asked.
    started.on('exit', () => {
      if (child === started) child = undefined
    })
    started.on('error', () => undefined)
    child = started
    return started
  }

  /** Ends the process, and waits until it is gone. */
  const end = async (ending: ChildProcess): Promise<void> => {
    if (child === ending) child = undefined
    // Gone already, or never started.
    if (ending.exitCode !== null || ending.signalCode !== null || ending.pid === undefined) return
    const gone = new Promise((resolve) => ending.once('exit', resolve))
    ending.ref()
    ending.kill('SIGKILL')
    await gone
  }

  /** A timer that does not keep this process alive, which no clock that is passed in offers. */
  const endWhenIdle = (): void => {
    idle = setTimeout(() => {
      if (child !== undefined) void end(child)
    }, idleMs).unref()
  }

  const perform = async (job: AscJob, signal: AbortSignal | undefined): Promise<Outcome> => {
    signal?.throwIfAborted()
    if (closed) throw new RangeError('Cannot compile: the compiler is closed')
    clearTimeout(idle)
    const running = child ?? start()
    running.ref()
    running.channel?.ref()
    const deadline = new AbortController()
    const answered = Promise.withResolvers<Outcome>()
    const abort = (): void => answered.reject(signal?.reason)
    const reply = (answer: ChildAnswer): void =>
      answered.resolve(
        answer.type === 'ran' ? { reply: answer.reply } : { reply: undefined, why: `failed inside: ${answer.message}` },
      )
    const died = (code: number | null): void =>
      answered.resolve({ reply: undefined, why: `ended by itself (${code ?? 'killed'})` })
    const broke = (): void => died(null)
    signal?.addEventListener('abort', abort, { once: true })
    running.once('message', reply).once('exit', died).once('error', broke)
    clock.sleep(timeoutMs, { signal: deadline.signal }).then(
      () => answered.resolve({ reply: undefined, why: `took longer than ${timeoutMs} ms` }),
      () => undefined,
    )
    try {
      running.send(job)
      const outcome = await answered.promise
      if (outcome.reply === undefined) await end(running)
      return outcome
    } catch (error) {
      await end(running)
      throw error
    } finally {
      deadline.abort()
      signal?.removeEventListener('abort', abort)
      running.off('message', reply).off('exit', died).off('error', broke)
      running.unref()
      running.channel?.unref()
      endWhenIdle()
    }
  }

  return assemblyScriptBackend({
    run: (job, { signal }) => inTurn(() => perform(job, signal)),
    async close() {
      closed = true
      clearTimeout(idle)
      if (child !== undefined) await end(child)
      await inTurn(() => undefined)
    },
  })
}
