/** An agent's place on chain: registered once, updated, handed on (ERC-8004). */

import { abi } from '@salp/contracts'
import type { TransactionReceipt } from '../chain-client.js'
import { type Address, type Hex, parseAddress } from '../hex.js'
import { contractAt } from '../internal/contract.js'
import type { Account } from '../keyring.js'
import { type ActDeps, type ActOutcome, perform } from './acts.js'
import { createAgentReader } from './agents.js'

interface Acting {
  /** Names the act: the same is sent once, also across crashes. */
  readonly id: string
  readonly signal?: AbortSignal | undefined
}

interface ActingFor extends Acting {
  readonly agentId: bigint
}

/** What became of a registration. */
export type RegisterOutcome =
  | { readonly status: 'registered'; readonly agentId: bigint; readonly receipt: TransactionReceipt }
  /** The account owns agents that this journal knows nothing of. Nothing was sent. */
  | { readonly status: 'owned'; readonly count: number }
  | Exclude<ActOutcome, { readonly status: 'done' }>

/** Acts for agents, as the account of the sender. */
export interface Identity {
  readonly registry: Address
  /**
   * Registers an agent that the account owns and is paid for.
   *
   * Called again with the same id, it gives the same agent. An account that owns one already, as after the loss of the
   * database, registers `another` only when told to.
   */
  register(
    request: Acting & {
      readonly uri: string
      readonly metadata?: Readonly<Record<string, Uint8Array>> | undefined
      readonly another?: boolean | undefined
    },
  ): Promise<RegisterOutcome>
  /** Says where the registration file is now. */
  setUri(request: ActingFor & { readonly uri: string }): Promise<ActOutcome>
  setMetadata(request: ActingFor & { readonly key: string; readonly value: Uint8Array }): Promise<ActOutcome>
  /** Has the agent paid to another wallet, which agrees by its signature: an account, or a contract (ERC-1271) with one that signs for it. */
  setWallet(request: ActingFor & { readonly wallet: Pick<Account, 'address' | 'signTypedData'> }): Promise<ActOutcome>
  /** Gives the agent away. It has no wallet then until the new owner sets one. */
  transfer(request: ActingFor & { readonly to: Address }): Promise<ActOutcome>
  /**
   * Lets another address act for every agent of the account, and take them: the way back if the key is lost.
   *
   * It must be set up before the loss; afterwards nobody can, and whoever holds that address can take the agents at any time.
   * So it is a key kept offline, or a contract that needs several. A contract wallet as owner from the start is as good.
   */
  setRecovery(request: Acting & { readonly recovery: Address; readonly allowed: boolean }): Promise<ActOutcome>
  /** Takes an agent back from its owner, as the address that the owner allowed. Then set its wallet, and its URI. */
  recover(request: ActingFor & { readonly to: Address }): Promise<ActOutcome>
}

/** Longest that a wallet's signature may be used, in s; the registry takes 300 at most. */
const consentSeconds = 240

const walletMembers = [
  { name: 'agentId', type: 'uint256' },
  { name: 'newWallet', type: 'address' },
  { name: 'owner', type: 'address' },
  { name: 'deadline', type: 'uint256' },
]

/** Creates the acts on the identity registry at an address. */
export function createIdentity(deps: ActDeps, { registry }: { readonly registry: Address }): Identity {
  const { chain, sender } = deps
  const contract = contractAt(chain, registry, abi.identityRegistry)
  const reader = createAgentReader(deps, { registry })
  const act = ({ id, signal }: Acting, name: string, args: readonly unknown[]): Promise<ActOutcome> =>
    perform(deps, { id, to: registry, signal, build: () => contract.encode(name, args) })
  const ownerOf = async (agentId: bigint, signal: AbortSignal | undefined): Promise<Address> => {
    const agent = await reader.read(agentId, { signal })
    if (agent === undefined) throw new RangeError(`Cannot act for the agent ${agentId}: there is none of that number`)
    return agent.owner
  }
  const consent = async ({ agentId, wallet, signal }: Parameters<Identity['setWallet']>[0]): Promise<Hex> => {
    const [owner, { timestamp }] = await Promise.all([ownerOf(agentId, signal), chain.latestBlock({ signal })])
    const deadline = BigInt(timestamp + consentSeconds)
    const signature = wallet.signTypedData({
      domain: {
        name: 'ERC8004IdentityRegistry',
        version: '1',
        chainId: chain.chainId,
        verifyingContract: registry,
      },
      primaryType: 'AgentWalletSet',
      members: walletMembers,
      message: { agentId, newWallet: wallet.address, owner, deadline },
    })
    return contract.encode('setAgentWallet', [agentId, wallet.address, deadline, signature])
  }
  return {
    registry,
    async register({ id, signal, uri, metadata = {}, another = false }) {
      if (!another && (await sender.outcome(id, { signal })).status === 'absent') {
        const count = await reader.countOf(sender.address, { signal })
        if (count > 0) return { status: 'owned', count }
      }
      const entries = Object.entries(metadata).map(([metadataKey, metadataValue]) => ({ metadataKey, metadataValue }))
      const name = 'register(string,(string,bytes)[])'
      const outcome = await act({ id, signal }, name, [uri, entries])
      if (outcome.status !== 'done') return outcome
      const { receipt } = outcome
      const registered = receipt.logs.map((log) => contract.parse(log)).find((event) => event?.name === 'Registered')
      if (registered == null) throw new RangeError(`Cannot read the registration "${id}": another act has that id`)
      return { status: 'registered', agentId: BigInt(registered.args.agentId), receipt }
    },
    setUri: ({ agentId, uri, ...acting }) => act(acting, 'setAgentURI', [agentId, uri]),
    setMetadata: ({ agentId, key, value, ...acting }) => act(acting, 'setMetadata', [agentId, key, value]),
    setWallet: (request) => {
      const { id, signal } = request
      return perform(deps, { id, to: registry, signal, build: () => consent(request) })
    },
    transfer: ({ agentId, to, ...acting }) => act(acting, 'transferFrom', [sender.address, to, agentId]),
    setRecovery: ({ recovery, allowed, ...acting }) => act(acting, 'setApprovalForAll', [recovery, allowed]),
    recover: ({ agentId, to, id, signal }) =>
      perform(deps, {
        id,
        to: registry,
        signal,
        build: async () => contract.encode('transferFrom', [await ownerOf(agentId, signal), parseAddress(to), agentId]),
      }),
  }
}
