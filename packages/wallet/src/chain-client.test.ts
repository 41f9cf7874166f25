import { artifacts } from '@salp/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChainClient } from './chain-client.js'
import { type Hex, parseAddress } from './hex.js'
import { type Rpc, RpcError } from './rpc.js'
import { encode, startTestAnvil, type TestAnvil } from './testing/internal/anvil.js'
import { createTokenReader } from './token-reader.js'

const { abi } = artifacts.developmentDollar
const alice = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
const bob = parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')

let anvil: TestAnvil
beforeAll(async () => {
  anvil = await startTestAnvil()
}, 30_000)
afterAll(() => anvil[Symbol.asyncDispose]())

test('a chain client reads blocks, numbers, code and balances', async () => {
  const { chain } = anvil
  const block = await chain.latestBlock()
  expect(block).toMatchObject({ number: expect.any(Number), hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
  expect(block.baseFeePerGas).toBeGreaterThan(0n)
  expect(await chain.code(alice)).toBe('0x')
  expect(await chain.nativeBalance(alice)).toBeGreaterThan(10n ** 21n)
  expect(await chain.gasPrice()).toBeGreaterThan(0n)
  const nonce = await chain.nonceOf(alice, 'latest')
  await anvil.send({ from: alice, to: bob })
  expect([await chain.nonceOf(alice, 'latest'), await chain.nonceOf(alice, 'pending')]).toEqual([nonce + 1, nonce + 1])
  await chain.verifyChain()
})

test('verifyChain() refuses a node of another chain', async () => {
  await expect(createChainClient(anvil, { chainId: 8453 }).verifyChain()).rejects.toMatchObject({
    code: 'wallet/chain-mismatch',
    expected: 8453,
    found: 42431,
  })
})

test('simulate() tells how a call would end, and call() gives nothing for a revert', async () => {
  const { chain } = anvil
  const token = await anvil.deploy('developmentDollar')
  const transfer = { from: alice, to: token, data: encode(abi, 'transfer', bob, 1n) }
  expect(await chain.simulate(transfer)).toMatchObject({
    status: 'reverted',
    data: expect.stringMatching(/^0xe450d38c/),
  })
  expect(await chain.call(transfer)).toBeUndefined()
  await anvil.send({ to: token, data: encode(abi, 'mint', alice, 5n) })
  expect(await chain.simulate(transfer)).toEqual({ status: 'ok', returned: `0x${'1'.padStart(64, '0')}` })
  const registry = await anvil.deploy('identityRegistry')
  const uri = { to: registry, data: encode(artifacts.identityRegistry.abi, 'setMetadata', 0n, 'a', '0x') }
  expect(await chain.simulate(uri)).toMatchObject({ status: 'reverted' })
  const reputation = await anvil.deploy('reputationRegistry', registry.slice(2).padStart(64, '0'))
  const feedback = encode(
    artifacts.reputationRegistry.abi,
    'giveFeedback',
    0n,
    0n,
    99,
    '',
    '',
    '',
    '',
    `0x${'0'.repeat(64)}`,
  )
  expect(await chain.simulate({ to: reputation, data: feedback })).toMatchObject({ reason: 'too many decimals' })
})

test('receipt() and logs() give what a transaction did', async () => {
  const { chain, rpc } = anvil
  const token = await anvil.deploy('developmentDollar')
  const from = await chain.latestBlock()
  const hash = await rpc.call<Hex>('eth_sendTransaction', [
    { from: alice, to: token, data: encode(abi, 'mint', bob, 7n) },
  ])
  const receipt = await chain.receipt(hash)
  expect(receipt).toMatchObject({ transactionHash: hash, status: 'success', blockNumber: from.number + 1 })
  expect(receipt?.gasUsed).toBeGreaterThan(21_000n)
  expect(receipt?.logs).toMatchObject([{ address: token, data: `0x${'7'.padStart(64, '0')}` }])
  const [topic = '0x'] = receipt?.logs[0]?.topics ?? []
  const range = { fromBlock: from.number, toBlock: from.number + 1 }
  const found = await chain.logs({ address: token, topics: [topic], ...range })
  expect(found).toEqual([
    { ...receipt?.logs[0], blockNumber: receipt?.blockNumber, blockHash: receipt?.blockHash, transactionHash: hash },
  ])
  expect(await chain.logs({ address: alice, ...range })).toEqual([])
  expect(await chain.receipt(`0x${'11'.repeat(32)}`)).toBeUndefined()
})

test('createTokenReader() asks tokens, and gives nothing where there is no answer', async () => {
  const { chain } = anvil
  const reader = createTokenReader({ chain })
  const token = await anvil.deploy('developmentDollar')
  await anvil.send({ from: alice, to: token, data: encode(abi, 'mint', alice, 5n) })
  await anvil.send({ from: alice, to: token, data: encode(abi, 'approve', bob, 3n) })
  const nonce: Hex = `0x${'ab'.repeat(32)}`
  const ask = async (at: typeof token) => [
    await reader.balanceOf(at, alice),
    await reader.allowance(at, alice, bob),
    await reader.authorizationState(at, alice, nonce),
    await reader.nonces(at, alice),
    await reader.name(at),
    await reader.version(at),
    await reader.decimals(at),
  ]
  expect(await ask(token)).toEqual([5n, 3n, false, 0n, 'Development Dollar', '1', 6])
  expect(await ask(bob)).toEqual(Array.from({ length: 7 }, () => undefined))
  const registry = await anvil.deploy('identityRegistry')
  expect(await reader.decimals(registry)).toBeUndefined()
})

/** A chain whose node always gives this. */
function answering(value: unknown) {
  const rpc: Rpc = { host: 'node.example', call: async <T>() => value as T }
  return createChainClient({ rpc }, { chainId: 1 })
}

test('a chain client throws for answers that make no sense', async () => {
  const hash: Hex = `0x${'11'.repeat(32)}`
  for (const value of [undefined, {}, 1, '', '0xzz', 'latest', { number: '0x1' }, [{}]]) {
    const chain = answering(value)
    const asks = [
      () => chain.latestBlock(),
      () => chain.nonceOf(alice, 'latest'),
      () => chain.verifyChain(),
      () => chain.receipt(hash),
      () => chain.code(alice),
      () => chain.call({ to: alice, data: '0x' }),
      () => chain.logs({ fromBlock: 0, toBlock: 1 }),
    ]
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: 'wallet/chain-answer' })
  }
  for (const value of [null, '0x', '0x123456789123456789']) {
    await expect(answering(value).nonceOf(alice, 'latest')).rejects.toMatchObject({ code: 'wallet/chain-answer' })
  }
})

test('a chain client hands failures of the node on, reverts aside', async () => {
  const failing = (error: RpcError) => {
    const rpc: Rpc = { host: 'node.example', call: () => Promise.reject(error) }
    return createChainClient({ rpc }, { chainId: 1 })
  }
  const failure = { host: 'node.example', method: 'eth_call' }
  const down = failing(new RpcError('unreachable', { ...failure, why: 'reverted proxy' }))
  await expect(down.call({ to: alice, data: '0x' })).rejects.toMatchObject({ code: 'wallet/rpc-unreachable' })
  const busy = failing(new RpcError('refused', { ...failure, why: 'limit exceeded', rpcCode: -32005 }))
  await expect(busy.call({ to: alice, data: '0x' })).rejects.toMatchObject({ rpcCode: -32005 })
  for (const why of ['execution reverted', 'EVM error InvalidFEOpcode', 'out of gas', 'VM Exception: revert']) {
    const reverted = failing(new RpcError('refused', { ...failure, why, rpcCode: -32000 }))
    expect(await reverted.simulate({ to: alice, data: '0x' }), why).toEqual({ status: 'reverted', data: '0x' })
  }
})
