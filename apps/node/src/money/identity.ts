/** Who the node is on its chain, by ERC-8004: registered once, with a file that says what it serves. */

import { SalpError, type SqlDatabase } from '@salp/core'
import {
  type Address,
  type AgentIndex,
  createAgentIndex,
  createIdentity,
  registryName,
  type Sender,
  writeRegistration,
} from '@salp/wallet'
import type { OpenChain } from './chain.js'

/** What an identity needs. */
export interface IdentityDeps {
  readonly db: SqlDatabase
  readonly chain: OpenChain
  /** Sends as the account that owns the agent. */
  readonly sender: Sender
}

/** What is said of the agent. */
export interface IdentityOptions {
  readonly registry: Address
  readonly name: string
  /** Where others reach the node, such as `https://agent.example.org`. */
  readonly origin: string
}

/** A node's place in a registry. */
export interface NodeIdentity {
  /** What it is registered as, as far as this database knows. */
  current(): { readonly agentId: bigint; readonly registry: Address; readonly uri: string } | undefined
  /** Finds out whether it is registered, without sending anything. */
  find(options: { readonly signal: AbortSignal }): Promise<void>
  /**
   * Registers it, or says where its file is now. Asked twice, it does each once.
   *
   * @throws {@link IdentityError} (`node/identity`) if that did not come to be.
   */
  register(options: { readonly signal: AbortSignal }): Promise<void>
  /** The registration file; absent before there is an agent to tell of. */
  file(): string | undefined
  /** Agents of the registry. */
  readonly others: AgentIndex
}

/** Where the registration file is, by the standard. */
export const registrationPath = '/.well-known/agent-registration.json'

/** Creates the identity of a node. */
export function createNodeIdentity(
  { db, chain, sender }: IdentityDeps,
  { registry, name, origin }: IdentityOptions,
): NodeIdentity {
  const { client } = chain
  const uri = `${origin}${registrationPath}`
  const id = `identity:${client.chainId}:${registry}`
  const identity = createIdentity({ chain: client, sender }, { registry })
  const others = createAgentIndex({ db, chain: client }, { registry })
  let known: { readonly agentId: bigint; readonly uri: string } | undefined

  const find: NodeIdentity['find'] = async ({ signal }) => {
    if ((await sender.outcome(id, { signal })).status !== 'mined') return
    // What was sent under this name is not sent again: this only reads which number it was given.
    const outcome = await identity.register({ id, uri, signal })
    if (outcome.status === 'registered') known = { agentId: outcome.agentId, uri }
  }
  return {
    others,
    find,
    current: () => known && { ...known, registry },
    async register({ signal }) {
      const outcome = await identity.register({ id, uri, signal })
      if (outcome.status !== 'registered') throw new IdentityError(refusalText(outcome))
      known = { agentId: outcome.agentId, uri }
      await others.sync({ signal })
      const there = others.get(outcome.agentId)
      if (there !== undefined && there.uri === uri) return
      const moved = await identity.setUri({
        id: `${id}:${uri}:${there?.block ?? 0}`,
        agentId: outcome.agentId,
        uri,
        signal,
      })
      if (moved.status !== 'done') throw new IdentityError(refusalText(moved))
    },
    file() {
      if (known === undefined) return undefined
      const services = [
        { name: 'web', endpoint: `${origin}/` },
        { name: 'agentWallet', endpoint: `eip155:${client.chainId}:${sender.address}` },
        { name: 'x402', endpoint: `${origin}/g/` },
      ]
      return writeRegistration({
        ...{ name, description: 'An agent of Salp', services, x402Support: true, active: true },
        registrations: [
          { agentId: Number(known.agentId), agentRegistry: registryName({ chainId: client.chainId, registry }) },
        ],
        supportedTrust: ['reputation'],
      })
    },
  }
}

function refusalText(outcome: { readonly status: string; readonly detail?: string; readonly count?: number }): string {
  if (outcome.status === 'owned')
    return `its account owns ${outcome.count} agents already, which this home knows nothing of`
  return outcome.detail ?? `the transaction is ${outcome.status}`
}

/** A registration that did not come to be. */
class IdentityError extends SalpError {
  constructor(why: string) {
    super('node/identity', `Cannot register the agent: ${why}`)
  }
}
