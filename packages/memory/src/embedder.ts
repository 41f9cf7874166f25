/** What a memory asks of whatever turns text into vectors. */

import { SalpError } from '@salp/core'

/** Turns texts into vectors whose angle says how alike they are. */
export interface Embedder {
  /** Names the model and its version: vectors of two models are never compared. */
  readonly modelId: string
  /** Length of every vector. Integer, range [1, 8192]. */
  readonly dimensions: number
  /** Most texts of one call. @defaultValue `32` */
  readonly batchSize?: number | undefined
  /**
   * @param texts - As they are; a long one may be cut by the embedder.
   * @returns One vector each, in order, `dimensions` long, not all zero.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<readonly Float32Array[]>
}

/** How texts are to be embedded. */
export interface EmbedOptions {
  readonly signal?: AbortSignal | undefined
  /** What the texts are, for models that tell a question from what it asks for. */
  readonly purpose?: 'query' | 'document' | undefined
}

/** Embeds, and checks what comes back. @returns Vectors of unit length. @throws {@link EmbedderError} (`memory/embedder`). */
export async function embedAll(
  embedder: Embedder,
  texts: readonly string[],
  options: EmbedOptions,
): Promise<Float32Array[]> {
  options.signal?.throwIfAborted()
  const vectors = await embedder.embed(texts, options)
  if (vectors.length !== texts.length)
    throw new EmbedderError(embedder, `${vectors.length} vectors for ${texts.length} texts`)
  return vectors.map((vector) => {
    if (vector.length !== embedder.dimensions)
      throw new EmbedderError(embedder, `a vector has ${vector.length} dimensions`)
    const length = Math.sqrt(dot(vector, vector))
    if (!(length > 0 && Number.isFinite(length))) throw new EmbedderError(embedder, 'a vector has no direction')
    return vector.map((value) => value / length)
  })
}

/** Sum of products; for unit vectors, the cosine. Four sums at once: the processor need not wait for each addition. */
export function dot(a: Float32Array, b: Float32Array): number {
  const even = a.length - (a.length % 4)
  let [sum, second, third, fourth] = [0, 0, 0, 0]
  for (let index = 0; index < even; index += 4) {
    sum += (a[index] ?? 0) * (b[index] ?? 0)
    second += (a[index + 1] ?? 0) * (b[index + 1] ?? 0)
    third += (a[index + 2] ?? 0) * (b[index + 2] ?? 0)
    fourth += (a[index + 3] ?? 0) * (b[index + 3] ?? 0)
  }
  for (let index = even; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum + second + third + fourth
}

/** An embedder that does not keep its promise. */
export class EmbedderError extends SalpError {
  readonly modelId: string
  constructor({ modelId, dimensions }: Pick<Embedder, 'modelId' | 'dimensions'>, why: string) {
    super('memory/embedder', `Cannot use the embedder "${modelId}" (${dimensions} dimensions): ${why}`)
    this.modelId = modelId
  }
}
