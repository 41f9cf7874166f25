/** Money over HTTP, for the operator's tools. */

import { defineRoute, RequestError, type Route } from '@salp/agent'
import { type GatewayView, type OperatorRoute, payOrderSchema } from '@salp/gateway'
import { type Receipt, receiptCsv, receiptLines } from '@salp/wallet'
import { z } from 'zod'
import type { Settings } from '../settings.js'
import type { Money, OpenMoney } from './money.js'
import { paymentView, receiptView } from './views.js'

const time = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional()
const limit = z.coerce.number().int().min(1).max(1_000).default(100)

/** Creates the routes of the wallet, and those of what is sold. */
export function moneyRoutes(money: Money, settings: Pick<Settings, 'gateway' | 'server'>): readonly Route[] {
  const opened = (): OpenMoney => {
    money.start()
    const open = money.open()
    if (open === undefined)
      throw new RequestError(503, 'wallet/locked', 'The wallet is not open; "salp wallet" says why')
    return open
  }
  const receiptsOf = (from: number | undefined, until: number | undefined): Receipt[] => [
    ...money.receipts.list({ from, until }),
  ]
  const range = z.object({ from: time, until: time })
  const file = (name: string, type: string, write: (receipts: Iterable<Receipt>) => Iterable<string>): Route =>
    defineRoute({
      method: 'get',
      path: `/api/wallet/receipts.${name}`,
      summary: `All receipts as ${name.toUpperCase()}, oldest first`,
      query: range,
      response: z.string(),
      answer: ({ query: { from, until }, context }) => {
        context.header('content-type', type)
        context.header('content-disposition', `attachment; filename="receipts.${name}"`)
        return context.body([...write(receiptsOf(from, until))].join(''))
      },
    })
  return [
    defineRoute({
      method: 'get',
      path: '/api/wallet',
      summary: 'The wallet: who it is, what it holds, what it may spend',
      response: z.json(),
      answer: ({ context }) => money.view({ signal: context.req.raw.signal }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/wallet/receipts',
      summary: 'Receipts, newest first',
      query: range.extend({ limit, before: time }),
      response: z.json(),
      answer({ query: { from, until, before = until, limit: most } }) {
        const assets = money.open()?.chain.chain.assets ?? []
        const found = receiptsOf(from, before).reverse().slice(0, most)
        return { receipts: found.map((receipt) => receiptView(receipt, assets)) }
      },
    }),
    file('csv', 'text/csv; charset=utf-8', receiptCsv),
    file('jsonl', 'application/x-ndjson', receiptLines),
    defineRoute({
      method: 'post',
      path: '/api/wallet/faucet',
      summary: 'Asks for money to try things with, where there is such a place',
      response: z.object({ transactions: z.array(z.string()) }),
      async answer({ context }) {
        const { chain, account } = opened()
        if (chain.faucet === undefined)
          throw new RequestError(409, 'wallet/faucet', `${chain.chain.name} gives no money away`)
        return { transactions: await chain.faucet(account.address, { signal: context.req.raw.signal }) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/wallet/identity',
      summary: 'Registers the agent on its chain, or says where its file is now; it costs gas',
      response: z.object({ agentId: z.string(), registry: z.string(), uri: z.string() }),
      async answer({ context }) {
        const { identity, chain } = opened()
        if (identity === undefined)
          throw new RequestError(409, 'wallet/registry', `${chain.chain.name} has no registry of agents`)
        await identity.register({ signal: context.req.raw.signal })
        const current = identity.current()
        return current && { ...current, agentId: String(current.agentId) }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/wallet/agents',
      summary: 'Agents of the registry, by number',
      query: z.object({ limit, after: z.coerce.bigint().min(0n).optional() }),
      response: z.json(),
      async answer({ query: { limit: most, after }, context }) {
        const { identity } = opened()
        await identity?.others.sync({ signal: context.req.raw.signal })
        const found = identity?.others.list({ limit: most, after }) ?? []
        return { agents: found.map((agent) => ({ ...agent, agentId: String(agent.agentId) })) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/wallet/pay',
      summary: 'Sends a request, and pays for it within the limits',
      body: payOrderSchema,
      response: z.json(),
      answer: ({ body, context }) =>
        opened().buyer.buy(body, { fetch: globalThis.fetch, signal: context.req.raw.signal }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/gateway',
      summary: 'What is sold here, and for what',
      response: z.json(),
      answer({ context }): GatewayView {
        const open = money.open()
        const base = settings.gateway.publicUrl ?? new URL(context.req.url).origin
        const price = settings.gateway.chatPrice
        return {
          open: open !== undefined,
          ...(open === undefined
            ? { detail: 'The wallet is not open; "salp wallet" says why' }
            : { payTo: open.shop.payTo }),
          endpointsUrl: `${base}/g/`,
          facilitator: settings.gateway.facilitatorUrl === undefined ? 'own' : 'remote',
          tokens: (open?.shop.methods ?? []).map(({ asset, scheme }) => ({
            symbol: asset.symbol,
            asset: asset.address,
            decimals: asset.decimals,
            scheme: scheme.name,
          })),
          services: price === undefined ? [] : [{ name: 'Language model', url: `${base}/v1/chat/completions`, price }],
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/gateway/payments',
      summary: 'Payments that were presented, newest first',
      query: z.object({ limit, route: z.string().max(300).optional() }),
      response: z.json(),
      answer({ query: { limit: most, route } }) {
        const { shop, chain } = opened()
        const rows = shop.gateway.ledger.list({ limit: most, route })
        return { payments: rows.map((row) => paymentView(row, chain.chain.assets)) }
      },
    }),
    ...operatorPlaces.map((place) => fromOperator(place, () => opened().shop.operator)),
  ]
}

/** The places of the registry's own routes, which are there before it is. */
const operatorPlaces = [
  ['get', '/endpoints', 'Lists endpoints'],
  ['post', '/endpoints', 'Registers an endpoint'],
  ['get', '/endpoints/{slug}', 'Shows an endpoint'],
  ['patch', '/endpoints/{slug}', 'Changes an endpoint'],
  ['delete', '/endpoints/{slug}', 'Takes an endpoint away'],
  ['get', '/analytics', 'Sums up all endpoints'],
  ['get', '/analytics/{slug}', 'Sums up an endpoint'],
] as const

function fromOperator(
  [method, path, summary]: (typeof operatorPlaces)[number],
  operator: () => readonly OperatorRoute[],
): Route {
  return defineRoute({
    method,
    path: `/api/gateway${path}`,
    summary,
    response: z.json(),
    async answer({ params, context }) {
      const route = operator().find((candidate) => candidate.method === method.toUpperCase() && candidate.path === path)
      if (route === undefined) throw new RangeError(`Cannot answer ${method} ${path}: the registry has no such route`)
      return route.handle(context.req.raw, params)
    },
  })
}
