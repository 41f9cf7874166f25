/** A synthesizer in a thread of its own, so that chat and payments stay responsive while it searches. */

import { Worker } from 'node:worker_threads'
import { createTurns, SalpError } from '@salp/core'
import type { LearntOptions } from '../learn.js'
import { type SynthesizerState, unlearned } from '../state.js'
import { checkTask, type SolveOptions, type Synthesis, type SynthesisTask, type Synthesizer } from '../synthesizer.js'
import type { SynthesisReply, SynthesisRequest, SynthesisThreadStart } from './synthesis-worker.js'

/** A synthesizer that runs elsewhere. Searches run in the order they are asked for, one at a time. */
export interface SynthesizerThread extends Synthesizer {
  /** Ends the thread; what it still searches for rejects. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const fromSource = import.meta.url.endsWith('.ts')
const workerUrl = new URL(fromSource ? './synthesis-worker.ts' : './synthesis-worker.js', import.meta.url)

/** Node runs our sources with these; what was built needs none. */
const sourceFlags = (): string[] => [
  ...['--conditions=@salp/source', '--no-warnings', '--experimental-strip-types'],
  ...['--import', import.meta.resolve('@salp/presets/run-source')],
]

/**
 * Starts a thread that searches with what was learnt. It keeps the process alive only while it searches.
 *
 * @throws What {@link Synthesizer.solve} throws; {@link SynthesisThreadError} (`models/synthesis-thread`) where the thread ended.
 */
export function createSynthesizerThread(
  options: LearntOptions & { readonly state?: SynthesizerState | undefined } = {},
): SynthesizerThread {
  const { state = unlearned, ...learnt } = options
  const worker = new Worker(workerUrl, {
    workerData: { state, options: learnt } satisfies SynthesisThreadStart,
    execArgv: fromSource ? sourceFlags() : [],
  })
  const tell = (request: SynthesisRequest): void => worker.postMessage(request)
  const inTurn = createTurns()
  let hear: (reply: SynthesisReply) => void = () => undefined
  let lose: (error: unknown) => void = () => undefined
  let ended: SynthesisThreadError | undefined
  const end = (cause?: unknown): void => {
    ended ??= new SynthesisThreadError(cause)
    lose(ended)
  }
  worker.on('message', (reply: SynthesisReply) => hear(reply))
  worker.on('error', end)
  worker.on('exit', () => end())
  worker.unref()

  const search = async (
    task: SynthesisTask,
    { signal, onProgress, accepts, attempts }: SolveOptions,
  ): Promise<Synthesis> => {
    signal?.throwIfAborted()
    if (ended !== undefined) throw ended
    const answer = Promise.withResolvers<Synthesis>()
    lose = answer.reject
    const judge = async (source: string): Promise<void> => {
      try {
        tell({ type: 'verdict', accepted: (await accepts?.(source)) ?? true })
      } catch (error) {
        answer.reject(error)
        tell({ type: 'stop' })
      }
    }
    hear = (reply) => {
      if (reply.type === 'progress') onProgress?.(reply.progress)
      else if (reply.type === 'judge') void judge(reply.source)
      else if (reply.type === 'done') answer.resolve(reply.result)
      else answer.reject(signal?.aborted === true ? signal.reason : reply.error)
    }
    const stop = (): void => tell({ type: 'stop' })
    signal?.addEventListener('abort', stop, { once: true })
    worker.ref()
    tell({ type: 'solve', task, attempts, judged: accepts !== undefined })
    try {
      return await answer.promise
    } finally {
      signal?.removeEventListener('abort', stop)
      worker.unref()
    }
  }
  const close = async (): Promise<void> => {
    end()
    await worker.terminate()
  }
  return {
    async solve(task, given = {}) {
      checkTask(task)
      return inTurn(() => search(task, given))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The thread of a synthesizer ended before its search did. */
export class SynthesisThreadError extends SalpError {
  constructor(cause?: unknown) {
    super('models/synthesis-thread', 'Cannot finish the search: its thread is closed, or broke down', { cause })
  }
}
