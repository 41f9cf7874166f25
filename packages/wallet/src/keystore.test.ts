import { createDecipheriv, scryptSync } from 'node:crypto'
import { inspect } from 'node:util'
import { createRedactor, describeError, SalpError } from '@salp/core'
import { recordingLogger } from '@salp/core/testing'
import { keccak256, Mnemonic, Wallet } from 'ethers'
import { expect, test } from 'vitest'
import type { Secret } from './keyring.js'
import { createKeystore, type KeystoreDeps, type KeystoreFiles } from './keystore.js'

const phrase = 'test test test test test test test test test test test junk'
const privateKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

function mapFiles(files = new Map<string, string>()): KeystoreFiles & { files: Map<string, string> } {
  return {
    files,
    names: async () => [...files.keys()],
    read: async (name) => files.get(name),
    write: async (name, text, { replace }) => {
      if (!replace && files.has(name)) return false
      files.set(name, text)
      return true
    },
  }
}

function open({ files = mapFiles(), passphrase = async () => 'correct horse' }: Partial<KeystoreDeps> = {}) {
  return createKeystore({ files, passphrase, scryptCost: 2 })
}

test('create() stores a new secret each time, and open() gives its accounts', async () => {
  const keystore = open()
  const main = await keystore.create('main')
  const other = await keystore.create('other')
  expect(main.address).not.toBe(other.address)
  expect((await keystore.open('main')).account().address).toBe(main.address)
  expect(await keystore.list()).toEqual([main, other])
})

test('import() and reveal() give back what went in', async () => {
  const keystore = open()
  const secrets: Record<string, Secret> = { phrase: { type: 'phrase', phrase }, key: { type: 'key', privateKey } }
  for (const [name, secret] of Object.entries(secrets)) {
    expect((await keystore.import(name, secret)).address).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
    expect(await keystore.reveal(name)).toEqual(secret)
  }
})

test('import() writes what ethers reads', async () => {
  const files = mapFiles()
  await open({ files }).import('main', { type: 'phrase', phrase })
  const wallet = await Wallet.fromEncryptedJson(files.files.get('main') ?? '', 'correct horse')
  expect(wallet.privateKey).toBe(privateKey)
})

test('import() writes Web3 Secret Storage as another implementation decrypts it', async () => {
  const files = mapFiles()
  await open({ files }).import('main', { type: 'key', privateKey })
  const { Crypto: stored, version } = JSON.parse(files.files.get('main') ?? '')
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  const { n, r, p, dklen, salt } = stored.kdfparams
  const derived = scryptSync('correct horse', bytes(salt), dklen, { N: n, r, p })
  const ciphertext = bytes(stored.ciphertext)
  expect(keccak256(Buffer.concat([derived.subarray(16), ciphertext])).slice(2)).toBe(stored.mac)
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), bytes(stored.cipherparams.iv))
  expect(`0x${decipher.update(ciphertext).toString('hex')}`).toBe(privateKey)
  expect(version).toBe(3)
})

test('open() tells a wrong passphrase from a damaged file and from none', async () => {
  const files = mapFiles()
  await open({ files }).import('main', { type: 'phrase', phrase })
  const text = files.files.get('main') ?? ''
  await expect(open({ files, passphrase: async () => 'wrong' }).open('main')).rejects.toMatchObject({
    code: 'wallet/passphrase',
  })
  await expect(open({ files }).open('none')).rejects.toMatchObject({ code: 'wallet/keystore-missing' })
  const costly = text.replace('"n":2', '"n":1073741824')
  expect(costly).not.toBe(text)
  const foreign = text.replace(/"address":"\w+"/, '"address":"70997970c51812dc3a010c7d01b50e0d17dc79c8"')
  for (const damaged of ['', '{}', 'null', '[]', text.slice(0, -9), costly, foreign, text.replace('scrypt', 'x')]) {
    files.files.set('main', damaged)
    await expect(open({ files }).open('main')).rejects.toMatchObject({ code: 'wallet/keystore-corrupt' })
  }
})

