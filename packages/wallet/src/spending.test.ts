import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { permit2Transfer, transferWithAuthorization } from './authorization.js'
import { chains } from './chains.js'
import { parseAddress } from './hex.js'
import { createKeyring } from './keyring.js'
import { walletMigrations } from './migrations.js'
import type { Asset } from './money.js'
import { maxValiditySeconds, signPayment } from './payment.js'
import { createSpending, type SpendPolicy, type SpendRequest } from './spending.js'
import { runSource } from './testing/internal/run-source.js'
import { verifyTypedData } from './verify.js'

const [usdc] = chains.base.assets as [Asset]
const [other] = chains.baseSepolia.assets as [Asset]
const alice = parseAddress('0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266')
const bob = parseAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8')
const noon = 20_000 * 86_400_000 + 43_200_000
const free: SpendPolicy = {
  asset: usdc,
  ceiling: 1_000n,
  askAbove: 1_000n,
  perDay: 1_000n,
  perPayeeDay: 1_000n,
  perTask: 1_000n,
  payees: 'any',
}

function open(change: Partial<SpendPolicy> = {}) {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const clock = stoppedClock(noon)
  const policies = [{ ...free, ...change }]
  const spending = createSpending({ db, clock, policies })
  let n = 0
  const wish = (request: Partial<SpendRequest> = {}): SpendRequest => ({
    id: `p${n++}`,
    asset: usdc,
    payee: alice,
    amount: 10n,
    task: 't',
    expiresAt: clock.now() + 60_000,
    ...request,
  })
  const reserve = (request?: Partial<SpendRequest>) => spending.reserve(wish(request))
  return { db, clock, policies, spending, reserve }
}

const yes = { status: 'reserved' }
const no = (reason: string) => ({ status: 'refused', reason })

test('reserve() keeps to each limit, and grants what just fits', () => {
  expect(open().reserve({ asset: other })).toEqual(no('asset'))
  expect(open({ payees: [bob] }).reserve()).toEqual(no('payee'))
  expect(open({ payees: [alice] }).reserve()).toEqual(yes)
  for (const [limit, reason] of [
    ['perDay', 'day'],
    ['perPayeeDay', 'payee-day'],
    ['perTask', 'task'],
  ] as const) {
    const { reserve } = open({ [limit]: 20n })
    expect([reserve(), reserve(), reserve({ amount: 1n })], limit).toEqual([yes, yes, no(reason)])
  }
  const { reserve } = open({ ceiling: 10n })
  expect([reserve(), reserve({ amount: 11n, approved: true })]).toEqual([yes, no('ceiling')])
})

test('reserve() counts payees and tasks apart, and assets too', () => {
  const { reserve } = open({ perPayeeDay: 10n, perTask: 15n })
  expect([reserve(), reserve(), reserve({ payee: bob }), reserve({ payee: bob, task: 'u' })]).toEqual([
    yes,
    no('payee-day'),
    no('task'),
    yes,
  ])
})

test('reserve() asks above the threshold, and a person lifts no other limit', () => {
  const { reserve, spending } = open({ askAbove: 9n, perDay: 15n })
  expect(reserve()).toEqual({ status: 'ask', leftToday: 15n })
  expect(spending.leftToday(usdc)).toBe(15n)
  expect(reserve({ approved: true })).toEqual(yes)
  expect(spending.leftToday(usdc)).toBe(5n)
  expect(reserve({ approved: true })).toEqual(no('day'))
})

test('reserve() grants an id once, whatever became of it', () => {
  const { reserve, spending } = open()
  expect([reserve({ id: 'a' }), reserve({ id: 'a' })]).toEqual([yes, no('duplicate')])
  spending.release('a')
  expect(reserve({ id: 'a' })).toEqual(no('duplicate'))
})

test('release() gives back once, and nothing that was settled', () => {
  const { reserve, spending } = open({ perDay: 10n })
  reserve({ id: 'a' })
  expect([spending.release('a'), spending.release('a'), spending.release('none')]).toEqual([true, false, false])
  expect(reserve({ id: 'b' })).toEqual(yes)
  expect([spending.settle('b'), spending.release('b'), spending.settle('none')]).toEqual([true, false, false])
  expect(reserve()).toEqual(no('day'))
})

