/** Sells once, and dies at a step of it: before a call of the chain or a write of the database, or after the last. */

import { argv, kill, pid, stdout } from 'node:process'
import { type Database, openDatabase } from '@salp/core/node'
import { chains, createRpc, type Rpc } from '@salp/wallet'
import type { SettleMode } from '../../payments/payments.js'
import { openMerchant } from './merchant.js'

/** What the test says of it. */
export interface Sale {
  readonly database: string
  readonly rpcUrl: string
  readonly settler: number
  readonly payee: number
  readonly mode: SettleMode
  readonly headers: Record<string, string>
  /** Steps that it lives. */
  readonly lives: number
}

const { database, rpcUrl, settler, payee, mode, headers, lives } = JSON.parse(argv[2] ?? '') as Sale

let left = Number.POSITIVE_INFINITY
/** Takes a step, or dies as by `kill -9`. */
function step(): void {
  if (left-- <= 0) kill(pid, 'SIGKILL')
}

function mortalRpc({ host, call }: Rpc): Rpc {
  return {
    host,
    call(...asked) {
      step()
      return call(...asked)
    },
  }
}

function mortalDatabase(db: Database): Database {
  return {
    ...db,
    path: db.path,
    prepare<Row>(sql: string) {
      const statement = db.prepare<Row>(sql)
      const run: typeof statement.run = (...values) => {
        step()
        return statement.run(...values)
      }
      return { ...statement, run }
    },
  }
}

const chain = { ...chains.local, rpcUrl }
const [dollar] = chain.assets
if (dollar === undefined) throw new TypeError('The chain has no token')
const rpc = createRpc({ fetch }, { url: rpcUrl })
const merchant = await openMerchant({
  chain: { rpc, chain, dollar, freshAccount: () => payee },
  ...{ settlers: [settler], payee, rpc: mortalRpc(rpc), db: mortalDatabase(openDatabase(database)), aliveMs: 1 },
})
const ask = merchant.gateway.protect({ route: 'weather', price: '$0.01', mode }, () => {
  step()
  return new Response('fair')
})
left = lives
const response = await ask(new Request('https://shop.example/weather', { headers }))
const text = await response.text()
left = Number.POSITIVE_INFINITY
stdout.write(`${response.status} ${text}`)
await merchant[Symbol.asyncDispose]()
