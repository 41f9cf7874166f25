/** What is sold, and what came of it. */

import type { AnalyticsRow, GatewayView, PaymentView } from '@salp/gateway'
import type { EndpointView } from '../client/gateway-api.js'
import { type Column, renderColumns } from './columns.js'
import { renderFields } from './fields.js'
import { amountText, minuteText, shortHex } from './money.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { duration } from './time.js'

/** Writes base units of a token with its unit. */
export type AssetText = (asset: string, amount: bigint) => string

/** The gateway with what it sells, and counts of its week. */
export interface GatewayOverview extends GatewayView {
  readonly endpoints: readonly EndpointView[]
  readonly week: readonly AnalyticsRow[]
}

const modes = {
  before: 'before the service is asked',
  after: 'once the service has answered, before the answer is sent',
  deferred: 'later, in groups',
} as const

/** Sums a gateway up. */
export function renderGateway(overview: GatewayOverview, style: Style, text: AssetText): string {
  const { open, detail, payTo, facilitator, tokens, services, endpoints, endpointsUrl, week } = overview
  const state = [open ? 'yes' : 'no', ...(detail === undefined ? [] : [detail])].join('. ')
  if (!open) return renderFields([['Open', state]], style)
  const symbols = [...new Set(tokens.map(({ symbol }) => symbol))].map((symbol) => {
    const schemes = tokens.filter((token) => token.symbol === symbol).map(({ scheme }) => scheme)
    return `${symbol} (${[...new Set(schemes)].join(', ')})`
  })
  const payments = week.reduce((sum, row) => sum + row.payments, 0)
  const fields = renderFields(
    [
      ['Open', state],
      ...(payTo === undefined ? [] : [['Paid to', payTo] as const]),
      ['Takes', symbols.join(', ') || 'nothing'],
      ['Settles', facilitator === 'own' ? 'itself' : 'through a facilitator elsewhere'],
      ['This week', `${revenueText(week, text)} from ${plural(payments, 'payment')} to endpoints`],
    ],
    style,
  )
  const sold = [
    ...services.map(({ name, price, url }) => ({ name, price, url })),
    ...endpoints.map(({ slug, price, active }) => ({
      name: slug,
      price: active === false ? 'closed' : price,
      url: `${endpointsUrl}${slug}`,
    })),
  ]
  const table = renderColumns(sold, soldColumns, style) || 'Nothing is sold yet: salp gateway add'
  return `${fields}\n\n${table}`
}

const soldColumns: readonly Column<{ name: string; price: string; url: string }>[] = [
  { title: 'Sold', cell: ({ name }) => name },
  { title: 'Price', cell: ({ price }) => price, align: 'right' },
  { title: 'Where', cell: ({ url }) => url },
]

/** Lists endpoints. */
export function renderEndpoints(endpoints: readonly EndpointView[], style: Style): string {
  return renderColumns(endpoints, endpointColumns, style)
}

const endpointColumns: readonly Column<EndpointView>[] = [
  { title: 'Name', cell: ({ slug }) => slug },
  { title: 'Price', cell: ({ price }) => price, align: 'right' },
  { title: 'Mode', cell: ({ settle }) => settle },
  { title: 'Methods', cell: ({ methods }) => methods.join(' ') },
  { title: 'State', cell: ({ active }) => (active === false ? 'closed' : 'open') },
  { title: 'Leads to', cell: ({ target }) => target ?? '(another operator’s)' },
]

/** Shows one endpoint. */
export function renderEndpoint(endpoint: EndpointView & { readonly url: string }, style: Style): string {
  const { slug, url, target, price, prices, settle, methods, description, freePerDay, ratePerMinute, active } = endpoint
  return renderFields(
    [
      ['Name', active === false ? `${slug} (closed)` : slug],
      ['Sold at', url],
      ...(target === undefined ? [] : [['Leads to', target] as const]),
      ['Price', price],
      ...prices.map((rule) => ['', `${rule.price} for ${rule.method ?? 'any method'} ${rule.path}`] as const),
      ['Paid', modes[settle]],
      ['Methods', methods.join(', ')],
      ...(description === '' ? [] : [['About', description] as const]),
      ['A payer has', `${freePerDay} free a day, at most ${plural(ratePerMinute, 'request')} a minute`],
    ],
    style,
  )
}

/** Lists payments. */
export function renderPayments(payments: readonly PaymentView[], style: Style): string {
  return renderColumns(payments, paymentColumns, style)
}

const paymentColumns: readonly Column<PaymentView>[] = [
  { title: 'When (UTC)', cell: ({ at }) => minuteText(at) },
  { title: 'State', cell: ({ state }) => state },
  { title: 'Amount', cell: ({ amount }) => amountText(amount), align: 'right' },
  { title: 'Payer', cell: ({ payer }) => shortHex(payer) },
  { title: 'Transaction', cell: ({ transaction }) => shortHex(transaction) },
  { title: 'For', cell: ({ route }) => route },
  { title: 'Why', cell: ({ reason }) => reason },
]

/** Lists counts, an endpoint a line. */
export function renderAnalytics(rows: readonly AnalyticsRow[], style: Style, text: AssetText): string {
  return renderColumns(rows, [{ title: 'Name', cell: ({ slug }) => slug }, ...countColumns(text)], style)
}

/** Lists counts of one endpoint, a day a line. */
export function renderDays(rows: readonly AnalyticsRow[], style: Style, text: AssetText): string {
  const day: Column<AnalyticsRow> = { title: 'Day (UTC)', cell: ({ at }) => minuteText(at).slice(0, 10) }
  return renderColumns(rows, [day, ...countColumns(text)], style)
}

function countColumns(text: AssetText): Column<AnalyticsRow>[] {
  const count = (title: string, of: (row: AnalyticsRow) => number): Column<AnalyticsRow> => ({
    title,
    cell: (row) => of(row).toLocaleString('en'),
    align: 'right',
  })
  const wait = (title: string, of: (row: AnalyticsRow) => number | undefined): Column<AnalyticsRow> => ({
    title,
    cell: (row) => {
      const ms = of(row)
      return ms === undefined ? '' : duration(ms)
    },
    align: 'right',
  })
  return [
    count('Requests', ({ hits }) => hits),
    count('asked to pay', ({ challenges }) => challenges),
    count('too many', ({ limited }) => limited),
    count('failed', ({ upstreamErrors }) => upstreamErrors),
    count('paid', ({ payments }) => payments),
    count('refunded', ({ refunds }) => refunds),
    { title: 'Revenue', cell: (row) => revenueText([row], text), align: 'right' },
    wait('half within', ({ p50Ms }) => p50Ms),
    wait('95 % within', ({ p95Ms }) => p95Ms),
  ]
}

/** What was earned and not given back, by token. */
function revenueText(rows: readonly AnalyticsRow[], text: AssetText): string {
  const sums = new Map<string, bigint>()
  for (const { asset, amount, refunded } of rows.flatMap(({ revenue }) => revenue))
    sums.set(asset, (sums.get(asset) ?? 0n) + BigInt(amount) - BigInt(refunded))
  return [...sums].map(([asset, sum]) => text(asset, sum)).join(', ') || 'nothing'
}
