import { deployContractWallet, deploySilentToken } from '@salp/contracts/testing'
import { systemClock } from '@salp/core/node'
import { type Asset, type Hex, parseAddress } from '@salp/wallet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PaidHandler, PaywallOptions } from './paywall.js'
import { openCustomer } from './testing/internal/customer.js'
import { type MerchantOptions, openMerchant } from './testing/internal/merchant.js'
import { type Otherwise, sign } from './testing/internal/sign.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'

const payer = 1
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
const seconds = () => BigInt(Math.floor(Date.now() / 1_000))

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain()
  await chain.fund(testAccount(payer).address)
}, 60_000)
afterAll(() => chain[Symbol.asyncDispose]())

/** A shop on the chain. */
async function open(
  { price = '$0.01', mode, maxTimeoutSeconds, ...options }: Partial<MerchantOptions & PaywallOptions> = {},
  handler: PaidHandler = () => new Response('fair'),
) {
  const merchant = await openMerchant({ chain, ...options })
  const ask = merchant.gateway.protect({ route: 'weather', price, mode, maxTimeoutSeconds }, handler)
  const get = (headers: Record<string, string> = {}) => ask(new Request('https://shop.example/', { headers }))
  /** Pays with something otherwise. @returns What came of it: a status, and the reason. */
  const pay = async (otherwise: Otherwise = {}, asset: Asset = chain.dollar, n = payer) => {
    const response = await get(sign(asset, await get(), n, otherwise).headers)
    const required = decodeHeader(response.headers.get(headerNames.required) ?? '') as { error?: string } | undefined
    const receipt = decodeHeader(response.headers.get(headerNames.response) ?? '') as
      | { errorReason?: string }
      | undefined
    return [response.status, required?.error ?? receipt?.errorReason] as const
  }
  return { ...merchant, get, pay, income: () => chain.balance(merchant.payTo) }
}

describe('a payment is refused', () => {
  const other = testAccount(77).address
  test.each<[string, () => Otherwise, string]>([
    ['of less', () => ({ value: 9_999n }), 'invalid_exact_evm_payload_authorization_value_mismatch'],
    ['of more', () => ({ value: 10_001n }), 'invalid_exact_evm_payload_authorization_value_mismatch'],
    [
      'of less, for an offer of less',
      () => ({ value: 1n, accepted: { amount: '1' } }),
      'No matching payment requirements',
    ],
    ['to another payee', () => ({ to: other }), 'invalid_exact_evm_recipient_mismatch'],
    [
      'for an offer to another payee',
      () => ({ to: other, accepted: { payTo: other } }),
      'No matching payment requirements',
    ],
    ['for an offer of another token', () => ({ accepted: { asset: other } }), 'No matching payment requirements'],
    [
      'for an offer on another network',
      () => ({ accepted: { network: 'eip155:1' } }),
      'No matching payment requirements',
    ],
    ['for an offer in another scheme', () => ({ accepted: { scheme: 'upto' } }), 'No matching payment requirements'],
    ['signed for another chain', () => ({ asset: { ...chain.dollar, chainId: 1 } }), 'invalid_exact_evm_signature'],
    ['signed for another token', () => ({ asset: { ...chain.dollar, address: other } }), 'invalid_exact_evm_signature'],
    [
      'that begins later',
      () => ({ validAfter: seconds() + 100n }),
      'invalid_exact_evm_payload_authorization_valid_after',
    ],
    ['that is over', () => ({ validBefore: seconds() - 1n }), 'invalid_exact_evm_payload_authorization_valid_before'],
    [
      'that is over too soon',
      () => ({ validBefore: seconds() + 3n }),
      'invalid_exact_evm_payload_authorization_valid_before',
    ],
    [
      'that lasts too long',
      () => ({ validBefore: seconds() + 3_600n }),
      'invalid_exact_evm_payload_authorization_valid_before',
    ],
    ['by the twin of its signature', () => ({ signature: twin }), 'invalid_exact_evm_signature'],
    ['by a compact signature', () => ({ signature: (signed) => signed.slice(0, 130) }), 'invalid_exact_evm_signature'],
    ['by no signature', () => ({ signature: () => '0x' }), 'invalid_exact_evm_signature'],
    [
      'of a wallet that is not there yet',
      () => ({ signature: (signed) => `${signed}${'6492'.repeat(16)}` }),
      'eip6492_factory_not_allowed',
    ],
  ])('%s', async (_title, otherwise, reason) => {
    const shop = await open()
    expect(await shop.pay(otherwise())).toEqual([402, reason])
    expect([await shop.income(), shop.gateway.ledger.list({ limit: 1 })]).toEqual([0n, []])
  })

  test('of more than the payer has', async () => {
    const shop = await open({ price: '$5000' })
    expect(await shop.pay()).toEqual([402, 'invalid_exact_evm_insufficient_balance'])
  })
})

