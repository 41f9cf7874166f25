/** Modules and scripts kept in a folder under the hash of their bytes. */

import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SalpError } from '@salp/core'
import { writeFileAtomically } from '@salp/core/node'

/** Bytes by their SHA-256, written as 64 hexadecimal digits. */
export interface ArtifactFolder {
  /** Keeps bytes; the same ones are kept once. @returns Their hash. */
  put(bytes: Uint8Array): Promise<string>
  /**
   * @returns `undefined` if nothing has that hash.
   * @throws {@link ArtifactError} (`cartridge/artifact`) if the file has other bytes by now.
   */
  get(sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
}

/** SHA-256 of bytes, as 64 hexadecimal digits. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Opens a folder, which is made when the first one is put. Processes may share it. */
export function openArtifactFolder(folder: string): ArtifactFolder {
  const pathOf = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`Cannot look for "${sha256}": it is no SHA-256`)
    return join(folder, sha256)
  }
  const get = async (sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const path = pathOf(sha256)
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = new Uint8Array(await readFile(path))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
    if (sha256Of(bytes) !== sha256) throw new ArtifactError(path)
    return bytes
  }
  return {
    get,
    async put(bytes) {
      const sha256 = sha256Of(bytes)
      await mkdir(folder, { recursive: true })
      await writeFileAtomically(pathOf(sha256), bytes)
      return sha256
    },
  }
}

/** A file that is not what its name says. */
export class ArtifactError extends SalpError {
  readonly path: string
  constructor(path: string) {
    super(
      'cartridge/artifact',
      `Cannot use "${path}": its bytes are not those it was kept with. Delete it and compile again`,
    )
    this.path = path
  }
}
