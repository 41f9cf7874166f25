import { createRng, migrate, type SqlDatabase } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { recordingLogger, type StoppedClock, stoppedClock } from '@salp/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createChainClient } from './chain-client.js'
import type { Hex } from './hex.js'
import { createKeyring } from './keyring.js'
import { walletMigrations } from './migrations.js'
import { createSender, type SenderOptions, type SendOutcome, type SendRequest } from './sender.js'
import { createTinyChain, type TinyChain } from './testing/internal/tiny-chain.js'

const keyring = createKeyring({ type: 'key', privateKey: `0x${'11'.repeat(32)}` })
const account = keyring.account()
const to = createKeyring({ type: 'key', privateKey: `0x${'22'.repeat(32)}` }).account().address

/** What each sender of these tests sends: the data names the id. */
const request = (id: number): SendRequest => ({ id: `t${id}`, to, data: dataOf(id), gas: 50_000n })
const dataOf = (id: number): Hex => `0x${id.toString(16).padStart(8, '0')}`

function openWallet(rng: () => number = () => 0) {
  const db = openDatabase(':memory:')
  migrate(db, 'wallet', walletMigrations)
  const tiny = createTinyChain(account.address, rng)
  const clock = stoppedClock(1_000)
  const log = recordingLogger()
  let signatures = 0
  const start = (options: Partial<SenderOptions> = {}, deps: { db?: SqlDatabase; clock?: StoppedClock } = {}) => {
    const rpc = tiny.rpc
    const chain = createChainClient({ rpc }, { chainId: 42431 })
    const signing = {
      ...account,
      signTransaction: (...fields: Parameters<typeof account.signTransaction>) => {
        signatures++
        return account.signTransaction(...fields)
      },
    }
    const sender = createSender(
      { chain, rpc, account: signing, db, clock, log, ...deps },
      { maxFeePerGas: 10_000n, waitMs: 60_000, ...options },
    )
    return sender
  }
  return { db, tiny, clock, log, start, signatures: () => signatures }
}

/** Lets time pass until `work` is done. */
async function during<T>(clock: StoppedClock, work: Promise<T>, stepMs = 250): Promise<T> {
  let done = false
  const ended = work.finally(() => {
    done = true
  })
  ended.catch(() => undefined)
  for (let n = 0; !done && n < 4_000; n++) {
    await new Promise<void>(setImmediate)
    if (n % 5 === 4) await clock.advance(stepMs)
  }
  return ended
}

const sentData = (tiny: TinyChain): string[] => tiny.mined().map(({ data }) => data)

test('send() gives the receipt, with one call of the node where it submits and waits', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  expect(await during(clock, sender.send(request(0)))).toMatchObject({ status: 'mined', receipt: { blockNumber: 1 } })
  tiny.asked.clear()
  const outcomes = await during(clock, Promise.all([1, 2, 3].map((id) => sender.send(request(id)))))
  expect(outcomes.map(({ status }) => status)).toEqual(['mined', 'mined', 'mined'])
  expect([...tiny.asked]).toEqual([['eth_sendRawTransactionSync', 3]])
  expect(tiny.mined().map(({ nonce, data }) => [nonce, data])).toEqual([0, 1, 2, 3].map((id) => [id, dataOf(id)]))
  await sender.close()
})

test('send() finds out once that a node has no sync method, and then polls once for all', async () => {
  const { tiny, start, clock } = openWallet()
  tiny.node.sync = false
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.asked.clear()
  const outcomes = await during(clock, Promise.all([1, 2, 3].map((id) => sender.send(request(id)))))
  expect(outcomes.map(({ status }) => status)).toEqual(['mined', 'mined', 'mined'])
  expect(Object.fromEntries(tiny.asked)).toEqual({
    eth_sendRawTransaction: 3,
    eth_getTransactionCount: 1,
    eth_getTransactionReceipt: 3,
  })
  await sender.close()
})

test('send() of one id makes one transaction, at once, later and after a restart', async () => {
  const { tiny, start, clock, signatures } = openWallet()
  const sender = start()
  const both = await during(clock, Promise.all([sender.send(request(1)), sender.send(request(1))]))
  expect(both[0]).toEqual(both[1])
  expect(await during(clock, sender.send(request(1)))).toEqual(both[0])
  await sender.close()
  const next = start()
  expect(await during(clock, next.send(request(1)))).toEqual(both[0])
  expect(await during(clock, next.outcome('t1'))).toEqual(both[0])
  expect([tiny.mined().length, signatures()]).toEqual([1, 1])
  await expect(next.send({ ...request(1), data: '0x99' })).rejects.toThrow(RangeError)
  await next.close()
})

