import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, systemClock } from '@salp/core/node'
import { type Address, type Rpc, RpcError } from '@salp/wallet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Claim } from './facilitator/facilitator.js'
import type { PaidHandler } from './paywall.js'
import { type MerchantOptions, openMerchant } from './testing/internal/merchant.js'
import { type Otherwise, type Signed, sign } from './testing/internal/sign.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'
import { decodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'
import type { PaymentPayload } from './wire/objects.js'

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain()
  await chain.fund(testAccount(1).address)
}, 60_000)
afterAll(() => chain[Symbol.asyncDispose]())

/** A shop on the chain. */
async function open(options: Partial<MerchantOptions> = {}, handler: PaidHandler = () => new Response('fair')) {
  const merchant = await openMerchant({ chain, ...options })
  const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01' }, handler)
  const get = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    ask(new Request('https://shop.example/weather', { headers, ...init }))
  const pay = async (n = 1, otherwise?: Otherwise) => sign(chain.dollar, await get(), n, otherwise)
  const work = () => merchant.gateway.payments.work({ signal: AbortSignal.timeout(10_000) })
  return { ...merchant, get, pay, work, income: () => chain.balance(merchant.payTo) }
}

function claimOf({ headers }: Signed): Claim {
  const payment = decodeHeader(headers[headerNames.payment] ?? '') as PaymentPayload
  return { payment, requirements: payment.accepted }
}

const receiptOf = (response: Response) => decodeHeader(response.headers.get('payment-response') ?? '')

test('sell() gives nothing away if the payer moved the money while it was served', async () => {
  const payer = chain.freshAccount()
  const { address } = testAccount(payer)
  await chain.fund(address, 1)
  const shop = await open({}, async () => {
    await chain.call(chain.dollar.address, 'transfer(address,uint256)', [testAccount(5).address, 1_000_000], address)
    return new Response('fair')
  })
  const response = await shop.get((await shop.pay(payer)).headers)
  expect([response.status, await response.text(), receiptOf(response)]).toEqual([
    402,
    '{}',
    expect.objectContaining({ success: false, errorReason: 'invalid_exact_evm_insufficient_balance' }),
  ])
  expect(await shop.income()).toBe(0n)
})

/** The two selectors of `transferWithAuthorization`. */
const transfers = /e3ee160e|cf092995/

test('who paid lately is taken at its word for as much again, until a payment fails', async () => {
  let simulations = 0
  const rpc: Rpc = {
    host: chain.rpc.host,
    call(method, ...rest) {
      if (method === 'eth_call' && transfers.test(JSON.stringify(rest))) simulations += 1
      return chain.rpc.call(method, ...rest)
    },
  }
  const payer = chain.freshAccount()
  const { address } = testAccount(payer)
  await chain.fund(address, 1)
  const shop = await open({ rpc, trustMs: 60_000 })
  const dear = shop.gateway.protect({ route: 'forecast', price: '$0.02' }, () => new Response('rain'))
  const request = (headers: Record<string, string> = {}) => new Request('https://shop.example/forecast', { headers })
  /** Status of an answer, and how often the chain was asked beforehand. */
  const asked = async (answer: () => Promise<Response>) => {
    simulations = 0
    return [(await answer()).status, simulations]
  }
  const cheap = async () => shop.get((await shop.pay(payer)).headers)
  expect(await asked(cheap)).toEqual([200, 1])
  expect(await asked(cheap)).toEqual([200, 0])
  expect(
    await asked(async () => dear(request(sign(chain.dollar, await dear(request()), payer).headers))),
    'for more',
  ).toEqual([200, 1])
  await chain.call(chain.dollar.address, 'transfer(address,uint256)', [testAccount(5).address, 960_000], address)
  expect(await shop.facilitator.for('another').verify(claimOf(await shop.pay(payer))), 'another shop').toMatchObject({
    status: 'invalid',
    reason: 'invalid_exact_evm_insufficient_balance',
  })
  const refused = await cheap()
  expect([refused.status, await refused.text(), receiptOf(refused)]).toEqual([
    402,
    '{}',
    expect.objectContaining({ success: false, errorReason: 'invalid_exact_evm_insufficient_balance' }),
  ])
  expect(await asked(cheap), 'afterwards').toEqual([402, 1])
  expect(await shop.income()).toBe(40_000n)
})

