/** The keys by which push services know this node, RFC 8292. */

import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SalpError } from '@salp/core'
import { z } from 'zod'

const keySchema = z.object({
  /** As base64url: an uncompressed point of P-256. */
  publicKey: z.string().regex(/^[\w-]{87}$/),
  /** As base64url: 32 bytes. */
  privateKey: z.string().regex(/^[\w-]{43}$/),
})

/** A pair of keys. */
export type VapidKeys = z.infer<typeof keySchema>

/**
 * Reads the keys in a folder, made once when there are none: browsers that subscribed know them, and others would not reach
 * them any more.
 *
 * @throws {@link VapidError} (`node/push-key`) if the file holds something else.
 */
export function openVapidKeys(folder: string): VapidKeys {
  // Without an ending: files of JSON in that folder are the wallet's.
  const path = join(folder, 'push-key')
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' })
    const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
    const keys = { publicKey: Buffer.concat(point).toString('base64url'), privateKey: d }
    writeFileSync(path, JSON.stringify(keys), { mode: 0o600, flag: 'wx' })
  }
  try {
    return keySchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new VapidError(path, cause)
  }
}

/** A file of keys that cannot be read: `node/push-key`. */
class VapidError extends SalpError {
  constructor(path: string, cause: unknown) {
    super(
      'node/push-key',
      `Cannot read the keys for notifications in "${path}": it holds something else. Take the file away; devices then subscribe anew`,
      { cause },
    )
  }
}
