import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { abi, developmentAddresses } from '@salp/contracts'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { TypedDataEncoder } from 'ethers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { chains } from '../chains.js'
import { type Hex, parseAddress } from '../hex.js'
import { createKeyring } from '../keyring.js'
import { walletMigrations } from '../migrations.js'
import { createRpc } from '../rpc.js'
import { createSender, type Sender } from '../sender.js'
import { encode } from '../testing/internal/anvil.js'
import { runSource } from '../testing/internal/run-source.js'
import { createTokenReader } from '../token-reader.js'
import { startDevChain } from './dev-chain.js'

const deps = { fetch, clock: systemClock }
const alice = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
const fresh = parseAddress('0x00000000000000000000000000000000000a11ce')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp-chain-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('startDevChain() gives the local chain with its contracts and tokens, and an end', async () => {
  const chain = await startDevChain(deps, { folder })
  expect(chain.chain).toEqual({ ...chains.local, rpcUrl: chain.chain.rpcUrl })
  for (const [name, address] of Object.entries(chain.chain.contracts)) {
    expect(await chain.client.code(address), name).not.toBe('0x')
  }
  const tokens = createTokenReader({ chain: chain.client })
  for (const { address, symbol, decimals, domain } of chain.chain.assets) {
    expect([await tokens.name(address), await tokens.decimals(address)], symbol).toEqual([domain.name, decimals])
    const separator = TypedDataEncoder.hashDomain({ ...domain, chainId: 42431, verifyingContract: address })
    expect(await chain.client.call({ to: address, data: '0x3644e515' }), symbol).toBe(separator)
  }
  await chain.client.verifyChain()
  await chain.close()
  await chain.close()
  expect(isRunning(chain.pid)).toBe(false)
}, 60_000)

test('faucet() gives of each token and gas, and many at once get theirs', async () => {
  await using chain = await startDevChain(deps, { folder })
  const tokens = createTokenReader({ chain: chain.client })
  await Promise.all([chain.faucet(fresh), chain.faucet(fresh), chain.faucet(alice)])
  for (const { address } of chain.chain.assets) expect(await tokens.balanceOf(address, fresh)).toBe(2_000_000_000n)
  expect(await chain.client.nativeBalance(fresh)).toBe(10n ** 19n)
  expect(await chain.client.nativeBalance(alice)).toBeGreaterThan(10n ** 21n)
}, 60_000)

test('a folder keeps its chain, blocks and receipts included, and prepares it once', async () => {
  const first = await startDevChain(deps, { folder })
  await first.faucet(fresh)
  const before = await first.client.latestBlock()
  const [hash = '0x'] = (
    await first.rpc.call<{ transactions: `0x${string}`[] }>('eth_getBlockByNumber', ['latest', false])
  ).transactions
  await first.close()
  await using second = await startDevChain(deps, { folder })
  expect(await second.client.latestBlock()).toEqual(before)
  expect(await second.client.receipt(hash)).toMatchObject({ status: 'success', blockHash: before.hash })
  const tokens = createTokenReader({ chain: second.client })
  for (const { address } of second.chain.assets) expect(await tokens.balanceOf(address, fresh)).toBe(1_000_000_000n)
  await second.faucet(fresh)
}, 60_000)

test('startDevChain() makes a block of what anvil leaves waiting', async () => {
  await using chain = await startDevChain(deps, { folder, nudgeMs: 20 })
  await chain.rpc.call('evm_setAutomine', [false])
  await chain.rpc.call('anvil_impersonateAccount', [alice])
  await chain.rpc.call('anvil_setBalance', [alice, '0x56bc75e2d63100000'])
  const hash = await chain.rpc.call<Hex>('eth_sendTransaction', [{ from: alice, to: fresh, value: '0x1' }])
  await vi.waitFor(async () => expect(await chain.client.receipt(hash)).toMatchObject({ status: 'success' }), 20_000)
})

test('two chains run beside each other; a folder is for one', async () => {
  await using one = await startDevChain(deps, { folder: join(folder, 'one') })
  await using two = await startDevChain(deps, { folder: join(folder, 'two'), chainId: 31337 })
  expect(one.chain.rpcUrl).not.toBe(two.chain.rpcUrl)
  expect([two.chain.id, new Set(two.chain.assets.map(({ chainId }) => chainId))]).toEqual([31337, new Set([31337])])
  await two.client.verifyChain()
  await expect(startDevChain(deps, { folder: join(folder, 'one') })).rejects.toMatchObject({
    code: 'wallet/dev-chain',
    message: expect.stringContaining('another process'),
  })
  const port = Number(new URL(one.chain.rpcUrl).port)
  await expect(startDevChain(deps, { folder: join(folder, 'three'), port })).rejects.toMatchObject({
    code: 'wallet/dev-chain',
  })
  expect((await one.client.latestBlock()).number).toBeGreaterThan(0)
}, 60_000)