describe('a node', () => {
  /** The node of the chain, through somebody who may spoil its answers. */
  function through(spoil: (method: string) => Promise<unknown> | undefined): Rpc {
    return {
      host: chain.rpc.host,
      call: (method, ...rest) => (spoil(method) as never) ?? chain.rpc.call(method, ...rest),
    }
  }

  test.each([
    ['fails', () => Promise.reject(new TypeError('no connection'))],
    ['answers nonsense', () => Promise.resolve({ nonsense: true })],
  ])('that %s while a payment is checked makes no answer of it, and uses nothing up', async (_title, answer) => {
    let broken = true
    const shop = await open({ rpc: through((method) => (broken && method === 'eth_call' ? answer() : undefined)) })
    const { headers } = await shop.pay()
    const response = await shop.get(headers)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect([shop.gateway.ledger.list({ limit: 1 }), await shop.income()]).toEqual([[], 0n])
    broken = false
    expect((await shop.get(headers)).status).toBe(200)
  })

  test('that takes a transaction and does not say so settles it all the same', async () => {
    const { host } = chain.rpc
    const deaf: Rpc = {
      host,
      async call(method, ...rest) {
        const result = await chain.rpc.call(method, ...rest)
        if (method === 'eth_sendRawTransactionSync') throw new RpcError('unreachable', { host, method, why: 'cut off' })
        return result as never
      },
    }
    const shop = await open({ rpc: deaf })
    expect([(await shop.get((await shop.pay()).headers)).status, await shop.income()]).toEqual([200, 10_000n])
  })

  test('that mines nothing leaves the payment open, and the same payment is answered once it is mined', async () => {
    await using slow = await startTestChain({ nudged: false })
    await slow.fund(testAccount(1).address)
    const merchant = await openMerchant({ chain: slow, sending: { waitMs: 100, raiseMs: 50 } })
    const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01' }, () => new Response('fair'))
    const get = (headers = {}) => ask(new Request('https://shop.example/', { headers }))
    const { headers } = sign(slow.dollar, await get(), 1)
    await slow.rpc.call('evm_setAutomine', [false])
    // What waits for a block answers only then.
    const first = await get(headers)
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await first.json()).toMatchObject({ code: 'gateway/settlement-pending' })
    expect(merchant.gateway.ledger.list({ limit: 1 })).toMatchObject([{ state: 'settling' }])
    await slow.rpc.call('evm_setAutomine', [true])
    await slow.rpc.call('evm_mine', [])
    const again = await get(headers)
    expect([again.status, await again.text()]).toEqual([200, 'fair'])
    const transfers = await slow.transfers(merchant.payTo)
    expect([transfers.length, receiptOf(again)]).toEqual([
      1,
      expect.objectContaining({ transaction: transfers[0]?.transactionHash }),
    ])
    await merchant[Symbol.asyncDispose]()
  })

  test('that loses the block of a settlement before it is confirmed gets it again', async () => {
    await using other = await startTestChain()
    await other.fund(testAccount(1).address)
    const merchant = await openMerchant({ chain: other, sending: { confirmations: 2 } })
    const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01' }, () => new Response('fair'))
    const get = (headers = {}) => ask(new Request('https://shop.example/', { headers }))
    const { headers } = sign(other.dollar, await get(), 1)
    const answer = get(headers)
    await until(async () => (await other.balance(merchant.payTo)) > 0n)
    await other.rpc.call('anvil_reorg', [1, []])
    expect(await other.balance(merchant.payTo)).toBe(0n)
    await until(async () => (await other.balance(merchant.payTo)) > 0n)
    await other.rpc.call('anvil_mine', ['0x2'])
    const response = await answer
    expect([response.status, await other.balance(merchant.payTo)]).toEqual([200, 10_000n])
    expect(receiptOf(response)).toMatchObject({
      transaction: (await other.transfers(merchant.payTo))[0]?.transactionHash,
    })
    await merchant[Symbol.asyncDispose]()
  })
})

