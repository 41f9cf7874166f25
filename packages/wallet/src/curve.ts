/** Signatures on secp256k1, as a port: plain JavaScript by default, faster where the runtime has more. */

import { getBytes, hexlify, Signature, SigningKey } from 'ethers'

/** A signature in parts. */
export interface CurveSignature {
  /** r and s, 32 bytes each; s in the lower half. */
  readonly bytes: Uint8Array
  /** Which of the two points that share r: the parity of y. */
  readonly parity: 0 | 1
}

/** Finds the public key that made a signature: 65 bytes, or `undefined` where there is none. */
export type Recover = (hash: Uint8Array, signature: CurveSignature) => Uint8Array | undefined

/** Signs 32 bytes by RFC 6979, so that each implementation makes the same signature. */
export type Sign = (hash: Uint8Array, privateKey: Uint8Array) => CurveSignature

/** An implementation. */
export interface Curve {
  readonly recover: Recover
  readonly sign: Sign
}

/** The curve in JavaScript, which runs anywhere. */
export const plainCurve: Curve = {
  recover(hash, { bytes, parity }) {
    try {
      const signature = Signature.from({
        r: hexlify(bytes.subarray(0, 32)),
        s: hexlify(bytes.subarray(32)),
        yParity: parity,
      })
      return getBytes(SigningKey.recoverPublicKey(hash, signature))
    } catch {
      return undefined
    }
  },
  sign(hash, privateKey) {
    const { r, s, yParity } = new SigningKey(privateKey).sign(hash)
    return { bytes: getBytes(`${r}${s.slice(2)}`), parity: yParity }
  },
}
