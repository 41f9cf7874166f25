import { Transaction, TypedDataEncoder, verifyTypedData } from 'ethers'
import { expect, test } from 'vitest'
import { parseAddress } from './hex.js'
import { createKeyring } from './keyring.js'

/** The phrase of every development chain. */
const phrase = 'test test test test test test test test test test test junk'

test('createKeyring() derives the accounts of BIP-44', () => {
  const keyring = createKeyring({ type: 'phrase', phrase })
  expect([0, 1, 2].map((index) => keyring.account(index).address)).toEqual([
    '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
  ])
  expect(createKeyring({ type: 'phrase', phrase: `  ${phrase.toUpperCase()}\n` }).account().address).toBe(
    keyring.account().address,
  )
})

test('createKeyring() refuses a phrase with a wrong checksum, and keys outside the curve, without repeating them', () => {
  const order = '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
  const wrong = phrase.replace('junk', 'test')
  expect(() => createKeyring({ type: 'phrase', phrase: wrong })).toThrowErrorMatchingInlineSnapshot(
    `[SecretError: Cannot use the recovery phrase: it is not valid. Check each word or digit]`,
  )
  for (const privateKey of [order, `0x${'0'.repeat(64)}`, '0x12', order.slice(2)]) {
    expect(() => createKeyring({ type: 'key', privateKey })).toThrowErrorMatchingInlineSnapshot(
      `[SecretError: Cannot use the private key: it is not valid. Check each word or digit]`,
    )
  }
})

test('account() refuses indexes that BIP-32 cannot derive', () => {
  const keyring = createKeyring({ type: 'phrase', phrase })
  for (const index of [-1, 0.5, 2 ** 31, Number.NaN]) expect(() => keyring.account(index)).toThrow(RangeError)
  const single = createKeyring({ type: 'key', privateKey: `0x${'11'.repeat(32)}` })
  expect(() => single.account(1)).toThrow(RangeError)
})

test('signTypedData() signs what ethers verifies', () => {
  const account = createKeyring({ type: 'phrase', phrase }).account()
  const domain = { name: 'USD Coin', version: '2', chainId: 8453, verifyingContract: account.address }
  const members = [{ name: 'owner', type: 'address' as const }]
  const message = { owner: account.address }
  const signature = account.signTypedData({ domain, primaryType: 'Owner', members, message })
  expect(verifyTypedData(domain, { Owner: members }, message, signature)).toBe(account.address)
  expect(TypedDataEncoder.hash(domain, { Owner: members }, message)).toMatch(/^0x[0-9a-f]{64}$/)
})

test('signTransaction() signs a transaction of one chain only', () => {
  const account = createKeyring({ type: 'phrase', phrase }).account(1)
  const to = parseAddress('0x20c0000000000000000000000000000000000000')
  const raw = account.signTransaction({ to, nonce: 3, chainId: 42431, gasLimit: 100_000n, maxFeePerGas: 1n })
  const read = Transaction.from(raw)
  expect([read.from, read.chainId, read.nonce, read.type]).toEqual([account.address, 42431n, 3, 2])
  expect(() => account.signTransaction({ to, nonce: 3 })).toThrow(RangeError)
})
