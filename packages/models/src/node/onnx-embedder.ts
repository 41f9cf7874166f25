/** Sentence models from a folder, run on this machine. */

import type { Embedder } from '../embedding/embedder.js'
import { toUnit } from '../embedding/unit.js'
import { startOnnxThread } from './onnx-thread.js'
import { readSentenceModel, type SentenceModelOptions } from './sentence-model.js'

/** Which model to open, and how. */
export interface OnnxEmbedderOptions extends SentenceModelOptions {
  /** Cores one run may use; more than one pays only on an idle machine. @defaultValue `1` */
  readonly threads?: number | undefined
}

/** An open model. */
export interface OnnxEmbedder extends Embedder {
  /** Tokens of a text that are read; the rest is left out. */
  readonly maxTokens: number
  /** Ends its thread; what it was still asked rejects. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Bounds of one run, so that others get their turn and memory stays small: a token is seldom less than a character. */
const maxBatchTexts = 32
const maxBatchTokens = 4_096

/**
 * Opens a sentence model: `tokenizer.json`, `config.json`, `onnx/model.onnx` or `model.onnx`, and, where they are there,
 * `1_Pooling/config.json`, `sentence_bert_config.json`, `tokenizer_config.json` and `config_sentence_transformers.json`.
 *
 * It runs in a thread of its own, on `onnxruntime-node`. Texts of like length are run together; an abort takes effect
 * between two runs.
 *
 * @throws {@link EmbedderRuntimeError} (`models/embedder-runtime`) if `onnxruntime-node` is not installed.
 * @throws {@link EmbedderError} (`models/embedder`) if the folder lacks a file, or one cannot be used.
 */
export async function createOnnxEmbedder({ threads = 1, ...options }: OnnxEmbedderOptions): Promise<OnnxEmbedder> {
  const model = await readSentenceModel(options)
  const thread = await startOnnxThread(model, { runtime: 'onnxruntime-node', threads })
  const { modelId, maxTokens, prompts } = model
  const { dimensions, close } = thread
  return {
    modelId,
    dimensions,
    maxTokens,
    async embed(texts, { signal, purpose = 'document' } = {}) {
      signal?.throwIfAborted()
      const prompted = texts.map((text) => `${prompts[purpose] ?? ''}${text}`)
      const vectors: Float32Array[] = []
      for (const batch of batches(prompted, maxTokens)) {
        const rows = await thread.run(batch.map(({ text }) => text))
        signal?.throwIfAborted()
        for (const [row, { index }] of batch.entries()) {
          vectors[index] = toUnit(rows.subarray(row * dimensions, (row + 1) * dimensions), { modelId, dimensions })
        }
      }
      return vectors
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Indexed {
  readonly text: string
  /** Position in the call. */
  readonly index: number
}

/** Puts texts of like length together, shortest first, since a run is as wide as its longest. */
function batches(texts: readonly string[], maxTokens: number): Indexed[][] {
  const sorted = texts.map((text, index) => ({ text, index })).sort((a, b) => a.text.length - b.text.length)
  const result: Indexed[][] = []
  let batch: Indexed[] = []
  for (const item of sorted) {
    const tokens = (batch.length + 1) * Math.min(item.text.length, maxTokens)
    if (batch.length > 0 && (batch.length === maxBatchTexts || tokens > maxBatchTokens)) {
      result.push(batch)
      batch = []
    }
    batch.push(item)
  }
  return batch.length > 0 ? [...result, batch] : result
}
