/** The money of a node: its chain, its wallet, what it buys and what it sells. */

import { join } from 'node:path'
import {
  type Clock,
  createEventBus,
  describeError,
  type IdSource,
  type Logger,
  migrate,
  type SqlDatabase,
} from '@salp/core'
import { gatewayMigrations, type PaymentEvents, type WalletView } from '@salp/gateway'
import {
  type Account,
  type Address,
  type BalanceWatcher,
  createReceiptLedger,
  createSpending,
  createTokenReader,
  formatAmount,
  isSameAsset,
  parseAddress,
  parseAmount,
  type ReceiptLedger,
  type Spending,
  type SpendPolicy,
  type WalletEvents,
  walletMigrations,
  watchBalances,
} from '@salp/wallet'
import { loadWasmCurve } from '@salp/wallet/node'
import type { Settings } from '../settings.js'
import { type Buyer, createBuyer } from './buying.js'
import { chainOf, type OpenChain, openChain } from './chain.js'
import { createNodeIdentity, type NodeIdentity } from './identity.js'
import { type Keys, openKeys } from './keys.js'
import { openShop, type Shop } from './shop.js'
import { amountView } from './views.js'

/** What money asks of the node. */
export interface MoneyDeps {
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  /** The home folder. */
  readonly folder: string
  readonly secret: string
}

/** Money that can be spent and earned. */
export interface OpenMoney {
  readonly chain: OpenChain
  readonly account: Account
  readonly spending: Spending
  readonly policies: readonly SpendPolicy[]
  readonly buyer: Buyer
  readonly shop: Shop
  /** Who it is on the chain; absent where there is no registry. */
  readonly identity?: NodeIdentity | undefined
}

/** The money of a node, open or on the way there. */
export interface Money {
  readonly receipts: ReceiptLedger
  /** `undefined` while it opens, and while there is no key. */
  readonly open: () => OpenMoney | undefined
  view(options: { readonly signal: AbortSignal }): Promise<WalletView>
  /** Opens chain and wallet in the background; asked again, it tries again what did not work. */
  start(): void
  close(): Promise<void>
}

/** Accounts by what they are for. */
const accounts = { own: 0, settler: 1 } as const

/** Time between two tries to open what did not open, in ms. */
const retryMs = 2_000

/** Creates the money of a node; nothing runs before `start()`. Where it is switched off, there is none. */
export function createMoney(
  deps: MoneyDeps,
  settings: Pick<Settings, 'wallet' | 'gateway' | 'server' | 'agent'>,
): Money | undefined {
  const preset = chainOf(settings.wallet)
  if (preset === undefined) return undefined
  const { db, clock, log, folder } = deps
  migrate(db, 'wallet', walletMigrations)
  migrate(db, 'gateway', gatewayMigrations)
  const receipts = createReceiptLedger(db)
  const events = createEventBus<PaymentEvents>({
    onError: (error, event) => log.warn('A listener failed', { event, error }),
  })
  const balances = createEventBus<WalletEvents>({
    onError: (error, event) => log.warn('A listener failed', { event, error }),
  })
  balances.subscribe('wallet:balance-changed', ({ asset, before, balance }) => {
    if (before !== undefined)
      log.info('A balance changed', { symbol: asset.symbol, balance: formatAmount(balance, asset) })
  })
  const closing = new AbortController()
  const { signal } = closing
  let watcher: BalanceWatcher | undefined
  let chain: OpenChain | undefined
  let keys: Keys | undefined
  let open: OpenMoney | undefined
  let problem: string | undefined
  let opening: Promise<void> | undefined
  let triedAt = Number.NEGATIVE_INFINITY

  const openAll = async (): Promise<void> => {
    triedAt = clock.monotonic()
    chain ??= await openChain({ clock, log: log.child('chain') }, { settings: settings.wallet, folder, signal })
    const curve = await loadWasmCurve()
    keys = await openKeys(join(folder, 'keystore'), settings.wallet, { sign: curve.sign, signal })
    if (keys.status !== 'open') return
    const account = keys.keyring.account(accounts.own)
    const settler = keys.keyring.account(accounts.settler)
    if (chain.development) await endow(chain, [account.address, settler.address], signal)
    const policies = chain.chain.assets.map((asset) => policyOf(asset, settings.wallet))
    const spending = createSpending({ db, clock, policies })
    const shop = openShop({ ...deps, events, receipts, chain, account, settler, curve }, settings)
    await shop.start().catch(async (error: unknown) => {
      await shop.close()
      throw error
    })
    const buyer = createBuyer({
      ...{ account, spending, receipts, clock, ids: deps.ids },
      ...{ chain: chain.chain, client: chain.client, sender: shop.sender },
      dayLimit: (asset) => policies.find((policy) => isSameAsset(policy.asset, asset))?.perDay ?? 0n,
    })
    const identity = identityOf(chain, shop)
    open = { chain, account, spending, policies, buyer, shop, identity }
    watcher = watchBalances(
      { chain: chain.client, clock, events: balances, log },
      { accounts: [account.address], assets: chain.chain.assets },
    )
    watcher.start()
    problem = undefined
    log.info('The wallet is open', { address: account.address, chain: chain.chain.name })
    if (identity !== undefined) await introduce(identity, chain)
  }
  /** On a development chain it costs nothing to be somebody; anywhere else its owner says so. Money does not wait for it. */
  const introduce = async (identity: NodeIdentity, { development }: OpenChain): Promise<void> => {
    try {
      await (development ? identity.register({ signal }) : identity.find({ signal }))
    } catch (error) {
      if (!signal.aborted) log.warn('Cannot tell who the agent is on its chain', { error })
    }
  }
  const identityOf = (at: OpenChain, { sender }: Shop): NodeIdentity | undefined => {
    const registry = at.chain.contracts.identityRegistry
    if (registry === undefined) return undefined
    const { publicUrl } = settings.gateway
    const origin = publicUrl ?? `http://${settings.server.host}:${settings.server.port}`
    return createNodeIdentity({ db, chain: at, sender }, { registry, name: settings.agent.name, origin })
  }
  const start = (): void => {
    if (open !== undefined || opening !== undefined || signal.aborted || clock.monotonic() - triedAt < retryMs) return
    opening = openAll()
      .catch((error: unknown) => {
        if (signal.aborted) return
        problem = describeError(error)
        log.warn('The wallet cannot be opened', { error })
      })
      .finally(() => {
        opening = undefined
      })
  }

  return {
    receipts,
    open: () => open,
    start,
    async view(options) {
      start()
      const asked = open
      const chainView = {
        id: preset.id,
        name: preset.name,
        development: settings.wallet.chain === 'local',
        explorerUrl: preset.explorerUrl,
      }
      if (asked === undefined) {
        const shut = problem !== undefined ? ({ state: 'locked', detail: problem } as const) : shutView(keys)
        return {
          ...shut,
          chain: { ...chainView, reachable: problem === undefined },
          balances: [],
          policies: [],
          faucet: false,
        }
      }
      const { address } = asked.account
      const identity = asked.identity?.current()
      const balances = await balancesOf(asked.chain, address, options.signal).catch(() => undefined)
      return {
        state: 'open',
        address,
        chain: { ...chainView, reachable: balances !== undefined },
        balances: balances ?? [],
        policies: asked.policies.map((policy) => policyView(policy, asked)),
        ...(identity !== undefined && {
          identity: { agentId: String(identity.agentId), registry: identity.registry, uri: identity.uri },
        }),
        faucet: asked.chain.faucet !== undefined,
      }
    },
    async close() {
      closing.abort()
      await opening
      await watcher?.close()
      await open?.shop.close()
      await chain?.close()
    },
  }
}

