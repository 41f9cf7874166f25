/** Scripts in Node: types are taken out in a thread of their own. */

import { Worker } from 'node:worker_threads'
import { type Clock, createTurns } from '@salp/core'
import type { CompiledScript, CompilerBackend } from '../compile/compiler.js'
import { type StripOutcome, scriptBackend } from '../compile/script/script.js'
import type { StripAnswer } from './strip-thread.js'

/** How the thread is held. */
export interface ScriptOptions {
  /** Longest stay of a source in it, in ms; one that takes longer is a failed compilation. @defaultValue `10_000` */
  readonly timeoutMs?: number | undefined
}

const fromSource = import.meta.url.endsWith('.ts')
const threadUrl = new URL(fromSource ? './strip-thread.ts' : './strip-thread.js', import.meta.url)

/**
 * Creates the backend for scripts. The first source with types starts a thread, which takes one after the other and keeps no
 * process alive. A source that makes it hang or die is a failed compilation; the next gets a fresh one.
 */
export function openScript(
  { clock }: { clock: Pick<Clock, 'sleep'> },
  { timeoutMs = 10_000 }: ScriptOptions = {},
): CompilerBackend<CompiledScript> {
  let thread: Worker | undefined
  const inTurn = createTurns()
  let closed = false

  const start = (): Worker => {
    const started = new Worker(threadUrl, {
      // Node calls its way of taking types out an experiment, on the error output.
      execArgv: ['--no-warnings', ...(fromSource ? ['--experimental-strip-types'] : [])],
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    started.unref()
    thread = started
    return started
  }

  const end = async (ending: Worker): Promise<void> => {
    if (thread === ending) thread = undefined
    await ending.terminate()
  }

  const perform = async (source: string, signal: AbortSignal | undefined): Promise<StripOutcome> => {
    signal?.throwIfAborted()
    if (closed) throw new RangeError('Cannot compile: the compiler is closed')
    const running = thread ?? start()
    const { promise, resolve, reject } = Promise.withResolvers<StripOutcome>()
    const deadline = new AbortController()
    const reply = (answer: StripAnswer): void => resolve(answer)
    const abort = (): void => reject(signal?.reason)
    const die = (error: Error): void =>
      resolve({ status: 'failed', why: `broke down: ${error.message.split('\n')[0]}` })
    const leave = (): void => resolve({ status: 'failed', why: 'ended by itself' })
    signal?.addEventListener('abort', abort, { once: true })
    running.once('message', reply).once('error', die).once('exit', leave)
    clock.sleep(timeoutMs, { signal: deadline.signal }).then(
      () => resolve({ status: 'failed', why: `took longer than ${timeoutMs} ms` }),
      () => undefined,
    )
    running.ref()
    try {
      running.postMessage(source)
      const outcome = await promise
      if (outcome.status === 'failed') await end(running)
      return outcome
    } catch (error) {
      await end(running)
      throw error
    } finally {
      deadline.abort()
      signal?.removeEventListener('abort', abort)
      running.off('message', reply).off('error', die).off('exit', leave)
      running.unref()
    }
  }

  return scriptBackend({
    strip: (source, { signal }) => inTurn(() => perform(source, signal)),
    async close() {
      closed = true
      if (thread !== undefined) await end(thread)
      await inTurn(() => undefined)
    },
  })
}