/** Waits until something is so on the chain. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await systemClock.sleep(5)
}

describe('a settler', () => {
  test('without gas money tells its operator, and not the payer', async () => {
    const settler = chain.freshAccount()
    const shop = await open({ settlers: [settler] })
    await chain.rpc.call('anvil_setBalance', [testAccount(settler).address, '0x0'])
    const { headers } = await shop.pay()
    const response = await shop.get(headers)
    const text = await response.text()
    expect([response.status, text.includes('funds')]).toEqual([503, false])
    expect(JSON.stringify(shop.log.lines)).toContain('insufficient-funds')
    await chain.rpc.call('anvil_setBalance', [testAccount(settler).address, '0x56bc75e2d63100000'])
    expect([(await shop.get(headers)).status, await shop.income()]).toEqual([200, 10_000n])
  })

  test('sends nothing while gas costs more than it may', async () => {
    const shop = await open({ maxFeePerGas: 1n })
    const response = await shop.get((await shop.pay()).headers)
    expect([response.status, await shop.income()]).toEqual([503, 0n])
    expect(await chain.client.nonceOf(shop.senders[0]?.address as Address, 'pending')).toBe(0)
  })

  test('shares its work with another', async () => {
    const shop = await open({ settlers: [chain.freshAccount(), chain.freshAccount()] })
    const payments = await Promise.all(Array.from({ length: 50 }, () => shop.pay()))
    const answers = await Promise.all(payments.map(({ headers }) => shop.get(headers)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    const used = await Promise.all(shop.senders.map(({ address }) => chain.client.nonceOf(address, 'latest')))
    expect([used[0] === 0 || used[1] === 0, (used[0] ?? 0) + (used[1] ?? 0)]).toEqual([false, 50])
  })
})

describe('a database', () => {
  test.each([
    ['that may not be written', ['PRAGMA query_only = ON']],
    ['that another process locks', ['PRAGMA busy_timeout = 10', 'other']],
  ])('%s refuses before anything is served', async (_title, spoils) => {
    const folder = await mkdtemp(join(tmpdir(), 'salp-gateway-'))
    const path = join(folder, 'salp.db')
    const [db, other] = [openDatabase(path), openDatabase(path)]
    let served = 0
    const shop = await open({ db }, () => {
      served++
      return new Response('fair')
    })
    const { headers } = await shop.pay()
    for (const spoil of spoils) {
      if (spoil === 'other') other.exec('BEGIN IMMEDIATE')
      else db.exec(spoil)
    }
    expect([(await shop.get(headers)).status, served, await shop.income()]).toEqual([503, 0, 0n])
    other.close()
    db.close()
    await rm(folder, { recursive: true })
  })

  test('of before a crash is not needed: a payment that the chain has and the ledger lost is served, not charged', async () => {
    const payee = chain.freshAccount()
    const [first, second] = [await open({ payee }), await open({ payee, db: openDatabase(':memory:') })]
    const { headers } = await first.pay()
    expect((await first.get(headers)).status).toBe(200)
    expect((await second.get(headers)).status).toBe(200)
    expect(await first.income()).toBe(10_000n)
  })
})

describe('a client that goes away', () => {
  test('before the money moved is not charged, and may come back with the same payment', async () => {
    const client = new AbortController()
    let present = false
    const shop = await open({}, () => {
      if (!present) client.abort()
      return new Response('fair')
    })
    const { headers } = await shop.pay()
    await expect(shop.get(headers, { signal: client.signal })).rejects.toThrow()
    expect(await shop.income()).toBe(0n)
    present = true
    expect((await shop.get(headers)).status).toBe(200)
  })

  test('after the money moved gets the answer that was made for it', async () => {
    let served = 0
    const shop = await open({}, () => new Response(`answer ${served++}`))
    const { headers } = await shop.pay()
    await (await shop.get(headers)).body?.cancel()
    expect([await (await shop.get(headers)).text(), served, await shop.income()]).toEqual(['answer 0', 1, 10_000n])
  })
})

test('receipts of a run sum up to what moved to the payee', async () => {
  const shop = await open({}, (_request, { payer }) => new Response(payer, { status: payer.endsWith('f') ? 500 : 200 }))
  const payers = [1, ...Array.from({ length: 4 }, () => chain.freshAccount())]
  for (const n of payers) await chain.fund(testAccount(n).address, n === payers[2] ? 0 : 1)
  await Promise.all(payers.flatMap((n) => [1, 2, 3].map(async () => shop.get((await shop.pay(n)).headers))))
  const sum = [...shop.receipts.list()].reduce((total, { amount }) => total + amount, 0n)
  const transfers = await chain.transfers(shop.payTo)
  expect(sum).toBe(transfers.reduce((total, { data }) => total + BigInt(data), 0n))
  expect([sum > 0n, sum]).toEqual([true, await shop.income()])
})

test('recover() finds out what became of what was being sent', async () => {
  const db = openDatabase(':memory:')
  const settlers = [chain.freshAccount()]
  const first = await open({ db, settlers })
  const { headers } = await first.pay()
  expect((await first.get(headers)).status).toBe(200)
  db.exec("UPDATE gateway_settlements SET state = 'broadcasting', hash = ''")
  const second = await open({ db, settlers })
  await second.facilitator.recover()
  expect(db.prepare<{ state: string }>('SELECT state FROM gateway_settlements').all()).toEqual([{ state: 'settled' }])
})