test('a reservation counts until it expires, and again if it turns out settled', async () => {
  const { db, clock, policies, reserve, spending } = open({ perDay: 10n })
  reserve({ id: 'a' })
  await clock.advance(59_999)
  // What a crash leaves: nobody settles or releases, another process goes on.
  const after = createSpending({ db, clock, policies })
  expect([after.open(), after.leftToday(usdc), reserve()]).toEqual([['a'], 0n, no('day')])
  await clock.advance(1)
  expect([after.open(), after.leftToday(usdc)]).toEqual([[], 10n])
  expect(spending.settle('a')).toBe(true)
  expect([after.leftToday(usdc), reserve()]).toEqual([0n, no('day')])
})

test('a day ends at midnight UTC, a task never; a clock set back opens no new budget', async () => {
  const { clock, db, policies, reserve, spending } = open({ perDay: 10n, perTask: 20n })
  reserve({ id: 'a' })
  spending.settle('a')
  await clock.advance(43_199_999)
  expect(reserve()).toEqual(no('day'))
  await clock.advance(1)
  expect(reserve({ id: 'b' })).toEqual(yes)
  spending.settle('b')
  const back = createSpending({ db, clock: stoppedClock(noon - 86_400_000), policies })
  expect(back.leftToday(usdc)).toBe(0n)
  await clock.advance(86_400_000)
  expect(reserve()).toEqual(no('task'))
})

test('reserve() refuses amounts and times that make no sense, and grants nothing when it cannot write', () => {
  const { db, clock, reserve, spending } = open()
  for (const amount of [0n, -1n, 2n ** 256n]) expect(() => reserve({ amount })).toThrow()
  for (const expiresAt of [noon, 0, Number.NaN, Infinity]) expect(() => reserve({ expiresAt })).toThrow(RangeError)
  expect(spending.leftToday(usdc)).toBe(1_000n)
  const wide = createSpending({ db, clock, policies: [{ ...free, ceiling: 2n ** 256n, perDay: 2n ** 256n - 1n }] })
  const whole = { asset: usdc, payee: bob, task: 'x', amount: 2n ** 256n - 1n, expiresAt: noon + 1 }
  expect(wide.reserve({ id: 'w', ...whole })).toEqual(no('payee-day'))
  db.exec('PRAGMA query_only = ON')
  expect(() => reserve()).toThrow()
})

test('no order of reserving, settling, releasing and waiting gets past a limit', async () => {
  const step = fc.oneof(
    fc.record({
      type: fc.constant('reserve' as const),
      amount: fc.bigInt(1n, 40n),
      bob: fc.boolean(),
      soon: fc.boolean(),
    }),
    fc.record({ type: fc.constantFrom('settle' as const, 'release' as const), of: fc.nat({ max: 20 }) }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.nat({ max: 90_000 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, reserve, spending } = open({ perDay: 100n, perPayeeDay: 60n, ceiling: 30n })
      const live = new Map<string, { amount: bigint; payee: string; until: number }>()
      for (const [index, move] of steps.entries()) {
        if (move.type === 'wait') await clock.advance(move.ms)
        else if (move.type === 'reserve') {
          const [id, payee] = [`r${index}`, move.bob ? bob : alice]
          const until = clock.now() + (move.soon ? 1_000 : 60_000)
          const { status } = reserve({ id, payee, amount: move.amount, expiresAt: until })
          if (status === 'reserved') live.set(id, { amount: move.amount, payee, until })
        } else {
          // Whoever settles in time keeps within the limits; what settles late has moved already, and only counts.
          const [id, entry] = [...live][move.of] ?? []
          if (id === undefined || entry === undefined || entry.until <= clock.now()) continue
          if (move.type === 'settle' && spending.settle(id)) entry.until = Infinity
          else if (spending.release(id)) live.delete(id)
        }
        const counted = [...live.values()].filter(({ until }) => until > clock.now())
        const total = (payee?: string) =>
          counted.reduce((sum, entry) => (payee === undefined || entry.payee === payee ? sum + entry.amount : sum), 0n)
        expect(spending.leftToday(usdc)).toBe(100n - total())
        expect(total() <= 100n && total(alice) <= 60n && total(bob) <= 60n).toBe(true)
      }
    }),
    { numRuns: 60 },
  )
})

