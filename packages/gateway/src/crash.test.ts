import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@salp/core/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SettleMode } from './payments/payments.js'
import { openMerchant } from './testing/internal/merchant.js'
import type { Sale } from './testing/internal/sell-and-die.js'
import { sign } from './testing/internal/sign.js'
import { startTestChain, type TestChain, testAccount } from './testing/internal/test-chain.js'

let chain: TestChain
let folder: string
beforeAll(async () => {
  chain = await startTestChain({ chainId: 42431 })
  folder = await mkdtemp(join(tmpdir(), 'salp-crash-'))
  await chain.fund(testAccount(1).address)
}, 60_000)
afterAll(async () => {
  await chain[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Sells in another process. @returns What it answered, or `undefined` if it was killed. */
function sellAndDie(sale: Sale): Promise<string | undefined> {
  const load = import.meta.resolve('@salp/presets/run-source')
  const file = fileURLToPath(new URL('./testing/internal/sell-and-die.ts', import.meta.url))
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  const child = spawn(process.execPath, [...flags, file, JSON.stringify(sale)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL' && code !== 0) reject(new Error(`sell-and-die ended with ${code}`))
      resolve(signal === 'SIGKILL' ? undefined : output)
    })
  })
}

/** Lets a gateway die after so many steps of a sale, and starts another. @returns Whether it lived to answer. */
async function survives(mode: SettleMode, lives: number): Promise<boolean> {
  const [settler, payee] = [chain.freshAccount(), chain.freshAccount()]
  const database = join(folder, `${mode}-${lives}.db`)
  const options = { chain, settlers: [settler], payee, mode }
  const quote = await openMerchant({ ...options, db: openDatabase(':memory:') })
  const route = { route: 'weather', price: '$0.01', mode }
  const challenge = await quote.gateway.route(route).handle(new Request('https://shop.example/weather'), fair)
  const { headers } = sign(chain.dollar, challenge, 1)
  const answered = await sellAndDie({ database, rpcUrl: chain.url, settler, payee, mode, headers, lives })

  const db = openDatabase(database)
  const merchant = await openMerchant({ ...options, db })
  // As if so much time had passed that nobody takes the dead one for alive.
  db.exec('UPDATE gateway_instances SET alive_until = 0')
  await merchant.facilitator.recover()
  await merchant.gateway.payments.work({ signal: AbortSignal.timeout(10_000) })
  const paid = await chain.balance(merchant.payTo)
  const again = await merchant.gateway
    .route(route)
    .handle(new Request('https://shop.example/weather', { headers }), fair)
  const facts = {
    again: [again.status, await again.text()],
    charged: await chain.balance(merchant.payTo),
    receipts: [...merchant.receipts.list()].map(({ amount }) => amount),
    open: merchant.gateway.ledger
      .list({ limit: 9 })
      .filter(({ state }) => state !== 'settled' && state !== 'delivered'),
  }
  expect({ lives, ...facts }).toEqual({
    lives,
    again: [200, 'fair'],
    charged: 10_000n,
    receipts: [10_000n],
    open: [],
  })
  expect(paid === 0n || paid === 10_000n).toBe(true)
  await merchant[Symbol.asyncDispose]()
  merchant.db.close()
  return answered !== undefined
}

const fair = () => new Response('fair')

test.each(['after', 'before'] as const)(
  'a gateway that is killed at any step of a sale in mode "%s" charges once, and its successor answers the same payment',
  async (mode) => {
    let lives = 0
    for (let lived = false; !lived; lives += 2) {
      const [one, two] = await Promise.all([survives(mode, lives), survives(mode, lives + 1)])
      lived = one && two
    }
    // A sale has that many steps at least: if not, nothing was tried.
    expect(lives).toBeGreaterThan(20)
  },
  300_000,
)
