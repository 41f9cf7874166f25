/** What a node sells: endpoints that lead elsewhere, and its own language model. */

import { createHash, createHmac } from 'node:crypto'
import { type Clock, type EventBus, type IdSource, type Logger, SalpError, type SqlDatabase } from '@salp/core'
import {
  bearerAuthentication,
  type Caller,
  createAnalytics,
  createCallerSigner,
  createFacilitatorHttp,
  createFreeQuota,
  createGateway,
  createLocalFacilitator,
  createOperatorRoutes,
  createProxyRoutes,
  createRateLimiter,
  createRegistry,
  createSettlementStore,
  endpointTotals,
  type Facilitator,
  type FacilitatorHandler,
  type Gateway,
  type LocalFacilitator,
  methodOf,
  type OperatorRoute,
  type PaymentEvents,
  type PaymentMethod,
  type ProxyHandler,
  priceProblem,
  protectEndpoints,
  type Refund,
  remoteFacilitator,
  shopTrustMs,
} from '@salp/gateway'
import { createUpstream, type NodeUpstream, schemesOf, systemResolve } from '@salp/gateway/node'
import {
  type Account,
  type Address,
  type Curve,
  createSender,
  type Hex,
  parseAddress,
  parseAmount,
  type ReceiptLedger,
  type Sender,
} from '@salp/wallet'
import type { Settings } from '../settings.js'
import type { OpenChain } from './chain.js'

/** What a shop is made of. */
export interface ShopDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  readonly events: EventBus<PaymentEvents>
  readonly receipts: ReceiptLedger
  readonly chain: OpenChain
  /** Who is paid, and gives back. */
  readonly account: Account
  /** Who pays the gas of settlements. */
  readonly settler: Account
  /** Makes and reads signatures. */
  readonly curve: Curve
  /** Secret of the node, from which those of its endpoints are made. */
  readonly secret: string
}

/** A shop that is open. */
export interface Shop {
  readonly gateway: Gateway
  readonly methods: readonly PaymentMethod[]
  readonly payTo: Address
  readonly proxy: ProxyHandler
  /** Checks and settles for others; absent where nobody may have that. */
  readonly facilitator?: FacilitatorHandler | undefined
  readonly operator: readonly OperatorRoute[]
  readonly upstream: NodeUpstream
  /** Sends transactions of the wallet's own account. */
  readonly sender: Sender
  start(): Promise<void>
  close(): Promise<void>
}

const gwei = 1_000_000_000

/** Name of the one operator that a node has. */
const operator = 'operator'

