/** The key that signs checkpoints of the record of calls. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditSealer } from '@salp/agent'

/**
 * Opens the key in a folder, made when there is none: `audit-key.pem` for its owner alone, `audit-key.pub.pem` for whoever
 * checks a record elsewhere. It shows what was done to the database by somebody who has not the folder too.
 */
export function openSealer(folder: string): AuditSealer {
  const path = join(folder, 'audit-key.pem')
  if (!existsSync(path)) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(join(folder, 'audit-key.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const privateKey = createPrivateKey(readFileSync(path))
  const publicKey = createPublicKey(privateKey)
  return {
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64'),
    isSigned: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64')),
  }
}
