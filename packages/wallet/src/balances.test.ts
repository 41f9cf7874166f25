import { recordingLogger, recordingPublisher, stoppedClock } from '@salp/core/testing'
import { expect, test } from 'vitest'
import { type WalletEvents, watchBalances } from './balances.js'
import { chains } from './chains.js'
import { requestFaucet } from './faucet.js'
import { type Hex, parseAddress } from './hex.js'
import type { Asset } from './money.js'

const [usdc] = chains.base.assets as [Asset]
const alice = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')

test('watchBalances() tells what changed, asks only at new blocks, and ends', async () => {
  const [clock, events, log] = [stoppedClock(1_000), recordingPublisher<WalletEvents>(), recordingLogger()]
  const node = { block: 1, balance: 5n, down: false, calls: 0 }
  const chain = {
    latestBlock: async () => {
      if (node.down) throw new Error('no connection')
      return { number: node.block, hash: `0x${node.block}` as Hex, timestamp: 0, baseFeePerGas: 0n }
    },
    call: async () => {
      node.calls++
      return `0x${node.balance.toString(16).padStart(64, '0')}` as Hex
    },
  }
  const watcher = watchBalances({ chain, clock, events, log }, { accounts: [alice], assets: [usdc], pollMs: 10 })
  const turn = async (ms: number): Promise<void> => {
    for (let n = 0; n < 10; n++) await new Promise<void>(setImmediate)
    await clock.advance(ms)
    for (let n = 0; n < 10; n++) await new Promise<void>(setImmediate)
  }
  await turn(100)
  expect(events.published).toEqual([])
  watcher.start()
  watcher.start()
  await turn(10)
  node.balance = 7n
  await turn(10)
  expect(node.calls).toBe(1)
  node.block = 2
  await turn(10)
  node.block = 3
  await turn(10)
  node.down = true
  await turn(10)
  await turn(20)
  node.down = false
  node.balance = 0n
  node.block = 4
  await turn(39)
  expect(events.published).toHaveLength(2)
  await turn(1)
  const event = { account: alice, asset: usdc }
  expect(events.published).toEqual([
    ['wallet:balance-changed', { ...event, at: 1_100, before: undefined, balance: 5n }],
    ['wallet:balance-changed', { ...event, at: expect.any(Number), before: 5n, balance: 7n }],
    ['wallet:balance-changed', { ...event, at: expect.any(Number), before: 7n, balance: 0n }],
  ])
  expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
  await watcher.close()
  await watcher.close()
  watcher.start()
  node.block = 5
  node.balance = 1n
  await turn(1_000)
  expect(events.published).toHaveLength(3)
})

test('requestFaucet() asks by the method of the chain', async () => {
  const asked: unknown[] = []
  const hash: Hex = `0x${'ab'.repeat(32)}`
  const answering = (answer: unknown) => ({
    rpc: {
      host: 'node.example',
      call: async <T>(...request: unknown[]) => {
        asked.push(request.slice(0, 2))
        return answer as T
      },
    },
  })
  const request = { chain: chains.tempoModerato, account: alice }
  expect(await requestFaucet(answering([hash, hash]), request)).toEqual([hash, hash])
  expect(await requestFaucet(answering(hash), request)).toEqual([hash])
  expect(asked[0]).toEqual(['tempo_fundAddress', [alice]])
  await expect(requestFaucet(answering({}), request)).rejects.toMatchObject({ code: 'wallet/faucet' })
  await expect(requestFaucet(answering([]), { chain: chains.base, account: alice })).rejects.toThrow(RangeError)
})
