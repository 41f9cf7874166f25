/** A gateway from a handful of settings: database, chain and account opened for you. */

import { createEventBus, createIdSource, type Logger, migrate, silentLogger } from '@salp/core'
import { createSystemRng, openDatabase, systemClock } from '@salp/core/node'
import {
  type Account,
  type Chain,
  chains,
  createChainClient,
  createReceiptLedger,
  createRpc,
  createSender,
  parseAddress,
  walletMigrations,
} from '@salp/wallet'
import { createKeepAliveFetch, loadWasmCurve } from '@salp/wallet/node'
import type { Facilitator } from '../facilitator/facilitator.js'
import { createLocalFacilitator, shopTrustMs } from '../facilitator/local-facilitator.js'
import { remoteFacilitator } from '../facilitator/remote-facilitator.js'
import { createSettlementStore } from '../facilitator/settlements.js'
import { createGateway, type Gateway } from '../gateway.js'
import { gatewayMigrations } from '../migrations.js'
import { methodOf } from '../offer.js'
import type { PaymentEvents, PaymentsOptions } from '../payments/payments.js'
import { exactEip3009 } from '../schemes/exact-eip3009.js'
import { exactPermit2 } from '../schemes/exact-permit2.js'
import type { Scheme } from '../schemes/scheme.js'
import { tempoTip20 } from '../schemes/tempo-tip20.js'

/** Settings of a gateway. */
export interface OpenGatewayOptions extends PaymentsOptions {
  /** Where the money moves: a chain, or the name of one in `chains` of `@salp/wallet`, such as `baseSepolia`. */
  readonly chain: Chain | string
  /** Who is paid. */
  readonly payTo: string
  /** Path of the database, which holds who paid for what: keep it. */
  readonly database: string
  /** Who checks payments and sends them: an account of ours, which pays the gas, or a facilitator elsewhere. */
  readonly settle:
    | {
        readonly account: Account
        /** Most to pay, in wei a unit of gas. */
        readonly maxFeePerGas: bigint
        /** Whether payments that wait share a transaction, where the chain has a contract for it. @defaultValue `false` */
        readonly grouped?: boolean | undefined
        /** Blocks that must follow, for chains that are not final at once. @defaultValue `0` */
        readonly confirmations?: number | undefined
      }
    | { readonly facilitator: string; readonly headers?: Readonly<Record<string, string>> | undefined }
  /** Symbols of the tokens that are taken. @defaultValue all of the chain's that some scheme moves */
  readonly tokens?: readonly string[] | undefined
  readonly log?: Logger | undefined
}

/**
 * Opens a gateway that runs. `close()` ends it.
 *
 * @throws RangeError for the name of no chain, and for tokens that no scheme moves.
 * @throws What the database and the chain throw.
 */
export async function openGateway(options: OpenGatewayOptions): Promise<Gateway> {
  const { payTo, database, settle, tokens, log = silentLogger } = options
  const chain = chainOf(options.chain)
  const clock = systemClock
  const ids = createIdSource({ clock, rng: createSystemRng() })
  const db = openDatabase(database)
  migrate(db, 'wallet', walletMigrations)
  migrate(db, 'gateway', gatewayMigrations)
  const schemes = schemesOf(chain)
  const payee = parseAddress(payTo)
  const assets = chain.assets.filter(({ symbol }) => tokens === undefined || tokens.includes(symbol))
  const events = createEventBus<PaymentEvents>({
    onError: (error, event) => log.warn('A listener failed', { event, error }),
  })

  let facilitator: Facilitator
  let closeSender = async (): Promise<void> => undefined
  if ('facilitator' in settle) {
    facilitator = remoteFacilitator(
      { fetch: globalThis.fetch },
      { url: settle.facilitator, headers: () => settle.headers ?? {} },
    )
  } else {
    const connections = createKeepAliveFetch()
    const rpc = createRpc(connections, { url: chain.rpcUrl })
    const client = createChainClient({ rpc }, { chainId: chain.id })
    const sender = createSender(
      { chain: client, rpc, account: settle.account, db, clock, log },
      { maxFeePerGas: settle.maxFeePerGas, confirmations: settle.confirmations },
    )
    closeSender = async () => {
      await sender.close()
      connections.close()
    }
    const local = createLocalFacilitator(
      {
        chains: [{ client, senders: [sender], assets }],
        schemes,
        settlements: createSettlementStore({ db, clock }),
        clock,
        ids,
        log,
        recover: (await loadWasmCurve()).recover,
      },
      { grouped: settle.grouped, trustMs: shopTrustMs },
    )
    await client.verifyChain()
    await local.recover()
    facilitator = local
  }
  const methods = assets.map((asset) => methodOf(schemes, asset, payee))
  const gateway = createGateway(
    { db, facilitator, methods, clock, ids, log, events, receipts: createReceiptLedger(db) },
    options,
  )
  gateway.start()
  return {
    ...gateway,
    async close() {
      await gateway.close()
      await closeSender()
      db.close()
    },
  }
}

/** The chain of a name. @throws RangeError if none has it. */
export function chainOf(chain: Chain | string): Chain {
  if (typeof chain !== 'string') return chain
  const found = Object.entries(chains).find(([name]) => name === chain)?.[1]
  if (found === undefined) {
    throw new RangeError(`Cannot use chain "${chain}": known are ${Object.keys(chains).join(', ')}`)
  }
  return found
}

/** All ways of paying that a chain has contracts for; the first that moves a token is the one that is offered. */
export function schemesOf({ id, contracts }: Chain): Scheme[] {
  const only =
    <T>(value: T) =>
    (chainId: number): T | undefined =>
      chainId === id ? value : undefined
  const { transferBatch, tipSettlement } = contracts ?? {}
  return [
    exactEip3009({ batchOn: only(transferBatch) }),
    ...(tipSettlement === undefined
      ? []
      : [tempoTip20({ spender: only({ mode: 'contract', address: tipSettlement } as const) })]),
    exactPermit2(),
  ]
}
