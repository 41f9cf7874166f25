/** Vectors from outside, checked and brought to unit length. */

import { SalpError, type SalpErrorOptions } from '@salp/core'

/**
 * Scales a vector to length 1.
 *
 * @param from - The embedder it came from, for the error.
 * @throws {@link EmbeddingError} (`models/embedding`) if it is not of that width, or has no direction.
 */
export function toUnit(
  values: ArrayLike<number>,
  from: { readonly modelId: string; readonly dimensions: number },
): Float32Array {
  if (values.length !== from.dimensions) {
    throw new EmbeddingError(
      from.modelId,
      `it gave ${values.length} dimensions where ${from.dimensions} were expected: state the width that the model has`,
    )
  }
  const vector = Float32Array.from(values)
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) {
    throw new EmbeddingError(from.modelId, `it gave a vector of length ${length}, which has no direction`)
  }
  return vector.map((value) => value / length)
}

/** An embedder that did not give the vectors it promised. */
export class EmbeddingError extends SalpError {
  /** Id of the embedder. */
  readonly embedder: string
  constructor(embedder: string, why: string, options?: SalpErrorOptions) {
    super('models/embedding', `Cannot embed with "${embedder}": ${why}`, options)
    this.embedder = embedder
  }
}