/** The other signature that the same key could have made. */
function twin(signed: Hex): string {
  const s = 2n * halfOrder + 1n - BigInt(`0x${signed.slice(66, 130)}`)
  return `${signed.slice(0, 66)}${s.toString(16).padStart(64, '0')}${signed.endsWith('1b') ? '1c' : '1b'}`
}

test('a payment whose signature ends in 0 or 1 is the same as in 27 or 28, and moves once', async () => {
  const shop = await open()
  const short = (signed: Hex) => `${signed.slice(0, 130)}0${signed.endsWith('1b') ? 0 : 1}`
  const challenge = await shop.get()
  const one = sign(chain.dollar, challenge, payer, { signature: short })
  const two = sign(chain.dollar, challenge, payer, { ...one.authorization })
  expect((await shop.get(one.headers)).status).toBe(200)
  expect([(await shop.get(two.headers)).status, await shop.income()]).toEqual([402, 10_000n])
})

test.each([-30_000, 30_000])('the time of the chain decides, though ours is %i ms off', async (off) => {
  const shop = await open({ clock: { ...systemClock, now: () => systemClock.now() + off } })
  expect((await shop.pay({ validBefore: seconds() + 20n }))[0]).toBe(200)
  expect((await shop.pay({ validBefore: seconds() + 3n }))[0]).toBe(402)
})

test('a signature that may run out while it is served is settled first', async () => {
  let atStart: bigint | undefined
  const shop = await open({}, async () => {
    atStart = await shop.income()
    return new Response('fair')
  })
  expect(await shop.pay({ validBefore: seconds() + 20n })).toEqual([200, undefined])
  expect(atStart).toBe(10_000n)
})

test.each([5, 6, 7.5])(
  'a route that leaves %d s to pay cannot be opened, whatever its price',
  async (maxTimeoutSeconds) => {
    await expect(open({ maxTimeoutSeconds })).rejects.toThrow(RangeError)
    await expect(open({ maxTimeoutSeconds, price: () => '$1' })).rejects.toThrow(RangeError)
  },
)

describe('a contract wallet', () => {
  async function wallet() {
    const address = await chain.send({ data: deployContractWallet(testAccount(payer).address).data })
    if (address === undefined) throw new TypeError('No wallet was made')
    await chain.fund(address)
    return address
  }

  test('pays if it accepts the signature, by its own code', async () => {
    const shop = await open()
    expect(await shop.pay({ from: await wallet() })).toEqual([200, undefined])
    expect(await shop.income()).toBe(10_000n)
  })

  test('does not pay if it refuses', async () => {
    const from = await wallet()
    await chain.call(from, 'refuseFrom(uint256)', [0])
    expect(await (await open()).pay({ from })).toEqual([402, 'invalid_exact_evm_signature'])
  })

  test('that refuses once it is served gets nothing', async () => {
    const from = await wallet()
    const shop = await open({}, async () => {
      await chain.call(from, 'refuseFrom(uint256)', [0])
      return new Response('fair')
    })
    expect((await shop.pay({ from }))[0]).toBe(402)
    expect(await shop.income()).toBe(0n)
  })

  test('pays within a group of others too', async () => {
    const shop = await open({ grouped: true })
    const from = await wallet()
    const answers = await Promise.all([shop.pay({ from }), shop.pay(), shop.pay(), shop.pay({ from })])
    expect([answers.map(([status]) => status), await shop.income()]).toEqual([[200, 200, 200, 200], 40_000n])
  })
})

