/** Contracts by the names of their interface. */

import { Interface, type InterfaceAbi, type LogDescription, type Result } from 'ethers'
import type { ChainClient, Log } from '../chain-client.js'
import type { Address, Hex } from '../hex.js'

/** A contract on a chain. */
export interface Contract {
  readonly address: Address
  encode(name: string, args: readonly unknown[]): Hex
  /** Calls without a transaction. @returns `undefined` if it reverts, or answers something else. */
  read(
    name: string,
    args: readonly unknown[],
    options?: { signal?: AbortSignal | undefined },
  ): Promise<Result | undefined>
  /** The first topic of an event. */
  topic(event: string): Hex
  /** Reads an event; `undefined` if it is of another contract, or none of the interface. */
  parse(log: Log): LogDescription | undefined
}

/** Binds an interface to an address. */
export function contractAt(chain: Pick<ChainClient, 'call'>, address: Address, abi: InterfaceAbi): Contract {
  const contract = Interface.from(abi)
  const encode = (name: string, args: readonly unknown[]): Hex => contract.encodeFunctionData(name, args) as Hex
  return {
    address,
    encode,
    async read(name, args, options) {
      const returned = await chain.call({ to: address, data: encode(name, args) }, options)
      return returned === undefined ? undefined : attempt(() => contract.decodeFunctionResult(name, returned))
    },
    topic(event) {
      const found = contract.getEvent(event)
      if (found === null) throw new RangeError(`Cannot look for the event ${event}: the interface has none`)
      return found.topicHash as Hex
    },
    parse: (log) => (log.address === address ? (attempt(() => contract.parseLog(log)) ?? undefined) : undefined),
  }
}

/** What is decoded comes from a contract that may be anything. */
function attempt<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