test('200 requests at once from four processes never pass the limit, and use all of it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'salp-spending-'))
  try {
    const path = join(home, 'salp.db')
    const db = openDatabase(path)
    migrate(db, 'wallet', walletMigrations)
    const granted = await Promise.all(['a', 'b', 'c', 'd'].map((name) => spendMany([path, name, '50'])))
    expect(granted.reduce((sum, count) => sum + count, 0)).toBe(37)
    expect(db.prepare('SELECT count(*) AS n FROM wallet_spending').get()).toEqual({ n: 37 })
    db.close()
  } finally {
    rmSync(home, { recursive: true })
  }
}, 60_000)

function spendMany(parameters: readonly string[]): Promise<number> {
  const child = runSource(new URL('./testing/internal/spend-many.ts', import.meta.url), parameters)
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(Number(output)) : reject(new Error(`spend-many ended with ${code}`)),
    )
  })
}

const account = createKeyring({ type: 'key', privateKey: `0x${'11'.repeat(32)}` }).account()
const payment = { payee: bob, task: 't', money: { amount: 10n, asset: usdc }, method: { type: 'eip3009' } } as const

test('signPayment() signs what was reserved, for ten minutes at most', async () => {
  const { clock, spending } = open()
  const signed = signPayment({ account, spending, clock }, { id: 'a', validSeconds: 1e9, ...payment })
  if (signed.status !== 'signed') throw new Error(signed.status)
  const { authorization, signature } = signed
  expect(authorization).toMatchObject({ from: account.address, to: bob, value: 10n, validAfter: 0n })
  expect(authorization.validBefore).toBe(BigInt(noon / 1_000 + maxValiditySeconds))
  const data = transferWithAuthorization(usdc, authorization)
  expect(await verifyTypedData(data, { signer: account.address, signature })).toMatchObject({ status: 'valid' })
  await clock.advance(maxValiditySeconds * 1_000 + 59_999)
  expect(spending.open()).toEqual(['a'])
  await clock.advance(1)
  expect(spending.open()).toEqual([])
})

test('signPayment() signs for Permit2 what the payee can collect through the spender alone', async () => {
  const { clock, spending } = open()
  const { permit2, exactPermit2Proxy: spender } = chains.base.contracts
  if (permit2 === undefined || spender === undefined) throw new RangeError('Base has Permit2')
  const method = { type: 'permit2', permit2, spender } as const
  const signed = signPayment({ account, spending, clock }, { ...payment, id: 'a', validSeconds: 60, method })
  if (signed.status !== 'signed') throw new Error(signed.status)
  const { authorization, signature } = signed
  const data = permit2Transfer(
    { chainId: 8453, permit2 },
    {
      token: usdc.address,
      amount: 10n,
      spender,
      nonce: BigInt(authorization.nonce),
      deadline: authorization.validBefore,
      to: bob,
      validAfter: 0n,
    },
  )
  expect(await verifyTypedData(data, { signer: account.address, signature })).toMatchObject({ status: 'valid' })
})

test('signPayment() signs nothing without a reservation, and each time another nonce', () => {
  const { clock, spending, db } = open({ perDay: 25n })
  let signatures = 0
  const counting = {
    ...account,
    signTypedData: (...data: Parameters<typeof account.signTypedData>) => {
      signatures++
      return account.signTypedData(...data)
    },
  }
  const sign = (id: string) => signPayment({ account: counting, spending, clock }, { id, validSeconds: 60, ...payment })
  const made = [sign('a'), sign('b')].map((result) => result.status === 'signed' && result.authorization.nonce)
  expect(new Set(made).size).toBe(2)
  expect([sign('a'), sign('c')]).toEqual([no('duplicate'), no('day')])
  expect(() => signPayment({ account: counting, spending, clock }, { id: 'd', validSeconds: 0, ...payment })).toThrow()
  db.exec('DROP TABLE wallet_spending')
  expect(() => sign('e')).toThrow()
  expect(signatures).toBe(2)
})

test('signPayment() gives the amount back when signing fails', () => {
  const { clock, spending } = open()
  const failing = {
    ...account,
    signTypedData: () => {
      throw new Error('device gone')
    },
  }
  const sign = () => signPayment({ account: failing, spending, clock }, { id: 'a', validSeconds: 60, ...payment })
  expect(sign).toThrow('device gone')
  expect(spending.leftToday(usdc)).toBe(1_000n)
})
