/** Events of long stretches of a chain, a bounded range at a time. */

import { SalpError } from '@salp/core'
import type { ChainClient, FoundLog, LogFilter } from '../chain-client.js'

/** A range that was looked through. Both ends are inside. */
export interface ScannedRange {
  readonly fromBlock: number
  readonly toBlock: number
  /** In the order of the chain. */
  readonly logs: readonly FoundLog[]
}

/** Most blocks that one question is about. */
const defaultRangeBlocks = 2_000

/**
 * Looks through a chain from one block to another.
 *
 * A range that the node refuses, as too large for it, is halved, down to one block; later ones grow again.
 *
 * @throws What the chain throws, and the signal's reason.
 */
export async function* scanLogs(
  chain: Pick<ChainClient, 'logs'>,
  { fromBlock, toBlock, ...filter }: LogFilter,
  { rangeBlocks = defaultRangeBlocks, signal }: { rangeBlocks?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<ScannedRange> {
  let size = rangeBlocks
  for (let start = fromBlock; start <= toBlock; ) {
    signal?.throwIfAborted()
    const range = { fromBlock: start, toBlock: Math.min(start + size - 1, toBlock) }
    let logs: FoundLog[]
    try {
      logs = await chain.logs({ ...filter, ...range }, { signal })
    } catch (error) {
      if (!SalpError.is(error, 'wallet/rpc-refused') || size === 1) throw error
      size = Math.ceil(size / 2)
      continue
    }
    logs.sort((a, b) => a.blockNumber - b.blockNumber || a.logIndex - b.logIndex)
    yield { ...range, logs }
    start = range.toBlock + 1
    size = Math.min(2 * size, rangeBlocks)
  }
}
