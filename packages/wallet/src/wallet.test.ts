import { text } from 'node:stream/consumers'
import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { expect, test } from 'vitest'
import { chains } from './chains.js'
import { createKeyring } from './keyring.js'
import { walletMigrations } from './migrations.js'
import { runSource } from './testing/internal/run-source.js'
import { createWallet } from './wallet.js'

test('examples/pay-on-this-machine.ts pays once, within the policy', async () => {
  const { stdout } = runSource(new URL('../examples/pay-on-this-machine.ts', import.meta.url))
  expect((await text(stdout)).trim().split('\n')).toEqual([
    'a quarter: signed | more than half: ask',
    'more than one: refused',
    'sent: mined | sent again: mined',
    'the payee has 0.25 devUSD',
  ])
}, 60_000)

test('createWallet() asks nothing until it is used, and signs nothing without a policy', async () => {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const account = createKeyring({ type: 'key', privateKey: `0x${'11'.repeat(32)}` }).account()
  const fetch = () => Promise.reject(new Error('asked'))
  const open = (chain: (typeof chains)['base']) =>
    createWallet({ account, fetch, clock: systemClock, db }, { chain, policies: [], maxFeePerGas: 1n })
  const [asset] = chains.base.assets
  if (asset === undefined) throw new RangeError('Base has a token')
  const wallet = open(chains.base)
  const money = { amount: 1n, asset }
  const payment = { id: 'a', payee: account.address, task: '', money, validSeconds: 1 }
  expect(wallet.pay({ ...payment, method: { type: 'eip3009' } })).toEqual({ status: 'refused', reason: 'asset' })
  await expect(wallet.balanceOf(asset)).rejects.toMatchObject({ code: 'wallet/rpc-unreachable' })
  expect([wallet.identity?.registry, open(chains.tempoModerato).identity]).toEqual([
    chains.base.contracts.identityRegistry,
    undefined,
  ])
  await wallet.close()
})
