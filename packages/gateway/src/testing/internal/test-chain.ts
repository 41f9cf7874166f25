/** A chain of its own for a test file: anvil with the contracts that payments go through, gone when the test is. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@salp/core/node'
import {
  type Account,
  type Address,
  type Asset,
  type Chain,
  type ChainClient,
  createKeyring,
  createTokenReader,
  type FoundLog,
  type Hex,
  parseAddress,
  type Rpc,
} from '@salp/wallet'
import { startDevChain } from '@salp/wallet/node'
import { Interface } from 'ethers'
import { addressTopic, topic } from '../../schemes/abi.js'

/** A running chain. */
export interface TestChain extends AsyncDisposable {
  readonly url: string
  readonly rpc: Rpc
  readonly client: ChainClient
  /** As a gateway is told of it, with both tokens. */
  readonly chain: Chain
  /** The development dollar, with EIP-3009. */
  readonly dollar: Asset
  /** A TIP-20 token, without. */
  readonly pathUsd: Asset
  /** Number of an account that nobody used: two who send by one key must share a database. */
  freshAccount(): number
  /** Sends as an account whose key the node has. @returns Where it created a contract, if it did. @throws Error if it reverts. */
  send(transaction: { from?: string; to?: string; data?: string; value?: string }): Promise<Address | undefined>
  /** Sends a call, told as in Solidity, such as `mint(address,uint256)`; as anyone, whose key is not needed. */
  call(to: Address, signature: string, values: readonly unknown[], from?: Address): Promise<void>
  /** Gives an account gas and so many dollars; 1000 of both tokens, if no number is given. */
  fund(address: Address, dollars?: number): Promise<void>
  /** Lets `spender` take what an account holds of a token. */
  approve(owner: Address, spender: Address, token?: Asset): Promise<void>
  balance(address: Address, token?: Asset): Promise<bigint>
  /** Transfers of a token to an address, oldest first. */
  transfers(to: Address, token?: Asset): Promise<FoundLog[]>
}

/** A private key that a test names by a number. */
export function testKey(n: number): Hex {
  return `0x${n.toString(16).padStart(64, '0')}`
}

/** The account of {@link testKey}. */
export function testAccount(n: number): Account {
  return createKeyring({ type: 'key', privateKey: testKey(n) }).account(0)
}

/** A number that nobody used. */
export function randomNonce(): Hex {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
}

/** Starts a chain; each transaction is a block. @param options - `nudged`: see `nudgeMs` of `startDevChain`. */
export async function startTestChain({
  chainId = 84532,
  nudged = true,
}: {
  readonly chainId?: number | undefined
  readonly nudged?: boolean | undefined
} = {}): Promise<TestChain> {
  const folder = await mkdtemp(join(tmpdir(), 'salp-chain-'))
  const { chain, rpc, client, faucet, close } = await startDevChain(
    { fetch, clock: systemClock },
    { folder, chainId, saveMs: 3_600_000, nudgeMs: nudged ? 250 : 0 },
  )
  const [dollar, pathUsd] = chain.assets as [Asset, Asset]
  const [admin = ''] = await rpc.call<string[]>('eth_accounts', [])
  const send: TestChain['send'] = async (transaction) => {
    const receipt = await rpc.call<{ status: string; contractAddress: string | null }>('eth_sendTransactionSync', [
      { from: admin, ...transaction },
    ])
    if (receipt.status !== '0x1') throw new Error('The transaction reverted')
    return receipt.contractAddress === null ? undefined : parseAddress(receipt.contractAddress)
  }
  const call: TestChain['call'] = async (to, signature, values, from) => {
    const data = new Interface([`function ${signature}`]).encodeFunctionData(
      signature.slice(0, signature.indexOf('(')),
      values,
    )
    if (from !== undefined) await rpc.call('anvil_impersonateAccount', [from])
    await send({ to, data, ...(from !== undefined && { from }) })
  }

  let accounts = 1_000
  return {
    ...{ url: chain.rpcUrl, rpc, client, chain, dollar, pathUsd },
    freshAccount: () => accounts++,
    send,
    call,
    async fund(address, dollars) {
      if (dollars === undefined) return faucet(address)
      await rpc.call('anvil_setBalance', [address, `0x${(10n ** 20n).toString(16)}`])
      await call(dollar.address, 'mint(address,uint256)', [address, dollars * 1_000_000])
    },
    approve: (owner, spender, { address: of } = pathUsd) =>
      call(of, 'approve(address,uint256)', [spender, 10n ** 18n], owner),
    balance: async (address, { address: of } = dollar) =>
      (await createTokenReader({ chain: client }).balanceOf(of, address)) ?? 0n,
    async transfers(to, { address: of } = dollar) {
      const { number: toBlock } = await client.latestBlock()
      const topics = [topic('Transfer(address,address,uint256)'), null, addressTopic(to)]
      return client.logs({ address: of, topics, fromBlock: 0, toBlock })
    },
    async [Symbol.asyncDispose]() {
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