test('create() refuses an empty passphrase, and a name that is taken while it waits', async () => {
  const files = mapFiles()
  await expect(open({ files, passphrase: async () => '' }).create('main')).rejects.toMatchObject({
    code: 'wallet/passphrase',
  })
  expect(files.files.size).toBe(0)
  const both = await Promise.allSettled([open({ files }).create('main'), open({ files }).create('main')])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(open({ files }).create('main')).rejects.toMatchObject({ code: 'wallet/keystore-exists' })
})

test('create() writes nothing once its signal aborts', async () => {
  const files = mapFiles()
  const controller = new AbortController()
  const passphrase = async () => {
    controller.abort(new Error('closed'))
    return 'correct horse'
  }
  await expect(open({ files, passphrase }).create('main', { signal: controller.signal })).rejects.toThrow('closed')
  expect(files.files.size).toBe(0)
})

test('changePassphrase() keeps the old file until the new one is written', async () => {
  const files = mapFiles()
  let current = 'first'
  const passphrase: KeystoreDeps['passphrase'] = async ({ purpose }) => (purpose === 'change' ? 'second' : current)
  await open({ files, passphrase }).import('main', { type: 'phrase', phrase })
  const failing = open({ files: { ...files, write: () => Promise.reject(new Error('disk full')) }, passphrase })
  await expect(failing.changePassphrase('main')).rejects.toThrow('disk full')
  await open({ files, passphrase }).open('main')
  await open({ files, passphrase }).changePassphrase('main')
  await expect(open({ files, passphrase }).open('main')).rejects.toMatchObject({ code: 'wallet/passphrase' })
  current = 'second'
  expect(await open({ files, passphrase }).reveal('main')).toEqual({ type: 'phrase', phrase })
})

test('no key, phrase or passphrase shows in objects, files, logs or errors', async () => {
  const files = mapFiles()
  const keystore = open({ files })
  const logger = recordingLogger()
  const seen: unknown[] = [logger]
  const caught = async (work: () => unknown): Promise<void> => {
    try {
      seen.push(await work())
    } catch (error) {
      seen.push(error, describeError(error), createRedactor().data(error))
      logger.error('It failed', { error })
      expect(SalpError.is(error) || error instanceof RangeError).toBe(true)
    }
  }
  await keystore.import('phrase', { type: 'phrase', phrase })
  await keystore.import('key', { type: 'key', privateKey })
  for (const name of ['phrase', 'key']) {
    const keyring = await keystore.open(name)
    seen.push(keyring, keyring.account(), { ...keyring.account() })
    logger.info('Opened', { keyring, account: keyring.account() })
    await caught(() => open({ files, passphrase: async () => 'correct horse ' }).open(name))
    await caught(() => keystore.import(name, { type: 'key', privateKey }))
    await caught(() => keyring.account(-1))
  }
  await caught(() => keystore.import('x', { type: 'phrase', phrase: `${phrase} junk` }))
  await caught(() => keystore.import('x', { type: 'key', privateKey: `${privateKey}00` }))
  const broken = files.files.get('phrase')?.replace('"x-ethers":{', '"x-ethers":{"mnemonicCiphertext":"zz",') ?? ''
  files.files.set('broken', broken.replace(/"path":"[^"]*"/, '"path":"m/0"'))
  await caught(() => keystore.open('broken'))
  seen.push(keystore, await keystore.list(), [...files.files])

  const entropy = Mnemonic.fromPhrase(phrase).entropy.slice(2)
  const shown = seen
    .flatMap((value) => [
      JSON.stringify(value) ?? '',
      inspect(value, { depth: null, showHidden: true, getters: true }),
      String(value),
    ])
    .join('\n')
    .toLowerCase()
  expect(shown).toContain('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
  for (const canary of [privateKey.slice(2), 'test test', 'junk', 'correct horse', entropy]) {
    expect(shown.includes(canary), canary).toBe(false)
  }
})
