/** What a registry says of agents. */

import { abi } from '@salp/contracts'
import { getBytes } from 'ethers'
import type { ChainClient } from '../chain-client.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { contractAt } from '../internal/contract.js'

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** An agent as the registry has it. */
export interface Agent {
  readonly agentId: bigint
  readonly owner: Address
  /** Where it is paid; `undefined` after a transfer, until its owner sets one. */
  readonly wallet: Address | undefined
  /** Where its registration file is; may be empty. */
  readonly uri: string
}

/** Reads a registry. Throws what the chain throws. */
export interface AgentReader {
  /** `undefined` if there is no such agent. */
  read(agentId: bigint, options?: Waiting): Promise<Agent | undefined>
  /** A value of its metadata; empty if it was never set. */
  metadata(agentId: bigint, key: string, options?: Waiting): Promise<Uint8Array>
  /** How many agents an account owns. */
  countOf(owner: Address, options?: Waiting): Promise<number>
}

const none = `0x${'0'.repeat(40)}`

/** Creates a reader of the identity registry at an address. */
export function createAgentReader(
  { chain }: { readonly chain: Pick<ChainClient, 'call'> },
  { registry }: { readonly registry: Address },
): AgentReader {
  const contract = contractAt(chain, registry, abi.identityRegistry)
  return {
    async read(agentId, options) {
      const [owner, uri, wallet] = await Promise.all([
        contract.read('ownerOf', [agentId], options),
        contract.read('tokenURI', [agentId], options),
        contract.read('getAgentWallet', [agentId], options),
      ])
      if (owner === undefined) return undefined
      const paid = String(wallet?.[0] ?? none)
      return {
        agentId,
        owner: parseAddress(String(owner[0])),
        wallet: paid === none ? undefined : parseAddress(paid),
        uri: String(uri?.[0] ?? ''),
      }
    },
    async metadata(agentId, key, options) {
      const value = await contract.read('getMetadata', [agentId, key], options)
      return getBytes((value?.[0] ?? '0x') as Hex)
    },
    countOf: async (owner, options) => Number((await contract.read('balanceOf', [owner], options))?.[0] ?? 0),
  }
}
