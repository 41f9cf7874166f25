import { hashMessage, id, toBeHex, ZeroAddress, ZeroHash } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as entry from './index.js'
import { deployContractWallet, deployFeeToken, deploySilentToken, deployWalletFactory, testArtifacts } from './index.js'
import { startAnvil, type TestChain, type TestContract } from './internal/anvil.js'
import { fields, person, sign } from './internal/signing.js'

const [payer, payee] = [person(0), person(1)]
const types = {
  TransferWithAuthorization: fields(
    'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce',
  ),
}
const magic = '0x1626ba7e'
const hash = hashMessage('yes')
let chain: TestChain
let relayer: string

beforeAll(async () => {
  chain = await startAnvil()
  relayer = chain.accounts[9] ?? ''
  await chain.rpc('anvil_setBalance', payer.address, toBeHex(10n ** 20n))
})
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
})

/** Sends five units of the payer to the payee by authorisation; the events of the token. */
async function transfer(token: TestContract, nonce: string) {
  const message = { from: payer.address, to: payee.address, value: 5n, validAfter: 0n, validBefore: 2n ** 40n, nonce }
  const domain = { name: 'Development Dollar', version: '1', chainId: 31337, verifyingContract: token.address }
  const { serialized } = await sign(payer, domain, types, message)
  const form = 'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)'
  const events = await token.send(relayer, form, ...Object.values(message), serialized)
  return events.map(({ name, args }) => [name, ...args])
}

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "testArtifacts",
      "deployContractWallet",
      "deployWalletFactory",
      "deploySilentToken",
      "deployFeeToken",
    ]
  `)
})

describe('deployContractWallet()', () => {
  test("makes a wallet that accepts its owner's signatures until it is told to refuse", async () => {
    const wallet = chain.at(
      await chain.create(deployContractWallet(payer.address).data),
      testArtifacts.contractWallet.abi,
    )
    const asked = async (signature: string) => (await wallet.read('isValidSignature', hash, signature))[0]
    const own = payer.signingKey.sign(hash).serialized
    expect(await asked(own)).toBe(magic)
    expect(await asked(payee.signingKey.sign(hash).serialized)).toBe('0xffffffff')
    expect(await asked('0x12')).toBe('0xffffffff')

    const next = BigInt(await chain.rpc<string>('eth_blockNumber')) + 3n
    await wallet.send(relayer, 'refuseFrom', next)
    expect(await asked(own)).toBe(magic)
    await chain.rpc('anvil_mine', toBeHex(3))
    expect(await asked(own)).toBe('0xffffffff')
    await wallet.send(relayer, 'refuseFrom', 2n ** 256n - 1n)
    expect(await asked(own)).toBe(magic)
    await wallet.send(relayer, 'refuseFrom', 0n)
    expect(await asked(own)).toBe('0xffffffff')
    expect(() => deployContractWallet('0x')).toThrow(TypeError)
  })

  test('makes a wallet that acts for its owner alone, and passes refusals on', async () => {
    const wallet = chain.at(
      await chain.create(deployContractWallet(payer.address).data),
      testArtifacts.contractWallet.abi,
    )
    const other = chain.at(
      await chain.create(deployContractWallet(wallet.address).data),
      testArtifacts.contractWallet.abi,
    )
    await expect(wallet.send(relayer, 'execute', other.address, '0x')).rejects.toThrow('NotOwner')
    const refuse = `${id('refuseFrom(uint256)').slice(0, 10)}${'0'.repeat(64)}`
    await wallet.send(payer.address, 'execute', other.address, refuse)
    expect(await other.read('refusesFrom')).toEqual([0n])
    // What is passed on here is the refusal of a wallet to act for a wallet that does not own it.
    const execute = `${id('execute(address,bytes)').slice(0, 10)}${'0'.repeat(126)}40${'0'.repeat(64)}`
    await expect(wallet.send(payer.address, 'execute', wallet.address, execute)).rejects.toThrow('NotOwner')
  })
})

describe('deployWalletFactory()', () => {
  test('makes a factory that says where a wallet will be, and makes it there once', async () => {
    const factory = chain.at(await chain.create(deployWalletFactory().data), testArtifacts.walletFactory.abi)
    const [address] = await factory.read('addressOf', payer.address, ZeroHash)
    expect(await chain.rpc('eth_getCode', address, 'latest')).toBe('0x')
    for (let times = 0; times < 2; times++) await factory.send(relayer, 'create', payer.address, ZeroHash)
    const wallet = chain.at(address, testArtifacts.contractWallet.abi)
    expect(await wallet.read('isValidSignature', hash, payer.signingKey.sign(hash).serialized)).toEqual([magic])
    expect(await factory.read('addressOf', payee.address, ZeroHash)).not.toEqual([address])
  })
})

describe('deploySilentToken()', () => {
  test('makes a token that takes an authorisation again, and moves nothing', async () => {
    const token = chain.at(await chain.create(deploySilentToken().data), testArtifacts.silentToken.abi)
    await token.send(relayer, 'mint', payer.address, 100n)
    expect(await transfer(token, ZeroHash)).toHaveLength(2)
    expect(await transfer(token, ZeroHash)).toEqual([])
    expect(await token.read('balanceOf', payee.address)).toEqual([5n])
  })
})

describe('deployFeeToken()', () => {
  test('makes a token that burns a tenth of what is paid', async () => {
    const token = chain.at(await chain.create(deployFeeToken().data), testArtifacts.feeToken.abi)
    await token.send(relayer, 'mint', payer.address, 100n)
    expect(await transfer(token, ZeroHash)).toEqual([
      ['AuthorizationUsed', payer.address, ZeroHash],
      ['Transfer', payer.address, payee.address, 4n],
      ['Transfer', payer.address, ZeroAddress, 1n],
    ])
    expect(await token.read('totalSupply')).toEqual([99n])
  })
})
