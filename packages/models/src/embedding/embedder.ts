/** What every embedder here gives: the shape that `@salp/memory` asks for. */

/** Why a text is embedded: some models put a question and what answers it differently. */
export type EmbeddingPurpose = 'query' | 'document'

/** How one call behaves. */
export interface EmbedOptions {
  readonly signal?: AbortSignal | undefined
  /** @defaultValue `document` */
  readonly purpose?: EmbeddingPurpose | undefined
}

/** Turns texts into directions, so that texts of like meaning point alike. */
export interface Embedder {
  /** Names the vector space: vectors under one name can be compared, under two they cannot. Stored with each vector. */
  readonly modelId: string
  readonly dimensions: number
  /**
   * Embeds texts; an empty one too gets a vector.
   *
   * @returns Vectors of unit length, in the order of `texts`, the caller's own.
   * @throws The signal's reason if it aborts.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>
}

/** What a model wants to read before a text, by purpose, such as `query: `. */
export type EmbeddingPrompts = { readonly [Purpose in EmbeddingPurpose]?: string | undefined }