test('after a kill of the node the state of the last save is whole', async () => {
  const log = recordingLogger()
  const first = await startDevChain({ ...deps, log }, { folder, saveMs: 20 })
  await first.faucet(fresh)
  const { number } = await first.client.latestBlock()
  const saved = (): number => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')).best_block_number
  while (saved() < number) await systemClock.sleep(10)
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  await first.close()
  expect(log.lines.map(({ message }) => message)).toContain('The development chain ended by itself')
  await using second = await startDevChain(deps, { folder })
  expect((await second.client.latestBlock()).number).toBe(number)
}, 60_000)

test.skipIf(process.platform === 'win32')(
  'a node whose process was killed is saved and ended by the next start',
  async () => {
    const child = runSource(new URL('../testing/internal/hold-dev-chain.ts', import.meta.url), [folder])
    const { pid, url, number } = await new Promise<{ pid: number; url: string; number: number }>((resolve) => {
      child.stdout.once('data', (chunk) => resolve(JSON.parse(String(chunk))))
    })
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    const answers = () => createRpc({ fetch }, { url }).call('eth_chainId', [])
    expect([await answers(), isRunning(pid)]).toEqual(['0xa5bf', true])
    await using next = await startDevChain(deps, { folder })
    await expect(answers()).rejects.toMatchObject({ code: 'wallet/rpc-unreachable' })
    expect((await next.client.latestBlock()).number).toBe(number)
  },
  60_000,
)

test('startDevChain() ends no process that merely has the id of a node of before', async () => {
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  try {
    writeFileSync(
      join(folder, 'anvil.json'),
      JSON.stringify({ pid: bystander.pid, parent: 1, url: 'http://127.0.0.1:1' }),
    )
    await using chain = await startDevChain(deps, { folder })
    expect([isRunning(bystander.pid ?? 0), chain.pid === bystander.pid]).toEqual([true, false])
  } finally {
    bystander.kill('SIGKILL')
  }
}, 60_000)

test('what a killed node lost is sent again, by the sender that lived and by one that starts', async () => {
  const first = await startDevChain(deps, { folder, saveMs: 3_600_000 })
  const port = Number(new URL(first.chain.rpcUrl).port)
  const account = createKeyring({ type: 'key', privateKey: `0x${'5a'.repeat(32)}` }).account()
  await first.faucet(account.address)
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const { rpc, client: chain } = first
  const open = () =>
    createSender(
      { chain, rpc, account, db, clock: systemClock },
      { maxFeePerGas: 10n ** 11n, pollMs: 20, resendMs: 100, waitMs: 20_000 },
    )
  const to = parseAddress(developmentAddresses.developmentDollar)
  const send = (sender: Sender, n: number) =>
    sender.send({ id: `m${n}`, to, data: encode(abi.developmentDollar, 'mint', account.address, 1n), gas: 100_000n })
  const sender = open()
  const sent = await Promise.all([0, 1, 2].map((n) => send(sender, n)))
  await first.save()
  sent.push(...(await Promise.all([3, 4, 5].map((n) => send(sender, n)))))
  expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'mined'))
  process.kill(first.pid, 'SIGKILL')
  await first.close()

  await using second = await startDevChain(deps, { folder, port })
  const balance = () => createTokenReader({ chain: second.client }).balanceOf(to, account.address)
  expect(await balance()).toBe(1_000_000_003n)
  expect(await send(sender, 6)).toMatchObject({ status: 'mined' })
  expect(await balance()).toBe(1_000_000_007n)
  await sender.close()
  await using next = open()
  const found = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => next.outcome(`m${n}`)))
  expect(found.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 'mined'))
  expect(await balance()).toBe(1_000_000_007n)
}, 60_000)

test('startDevChain() that is aborted leaves no node behind', async () => {
  const controller = new AbortController()
  const starting = startDevChain(deps, { folder, signal: controller.signal })
  setImmediate(() => controller.abort(new Error('stop')))
  await expect(starting).rejects.toThrow('stop')
  await using chain = await startDevChain(deps, { folder })
  expect((await chain.client.latestBlock()).number).toBeGreaterThan(0)
}, 60_000)
