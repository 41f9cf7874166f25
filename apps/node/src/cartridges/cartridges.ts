/** The cartridges of a node: where they are made, and how they are sold. */

import { join } from 'node:path'
import type { ActivitySource } from '@salp/agent'
import type { Workshop, WorkshopEvents } from '@salp/cartridge'
import { cartridgeMigrations } from '@salp/cartridge/host'
import { openWorkshop } from '@salp/cartridge/node'
import { type Clock, createEventBus, type Logger, migrate, type Rng, type SqlDatabase } from '@salp/core'
import { priceProblem } from '@salp/gateway'
import type { Money } from '../money/money.js'
import type { Settings } from '../settings.js'
import { createPorts, type Ports, portNames } from './ports.js'
import type { PaidAnswer, PricedCartridge } from './serve.js'

/** The cartridges of a node. */
export interface Cartridges {
  readonly workshop: Workshop
  readonly ports: Ports
  /** Cartridges that are being called. */
  readonly source: ActivitySource
  close(): Promise<void>
}

/** What the cartridges of a node ask for. */
export interface CartridgesDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly rng: Rng
  readonly log: Logger
  /** The home folder. */
  readonly folder: string
  readonly money: Money | undefined
}

/** Opens the workshop and the ports of a node. */
export async function openCartridges(
  { db, clock, rng, log, folder, money }: CartridgesDeps,
  { cartridges: { grants, httpHosts } }: Pick<Settings, 'cartridges'>,
): Promise<Cartridges> {
  migrate(db, 'cartridge', cartridgeMigrations)
  const events = createEventBus<WorkshopEvents>({
    onError: (error, event) => log.warn('A listener failed', { event, error }),
  })
  const problemOf = (price: string): string | undefined => {
    const open = money?.open()
    if (open === undefined) return 'the wallet is not open; "salp wallet" says why'
    return priceProblem(price, open.chain.chain.assets)
  }
  const workshop = await openWorkshop(
    { db, clock, rng, log, events, folder: join(folder, 'cartridges'), priceProblem: problemOf },
    { grants, httpHosts, ports: portNames },
  )
  const ports = createPorts({ db, clock, rng, log, events, workshop })
  return {
    workshop,
    ports,
    source: {
      list: () =>
        workshop.running().map(({ id, name, calls, since }) => ({
          ...{ id: `cartridge:${id}`, kind: 'cartridge', title: name, state: 'running', since },
          detail: calls === 1 ? 'Is being called' : `Is being called ${calls} times`,
        })),
      stop: (id) => void workshop.stop(id.slice('cartridge:'.length)),
    },
    async close() {
      await ports.close()
      await workshop.close()
    },
  }
}

type Sell = (request: Request, answer: PaidAnswer) => Promise<Response>

/** Sells calls of cartridges, each under its own name in the ledger. */
export function sellCartridges(
  money: Money | undefined,
  { gateway: { publicUrl } }: Pick<Settings, 'gateway'>,
): (cartridge: PricedCartridge) => Sell | undefined {
  const sellers = new Map<string, Sell>()
  return ({ id, description, price }) => {
    const open = money?.open()
    if (open === undefined) return undefined
    const key = JSON.stringify([id, description, price])
    const known = sellers.get(key)
    if (known !== undefined) return known
    const wall = open.shop.gateway.route({
      ...{ route: `c/${id}`, price, description, publicOrigin: publicUrl },
      // A call may take 30 s, after those that wait before it.
      ...{ serveMs: 60_000, maxTimeoutSeconds: 330 },
    })
    const sell: Sell = (request, answer) =>
      wall.handle(request, (paid, { payer, amount, transaction }) =>
        answer(paid, { payer, amount: String(amount), tx: transaction ?? '' }),
      )
    if (sellers.size >= keptSellers) sellers.clear()
    sellers.set(key, sell)
    return sell
  }
}

/** Paywalls that are kept ready. */
const keptSellers = 1_000
