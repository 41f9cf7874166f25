import { dataSlice, Interface, Signature, toBeHex } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TransferAuthorization, transferWithAuthorization } from './authorization.js'
import { chains } from './chains.js'
import { type Hex, parseAddress } from './hex.js'
import { createKeyring } from './keyring.js'
import type { Asset } from './money.js'
import { hashTypedData } from './typed-data.js'
import { type ContractCaller, verifyTypedData } from './verify.js'

const keyring = createKeyring({
  type: 'phrase',
  phrase: 'test test test test test test test test test test test junk',
})
const account = keyring.account(0)
const [usdc] = chains.base.assets as [Asset]
const [testUsdc] = chains.baseSepolia.assets as [Asset]
const authorization: TransferAuthorization = {
  from: account.address,
  to: keyring.account(1).address,
  value: 1n,
  validAfter: 0n,
  validBefore: 10n,
  nonce: `0x${'01'.repeat(32)}`,
}
const data = transferWithAuthorization(usdc, authorization)
const signature = account.signTypedData(data)
const signed = { signer: account.address, signature }
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const accepts: Hex = `0x1626ba7e${'00'.repeat(28)}`

/** A chain with one code everywhere, whose contracts all answer the same. */
function chainOf(code: Hex, answer: Hex | undefined): ContractCaller {
  return { code: async () => code, call: async () => answer }
}

test('verifyTypedData() accepts the signer and nobody else', async () => {
  expect(await verifyTypedData(data, signed)).toEqual({ status: 'valid', by: 'key', signature })
  expect(await verifyTypedData(data, { ...signed, signer: authorization.to })).toEqual({
    status: 'invalid',
    reason: 'signer',
  })
})

test('verifyTypedData() refuses a signature for another chain, token, name, version or message', async () => {
  const wrong = [
    { ...usdc, chainId: 84532 },
    testUsdc,
    { ...usdc, address: account.address },
    { ...usdc, domain: { name: 'USDC', version: '2' } },
    { ...usdc, domain: { name: 'USD Coin', version: '1' } },
  ].map((asset) => transferWithAuthorization(asset, authorization))
  wrong.push(transferWithAuthorization(usdc, { ...authorization, value: 2n }))
  for (const other of wrong) {
    expect(await verifyTypedData(other, signed)).toEqual({ status: 'invalid', reason: 'signer' })
  }
})

test('verifyTypedData() refuses the high-s twin, and gives one form to what it accepts', async () => {
  const { r, s, v } = Signature.from(signature)
  const twin = `${r}${toBeHex(order - BigInt(s), 32).slice(2)}${v === 27 ? '1c' : '1b'}`
  expect(await verifyTypedData(data, { ...signed, signature: twin })).toEqual({ status: 'invalid', reason: 'high-s' })
  const low = `${dataSlice(signature, 0, 64)}${v === 27 ? '00' : '01'}`
  for (const form of [low, signature.toUpperCase().replace('0X', '0x')]) {
    expect(await verifyTypedData(data, { ...signed, signature: form })).toEqual({
      status: 'valid',
      by: 'key',
      signature,
    })
  }
})

test('verifyTypedData() refuses every other form of a signature', async () => {
  const body = signature.slice(0, 130)
  const zero = '0'.repeat(64)
  const forms = [
    '',
    '0x',
    signature.slice(2),
    `${signature}00`,
    Signature.from(signature).compactSerialized,
    `${body}1d`,
    `${body}02`,
    `0x${zero}${signature.slice(66)}`,
    `${signature.slice(0, 66)}${zero}1b`,
    `0x${order.toString(16)}${signature.slice(66)}`,
    `0x${'ff'.repeat(8_193)}`,
  ]
  for (const form of forms) {
    expect(await verifyTypedData(data, { ...signed, signature: form }), form).toEqual({
      status: 'invalid',
      reason: 'malformed',
    })
  }
})

test('verifyTypedData() gives no other error for any text, and accepts none but the signature', async () => {
  const flips = fc.tuple(fc.nat({ max: 129 }), fc.integer({ min: 1, max: 15 })).map(([at, by]) => {
    const digit = Number.parseInt(signature.charAt(at + 2), 16) ^ by
    return `${signature.slice(0, at + 2)}${digit.toString(16)}${signature.slice(at + 3)}`
  })
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), flips), async (text) => {
      const result = await verifyTypedData(data, { ...signed, signature: text })
      if (result.status === 'valid') expect(result.signature).toBe(signature)
    }),
    { numRuns: 300 },
  )
})

test('verifyTypedData() asks the contract at the address, and takes its word alone', async () => {
  const asked: unknown[] = []
  const chain: ContractCaller = {
    code: async () => '0x60',
    async call(request) {
      asked.push(request)
      return accepts
    },
  }
  const contract = { signer: account.address, signature: '0x1234' }
  expect(await verifyTypedData(data, contract, { chain })).toEqual({
    status: 'valid',
    by: 'contract',
    signature: '0x1234',
  })
  const abi = new Interface(['function isValidSignature(bytes32, bytes)'])
  const request = {
    to: account.address,
    data: abi.encodeFunctionData('isValidSignature', [hashTypedData(data), '0x1234']),
  }
  expect(asked).toEqual([request])
  const refusals = [
    '0x',
    '0x1626ba7e',
    `0x${'00'.repeat(32)}`,
    `${accepts}00`,
    `0x1626ba7e${'ff'.repeat(28)}`,
    undefined,
  ]
  for (const answer of refusals as (Hex | undefined)[]) {
    // The key's own signature does not help: the tokens ask the contract too.
    expect(await verifyTypedData(data, signed, { chain: chainOf('0x60', answer) })).toEqual({
      status: 'invalid',
      reason: 'signer',
    })
  }
})

test('verifyTypedData() takes the word of the key or of the contract for a delegated account', async () => {
  const delegated: Hex = `0xef0100${'11'.repeat(20)}`
  const refusing = chainOf(delegated, undefined)
  expect(await verifyTypedData(data, signed, { chain: refusing })).toMatchObject({ status: 'valid', by: 'key' })
  const other = { ...signed, signature: keyring.account(1).signTypedData(data) }
  expect(await verifyTypedData(data, other, { chain: refusing })).toEqual({ status: 'invalid', reason: 'signer' })
  expect(await verifyTypedData(data, other, { chain: chainOf(delegated, accepts) })).toMatchObject({ by: 'contract' })
})

test('verifyTypedData() refuses wallets that are not there yet', async () => {
  const counterfactual = `${signature}${'6492'.repeat(16)}`
  const chain = chainOf('0x', accepts)
  expect(await verifyTypedData(data, { ...signed, signature: counterfactual }, { chain })).toEqual({
    status: 'invalid',
    reason: 'counterfactual',
  })
})

test('verifyTypedData() fails when the chain cannot be asked, and hands the signal on', async () => {
  const down: ContractCaller = { code: () => Promise.reject(new Error('no route')), call: async () => accepts }
  await expect(verifyTypedData(data, signed, { chain: down })).rejects.toThrow('no route')
  const { signal } = new AbortController()
  const signals: unknown[] = []
  const answer = async <T>(value: T, given: { signal?: AbortSignal | undefined }): Promise<T> => {
    signals.push(given.signal)
    return value
  }
  const chain: ContractCaller = {
    code: (_, options) => answer('0x60', options),
    call: (_, options) => answer(undefined, options),
  }
  await verifyTypedData(data, { signer: parseAddress(account.address), signature }, { chain, signal })
  expect(signals).toEqual([signal, signal])
})
