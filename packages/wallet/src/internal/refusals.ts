/** What nodes mean when they refuse a transaction: the words differ by node, and no number tells. */

/**
 * Kinds of refusals.
 *
 * - `known`: the node has it already.
 * - `nonce`: another transaction has its number, in a block or waiting.
 * - `fee`, `funds`, `invalid`: refused for good as it is.
 * - `unsupported`: the node does not have the method.
 * - `unclear`: anything else; it may have been taken all the same.
 */
export type RefusalKind = 'known' | 'nonce' | 'fee' | 'funds' | 'invalid' | 'unsupported' | 'unclear'

/** By the words of geth, reth, anvil, erigon, nethermind and besu; the first that fits. */
const words: readonly (readonly [RefusalKind, RegExp])[] = [
  ['known', /already ?(?:known|imported|exists|in (?:the )?(?:mem)?pool)|known ?transaction/i],
  ['nonce', /nonce (?:is )?too low|old ?nonce|nonce .*already (?:been )?used|lower than the current nonce/i],
  ['nonce', /replacement .*(?:underpriced|too low)|replace existing/i],
  ['funds', /insufficient (?:\w+ ){0,3}(?:funds|balance)|insufficientfunds|balance too low/i],
  [
    'fee',
    /less than block base fee|fee ?cap ?(?:less than|too ?low)|underpriced|gas ?price (?:is )?too low|fee ?too ?low/i,
  ],
  ['invalid', /intrinsic gas|gas limit|invalid (?:chain|sender|signature|transaction)|chain id|oversized|initcode/i],
  ['invalid', /failed to decode|\brlp\b|exceeds the configured cap|type not supported/i],
  [
    'unsupported',
    /method .*(?:not (?:found|supported|available|exist|allowed|whitelisted)|unsupported)|unknown method/i,
  ],
]

/** Reads a refusal of `eth_sendRawTransaction` or its sync form. */
export function refusalKind({ rpcCode, why }: { rpcCode: number | undefined; why: string }): RefusalKind {
  if (rpcCode === -32601 || rpcCode === -32004) return 'unsupported'
  return words.find(([, pattern]) => pattern.test(why))?.[0] ?? 'unclear'
}
