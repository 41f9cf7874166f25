/** The key that signs for a node: checkpoints of its record of calls, and second keys. */

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditSealer, Signer } from '@salp/agent'

/**
 * Opens the key in a folder, made when there is none: `audit-key.pem` for its owner alone, `audit-key.pub.pem` for whoever
 * checks a record elsewhere. It shows what was done to the database by somebody who has not the folder too.
 */
export function openSealer(folder: string): { readonly sealer: AuditSealer; readonly signer: Signer } {
  const path = join(folder, 'audit-key.pem')
  if (!existsSync(path)) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    writeFileSync(join(folder, 'audit-key.pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const privateKey = createPrivateKey(readFileSync(path))
  const own = createPublicKey(privateKey)
  const signText = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('base64')
  return {
    sealer: {
      sign: signText,
      isSigned: (text, signature) => verify(null, Buffer.from(text), own, Buffer.from(signature, 'base64')),
    },
    signer: {
      publicKey: own.export({ type: 'spki', format: 'der' }).toString('base64'),
      sign: signText,
      isSigned: (text, { publicKey, signature }) => {
        try {
          const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' })
          return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'))
        } catch {
          // What is no key has signed nothing.
          return false
        }
      },
    },
  }
}
