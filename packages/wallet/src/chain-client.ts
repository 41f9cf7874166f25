/** Questions to a chain, with answers that are checked. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type Address, type Hex, parseAddress } from './hex.js'
import { type Rpc, RpcError } from './rpc.js'
import type { ContractCaller } from './verify.js'

interface Waiting {
  readonly signal?: AbortSignal | undefined
}

/** An event of a contract. */
export interface Log {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
  /** Position in its block. */
  readonly logIndex: number
}

/** An event, and where it stands. */
export interface FoundLog extends Log {
  readonly blockNumber: number
  readonly blockHash: Hex
  readonly transactionHash: Hex
}

/** What became of a transaction that is in a block. */
export interface TransactionReceipt {
  readonly transactionHash: Hex
  readonly status: 'success' | 'reverted'
  readonly blockNumber: number
  readonly blockHash: Hex
  readonly gasUsed: bigint
  /** In wei a unit of gas. */
  readonly effectiveGasPrice: bigint
  /** Where a contract was created. */
  readonly contractAddress?: Address | undefined
  readonly logs: readonly Log[]
}

/** A call as it would go now. */
export interface CallRequest {
  readonly from?: Address | undefined
  readonly to: Address
  readonly data: Hex
}

/** How a call would end. */
export type Simulation =
  | { readonly status: 'ok'; readonly returned: Hex }
  | {
      readonly status: 'reverted'
      readonly data: Hex
      /** The text that Solidity's `require` gives, where there is one. */
      readonly reason?: string | undefined
    }

/** A block. */
export interface Block {
  readonly number: number
  readonly hash: Hex
  /** In s since the epoch. */
  readonly timestamp: number
  /** In wei a unit of gas; 0 on chains without one. */
  readonly baseFeePerGas: bigint
}

/** Which events to look for. Both ends of the range are inside. */
export interface LogFilter {
  readonly address?: Address | readonly Address[] | undefined
  /** By position: a topic, one of several, or `null` for any. */
  readonly topics?: readonly (Hex | readonly Hex[] | null)[] | undefined
  readonly fromBlock: number
  readonly toBlock: number
}

/**
 * Asks one chain. What hinders an answer is thrown, and so is an answer that makes no sense: nothing is guessed.
 *
 * Its calls throw {@link RpcError} (`wallet/rpc-unreachable`, `wallet/rpc-refused`), {@link ChainAnswerError}
 * (`wallet/chain-answer`), or the signal's reason.
 */
export interface ChainClient extends ContractCaller {
  readonly chainId: number
  code(address: Address, options?: Waiting): Promise<Hex>
  call(request: CallRequest, options?: Waiting): Promise<Hex | undefined>
  /** As `call`, telling how it reverted. */
  simulate(request: CallRequest, options?: Waiting): Promise<Simulation>
  /** `undefined` while it is in no block. */
  receipt(hash: Hex, options?: Waiting): Promise<TransactionReceipt | undefined>
  latestBlock(options?: Waiting): Promise<Block>
  /** The chain's time, in s since the epoch: what the next block would say. */
  time(options?: Waiting): Promise<number>
  logs(filter: LogFilter, options?: Waiting): Promise<FoundLog[]>
  /** The number of its next transaction: after those in blocks (`latest`), or after those that wait too (`pending`). */
  nonceOf(address: Address, tag: 'latest' | 'pending', options?: Waiting): Promise<number>
  /** In wei. Means nothing where `nativeCoin` of the chain is false. */
  nativeBalance(address: Address, options?: Waiting): Promise<bigint>
  /** What the node suggests, in wei a unit of gas. */
  gasPrice(options?: Waiting): Promise<bigint>
  /** Asks once which chain it is. @throws {@link ChainMismatchError} (`wallet/chain-mismatch`) if it is another. */
  verifyChain(options?: Waiting): Promise<void>
}

const bytes = z.string().regex(/^0x(?:[0-9a-fA-F]{2})*$/) as z.ZodType<Hex>
const word = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .transform((text) => text.toLowerCase() as Hex)
const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(BigInt)
const count = quantity.refine((value) => value <= Number.MAX_SAFE_INTEGER).transform(Number)
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => parseAddress(text.toLowerCase()))
const log = z.object({ address, topics: z.array(word).max(4), data: bytes, logIndex: count })
const foundLog = log.extend({ blockNumber: count, blockHash: word, transactionHash: word })
const block = z.object({ number: count, hash: word, timestamp: count, baseFeePerGas: quantity.default(0n) })
// The block that is being made has no hash yet.
const pendingBlock = z.object({ timestamp: count })
const receipt = z.object({
  transactionHash: word,
  status: z.enum(['0x1', '0x0']).transform((status) => (status === '0x1' ? 'success' : 'reverted')),
  blockNumber: count,
  blockHash: word,
  gasUsed: quantity,
  effectiveGasPrice: quantity.default(0n),
  contractAddress: address.nullish().transform((created) => created ?? undefined),
  logs: z.array(log),
})

