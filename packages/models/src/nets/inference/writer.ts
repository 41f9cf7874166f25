/** Writes sequences with a transformer, one word at a time, keeping what was computed of the words before. */

import type { Rng } from '@salp/core'
import { hidden } from '../layers.js'
import { keptNames, type TransformerModel } from '../transformer.js'
import { createPredictor, type OnnxRuntime, type Predictor } from './predictor.js'

/** How a writer is opened. */
export interface WriterOptions {
  readonly model: TransformerModel
  /** In the layout of the model's net; copied. */
  readonly weights: Float32Array
  /** Longest source that is read; a longer one is cut. @defaultValue the longest of the model */
  readonly reach?: number | undefined
}

/** How a sequence is chosen. */
export interface WriteOptions {
  /** Words it begins with: at least one, such as a start token. */
  readonly prompt: readonly number[]
  /** What is read first; needed with an encoder. */
  readonly source?: readonly number[] | undefined
  /** The word that ends it; it is not given. */
  readonly end: number
  /** Words that may come after these (the prompt included); none ends it. @defaultValue all */
  readonly allowed?: ((written: readonly number[]) => readonly number[]) | undefined
  /** 0 takes the likeliest word; more is bolder. Dimensionless, range [0, ∞). @defaultValue `0` */
  readonly temperature?: number | undefined
  /** Needed if `temperature` is above 0. */
  readonly rng?: Rng | undefined
  /** Most words to write. @defaultValue as many as fit */
  readonly most?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** A transformer that writes; one sequence at a time. */
export interface Writer {
  /** Scores of the classes of a source, if the model has a head: the fast way, without writing. */
  classify(source: readonly number[]): Promise<Float32Array>
  /** Scores of every next word after each word of a sequence. */
  scores(sequence: readonly number[], source?: readonly number[]): Promise<Float32Array[]>
  /** Writes a sequence, word after word. */
  write(options: WriteOptions): AsyncGenerator<number, void, void>
  /** Goes on with other weights. */
  load(weights: Float32Array): void
  close(): Promise<void>
}

/** What one sequence knows of its past. */
interface Past {
  /** Keys and values of the words so far, and of the source. */
  readonly kept: Readonly<Record<string, Float32Array>>
  /** 0 where a word was kept, `hidden` where none was yet. */
  readonly mask: Float32Array
  length: number
}

/** Opens a transformer for writing. */
export async function createWriter(
  { runtime }: { readonly runtime: OnnxRuntime },
  { model, weights, reach: asked }: WriterOptions,
): Promise<Writer> {
  const { net, shape, read, write } = model
  const { layers, heads, width, longest: capacity } = shape
  const reach = Math.min(asked ?? Number.POSITIVE_INFINITY, shape.encoder?.longest ?? 0)
  const size = width / heads
  const reader =
    read === undefined ? undefined : await createPredictor({ runtime }, { net, view: read, sizes: { reach }, weights })
  const writer = await createPredictor({ runtime }, { net, view: write, sizes: { capacity, reach }, weights })
  const all = [...Array(layers).keys()]

  const readSource = async (
    by: Predictor,
    source: readonly number[],
  ): Promise<{ results: Record<string, Float32Array>; mask: Float32Array }> => {
    const cut = source.slice(0, reach)
    if (cut.length === 0) throw new RangeError(`Cannot write with "${net.name}": the source is empty`)
    const ids = Int32Array.from({ length: reach }, (_, at) => wordOf(cut[at] ?? 0))
    const mask = Float32Array.from({ length: reach }, (_, at) => (at < cut.length ? 0 : hidden))
    const share = Float32Array.from({ length: reach }, (_, at) => (at < cut.length ? 1 / cut.length : 0))
    return { mask, results: await by.run({ source: ids, mask, share }) }
  }
  const wordOf = (id: number): number => {
    if (!Number.isInteger(id) || id < 0 || id >= shape.words)
      throw new RangeError(`Cannot write with "${net.name}": there is no word ${id}`)
    return id
  }
  const begin = async (source: readonly number[] | undefined): Promise<Past> => {
    const empty = all
      .flatMap((layer) => [keptNames.keys(layer), keptNames.values(layer)])
      .map((name) => [name, new Float32Array(heads * capacity * size)])
    const past = { kept: Object.fromEntries(empty), mask: new Float32Array(capacity).fill(hidden), length: 0 }
    if (reader === undefined) return past
    const { results, mask } = await readSource(reader, source ?? [])
    const names = all.flatMap((layer) => [keptNames.readKeys(layer), keptNames.readValues(layer)])
    return {
      ...past,
      kept: {
        ...past.kept,
        mask,
        ...Object.fromEntries(names.map((name) => [name, results[name] ?? new Float32Array()])),
      },
    }
  }
  const next = async (past: Past, id: number): Promise<Float32Array> => {
    const place = past.length
    if (place === capacity) throw new RangeError(`Cannot write more than ${capacity} words with "${net.name}"`)
    const results = await writer.run({
      ...past.kept,
      id: Int32Array.of(wordOf(id)),
      place: Int32Array.of(place),
      kept: past.mask,
    })
    for (const layer of all)
      for (const name of [keptNames.keys(layer), keptNames.values(layer)]) {
        const fresh = results[`${name}:new`] ?? new Float32Array()
        for (let head = 0; head < heads; head++)
          past.kept[name]?.set(fresh.subarray(head * size, (head + 1) * size), (head * capacity + place) * size)
      }
    past.mask[place] = 0
    past.length++
    return results.logits ?? new Float32Array()
  }
  return {
    async classify(source) {
      const classes = reader === undefined ? undefined : (await readSource(reader, source)).results.classes
      if (classes === undefined) throw new RangeError(`Cannot classify with "${net.name}": it has no head`)
      return classes
    },
    async scores(sequence, source) {
      const past = await begin(source)
      const rows: Float32Array[] = []
      for (const id of sequence) rows.push(await next(past, id))
      return rows
    },
    async *write({ prompt, source, end, allowed, temperature = 0, rng, most = capacity, signal }) {
      if (temperature > 0 && rng === undefined) throw new RangeError('Cannot draw words without an rng')
      if (prompt.length === 0) throw new RangeError('Cannot write after an empty prompt')
      const past = await begin(source)
      let scores = new Float32Array()
      for (const id of prompt) scores = Float32Array.from(await next(past, id))
      const written = [...prompt]
      for (let count = 0; count < most; count++) {
        signal?.throwIfAborted()
        const candidates = allowed?.(written) ?? [...scores.keys()]
        const chosen =
          temperature > 0 && rng !== undefined
            ? draw(scores, candidates, temperature, rng)
            : likeliest(scores, candidates)
        if (chosen === undefined || chosen === end) return
        written.push(chosen)
        yield chosen
        if (past.length === capacity) return
        scores = Float32Array.from(await next(past, chosen))
      }
    },
    load(weights) {
      reader?.load(weights)
      writer.load(weights)
    },
    async close() {
      await reader?.close()
      await writer.close()
    },
  }
}

function likeliest(scores: Float32Array, candidates: readonly number[]): number | undefined {
  let best: number | undefined
  for (const id of candidates) if (best === undefined || (scores[id] ?? 0) > (scores[best] ?? 0)) best = id
  return best
}

function draw(scores: Float32Array, candidates: readonly number[], temperature: number, rng: Rng): number | undefined {
  const most = Math.max(...candidates.map((id) => scores[id] ?? 0))
  const powers = candidates.map((id) => Math.exp(((scores[id] ?? 0) - most) / temperature))
  let left = rng() * powers.reduce((sum, power) => sum + power, 0)
  for (const [index, id] of candidates.entries()) {
    left -= powers[index] ?? 0
    if (left < 0) return id
  }
  return candidates.at(-1)
}
