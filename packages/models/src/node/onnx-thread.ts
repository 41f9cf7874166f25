/** The near end of the thread that runs a sentence model. */

import { Worker } from 'node:worker_threads'
import { describeError, SalpError } from '@salp/core'
import { EmbeddingError } from '../embedding/unit.js'
import { EmbedderError } from './embedder-error.js'
import type { ThreadOpening, ThreadOptions, ThreadReply, ThreadRequest } from './onnx-worker.js'
import type { SentenceModel } from './sentence-model.js'

/** A thread with an open model. */
export interface OnnxThread {
  readonly dimensions: number
  /** Gives the vectors of a batch: row-major, not yet of unit length. Batches are run in the order they are asked for. */
  run(texts: readonly string[]): Promise<Float32Array>
  /** Ends the thread; what it was still asked rejects. May be called twice. */
  close(): Promise<void>
}

/** The file as it is built, and as it stands in the sources. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './onnx-worker.ts' : './onnx-worker.js', import.meta.url)

/**
 * Starts a thread and opens the model in it. It keeps the process alive only while it is asked something.
 *
 * @throws {@link EmbedderRuntimeError} (`models/embedder-runtime`) if `runtime` is not installed, or does not load.
 * @throws {@link EmbedderError} (`models/embedder`) if tokenizer or graph cannot be used.
 */
export async function startOnnxThread(
  model: SentenceModel,
  { runtime, threads }: Pick<ThreadOptions, 'runtime' | 'threads'>,
): Promise<OnnxThread> {
  const { modelPath, tokenizerPath, tokenizerConfig, maxTokens, padTokenId, pooling } = model
  const workerData: ThreadOptions = {
    ...{ modelPath, tokenizerPath, tokenizerConfig, maxTokens, padTokenId, pooling },
    ...{ runtime, threads },
  }
  const worker = new Worker(workerUrl, { workerData })
  const opening = await new Promise<ThreadOpening>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  if (opening.type === 'unopened') {
    await worker.terminate()
    const { part, error } = opening
    if (part === 'runtime') throw new EmbedderRuntimeError(runtime, error)
    throw new EmbedderError(model.folder, `its ${part} cannot be used: ${describeError(error)}`, error)
  }

  const waiting = new Map<number, PromiseWithResolvers<Float32Array>>()
  let asked = 0
  let ended: EmbeddingError | undefined
  const end = (why: string, cause?: unknown): void => {
    ended ??= new EmbeddingError(model.modelId, why, { cause })
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('message', (reply: ThreadReply) => {
    const answer = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (waiting.size === 0) worker.unref()
    if (reply.type === 'embedded') answer?.resolve(reply.vectors)
    else answer?.reject(new EmbeddingError(model.modelId, describeError(reply.error), { cause: reply.error }))
  })
  worker.on('error', (error) => end('its thread broke down', error))
  worker.on('exit', () => end('it is closed'))
  worker.unref()
  return {
    dimensions: opening.dimensions,
    run(texts) {
      if (ended !== undefined) return Promise.reject(ended)
      const answer = Promise.withResolvers<Float32Array>()
      const request: ThreadRequest = { id: ++asked, texts }
      waiting.set(request.id, answer)
      worker.ref()
      worker.postMessage(request)
      return answer.promise
    },
    async close() {
      end('it is closed')
      await worker.terminate()
    },
  }
}

/** ONNX Runtime that is not there, or does not run on this machine. */
export class EmbedderRuntimeError extends SalpError {
  /** Name of the package. */
  readonly runtime: string
  constructor(runtime: string, cause: unknown) {
    super(
      'models/embedder-runtime',
      `Cannot run a sentence model: "${runtime}" cannot be loaded (${describeError(cause)}). Install it beside @salp/models; it needs Windows, macOS on Apple silicon, or Linux with glibc 2.28`,
      { cause },
    )
    this.runtime = runtime
  }
}
