import { keccak256, TypedDataEncoder, toUtf8Bytes } from 'ethers'
import { expect, test } from 'vitest'
import { paymentAuthorization, permit, type TransferAuthorization, transferWithAuthorization } from './authorization.js'
import { chains } from './chains.js'
import { parseAddress } from './hex.js'
import type { Asset } from './money.js'
import { hashTypedData, type TypedData } from './typed-data.js'

const from = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
const to = parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')
const [usdc] = chains.base.assets as [Asset]
const [pathUsd] = chains.tempoModerato.assets as [Asset]
const authorization: TransferAuthorization = {
  from,
  to,
  value: 1_500_000n,
  validAfter: 0n,
  validBefore: 1_800_000_000n,
  nonce: `0x${'ab'.repeat(32)}`,
}

function typeHash({ primaryType, members }: TypedData): string {
  return keccak256(toUtf8Bytes(TypedDataEncoder.from({ [primaryType]: [...members] }).encodeType(primaryType)))
}

test('transferWithAuthorization() has the type hash and the domain separator that the standard and USDC publish', () => {
  const data = transferWithAuthorization(usdc, authorization)
  // EIP-3009, TRANSFER_WITH_AUTHORIZATION_TYPEHASH.
  expect(typeHash(data)).toBe('0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267')
  // DOMAIN_SEPARATOR() of USDC on the main chain of Ethereum.
  const mainnet = { ...usdc, chainId: 1, address: parseAddress('0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48') }
  expect(TypedDataEncoder.hashDomain({ ...mainnet.domain, chainId: 1, verifyingContract: mainnet.address })).toBe(
    '0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335',
  )
})

test('permit() has the type hash that EIP-2612 publishes', () => {
  const data = permit(usdc, { owner: from, spender: to, value: 1n, nonce: 0n, deadline: 2n })
  expect(typeHash(data)).toBe('0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9')
})

test('paymentAuthorization() names the token, or the settlement contract, under the domain of the scheme', () => {
  const eoa = paymentAuthorization(pathUsd, authorization)
  expect(eoa.domain).toEqual({
    name: 'x402-tempo',
    version: '1',
    chainId: 42431,
    verifyingContract: pathUsd.address,
  })
  expect(typeHash(eoa)).toBe(
    keccak256(
      toUtf8Bytes(
        'PaymentAuthorization(address from,address to,uint256 value,address token,uint256 validAfter,uint256 validBefore,bytes32 nonce)',
      ),
    ),
  )
  const contract = paymentAuthorization(pathUsd, authorization, { settlement: to })
  expect(contract.domain.verifyingContract).toBe(to)
  expect(hashTypedData(contract)).not.toBe(hashTypedData(eoa))
})

test('every member and every part of the domain changes the hash', () => {
  const data = transferWithAuthorization(usdc, authorization)
  const others = [
    transferWithAuthorization(usdc, { ...authorization, from: to }),
    transferWithAuthorization(usdc, { ...authorization, to: from }),
    transferWithAuthorization(usdc, { ...authorization, value: 1n }),
    transferWithAuthorization(usdc, { ...authorization, validAfter: 1n }),
    transferWithAuthorization(usdc, { ...authorization, validBefore: 1n }),
    transferWithAuthorization(usdc, { ...authorization, nonce: `0x${'00'.repeat(32)}` }),
    transferWithAuthorization({ ...usdc, chainId: 84532 }, authorization),
    transferWithAuthorization({ ...usdc, address: to }, authorization),
    transferWithAuthorization({ ...usdc, domain: { name: 'USDC', version: '2' } }, authorization),
    transferWithAuthorization({ ...usdc, domain: { name: 'USD Coin', version: '1' } }, authorization),
  ]
  expect(new Set([data, ...others].map(hashTypedData)).size).toBe(11)
})

test('authorisations refuse values that no token can count', () => {
  for (const value of [-1n, 2n ** 256n]) {
    const refusal = expect.objectContaining({ code: 'wallet/amount' })
    expect(() => transferWithAuthorization(usdc, { ...authorization, value })).toThrow(refusal)
    expect(() => paymentAuthorization(pathUsd, { ...authorization, value })).toThrow(refusal)
    expect(() => permit(usdc, { owner: from, spender: to, value, nonce: 0n, deadline: 0n })).toThrow(refusal)
  }
})