test('outcome() is absent for what was never sent, and after every refusal', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  expect(await sender.outcome('t1')).toEqual({ status: 'absent' })
  tiny.node.funded = false
  expect(await during(clock, sender.send(request(1)))).toMatchObject({ reason: 'insufficient-funds' })
  tiny.node.funded = true
  tiny.node.baseFee = 20_000n
  await clock.advance(20_000)
  expect(await during(clock, sender.send(request(1)))).toMatchObject({ reason: 'fee-too-high' })
  expect(await sender.outcome('t1')).toEqual({ status: 'absent' })
  expect(tiny.mined()).toEqual([])
  tiny.node.baseFee = 100n
  await clock.advance(20_000)
  expect(await during(clock, sender.send(request(1)))).toMatchObject({ status: 'mined' })
  expect(tiny.mined().map(({ nonce }) => nonce)).toEqual([0])
  await sender.close()
})

test('send() with the node down before signing is refused; down after it, unknown until it is up', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start({ waitMs: 10_000 })
  tiny.node.lossBefore = 1
  expect(await during(clock, sender.send(request(0)))).toMatchObject({ status: 'refused', reason: 'rpc' })
  tiny.node.lossBefore = 0
  await during(clock, sender.send(request(1)))
  tiny.node.lossBefore = 1
  const lost = await during(clock, sender.send(request(2)))
  expect(lost).toEqual({ status: 'unknown', hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) })
  expect(await during(clock, sender.outcome('t2'))).toEqual(lost)
  tiny.node.lossBefore = 0
  expect(await during(clock, sender.outcome('t2'))).toMatchObject({ status: 'mined' })
  expect(sentData(tiny)).toEqual([dataOf(1), dataOf(2)])
  await sender.close()
})

test('an answer that is lost is found on the chain, by the same sender or by the next', async () => {
  const { tiny, start, clock, signatures } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.node.lossAfter = 1
  const sending = sender.send(request(1))
  await new Promise<void>(setImmediate)
  await sender.close()
  expect(await sending).toMatchObject({ status: 'unknown' })
  tiny.node.lossAfter = 0
  const next = start()
  expect(await during(clock, next.outcome('t1'))).toMatchObject({ status: 'mined' })
  expect([sentData(tiny), signatures()]).toEqual([[dataOf(0), dataOf(1)], 2])
  await next.close()
})

test('what a node took before a restart is not given up when another node refuses it', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.node.automine = false
  const sending = sender.send(request(1))
  await new Promise<void>(setImmediate)
  await sender.close()
  expect(await sending).toMatchObject({ status: 'unknown' })
  tiny.forget()
  tiny.node.funded = false
  const next = start({ waitMs: 10_000 })
  expect(await during(clock, next.outcome('t1'))).toMatchObject({ status: 'unknown' })
  tiny.node.funded = true
  tiny.node.automine = true
  tiny.remember()
  expect(await during(clock, next.outcome('t1'))).toMatchObject({ status: 'mined' })
  expect(sentData(tiny)).toEqual([dataOf(0), dataOf(1)])
  await next.close()
})

test('a number that was refused is used again', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  tiny.node.funded = false
  expect(await during(clock, sender.send(request(1)))).toMatchObject({ status: 'refused' })
  tiny.node.funded = true
  expect(await during(clock, sender.send(request(2)))).toMatchObject({ status: 'mined' })
  expect(tiny.mined().map(({ nonce, data }) => [nonce, data])).toEqual([[0, dataOf(2)]])
  await sender.close()
})

test('a number that was refused while others wait behind it is filled', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  const first = sender.send({ ...request(1), gas: 1n })
  const second = sender.send(request(2))
  const refused = { status: 'refused', reason: 'rejected', detail: 'intrinsic gas too low' }
  expect(await during(clock, first)).toEqual(refused)
  expect(await during(clock, second)).toMatchObject({ status: 'mined' })
  expect(tiny.mined().map(({ nonce, data, to }) => [nonce, data, to])).toEqual([
    [0, dataOf(0), request(0).to],
    [1, '0x', account.address],
    [2, dataOf(2), request(2).to],
  ])
  await sender.close()
})

test('a stuck transaction is sent again with a higher fee', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.node.automine = false
  const sending = sender.send(request(1))
  await new Promise<void>(setImmediate)
  tiny.node.baseFee = 400n
  tiny.node.automine = true
  const outcome = await during(clock, sending)
  expect(outcome).toMatchObject({ status: 'mined', receipt: { transactionHash: tiny.mined()[1]?.hash } })
  expect(tiny.mined()[1]?.maxFeePerGas).toBeGreaterThanOrEqual(400n)
  expect(sentData(tiny)).toEqual([dataOf(0), dataOf(1)])
  await sender.close()
})

