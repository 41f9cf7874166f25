/** Looks at a model file before llama.cpp does, whose own errors name neither file nor cause. */

import { open } from 'node:fs/promises'
import { describeError, SalpError } from '@salp/core'

/**
 * Checks that a file begins as GGUF does, in a version that llama.cpp reads.
 *
 * @throws {@link GgufError} (`models/gguf`) if it is missing, unreadable, or something else.
 */
export async function checkGgufFile(path: string): Promise<void> {
  const head = new DataView(new ArrayBuffer(8))
  let bytesRead: number
  try {
    await using file = await open(path)
    ;({ bytesRead } = await file.read(head, 0, 8, 0))
  } catch (error) {
    throw new GgufError(path, `it cannot be read (${describeError(error)})`, error)
  }
  if (bytesRead < 8 || head.getUint32(0) !== magic) {
    throw new GgufError(path, 'it is not a GGUF file. Download or convert the model in GGUF format')
  }
  const version = head.getUint32(4, true)
  if (version !== 2 && version !== 3) {
    throw new GgufError(path, `it is GGUF of version ${version}, and only 2 and 3, little-endian, can be read`)
  }
}

/** "GGUF". */
const magic = 0x47475546

/** A model file that cannot be used. */
export class GgufError extends SalpError {
  readonly path: string
  constructor(path: string, why: string, cause?: unknown) {
    super('models/gguf', `Cannot use the language model at "${path}": ${why}`, { cause })
    this.path = path
  }
}
