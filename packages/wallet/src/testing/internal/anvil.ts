/** A chain of its own for a test file: anvil on loopback, gone when the test is. */

import { artifacts, type DevelopmentContract } from '@salp/contracts'
import { Interface, type InterfaceAbi } from 'ethers'
import { type ChainClient, createChainClient } from '../../chain-client.js'
import { type Address, type Hex, parseAddress } from '../../hex.js'
import { anvilProgram, spawnAnvil } from '../../node/internal/anvil.js'
import { createRpc, type Rpc } from '../../rpc.js'

/** The phrase of every development chain. */
export const developmentPhrase = 'test test test test test test test test test test test junk'

/** A running chain and the ways to ask it. */
export interface TestAnvil extends AsyncDisposable {
  readonly url: string
  readonly rpc: Rpc
  readonly chain: ChainClient
  /** Sends as an account whose key the node has. @returns Where it created a contract, if it did. */
  send(transaction: { from?: string; to?: string; data?: string; value?: string }): Promise<Address | undefined>
  deploy(name: DevelopmentContract, suffix?: string): Promise<Address>
  /** Ends the program at once, as a crash would. */
  kill(): Promise<void>
}

/** Starts anvil on chain id 42431, each transaction a block. */
export async function startTestAnvil(...options: readonly string[]): Promise<TestAnvil> {
  const program = anvilProgram()
  if (program === undefined) throw new Error('There is no anvil for this platform')
  const anvil = await spawnAnvil(program, 0, ['--chain-id', '42431', ...options])
  if ('failure' in anvil) throw new Error(`anvil did not start: ${anvil.failure}`)
  const rpc = createRpc({ fetch }, { url: anvil.url })
  const [first = ''] = await rpc.call<string[]>('eth_accounts', [])
  const send: TestAnvil['send'] = async (transaction) => {
    const receipt = await rpc.call<{ status: string; contractAddress: string | null }>('eth_sendTransactionSync', [
      { from: first, ...transaction },
    ])
    if (receipt.status !== '0x1') throw new Error('The transaction reverted')
    return receipt.contractAddress === null ? undefined : parseAddress(receipt.contractAddress)
  }
  const kill = () => anvil.stop({ graceMs: 0 })
  return {
    url: anvil.url,
    rpc,
    chain: createChainClient({ rpc }, { chainId: 42431 }),
    send,
    async deploy(name, suffix = '') {
      const created = await send({ data: `${artifacts[name].bytecode}${suffix}` })
      if (created === undefined) throw new Error('No contract was created')
      return created
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

/** Encodes a call by the names of an interface. */
export function encode(abi: InterfaceAbi, name: string, ...args: readonly unknown[]): Hex {
  return Interface.from(abi).encodeFunctionData(name, args) as Hex
}
