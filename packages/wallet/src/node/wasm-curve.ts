/** The curve in WebAssembly: libsecp256k1, five times as fast as JavaScript. */

import type { Curve } from '../curve.js'

/** Loads the curve of `tiny-secp256k1`; the first call reads and compiles it, in some milliseconds. */
export async function loadWasmCurve(): Promise<Curve> {
  const { recover, signRecoverable } = await import('tiny-secp256k1')
  return {
    recover(hash, { bytes, parity }) {
      try {
        return recover(hash, bytes, parity, false) ?? undefined
      } catch {
        return undefined
      }
    },
    sign(hash, privateKey) {
      const { signature, recoveryId } = signRecoverable(hash, privateKey)
      return { bytes: signature, parity: recoveryId === 1 ? 1 : 0 }
    },
  }
}