/** Creates a client for the chain of that id. It does not ask whether the node is of that chain; `verifyChain` does. */
export function createChainClient(
  { rpc }: { readonly rpc: Rpc },
  { chainId }: { readonly chainId: number },
): ChainClient {
  const ask = async <T>(schema: z.ZodType<T>, method: string, params: readonly unknown[], options?: Waiting) => {
    const answer = schema.safeParse(await rpc.call(method, params, options))
    if (!answer.success) throw new ChainAnswerError(rpc.host, method)
    return answer.data
  }
  const simulate: ChainClient['simulate'] = async (request, options) => {
    try {
      return { status: 'ok', returned: await ask(bytes, 'eth_call', [request, 'latest'], options) }
    } catch (error) {
      if (!(error instanceof RpcError && isRevert(error))) throw error
      const data = error.data ?? '0x'
      return { status: 'reverted', data, reason: revertReason(data) }
    }
  }
  let verified = false
  return {
    chainId,
    simulate,
    code: (of, options) => ask(bytes, 'eth_getCode', [of, 'latest'], options),
    async call(request, options) {
      const result = await simulate(request, options)
      return result.status === 'ok' ? result.returned : undefined
    },
    async receipt(hash, options) {
      const found = await rpc.call('eth_getTransactionReceipt', [hash], options)
      if (found === null) return undefined
      const parsed = parseReceipt(found)
      if (parsed === undefined) throw new ChainAnswerError(rpc.host, 'eth_getTransactionReceipt')
      return parsed
    },
    latestBlock: (options) => ask(block, 'eth_getBlockByNumber', ['latest', false], options),
    async time(options) {
      return (await ask(pendingBlock, 'eth_getBlockByNumber', ['pending', false], options)).timestamp
    },
    logs: ({ fromBlock, toBlock, ...filter }, options) => {
      const range = { fromBlock: toQuantity(fromBlock), toBlock: toQuantity(toBlock) }
      return ask(z.array(foundLog), 'eth_getLogs', [{ ...filter, ...range }], options)
    },
    nonceOf: (of, tag, options) => ask(count, 'eth_getTransactionCount', [of, tag], options),
    nativeBalance: (of, options) => ask(quantity, 'eth_getBalance', [of, 'latest'], options),
    gasPrice: (options) => ask(quantity, 'eth_gasPrice', [], options),
    async verifyChain(options) {
      if (verified) return
      const found = await ask(count, 'eth_chainId', [], options)
      if (found !== chainId) throw new ChainMismatchError(rpc.host, chainId, found)
      verified = true
    },
  }
}

/** Reads a receipt as a node gives it; `undefined` for anything else. */
export function parseReceipt(value: unknown): TransactionReceipt | undefined {
  const parsed = receipt.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

function toQuantity(value: number): Hex {
  return `0x${value.toString(16)}`
}

/** Whether the contract itself ended the call; nodes agree on code 3, and on the words, not on all of both. */
function isRevert({ code, rpcCode, data, why }: RpcError): boolean {
  if (code !== 'wallet/rpc-refused') return false
  return (
    rpcCode === 3 ||
    data !== undefined ||
    /\brevert|invalid ?(?:fe)?opcode|out ?of ?gas|stack (?:under|over)flow/i.test(why)
  )
}

/** Reads `Error(string)`. */
function revertReason(data: Hex): string | undefined {
  if (!data.startsWith('0x08c379a0') || data.length < 138) return undefined
  const length = Number(BigInt(`0x${data.slice(74, 138)}`))
  if (!Number.isSafeInteger(length) || data.length < 138 + 2 * length) return undefined
  const text = Uint8Array.from({ length }, (_, n) => Number.parseInt(data.slice(138 + 2 * n, 140 + 2 * n), 16))
  return new TextDecoder().decode(text)
}

/** An answer that is not what was asked for. */
export class ChainAnswerError extends SalpError {
  constructor(host: string, method: string) {
    super('wallet/chain-answer', `Cannot read the answer of ${host} to ${method}: it has another form`, {
      retryable: true,
    })
  }
}

/** A node of another chain than the one it was taken for. */
export class ChainMismatchError extends SalpError {
  readonly expected: number
  readonly found: number
  constructor(host: string, expected: number, found: number) {
    super('wallet/chain-mismatch', `Cannot use ${host} for chain ${expected}: it is of chain ${found}`)
    this.expected = expected
    this.found = found
  }
}