test('an account with delegated code pays by its own key', async () => {
  const n = chain.freshAccount()
  const { address } = testAccount(n)
  await chain.fund(address)
  const delegate = await chain.send({ data: deployContractWallet(address).data })
  await chain.rpc.call('anvil_setCode', [address, `0xef0100${delegate?.slice(2)}`])
  const shop = await open()
  expect(await shop.pay({}, chain.dollar, n)).toEqual([200, undefined])
  expect(await shop.income()).toBe(10_000n)
})

describe('a token', () => {
  const sold = async (token: Partial<Asset>) => {
    const asset = { ...chain.dollar, ...token }
    const shop = await open({ tokens: [asset], price: { amount: '10000', asset: asset.address } })
    return shop.pay({}, asset)
  }

  test('without code, without EIP-3009, of another name or version is told by its word', async () => {
    const nothing = parseAddress(`0x${'12'.repeat(20)}`)
    const { name, version } = chain.dollar.domain
    expect(await sold({ address: nothing })).toEqual([402, 'asset_not_deployed_contract'])
    const plain = chain.chain.contracts?.transferBatch
    expect(plain && (await sold({ address: plain }))).toEqual([402, 'invalid_exact_evm_eip3009_not_supported'])
    expect(await sold({ domain: { name: 'Other', version } })).toEqual([402, 'invalid_exact_evm_token_name_mismatch'])
    expect(await sold({ domain: { name, version: '9' } })).toEqual([402, 'invalid_exact_evm_token_version_mismatch'])
  })

  test('that takes a used number without a word pays nothing twice', async () => {
    const address = await chain.send({ data: deploySilentToken().data })
    if (address === undefined) throw new TypeError('No token was made')
    await chain.call(address, 'mint(address,uint256)', [testAccount(payer).address, 1_000_000])
    const asset = { ...chain.dollar, address }
    const options = { tokens: [asset], price: { amount: '10000', asset: address }, adopt: false }
    const [first, second] = [await open(options), await open({ ...options, payee: 4_242 })]
    const nonce = `0x${'ab'.repeat(32)}` as const
    expect((await first.pay({ nonce }, asset))[0]).toBe(200)
    expect((await second.pay({ nonce }, asset))[0]).toBe(402)
    expect(await chain.balance(second.payTo, asset)).toBe(0n)
  })

  test('that is paused moves nothing, and is not sold for', async () => {
    const { pathUsd } = chain
    await chain.approve(testAccount(payer).address, chain.chain.contracts?.tipSettlement ?? pathUsd.address)
    const administrator = parseAddress('0x5a1b000000000000000000000000000000000001')
    const role = '0x139c2898040ef16910dc9f44dc697df79363da767d8bc92f2e310312b816e46d'
    for (const [name, values] of [
      ['grantRole(bytes32,address)', [role, administrator]],
      ['pause()', []],
    ] as const)
      await chain.call(pathUsd.address, name, values, administrator)
    const shop = await open({ tokens: [pathUsd] })
    const customer = openCustomer(chain, payer, {
      fetch: (input, init) => shop.get(headersOf(new Request(input, init))),
    })
    const response = await customer.fetch('https://shop.example/')
    expect([response.status, await chain.balance(shop.payTo, pathUsd)]).toEqual([402, 0n])
  })
})

function headersOf(request: Request): Record<string, string> {
  return Object.fromEntries(request.headers)
}
