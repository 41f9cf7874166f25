/** A chain of one account in memory, whose node fails on demand. */

import { Transaction } from 'ethers'
import type { Address, Hex } from '../../hex.js'
import { type Rpc, RpcError } from '../../rpc.js'

/** What the node does wrong, and what it has. Plain fields, to be changed at will. */
export interface TinyNode {
  /** Whether it has `eth_sendRawTransactionSync`. */
  sync: boolean
  /** Whether a transaction is mined as soon as it may be. */
  automine: boolean
  /** In wei a unit of gas. */
  baseFee: bigint
  /** Whether the account can pay for gas. */
  funded: boolean
  /** Share of requests that never arrive, and of answers that get lost. */
  lossBefore: number
  lossAfter: number
  /** Whether transactions never arrive, while it answers all else. */
  deaf: boolean
  /** Most turns of the event loop that a request, or an answer, takes. */
  lag: number
}

/** A transaction in a block. */
interface Mined {
  readonly transaction: Transaction
  readonly block: number
}

/** The chain and its node. */
export interface TinyChain {
  readonly node: TinyNode
  readonly rpc: Rpc
  /** Requests by method. */
  readonly asked: Map<string, number>
  /** What is in blocks, in order. */
  mined(): readonly Transaction[]
  mine(): void
  /** Takes the last block away. What it held waits again, or is lost. */
  reorganise(options: { readonly lose: boolean }): void
  /** Forgets what waits, as a restart of the node does. */
  forget(): void
  /** Hears again, from another node, of what was forgotten. */
  remember(): void
  /** Sends past the wallet. */
  inject(bytes: Hex): void
}

const hex = (value: number | bigint): Hex => `0x${value.toString(16)}`
const word = (value: number): Hex => `0x${value.toString(16).padStart(64, '0')}`

/** Creates a chain with id 42431. @param rng - Decides about losses and lags. */
export function createTinyChain(account: Address, rng: () => number): TinyChain {
  const node: TinyNode = {
    sync: true,
    automine: true,
    baseFee: 100n,
    funded: true,
    lossBefore: 0,
    lossAfter: 0,
    deaf: false,
    lag: 0,
  }
  const chain: Mined[] = []
  const pool = new Map<number, Transaction>()
  const asked = new Map<string, number>()
  const forgotten: Transaction[] = []
  let height = 0

  const refuse = (method: string, rpcCode: number, why: string): never => {
    throw new RpcError('refused', { host: 'tiny', method, why, rpcCode })
  }
  const lost = (method: string): never => {
    throw new RpcError('unreachable', { host: 'tiny', method, why: 'lost', retryable: true })
  }
  const turns = async (): Promise<void> => {
    for (let n = Math.floor(rng() * (node.lag + 1)); n > 0; n--) await new Promise<void>(setImmediate)
  }
  const mine = (): void => {
    height++
    for (let next = pool.get(chain.length); next !== undefined; next = pool.get(chain.length)) {
      if ((next.maxFeePerGas ?? 0n) < node.baseFee || !node.funded) return
      pool.delete(chain.length)
      chain.push({ transaction: next, block: height })
    }
  }
  const admit = (method: string, bytes: Hex): string => {
    const transaction = Transaction.from(bytes)
    const { hash, nonce, maxFeePerGas, maxPriorityFeePerGas } = transaction
    if (nonce < chain.length) refuse(method, -32003, 'nonce too low')
    const waiting = pool.get(nonce)
    if (waiting?.hash === hash) refuse(method, -32003, 'already known')
    if (transaction.gasLimit < 21_000n) refuse(method, -32000, 'intrinsic gas too low')
    if (!node.funded) refuse(method, -32003, 'Insufficient funds for gas * price + value')
    if ((maxFeePerGas ?? 0n) < node.baseFee) refuse(method, -32003, 'max fee per gas less than block base fee')
    const above = (a: bigint | null, b: bigint | null): boolean => (a ?? 0n) * 10n >= (b ?? 0n) * 11n
    if (
      waiting !== undefined &&
      !(above(maxFeePerGas, waiting.maxFeePerGas) && above(maxPriorityFeePerGas, waiting.maxPriorityFeePerGas))
    ) {
      refuse(method, -32003, 'replacement transaction underpriced')
    }
    pool.set(nonce, transaction)
    if (node.automine) mine()
    return hash ?? ''
  }
  const receipt = (hash: string): object | null => {
    const found = chain.find(({ transaction }) => transaction.hash === hash)
    if (found === undefined) return null
    return {
      transactionHash: hash,
      status: '0x1',
      blockNumber: hex(found.block),
      blockHash: word(found.block),
      gasUsed: '0x5208',
      effectiveGasPrice: hex(node.baseFee),
      contractAddress: null,
      logs: [],
    }
  }
  const answer = async (method: string, [first, second]: readonly unknown[]): Promise<unknown> => {
    switch (method) {
      case 'eth_chainId':
        return hex(42431)
      case 'eth_gasPrice':
        return hex(node.baseFee + 1n)
      case 'eth_getBlockByNumber':
        return { number: hex(height), hash: word(height), timestamp: '0x1', baseFeePerGas: hex(node.baseFee) }
      case 'eth_getTransactionCount': {
        let next = chain.length
        if (second === 'pending') while (pool.has(next)) next++
        return first === account ? hex(next) : '0x0'
      }
      case 'eth_getTransactionReceipt':
        return receipt(String(first))
      case 'eth_sendRawTransaction':
        return admit(method, first as Hex)
      case 'eth_sendRawTransactionSync': {
        if (!node.sync) return refuse(method, -32601, 'Method not found')
        const hash = admit(method, first as Hex)
        for (let n = 0; n < 50; n++) {
          const found = receipt(hash)
          if (found !== null) return found
          await new Promise<void>(setImmediate)
        }
        return refuse(method, 4, 'The transaction was added to the pool but was not mined in time')
      }
      default:
        return refuse(method, -32601, `Method not found: ${method}`)
    }
  }
  return {
    node,
    asked,
    mine,
    rpc: {
      host: 'tiny',
      async call<T>(method: string, params: readonly unknown[]) {
        asked.set(method, (asked.get(method) ?? 0) + 1)
        await turns()
        if (rng() < node.lossBefore || (node.deaf && method.startsWith('eth_send'))) return lost(method)
        const result = await answer(method, params)
        await turns()
        return rng() < node.lossAfter ? lost(method) : (result as T)
      },
    },
    mined: () => chain.map(({ transaction }) => transaction),
    reorganise({ lose }) {
      const last = chain.at(-1)?.block
      while (chain.length > 0 && chain.at(-1)?.block === last) {
        const transaction = chain.pop()?.transaction
        if (transaction !== undefined && !lose) pool.set(transaction.nonce, transaction)
      }
    },
    forget() {
      forgotten.push(...pool.values())
      pool.clear()
    },
    remember() {
      for (const transaction of forgotten.splice(0)) {
        if (transaction.nonce >= chain.length && !pool.has(transaction.nonce)) pool.set(transaction.nonce, transaction)
      }
      if (node.automine) mine()
    },
    inject: (bytes) => void admit('inject', bytes),
  }
}
