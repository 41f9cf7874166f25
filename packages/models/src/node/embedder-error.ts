/** An embedder whose files are not what they should be. */

import { SalpError } from '@salp/core'

/** A model or a vector file that cannot be used. */
export class EmbedderError extends SalpError {
  /** The folder or file. */
  readonly path: string
  constructor(path: string, why: string, cause?: unknown) {
    super('models/embedder', `Cannot use the embedder at "${path}": ${why}`, { cause })
    this.path = path
  }
}
