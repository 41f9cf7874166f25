/** Chains that are known, as plain data. */

import { developmentAddresses, pathUsdAddress } from '@salp/contracts'
import { type Address, parseAddress } from './hex.js'
import type { Asset } from './money.js'

/** Contracts of a chain that are not tokens, as far as it has them. */
export interface ChainContracts {
  /** Registries of ERC-8004. */
  readonly identityRegistry?: Address | undefined
  readonly reputationRegistry?: Address | undefined
  readonly validationRegistry?: Address | undefined
  /** Uniswap's Permit2. */
  readonly permit2?: Address | undefined
  /** Spender of `exact` payments by Permit2. */
  readonly exactPermit2Proxy?: Address | undefined
  /** Settles `tempo-tip20` on chain. */
  readonly tipSettlement?: Address | undefined
  /** Groups EIP-3009 transfers. */
  readonly transferBatch?: Address | undefined
}

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
  /** The first is the one to pay in. */
  readonly assets: readonly Asset[]
  readonly contracts: ChainContracts
}

const permit2Contracts = {
  permit2: parseAddress('0x000000000022D473030F116dDEE9F6B43aC78BA3'),
  exactPermit2Proxy: parseAddress('0x402085c248EeA27D92E8b30b2C58ed07f9E20001'),
}

/** Known chains. */
export const chains: {
  readonly tempoModerato: Chain
  readonly base: Chain
  readonly baseSepolia: Chain
  /** The development chain of this machine; see {@link localChain} for one at another place. */
  readonly local: Chain
} = {
  tempoModerato: {
    id: 42431,
    name: 'Tempo Moderato',
    rpcUrl: 'https://rpc.moderato.tempo.xyz',
    explorerUrl: 'https://explore.testnet.tempo.xyz',
    faucet: { method: 'tempo_fundAddress' },
    nativeCoin: false,
    assets: ['pathUSD', 'AlphaUSD', 'BetaUSD', 'ThetaUSD'].map((name, index) => tip20(42431, name, index)),
    contracts: permit2Contracts,
  },
  base: {
    id: 8453,
    name: 'Base',
    v1Name: 'base',
    rpcUrl: 'https://mainnet.base.org',
    explorerUrl: 'https://basescan.org',
    nativeCoin: true,
    assets: [usdc(8453, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'USD Coin')],
    contracts: {
      ...permit2Contracts,
      identityRegistry: parseAddress('0x8004A169FB4a3325136EB29fA0ceB6D2e539a432'),
      reputationRegistry: parseAddress('0x8004BAa17C55a88189AE136b182e5fdA19dE9b63'),
      validationRegistry: parseAddress('0x8004Cc8439f36fd5F9F049D9fF86523Df6dAAB58'),
    },
  },
  baseSepolia: {
    id: 84532,
    name: 'Base Sepolia',
    v1Name: 'base-sepolia',
    rpcUrl: 'https://sepolia.base.org',
    explorerUrl: 'https://sepolia.basescan.org',
    nativeCoin: true,
    assets: [usdc(84532, '0x036CbD53842c5426634e7929541eC2318f3dCF7e', 'USDC')],
    contracts: {
      ...permit2Contracts,
      identityRegistry: parseAddress('0x8004A818BFB912233c491871b3d84c89A494BD9e'),
      reputationRegistry: parseAddress('0x8004B663056A597Dffe9eCcC1965A193B7388713'),
      validationRegistry: parseAddress('0x8004Cb1BF31DAf7788923b405b754f57acEB4272'),
    },
  },
  local: localChain(),
}

/**
 * The development chain that `startDevChain` of `@salp/wallet/node` runs.
 *
 * It pays in a dollar that stock clients of x402 know how to sign for (EIP-3009), and has pathUSD at Tempo's address.
 */
export function localChain({
  chainId = 42431,
  rpcUrl = 'http://127.0.0.1:8545',
}: {
  readonly chainId?: number | undefined
  readonly rpcUrl?: string | undefined
} = {}): Chain {
  const { developmentDollar, ...contracts } = developmentAddresses
  const dollar: Asset = {
    chainId,
    address: parseAddress(developmentDollar),
    symbol: 'devUSD',
    decimals: 6,
    domain: { name: 'Development Dollar', version: '1' },
  }
  return {
    id: chainId,
    name: 'Local',
    rpcUrl,
    nativeCoin: false,
    assets: [dollar, tip20(chainId, 'pathUSD', 0)],
    contracts: {
      ...permit2Contracts,
      identityRegistry: parseAddress(contracts.identityRegistry),
      reputationRegistry: parseAddress(contracts.reputationRegistry),
      validationRegistry: parseAddress(contracts.validationRegistry),
      tipSettlement: parseAddress(contracts.tipSettlement),
      transferBatch: parseAddress(contracts.transferBatch),
    },
  }
}

/** A token of Tempo by its number. TIP-1004: its domain is the name of the token, version 1. */
function tip20(chainId: number, name: string, index: number): Asset {
  const address = parseAddress(`0x${(BigInt(pathUsdAddress) + BigInt(index)).toString(16)}`)
  return { chainId, address, symbol: name, decimals: 6, domain: { name, version: '1' } }
}

function usdc(chainId: number, address: string, name: string): Asset {
  return { chainId, address: parseAddress(address), symbol: 'USDC', decimals: 6, domain: { name, version: '2' } }
}
