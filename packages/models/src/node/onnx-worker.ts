/**
 * The thread in which a sentence model runs: a run of ONNX Runtime holds up the thread that asks for it.
 *
 * At run time it imports nothing of ours, so that Node can start it from the sources too.
 */

import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { Tokenizer } from '@huggingface/tokenizers'
import type { InferenceSession, Tensor } from 'onnxruntime-node'

/** How a model is run. */
export interface ThreadModel {
  readonly modelPath: string
  readonly tokenizerPath: string
  /** What `tokenizer_config.json` says. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>
  /** Tokens of a text that are read, those that the model adds included. */
  readonly maxTokens: number
  readonly padTokenId: number
  readonly pooling: 'mean' | 'cls'
}

/** What the thread is started with. */
export interface ThreadOptions extends ThreadModel {
  /** Package that runs the graph. */
  readonly runtime: string
  /** Cores it may use. */
  readonly threads: number
}

/** What the thread is asked: the vectors of a batch. */
export interface ThreadRequest {
  readonly id: number
  readonly texts: readonly string[]
}

/** What the thread says first. */
export type ThreadOpening =
  | { readonly type: 'opened'; readonly dimensions: number }
  | { readonly type: 'unopened'; readonly part: 'runtime' | 'tokenizer' | 'model'; readonly error: unknown }

/** What the thread answers. */
export type ThreadReply =
  /** `vectors`: row-major, one row a text, not yet of unit length. */
  | { readonly type: 'embedded'; readonly id: number; readonly vectors: Float32Array }
  | { readonly type: 'failed'; readonly id: number; readonly error: unknown }

type Runtime = typeof import('onnxruntime-node')
type Encode = (text: string) => readonly number[]

/** A text is cut to this many characters a token before it is read, so that a huge one costs no more than a long one. */
const maxCharactersPerToken = 64

await serve(workerData as ThreadOptions)

/** Opens the model, says so, and answers batches one after the other. */
async function serve(options: ThreadOptions): Promise<void> {
  const say = (message: ThreadOpening | ThreadReply, transfer: ArrayBuffer[] = []): void =>
    parentPort?.postMessage(message, transfer)
  let part: Extract<ThreadOpening, { type: 'unopened' }>['part'] = 'runtime'
  try {
    const { default: runtime }: { default: Runtime } = await import(options.runtime)
    part = 'tokenizer'
    const encode = await openTokenizer(options)
    part = 'model'
    const embed = await openModel(runtime, options, encode)
    const dimensions = (await embed([''])).length
    let last = Promise.resolve()
    parentPort?.on('message', ({ id, texts }: ThreadRequest) => {
      last = last.then(async () => {
        try {
          const vectors = await embed(texts)
          say({ type: 'embedded', id, vectors }, [vectors.buffer])
        } catch (error) {
          say({ type: 'failed', id, error })
        }
      })
    })
    say({ type: 'opened', dimensions })
  } catch (error) {
    say({ type: 'unopened', part, error })
  }
}

async function openTokenizer({
  tokenizerPath,
  tokenizerConfig,
  maxTokens,
  padTokenId,
}: ThreadOptions): Promise<Encode> {
  const tokenizer = new Tokenizer(JSON.parse(await readFile(tokenizerPath, 'utf8')), tokenizerConfig)
  return (text) => {
    const start = text.slice(0, maxTokens * maxCharactersPerToken).toWellFormed()
    const ids: readonly number[] = tokenizer.encode(start).ids
    // Where the model adds nothing of its own, an empty text is one of padding.
    if (ids.length === 0) return [padTokenId]
    if (ids.length <= maxTokens) return ids
    // The library does not truncate: leave out the end of the text, not what the model adds behind it.
    const bare: readonly number[] = tokenizer.encode(start, { add_special_tokens: false }).ids
    const before = ids.findIndex((_, at) => bare.every((id, index) => ids[at + index] === id))
    const after = ids.length - bare.length - before
    return [...ids.slice(0, maxTokens - after), ...ids.slice(ids.length - after)]
  }
}

async function openModel(
  { InferenceSession, Tensor }: Runtime,
  { modelPath, padTokenId, pooling, threads }: ThreadOptions,
  encode: Encode,
): Promise<(texts: readonly string[]) => Promise<Float32Array<ArrayBuffer>>> {
  // A failure rejects; the runtime need not print it as well.
  const session = await InferenceSession.create(modelPath, { intraOpNumThreads: threads, logSeverityLevel: 4 })
  const output = outputOf(session)
  return async (texts) => {
    const rows = texts.map(encode)
    const width = Math.max(1, ...rows.map((row) => row.length))
    const fill = (value: (row: readonly number[], at: number) => number): number[] =>
      rows.flatMap((row) => Array.from({ length: width }, (_, at) => value(row, at)))
    const values: Readonly<Record<string, () => number[]>> = {
      input_ids: () => fill((row, at) => row[at] ?? padTokenId),
      attention_mask: () => fill((row, at) => (at < row.length ? 1 : 0)),
      token_type_ids: () => fill(() => 0),
    }
    const feeds: Record<string, Tensor> = {}
    for (const input of session.inputMetadata) {
      const numbers = values[input.name]?.()
      if (numbers === undefined) throw new TypeError(`It asks for an input "${input.name}", which is not supported`)
      feeds[input.name] =
        input.isTensor && input.type === 'int32'
          ? new Tensor('int32', Int32Array.from(numbers), [rows.length, width])
          : new Tensor('int64', BigInt64Array.from(numbers, BigInt), [rows.length, width])
    }
    const { [output]: result } = await session.run(feeds, [output])
    if (result === undefined || !(result.data instanceof Float32Array)) {
      throw new TypeError(`Its output "${output}" is not float32`)
    }
    return pool(result.data, result.dims, rows, { output, pooling, width })
  }
}

/** Ready vectors if the graph makes them, else those of the tokens. */
function outputOf({ outputNames }: InferenceSession): string {
  const known = ['sentence_embedding', 'last_hidden_state', 'token_embeddings']
  return known.find((name) => outputNames.includes(name)) ?? outputNames[0] ?? ''
}

/** Makes one row a text of what the graph gave: shape [texts, dimensions], or [texts, tokens, dimensions]. */
function pool(
  data: Float32Array,
  shape: readonly number[],
  rows: readonly (readonly number[])[],
  { output, pooling, width }: { output: string; pooling: ThreadModel['pooling']; width: number },
): Float32Array<ArrayBuffer> {
  const dimensions = shape.at(-1) ?? 0
  const perToken = shape.length === 3 && shape[0] === rows.length && shape[1] === width
  if (!perToken && !(shape.length === 2 && shape[0] === rows.length)) {
    const wanted = `[${rows.length}, ${width}, dimensions] or [${rows.length}, dimensions]`
    throw new TypeError(`Its output "${output}" has the shape [${shape.join(', ')}] where ${wanted} was expected`)
  }
  if (!perToken) return Float32Array.from(data)
  const pooled = new Float32Array(rows.length * dimensions)
  for (const [row, { length }] of rows.entries()) {
    const sums = new Float64Array(dimensions)
    // The mean is the sum once it is brought to unit length.
    for (let token = 0; token < (pooling === 'cls' ? 1 : length); token++) {
      const start = (row * width + token) * dimensions
      for (let at = 0; at < dimensions; at++) sums[at] = (sums[at] ?? 0) + (data[start + at] ?? 0)
    }
    pooled.set(sums, row * dimensions)
  }
  return pooled
}
