/** Chains that are known, as plain data. */

import { type Address, parseAddress } from './hex.js'
import type { Asset } from './money.js'

/** A chain and the tokens worth naming on it. */
export interface Chain {
  readonly id: number
  readonly name: string
  /** Name in version 1 of x402, which knows a fixed list; version 2 says `eip155:` and the id. */
  readonly v1Name?: string | undefined
  readonly rpcUrl: string
  readonly explorerUrl?: string | undefined
  /** How test money is had: a method of the RPC that takes an address. */
  readonly faucet?: { readonly method: string } | undefined
  /** Whether `eth_getBalance` and value transfers mean something. */
  readonly nativeCoin: boolean
  /** Contracts of ours and of the registries, where they are there. */
  readonly contracts?:
    | {
        readonly transferBatch?: Address | undefined
        readonly tipSettlement?: Address | undefined
      }
    | undefined
  /** The first is the one to pay in. */
  readonly assets: readonly Asset[]
}

/** Known chains. */
export const chains: {
  readonly tempoModerato: Chain
  readonly base: Chain
  readonly baseSepolia: Chain
  /** The development chain: the rules of Moderato on this machine. */
  readonly local: Chain
} = {
  tempoModerato: {
    id: 42431,
    name: 'Tempo Moderato',
    rpcUrl: 'https://rpc.moderato.tempo.xyz',
    explorerUrl: 'https://explore.testnet.tempo.xyz',
    faucet: { method: 'tempo_fundAddress' },
    nativeCoin: false,
    assets: tempoAssets(42431),
  },
  base: {
    id: 8453,
    name: 'Base',
    v1Name: 'base',
    rpcUrl: 'https://mainnet.base.org',
    explorerUrl: 'https://basescan.org',
    nativeCoin: true,
    assets: [usdc(8453, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'USD Coin')],
  },
  baseSepolia: {
    id: 84532,
    name: 'Base Sepolia',
    v1Name: 'base-sepolia',
    rpcUrl: 'https://sepolia.base.org',
    explorerUrl: 'https://sepolia.basescan.org',
    nativeCoin: true,
    assets: [usdc(84532, '0x036CbD53842c5426634e7929541eC2318f3dCF7e', 'USDC')],
  },
  local: {
    id: 42431,
    name: 'Local',
    rpcUrl: 'http://127.0.0.1:8545',
    nativeCoin: false,
    assets: tempoAssets(42431),
  },
}

function tempoAssets(chainId: number): Asset[] {
  return ['pathUSD', 'AlphaUSD', 'BetaUSD', 'ThetaUSD'].map((name, index) => ({
    chainId,
    address: tip20(index),
    symbol: name,
    decimals: 6,
    // TIP-1004: the name of the token, version 1.
    domain: { name, version: '1' },
  }))
}

function tip20(index: number): Address {
  return parseAddress(`0x20c0${index.toString(16).padStart(36, '0')}`)
}

function usdc(chainId: number, address: string, name: string): Asset {
  return { chainId, address: parseAddress(address), symbol: 'USDC', decimals: 6, domain: { name, version: '2' } }
}
