/** Calls of contracts, encoded by hand: words of 32 bytes, and bytes at the end. */

import type { Address, Hex } from '@salp/wallet'
import { id } from 'ethers'

/** First four bytes of a call. @param signature - Such as `balanceOf(address)`. */
export function selector(signature: string): Hex {
  return id(signature).slice(0, 10) as Hex
}

/** First topic of an event. @param signature - Such as `Transfer(address,address,uint256)`. */
export function topic(signature: string): Hex {
  return id(signature) as Hex
}

/** One word: a number, an address, or 32 bytes as they are. */
export function word(value: bigint | Address | Hex): string {
  return (typeof value === 'bigint' ? value.toString(16) : value.slice(2).toLowerCase()).padStart(64, '0')
}

/** An address as a topic of an event. */
export function addressTopic(address: Address): Hex {
  return `0x${word(address)}`
}

/** Bytes as they stand behind the head of a call: their length, then themselves in whole words. */
export function tail(bytes: Hex): string {
  const digits = bytes.slice(2)
  return word(BigInt(digits.length / 2)) + digits.padEnd(Math.ceil(digits.length / 64) * 64, '0')
}

/** A word at a place of what a call returned. @returns `undefined` if it is shorter. */
export function wordAt(returned: Hex, index: number): bigint | undefined {
  const digits = returned.slice(2 + 64 * index, 66 + 64 * index)
  return digits.length === 64 ? BigInt(`0x${digits}`) : undefined
}
