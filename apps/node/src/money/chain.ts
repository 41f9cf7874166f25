/** The chain that money moves on: one of the world's, or one of our own on this machine. */

import { join } from 'node:path'
import type { Clock, Logger } from '@salp/core'
import {
  type Address,
  type Chain,
  type ChainClient,
  chains,
  createChainClient,
  createRpc,
  type Rpc,
  requestFaucet,
} from '@salp/wallet'
import { createKeepAliveFetch, type DevChain, developmentFaucet, startDevChain } from '@salp/wallet/node'
import type { Settings } from '../settings.js'

/** A chain that can be asked. */
export interface OpenChain {
  readonly chain: Chain
  readonly rpc: Rpc
  readonly client: ChainClient
  /** Whether its money is worth nothing. */
  readonly development: boolean
  /** Gives money for trying things; absent where nobody does. */
  readonly faucet?: ((address: Address, options: { readonly signal: AbortSignal }) => Promise<string[]>) | undefined
  close(): Promise<void>
}

const presets = {
  local: chains.local,
  tempo: chains.tempoModerato,
  base: chains.base,
  'base-sepolia': chains.baseSepolia,
} as const

/** The chain that the settings name; `undefined` where money is switched off. */
export function chainOf({ chain, rpcUrl }: Settings['wallet']): Chain | undefined {
  if (chain === 'off') return undefined
  return rpcUrl === undefined ? presets[chain] : { ...presets[chain], rpcUrl }
}

/**
 * Opens a chain; one of our own is started, unless the settings name a node of it.
 *
 * @throws {@link SalpError} (`wallet/dev-chain`) if the development chain cannot start.
 */
export async function openChain(
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  {
    settings,
    folder,
    signal,
  }: { readonly settings: Settings['wallet']; readonly folder: string; readonly signal: AbortSignal },
): Promise<OpenChain> {
  const known = chainOf(settings)
  if (known === undefined) throw new RangeError('Cannot open a chain: money is switched off')
  const development = settings.chain === 'local'
  const own: DevChain | undefined =
    development && settings.rpcUrl === undefined
      ? await startDevChain({ fetch: globalThis.fetch, clock, log }, { folder: join(folder, 'chain'), signal })
      : undefined
  const chain = own?.chain ?? known
  const connections = createKeepAliveFetch()
  const rpc = createRpc({ fetch: connections.fetch }, { url: chain.rpcUrl })
  const client = createChainClient({ rpc }, { chainId: chain.id })
  return {
    chain,
    rpc,
    client,
    development,
    faucet: development
      ? async (account) => {
          await (own === undefined ? developmentFaucet({ rpc, client }, account) : own.faucet(account))
          return []
        }
      : chain.faucet && ((account, options) => requestFaucet({ rpc }, { chain, account }, options)),
    async close() {
      connections.close()
      await own?.close()
    },
  }
}
