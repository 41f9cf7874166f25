import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { createRedactor, describeError, migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger, recordingPublisher } from '@salp/core/testing'
import { expect, test } from 'vitest'
import { type WalletEvents, watchBalances } from '../balances.js'
import { createChainClient } from '../chain-client.js'
import { createIdentity } from '../identity/identity.js'
import { createKeystore, type KeystoreFiles } from '../keystore.js'
import { walletMigrations } from '../migrations.js'
import { createRpc } from '../rpc.js'
import { createSender } from '../sender.js'
import { startDevChain } from './dev-chain.js'
import { passphraseCommand } from './passphrase.js'
import { loadWasmCurve } from './wasm-curve.js'

const privateKey = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'
const passphrase = 'canary of the passphrase'

/** Texts that show what something holds, by whatever way it may reach a log. */
function shown(value: unknown): string[] {
  const plain = JSON.stringify(createRedactor().data(value), (_, item) => (typeof item === 'bigint' ? `${item}` : item))
  return [plain ?? '', inspect(value, { depth: null, showHidden: true, getters: true }), describeError(value)]
}

test('no key, passphrase or key of an RPC shows in logs, events, errors, outcomes, the database or the chain folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'salp-canary-'))
  const [log, events] = [recordingLogger(), recordingPublisher<WalletEvents>()]
  const stored = new Map<string, string>()
  const files: KeystoreFiles = {
    names: async () => [...stored.keys()],
    read: async (name) => stored.get(name),
    write: async (name, text) => Boolean(stored.set(name, text)),
  }
  const print = [process.execPath, '-e', `console.log(${JSON.stringify(passphrase)})`] as const
  const { sign } = await loadWasmCurve()
  const keystore = createKeystore({ files, passphrase: passphraseCommand(print), scryptCost: 2, sign })
  await keystore.import('main', { type: 'key', privateKey })
  const account = (await keystore.open('main')).account()
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const seen: unknown[] = [account, keystore, passphraseCommand(print)]
  const caught = async (work: Promise<unknown>): Promise<void> => {
    seen.push(await work.catch((error: unknown) => error))
  }
  try {
    await using dev = await startDevChain({ fetch, clock: systemClock, log }, { folder })
    await dev.faucet(account.address)
    const options = { maxFeePerGas: 10n ** 11n, pollMs: 10, waitMs: 100 }
    const sender = createSender({ chain: dev.client, rpc: dev.rpc, account, db, clock: systemClock, log }, options)
    const registry = dev.chain.contracts.identityRegistry ?? account.address
    const identity = createIdentity({ chain: dev.client, sender }, { registry })
    const watcher = watchBalances(
      { chain: dev.client, clock: systemClock, events, log },
      { accounts: [account.address], assets: dev.chain.assets, pollMs: 5 },
    )
    watcher.start()
    await caught(identity.register({ id: 'register', uri: 'https://a.example' }))
    await caught(identity.setWallet({ id: 'wallet', agentId: 0n, wallet: account }))
    await caught(identity.setUri({ id: 'refused', agentId: 99n, uri: '' }))
    await caught(sender.send({ id: 'reverts', to: registry, data: '0x12345678', gas: 100_000n }))
    await caught(sender.send({ id: 'rejected', to: registry, data: '0x', gas: 1n }))
    await caught(sender.send({ id: 'reverts', to: registry, data: '0x', gas: 1n }))

    const keyed = createRpc(
      { fetch },
      { url: `${dev.chain.rpcUrl}/?key=canary-of-the-rpc`, headers: { 'x-key': 'canary-header' } },
    )
    const gone = createRpc({ fetch }, { url: 'http://canary-user:canary-word@127.0.0.1:1/canary-of-the-rpc' })
    for (const rpc of [keyed, gone]) {
      const chain = createChainClient({ rpc }, { chainId: 1 })
      await using other = createSender({ chain, rpc, account, db, clock: systemClock, log }, options)
      await caught(other.send({ id: 'elsewhere', to: registry, data: '0x', gas: 1n }))
      seen.push(rpc, other)
    }
    while (events.published.length < 2) await systemClock.sleep(5)
    await watcher.close()
    await sender.close()
    seen.push(sender, identity, watcher, dev)
  } finally {
    seen.push(readdirSync(folder, { recursive: true }))
  }
  for (const file of ['state.json']) seen.push(readFileSync(join(folder, file), 'utf8'))
  rmSync(folder, { recursive: true })
  seen.push(log.lines, events.published, [...stored])
  seen.push(db.prepare('SELECT * FROM wallet_transactions').all())

  const text = seen.flatMap(shown).join('\n').toLowerCase()
  expect(text).toContain(account.address.toLowerCase())
  expect(text).toContain('wallet/chain-mismatch')
  for (const canary of [privateKey.slice(2), passphrase, 'canary-']) expect(text.includes(canary), canary).toBe(false)
}, 60_000)
