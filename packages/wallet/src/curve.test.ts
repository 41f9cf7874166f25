import { AbiCoder, getBytes, hexlify, keccak256, TypedDataEncoder, toBeHex } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { permit2Transfer, transferWithAuthorization } from './authorization.js'
import { chains } from './chains.js'
import { plainCurve } from './curve.js'
import { createKeyring } from './keyring.js'
import type { Asset } from './money.js'
import { loadWasmCurve } from './node/wasm-curve.js'
import { hashTypedData } from './typed-data.js'
import { verifyTypedData } from './verify.js'

const wasm = await loadWasmCurve()
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const keys = fc.bigInt(1n, order - 1n).map((key) => getBytes(toBeHex(key, 32)))
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('both curves make the same signatures, and find their keys', () => {
  fc.assert(
    fc.property(keys, hashes, (key, hash) => {
      const signature = plainCurve.sign(hash, key)
      const other = wasm.sign(hash, key)
      expect([hexlify(other.bytes), other.parity]).toEqual([hexlify(signature.bytes), signature.parity])
      const found = plainCurve.recover(hash, signature)
      expect(found).toHaveLength(65)
      expect(wasm.recover(hash, signature)).toEqual(found)
    }),
    { numRuns: 100 },
  )
})

test('both curves agree on bytes that nobody signed, and throw for none', () => {
  fc.assert(
    fc.property(
      hashes,
      fc.uint8Array({ minLength: 64, maxLength: 64 }),
      fc.constantFrom(0, 1),
      (hash, bytes, parity) => {
        const low = Uint8Array.from(bytes, (byte, at) => (at === 32 ? byte & 0x7f : byte))
        const signature = { bytes: low, parity: parity as 0 | 1 }
        expect(wasm.recover(hash, signature)).toEqual(plainCurve.recover(hash, signature))
      },
    ),
    { numRuns: 100 },
  )
  for (const curve of [plainCurve, wasm]) {
    expect(curve.recover(new Uint8Array(32), { bytes: new Uint8Array(64), parity: 0 })).toBeUndefined()
  }
})

const secret = { type: 'key', privateKey: `0x${'11'.repeat(32)}` } as const
const [usdc] = chains.base.assets as [Asset]
const account = createKeyring(secret).account()
const transfer = transferWithAuthorization(usdc, {
  from: account.address,
  to: account.address,
  value: 1n,
  validAfter: 0n,
  validBefore: 10n,
  nonce: `0x${'01'.repeat(32)}`,
})

test('an account signs the same with either curve, and verifyTypedData() accepts it with either', async () => {
  const fast = createKeyring(secret, { sign: wasm.sign }).account()
  const signature = fast.signTypedData(transfer)
  expect([fast.address, signature]).toEqual([account.address, account.signTypedData(transfer)])
  const fields = { to: account.address, nonce: 1, chainId: 1, gasLimit: 21_000n, maxFeePerGas: 1n }
  expect(fast.signTransaction(fields)).toBe(account.signTransaction(fields))
  for (const { recover } of [plainCurve, wasm]) {
    expect(await verifyTypedData(transfer, { signer: account.address, signature }, { recover })).toEqual({
      status: 'valid',
      by: 'key',
      signature,
    })
  }
})

test('hashTypedData() gives what ethers gives, however many domains it saw', () => {
  for (let chainId = 1; chainId <= 600; chainId++) {
    const data = transferWithAuthorization({ ...usdc, chainId }, { ...toAuthorization(), value: BigInt(chainId) })
    const types = { [data.primaryType]: [...data.members] }
    expect(hashTypedData(data)).toBe(
      TypedDataEncoder.hash(
        {
          ...data.domain,
          version: data.domain.version ?? null,
          verifyingContract: data.domain.verifyingContract ?? null,
        },
        types,
        data.message,
      ),
    )
  }
  expect(hashTypedData(transfer)).toBe(hashTypedData({ ...transfer, members: [...transfer.members] }))
})

function toAuthorization() {
  return {
    from: account.address,
    to: account.address,
    validAfter: 0n,
    validBefore: 2n ** 256n - 1n,
    nonce: `0x${'00'.repeat(32)}` as const,
  }
}

test('permit2Transfer() has the type of Permit2 with a witness, and a domain without a version', () => {
  const { permit2, exactPermit2Proxy } = chains.base.contracts
  if (permit2 === undefined || exactPermit2Proxy === undefined) throw new RangeError('Base has Permit2')
  const { address } = account
  const terms = { token: usdc.address, amount: 5n, spender: exactPermit2Proxy, nonce: 7n, deadline: 9n, to: address }
  const data = permit2Transfer({ chainId: 8453, permit2 }, { ...terms, validAfter: 3n })
  const typeHash = (text: string): string => keccak256(new TextEncoder().encode(text))
  const coder = AbiCoder.defaultAbiCoder()
  const struct = (types: string[], values: unknown[]) => keccak256(coder.encode(types, values))
  const permitted = 'TokenPermissions(address token,uint256 amount)'
  const witness = 'Witness(address to,uint256 validAfter)'
  const whole = `PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Witness witness)${permitted}${witness}`
  const message = struct(
    ['bytes32', 'bytes32', 'address', 'uint256', 'uint256', 'bytes32'],
    [
      typeHash(whole),
      struct(['bytes32', 'address', 'uint256'], [typeHash(permitted), usdc.address, 5n]),
      exactPermit2Proxy,
      7n,
      9n,
      struct(['bytes32', 'address', 'uint256'], [typeHash(witness), address, 3n]),
    ],
  )
  const domain = struct(
    ['bytes32', 'bytes32', 'uint256', 'address'],
    [
      typeHash('EIP712Domain(string name,uint256 chainId,address verifyingContract)'),
      typeHash('Permit2'),
      8453n,
      permit2,
    ],
  )
  expect(hashTypedData(data)).toBe(keccak256(`0x1901${domain.slice(2)}${message.slice(2)}`))
})