/** What there is to say of keys that are not open yet. */
function shutView(keys: Keys | undefined): Pick<WalletView, 'state' | 'detail'> {
  if (keys === undefined || keys.status === 'open') return { state: 'opening', detail: 'The wallet is being opened' }
  return { state: keys.status, detail: keys.detail }
}

/** Gives the accounts of a development chain something to begin with, once. */
async function endow(chain: OpenChain, addresses: readonly Address[], signal: AbortSignal): Promise<void> {
  for (const address of addresses) {
    const gas = await chain.client.nativeBalance(address, { signal })
    if (gas === 0n) await chain.faucet?.(address, { signal })
  }
}

async function balancesOf({ chain, client }: OpenChain, address: Address, signal: AbortSignal) {
  const tokens = createTokenReader({ chain: client })
  const held = await Promise.all(
    chain.assets.map(async (asset) => ({ asset, amount: await tokens.balanceOf(asset.address, address, { signal }) })),
  )
  return held.flatMap(({ asset, amount }) => (amount === undefined ? [] : [amountView(amount, asset, chain.assets)]))
}

function policyOf(asset: OpenChain['chain']['assets'][number], settings: Settings['wallet']): SpendPolicy {
  const amount = (text: string): bigint => parseAmount(text, asset)
  return {
    asset,
    ceiling: amount(settings.ceiling),
    askAbove: amount(settings.askAbove),
    perDay: amount(settings.perDay),
    perPayeeDay: amount(settings.perPayeeDay),
    perTask: amount(settings.perTask),
    payees: settings.payees?.map((payee) => parseAddress(payee)) ?? 'any',
  }
}

function policyView(policy: SpendPolicy, { chain, spending }: OpenMoney): WalletView['policies'][number] {
  const asset = chain.chain.assets.find(({ address }) => address === policy.asset.address)
  if (asset === undefined) throw new RangeError('Cannot show a limit: its token is not of the chain')
  const units = (amount: bigint): string => formatAmount(amount, asset)
  return {
    symbol: asset.symbol,
    asset: asset.address,
    ceiling: units(policy.ceiling),
    askAbove: units(policy.askAbove),
    perDay: units(policy.perDay),
    perPayeeDay: units(policy.perPayeeDay),
    perTask: units(policy.perTask),
    payees: policy.payees,
    leftToday: units(spending.leftToday(asset)),
  }
}
