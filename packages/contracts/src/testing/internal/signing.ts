/** Signatures of made-up people, and random draws that a seed repeats. */

import {
  HDNodeWallet,
  Mnemonic,
  type Signature,
  Signature as signatures,
  type TypedDataDomain,
  type TypedDataField,
} from 'ethers'

const phrase = Mnemonic.fromPhrase('test test test test test test test test test test test junk')

/** The person of this number: keys that everybody knows. */
export function person(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(phrase, `m/44'/60'/7'/0/${index}`)
}

/** Signs typed data as `signer`. */
export async function sign(
  signer: HDNodeWallet,
  domain: TypedDataDomain,
  types: Record<string, TypedDataField[]>,
  message: Record<string, unknown>,
): Promise<Signature> {
  return signatures.from(await signer.signTypedData(domain, types, message))
}

/** Fields of an EIP-712 type, from the way the standards write them: `address from,uint256 value`. */
export function fields(text: string): TypedDataField[] {
  return text.split(',').map((field) => {
    const [type = '', name = ''] = field.split(' ')
    return { name, type }
  })
}

/** The same signature with s mirrored: it recovers to the same key, and would be a second id for one act. */
export function highTwin({ r, s, v }: Signature): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  return `${r}${(order - BigInt(s)).toString(16).padStart(64, '0')}${v === 27 ? '1c' : '1b'}`
}
