/** Addresses and other hexadecimal text, checked where it enters. */

import { SalpError } from '@salp/core'
import { getAddress } from 'ethers'

/** Bytes as text: `0x` and two digits a byte. */
export type Hex = `0x${string}`

/** An address of a chain of the EVM, in the letter case of ERC-55, so that equal addresses are equal text. */
export type Address = Hex & { readonly __brand: 'Address' }

/**
 * Reads an address in lower, upper or checksum case.
 *
 * @throws {@link AddressError} (`wallet/address`) for anything else: a wrong checksum, an ICAP text, a name.
 */
export function parseAddress(text: string): Address {
  const known = parsed.get(text)
  if (known !== undefined) return known
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new AddressError(text)
  try {
    const address = getAddress(text) as Address
    if (parsed.size >= maxParsed) parsed.clear()
    parsed.set(text, address)
    return address
  } catch (cause) {
    throw new AddressError(text, cause)
  }
}

/** Texts that were read lately: a checksum is a hash, and the same few addresses come again and again. */
const parsed = new Map<string, Address>()
const maxParsed = 4_096

/** Text that is no address. */
export class AddressError extends SalpError {
  constructor(text: string, cause?: unknown) {
    super('wallet/address', `Cannot read the address "${text.slice(0, 64)}": not 20 bytes, or a wrong checksum`, {
      cause,
    })
  }
}
