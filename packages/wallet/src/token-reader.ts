/** What tokens say of themselves and of accounts. */

import { AbiCoder, id as keccakOf } from 'ethers'
import type { ChainClient } from './chain-client.js'
import type { Address, Hex } from './hex.js'

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks tokens. `undefined` means that the contract has no such function, or that there is no contract.
 *
 * Throws what the chain throws.
 */
export interface TokenReader {
  /** In base units. */
  balanceOf(token: Address, owner: Address, options?: Waiting): Promise<bigint | undefined>
  /** In base units. */
  allowance(token: Address, owner: Address, spender: Address, options?: Waiting): Promise<bigint | undefined>
  /** Whether the nonce of an EIP-3009 authorisation was used or cancelled. */
  authorizationState(token: Address, authorizer: Address, nonce: Hex, options?: Waiting): Promise<boolean | undefined>
  /** Number of the owner's next permit (EIP-2612). */
  nonces(token: Address, owner: Address, options?: Waiting): Promise<bigint | undefined>
  name(token: Address, options?: Waiting): Promise<string | undefined>
  /** Version in the domain of the token's own signatures, where it tells. */
  version(token: Address, options?: Waiting): Promise<string | undefined>
  decimals(token: Address, options?: Waiting): Promise<number | undefined>
}

const selectors = Object.fromEntries(
  [
    'balanceOf(address)',
    'allowance(address,address)',
    'authorizationState(address,bytes32)',
    'nonces(address)',
    'name()',
    'version()',
    'decimals()',
  ].map((signature) => [signature.slice(0, signature.indexOf('(')), keccakOf(signature).slice(0, 10)]),
)

/** Creates a reader of the tokens of one chain. */
export function createTokenReader({ chain }: { readonly chain: Pick<ChainClient, 'call'> }): TokenReader {
  const ask = async (token: Address, name: string, words: readonly Hex[], options?: Waiting) => {
    const data =
      `${selectors[name]}${words.map((part) => part.slice(2).toLowerCase().padStart(64, '0')).join('')}` as Hex
    return chain.call({ to: token, data }, options)
  }
  const number = async (...asked: Parameters<typeof ask>): Promise<bigint | undefined> => {
    const returned = await ask(...asked)
    return returned?.length === 66 ? BigInt(returned) : undefined
  }
  const text = async (...asked: Parameters<typeof ask>): Promise<string | undefined> => {
    const returned = await ask(...asked)
    try {
      return returned === undefined ? undefined : String(AbiCoder.defaultAbiCoder().decode(['string'], returned)[0])
    } catch {
      return undefined
    }
  }
  return {
    balanceOf: (token, owner, options) => number(token, 'balanceOf', [owner], options),
    allowance: (token, owner, spender, options) => number(token, 'allowance', [owner, spender], options),
    async authorizationState(token, authorizer, nonce, options) {
      const state = await number(token, 'authorizationState', [authorizer, nonce], options)
      return state === undefined ? undefined : state !== 0n
    },
    nonces: (token, owner, options) => number(token, 'nonces', [owner], options),
    name: (token, options) => text(token, 'name', [], options),
    version: (token, options) => text(token, 'version', [], options),
    async decimals(token, options) {
      const found = await number(token, 'decimals', [], options)
      return found === undefined || found > 77n ? undefined : Number(found)
    },
  }
}