/** Opens a shop; nothing runs before `start()`. */
export function openShop(deps: ShopDeps, { wallet, gateway: settings }: Pick<Settings, 'wallet' | 'gateway'>): Shop {
  const { db, clock, ids, log, events, receipts, chain, account, settler, curve, secret } = deps
  const { client, rpc } = chain
  const maxFeePerGas = BigInt(Math.round(wallet.maxGwei * gwei))
  const senderOf = (of: Account): Sender =>
    createSender({ chain: client, rpc, account: of, db, clock, log }, { maxFeePerGas })
  const [own, settling] = [senderOf(account), senderOf(settler)]
  const schemes = schemesOf(chain.chain)
  const payTo = settings.payTo === undefined ? account.address : parseAddress(settings.payTo)
  const methods = chain.chain.assets.map((asset) => methodOf(schemes, asset, payTo))

  const local: LocalFacilitator | undefined =
    settings.facilitatorUrl === undefined
      ? createLocalFacilitator(
          {
            chains: [{ client, senders: [settling], assets: chain.chain.assets }],
            ...{ schemes, settlements: createSettlementStore({ db, clock }), clock, ids, log },
            recover: curve.recover,
          },
          { grouped: settings.grouped, trustMs: shopTrustMs },
        )
      : undefined
  const facilitator: Facilitator = local ?? remote(settings)
  const refund = payTo === account.address ? refundBy(own) : undefined
  const [first] = chain.chain.assets
  const gateway = createGateway(
    { db, facilitator, methods, clock, ids, log, events, receipts, refund, issuer: account },
    // Tokens of one chain are dollars of as many decimals as the first.
    { creditLimit: first === undefined ? 0n : parseAmount(settings.creditLimit, first) },
  )

  const upstream = createUpstream({ clock, resolve: systemResolve }, { allowHosts: settings.allowHosts })
  const registry = createRegistry(
    { db, clock, ids, targets: upstream, checkPrice: (price) => priceProblem(price, chain.chain.assets) },
    { allowHosts: settings.allowHosts },
  )
  const analytics = createAnalytics({
    ...{ db, clock, log },
    payments: {
      *totals({ from, until, slug }) {
        for (const total of endpointTotals(gateway.ledger.between({ from, until }))) {
          if (slug === undefined || total.slug === slug) yield total
        }
      },
    },
  })
  const protect = protectEndpoints({ gateway, quota: createFreeQuota({ db, clock }), publicOrigin: settings.publicUrl })
  const signerOf = ({ id }: { readonly id: string }) =>
    createCallerSigner(createHmac('sha256', secret).update(`endpoint ${id}`).digest())
  const proxy = createProxyRoutes(
    { registry, upstream, analytics, limiter: createRateLimiter({ clock }), protect, signerOf, clock, ids, log },
    { addressPerMinute: 600, routePerMinute: 60_000 },
  )
  return {
    gateway,
    methods,
    payTo,
    proxy,
    facilitator:
      local && settings.facilitateFor.length > 0 ? facilitatorFor(local, settings, { clock, log }) : undefined,
    upstream,
    sender: own,
    operator: createOperatorRoutes({ registry, analytics, operatorOf: () => operator, clock, ids, log }),
    async start() {
      await client.verifyChain()
      await local?.recover()
      gateway.start()
      analytics.start()
    },
    async close() {
      await gateway.close()
      analytics.close()
      upstream.close()
      await settling.close()
      await own.close()
    },
  }
}

function remote({ facilitatorUrl: url = '', facilitatorToken: token }: Settings['gateway']): Facilitator {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return remoteFacilitator({ fetch: globalThis.fetch }, { url, headers: () => headers })
}

/** Settlements of one caller in a minute. */
const facilitatePerMinute = 600

/** A facilitator for whoever has a token, named by its digest: what was settled for one is used up for all others. */
function facilitatorFor(
  facilitator: LocalFacilitator,
  { facilitateFor }: Settings['gateway'],
  { clock, log }: Pick<ShopDeps, 'clock' | 'log'>,
): FacilitatorHandler {
  const callers = facilitateFor.map((token): [string, Caller] => {
    const id = createHash('sha256').update(token).digest('hex').slice(0, 16)
    return [token, { id, payees: 'any', leastAmount: 1n }]
  })
  const limiter = createRateLimiter({ clock })
  const take = (caller: string): number | undefined => {
    const decision = limiter.take(caller, facilitatePerMinute)
    return decision.status === 'granted' ? undefined : decision.retryAfterSeconds
  }
  const authenticate = bearerAuthentication(new Map(callers))
  return createFacilitatorHttp({ facilitator, authenticate, take, log }, { path: '/facilitator' })
}

/** Most gas of a plain transfer, the first one to a new holder on Tempo included. */
const transferGas = 400_000n

const refundAttempts = 3

function refundBy(sender: Sender): Refund {
  return async ({ key, asset, payer, amount }, { signal }) => {
    const words = [payer.slice(2), amount.toString(16)].map((word) => word.padStart(64, '0')).join('')
    // transfer(address,uint256)
    const data: Hex = `0xa9059cbb${words}`
    // What reverted had no effect, and its name is used up; anything else is one transaction, however often it is asked for.
    for (let attempt = 1; attempt <= refundAttempts; attempt++) {
      const outcome = await sender.send(
        { id: `refund:${key}:${attempt}`, to: asset, data, gas: transferGas },
        { signal },
      )
      if (outcome.status === 'mined') return outcome.receipt.transactionHash
      if (outcome.status !== 'reverted') throw new RefundError(key, outcome.status)
    }
    throw new RefundError(key, 'reverted each time')
  }
}

/** A refund that is not known to have gone out; it is tried again. */
class RefundError extends SalpError {
  constructor(key: string, status: string) {
    super('node/refund', `Cannot give back the payment "${key}" yet: the transaction is ${status}`, { retryable: true })
  }
}