test('of a transaction whose fee was raised, the one that is mined counts', async () => {
  const { tiny, start, clock, log } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.node.automine = false
  const sending = sender.send(request(1))
  await new Promise<void>(setImmediate)
  tiny.node.deaf = true
  const racing = during(clock, sending)
  while (!log.lines.some(({ message }) => message.startsWith('Raised'))) await new Promise<void>(setImmediate)
  tiny.mine()
  expect(await racing).toMatchObject({ status: 'mined', receipt: { transactionHash: tiny.mined()[1]?.hash } })
  expect(tiny.mined()[1]?.maxFeePerGas).toBe(201n)
  await sender.close()
})

test('a number that another program used is passed over', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  tiny.inject(
    account.signTransaction({ to, nonce: 1, chainId: 42431, gasLimit: 50_000n, maxFeePerGas: 200n, data: '0xff' }),
  )
  expect(await during(clock, sender.send(request(1)))).toMatchObject({ status: 'mined' })
  expect(tiny.mined().map(({ nonce, data }) => [nonce, data])).toEqual([
    [0, dataOf(0)],
    [1, '0xff'],
    [2, dataOf(1)],
  ])
  await sender.close()
})

test('with confirmations a receipt counts only once blocks follow it, and one that is gone is sought anew', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start({ confirmations: 2, waitMs: 5_000 })
  expect(await during(clock, sender.send(request(0)))).toMatchObject({ status: 'unknown' })
  tiny.reorganise({ lose: true })
  tiny.mine()
  expect(await during(clock, sender.outcome('t0'))).toMatchObject({ status: 'unknown' })
  expect(sentData(tiny)).toEqual([dataOf(0)])
  tiny.mine()
  tiny.mine()
  expect(await during(clock, sender.outcome('t0'))).toMatchObject({ status: 'mined', receipt: { blockNumber: 3 } })
  await sender.close()
})

test('outcome() sends again what a chain that was set back has lost', async () => {
  const { tiny, start, clock, signatures } = openWallet()
  const sender = start()
  for (const id of [0, 1, 2]) await during(clock, sender.send(request(id)))
  await sender.close()
  for (let n = 0; n < 3; n++) tiny.reorganise({ lose: true })
  const next = start()
  expect(await during(clock, next.outcome('t1'))).toMatchObject({ status: 'mined' })
  expect(await during(clock, next.outcome('t2'))).toMatchObject({ status: 'mined' })
  expect([sentData(tiny), signatures()]).toEqual([[0, 1, 2].map(dataOf), 3])
  await next.close()
})

