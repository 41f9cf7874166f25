/** Names of chains on the wire. */

/** Names of version 1, by chain id. The stock client of version 1 knows no others and ends at one it does not know. */
const v1Names: ReadonlyMap<number, string> = new Map([
  [8453, 'base'],
  [84532, 'base-sepolia'],
  [43114, 'avalanche'],
  [43113, 'avalanche-fuji'],
  [4689, 'iotex'],
  [1329, 'sei'],
  [1328, 'sei-testnet'],
  [137, 'polygon'],
  [80002, 'polygon-amoy'],
  [3338, 'peaq'],
  [1514, 'story'],
  [41923, 'educhain'],
  [2741, 'abstract'],
  [11124, 'abstract-testnet'],
  [324705682, 'skale-base-sepolia'],
])

const chainIds = new Map([...v1Names].map(([chainId, name]) => [name, chainId]))

/** CAIP-2 name of a chain of the EVM. */
export function networkOf(chainId: number): string {
  return `eip155:${chainId}`
}

/** Name in version 1, where it has one. */
export function v1NetworkOf(chainId: number): string | undefined {
  return v1Names.get(chainId)
}

/** Chain of a name of either version; `undefined` for chains that are none of the EVM's, or unknown. */
export function chainIdOf(network: string): number | undefined {
  const id = /^eip155:([1-9][0-9]{0,15})$/.exec(network)?.[1]
  return id === undefined ? chainIds.get(network) : Number(id)
}
