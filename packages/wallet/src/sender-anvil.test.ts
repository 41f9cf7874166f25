import { artifacts } from '@salp/contracts'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { Interface } from 'ethers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeyring } from './keyring.js'
import { walletMigrations } from './migrations.js'
import type { Rpc } from './rpc.js'
import { RpcError } from './rpc.js'
import { createSender, type SenderOptions } from './sender.js'
import { developmentPhrase, encode, startTestAnvil, type TestAnvil } from './testing/internal/anvil.js'

const account = createKeyring({ type: 'phrase', phrase: developmentPhrase }).account(3)
const { abi } = artifacts.developmentDollar
const mint = (amount: number) => encode(abi, 'mint', account.address, BigInt(amount))

let anvil: TestAnvil
beforeAll(async () => {
  anvil = await startTestAnvil()
}, 30_000)
afterAll(() => anvil[Symbol.asyncDispose]())

function openWallet() {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const asked = new Map<string, number>()
  const node = { down: false }
  const rpc: Rpc = {
    host: anvil.rpc.host,
    async call<T>(method: string, params: readonly unknown[]) {
      asked.set(method, (asked.get(method) ?? 0) + 1)
      if (node.down) throw new RpcError('unreachable', { host: 'anvil', method, why: 'no connection', retryable: true })
      return anvil.rpc.call<T>(method, params)
    },
  }
  const start = (options: Partial<SenderOptions> = {}) =>
    createSender(
      { chain: anvil.chain, rpc, account, db, clock: systemClock },
      { maxFeePerGas: 10n ** 11n, pollMs: 20, resendMs: 100, ...options },
    )
  return { asked, start, node }
}

test('200 transactions at once on one key are all mined, with one call each', async () => {
  const { start, asked } = openWallet()
  const token = await anvil.deploy('developmentDollar')
  const sender = start()
  const ids = Array.from({ length: 200 }, (_, n) => n)
  const outcomes = await Promise.all(
    ids.map((n) => sender.send({ id: `a${n}`, to: token, data: mint(n + 1), gas: 100_000n })),
  )
  expect(outcomes.filter(({ status }) => status !== 'mined')).toEqual([])
  expect(Object.fromEntries(asked)).toEqual({ eth_sendRawTransactionSync: 200 })
  const minted = outcomes.map((outcome) => {
    const log = outcome.status === 'mined' ? outcome.receipt.logs[0] : undefined
    return log === undefined ? 0n : Interface.from(abi).parseLog(log)?.args[2]
  })
  expect(minted).toEqual(ids.map((n) => BigInt(n + 1)))
  await sender.close()
}, 30_000)

test('a revert is told with its receipt, and a contract is created without an address to send to', async () => {
  const { start } = openWallet()
  const token = await anvil.deploy('developmentDollar')
  const sender = start()
  const data = encode(abi, 'transfer', token, 1n)
  expect(await sender.send({ id: 'r1', to: token, data, gas: 100_000n })).toMatchObject({ status: 'reverted' })
  const created = await sender.send({ id: 'r2', data: artifacts.identityRegistry.bytecode, gas: 10_000_000n })
  expect(created).toMatchObject({ status: 'mined', receipt: { contractAddress: expect.stringMatching(/^0x/) } })
  await sender.close()
})

test('what was sent while the node was away is mined once it is back, across a restart of the sender', async () => {
  const { start, node } = openWallet()
  const token = await anvil.deploy('developmentDollar')
  const first = start({ waitMs: 50 })
  await first.send({ id: 'd0', to: token, data: mint(1), gas: 100_000n })
  node.down = true
  const lost = await Promise.all(
    [1, 2, 3].map((n) => first.send({ id: `d${n}`, to: token, data: mint(n), gas: 100_000n })),
  )
  expect(lost.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'unknown'])
  await first.close()
  node.down = false
  const second = start()
  const found = await Promise.all([1, 2, 3].map((n) => second.outcome(`d${n}`)))
  expect(found.map(({ status }) => status)).toEqual(['mined', 'mined', 'mined'])
  expect(await anvil.chain.call({ to: token, data: encode(abi, 'totalSupply') })).toBe(`0x${'7'.padStart(64, '0')}`)
  await second.close()
})

test('a reorganisation that drops a transaction is noticed and mended', async () => {
  const { start } = openWallet()
  const token = await anvil.deploy('developmentDollar')
  const sender = start()
  expect(await sender.send({ id: 'o1', to: token, data: mint(1), gas: 100_000n })).toMatchObject({ status: 'mined' })
  await anvil.rpc.call('anvil_reorg', [1, []])
  const supply = () => anvil.chain.call({ to: token, data: encode(abi, 'totalSupply') })
  expect(await supply()).toBe(`0x${'0'.repeat(64)}`)
  expect(await sender.outcome('o1')).toMatchObject({ status: 'mined' })
  expect(await supply()).toBe(`0x${'1'.padStart(64, '0')}`)
  await sender.close()
})

test('many at once go through, where blocks take a while', async () => {
  const { start } = openWallet()
  const token = await anvil.deploy('developmentDollar')
  await anvil.rpc.call('evm_setAutomine', [false])
  await anvil.rpc.call('anvil_setIntervalMining', [1])
  try {
    const sender = start()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => sender.send({ id: `i${n}`, to: token, data: mint(1), gas: 100_000n })),
    )
    expect(outcomes.filter(({ status }) => status !== 'mined')).toEqual([])
    await sender.close()
  } finally {
    await anvil.rpc.call('anvil_setIntervalMining', [0])
    await anvil.rpc.call('evm_setAutomine', [true])
  }
}, 30_000)