test('send() that is aborted before signing sends nothing; later, it goes on without the caller', async () => {
  const { tiny, start, clock } = openWallet()
  const sender = start()
  await expect(sender.send(request(0), { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
  expect(await sender.outcome('t0')).toEqual({ status: 'absent' })
  await during(clock, sender.send(request(0)))
  tiny.node.automine = false
  const controller = new AbortController()
  const sending = sender.send(request(1), { signal: controller.signal })
  await new Promise<void>(setImmediate)
  controller.abort(new Error('gone'))
  await expect(sending).rejects.toThrow('gone')
  tiny.mine()
  expect(await during(clock, sender.outcome('t1'))).toMatchObject({ status: 'mined' })
  await sender.close()
  await expect(sender.send(request(2))).rejects.toThrow(RangeError)
})

test('send() heeds its signal while the node keeps it waiting, and sends nothing then', async () => {
  const { tiny, clock, db } = openWallet()
  const rpc = { host: 'tiny', call: <T>() => new Promise<T>(() => undefined) }
  const chain = createChainClient({ rpc }, { chainId: 42431 })
  const sender = createSender({ chain, rpc, account, db, clock }, { maxFeePerGas: 10_000n })
  const controller = new AbortController()
  const sending = sender.send(request(0), { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(sending).rejects.toThrow('enough')
  expect([await sender.outcome('t0'), tiny.mined()]).toEqual([{ status: 'absent' }, []])
})

test('send() sends nothing that it cannot write down', async () => {
  const { tiny, start, clock, db } = openWallet()
  const sender = start()
  await during(clock, sender.send(request(0)))
  db.exec('PRAGMA query_only = ON')
  await expect(sender.send(request(1))).rejects.toThrow()
  expect(sentData(tiny)).toEqual([dataOf(0)])
  await sender.close()
})

test('two senders of one key that share the database give out each number once', async () => {
  const { tiny, start, clock } = openWallet(createRng('two'))
  tiny.node.lag = 5
  const [a, b] = [start(), start()]
  const ids = Array.from({ length: 20 }, (_, id) => id)
  const outcomes = await during(clock, Promise.all(ids.map((id) => (id % 2 === 0 ? a : b).send(request(id)))))
  expect(outcomes.map(({ status }) => status)).toEqual(ids.map(() => 'mined'))
  expect(sentData(tiny).sort()).toEqual(ids.map(dataOf))
  await Promise.all([a.close(), b.close()])
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), id: fc.nat({ max: 9 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(0, 600, 6_000, 40_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('node' as const),
      change: fc.record(
        {
          automine: fc.boolean(),
          funded: fc.boolean(),
          baseFee: fc.constantFrom(100n, 300n, 20_000n),
          lossBefore: fc.constantFrom(0, 0.3, 1),
          lossAfter: fc.constantFrom(0, 0.3, 1),
          deaf: fc.boolean(),
          lag: fc.nat({ max: 4 }),
        },
        { requiredKeys: [] },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ type: 'forget' as const }, { type: 'remember' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'mine' as const }) },
)
const reorganisation = fc.record({ type: fc.constant('reorganise' as const), lose: fc.boolean() })
const foreign = fc.constant({ type: 'foreign' as const })

/** Lets a sender do nothing any more, as the end of its process does. */
function mortal(wallet: ReturnType<typeof openWallet>, options: Partial<SenderOptions>) {
  let alive = true
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined)
  const chainRpc = {
    host: 'tiny',
    call: async <T>(method: string, params: readonly unknown[]): Promise<T> => {
      if (!alive) return never()
      const answer = await wallet.tiny.rpc.call<T>(method, params).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      if (!alive) return never()
      if ('error' in answer) throw answer.error
      return answer.value
    },
  }
  const clock = {
    ...wallet.clock,
    sleep: async (...given: Parameters<StoppedClock['sleep']>) => {
      await wallet.clock.sleep(...given)
      return alive ? undefined : never<undefined>()
    },
  }
  const sender = createSender(
    { chain: createChainClient({ rpc: chainRpc }, { chainId: 42431 }), rpc: chainRpc, account, db: wallet.db, clock },
    { maxFeePerGas: 10_000n, ...options },
  )
  return {
    sender,
    crash: () => {
      alive = false
    },
  }
}

test.each([
  ['reorganisations', reorganisation, {}],
  ['another program with the same key', foreign, {}],
  ['reorganisations, and confirmations', reorganisation, { confirmations: 1 }],
] as const)(
  'no order of failures, crashes and %s has a transaction happen twice, or be misreported',
  async (_, special, options) => {
    const steps = fc.array(fc.oneof({ weight: 12, arbitrary: step }, { weight: 1, arbitrary: special }), {
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(steps, fc.string(), fc.boolean(), async (moves, seed, sync) => {
        const wallet = openWallet(createRng(seed))
        const { tiny, clock } = wallet
        tiny.node.sync = sync
        let { sender, crash } = mortal(wallet, options)
        const used = new Set<number>()
        let waiting: Promise<SendOutcome>[] = []
        for (const move of moves) {
          if (move.type === 'send') {
            used.add(move.id)
            waiting.push(sender.send(request(move.id)))
          } else if (move.type === 'wait') {
            for (let ms = 0; ms <= move.ms; ms += 500) {
              await clock.advance(500)
              await new Promise<void>(setImmediate)
            }
          } else if (move.type === 'crash') {
            crash()
            // Whoever waited is gone too.
            waiting = []
            ;({ sender, crash } = mortal(wallet, options))
          } else if (move.type === 'node') Object.assign(tiny.node, move.change)
          else if (move.type === 'forget') tiny.forget()
          else if (move.type === 'remember') tiny.remember()
          else if (move.type === 'mine') tiny.mine()
          else if (move.type === 'reorganise') tiny.reorganise(move)
          else {
            const nonce = tiny.mined().length
            const fields = { to, nonce, chainId: 42431, gasLimit: 50_000n, maxFeePerGas: 10n ** 6n, data: '0xff' }
            try {
              tiny.inject(account.signTransaction({ ...fields, maxPriorityFeePerGas: 10n ** 6n }))
            } catch {
              // Its number is taken, or there is no money.
            }
          }
          await new Promise<void>(setImmediate)
        }
        Object.assign(tiny.node, {
          automine: true,
          funded: true,
          baseFee: 100n,
          lossBefore: 0,
          lossAfter: 0,
          deaf: false,
        })
        tiny.remember()
        tiny.mine()
        const blocks = setInterval(() => tiny.mine(), 0)
        try {
          await during(clock, Promise.all(waiting), 500)
          for (const id of used) {
            const outcome = await during(clock, sender.outcome(`t${id}`), 500)
            const found = tiny.mined().filter(({ data }) => data === dataOf(id))
            if (outcome.status === 'mined') {
              expect(found.map(({ hash }) => hash)).toEqual([outcome.receipt.transactionHash])
            } else {
              expect(outcome.status === 'absent' || outcome.status === 'refused', outcome.status).toBe(true)
              expect(found).toEqual([])
            }
          }
        } finally {
          clearInterval(blocks)
          crash()
        }
      }),
      { numRuns: 80 },
    )
  },
  120_000,
)
