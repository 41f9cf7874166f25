/** Registered endpoints behind paywalls: what joins the registry and its proxy to the payments. */

import type { Asset } from '@salp/wallet'
import type { Gateway } from './gateway.js'
import type { PaymentRow } from './payments/ledger.js'
import type { Admission } from './payments/payments.js'
import type { Paywall } from './paywall.js'
import { priceIn } from './price.js'
import type { Protect } from './proxy/routes.js'
import type { PaymentTotal } from './registry/analytics.js'
import type { Endpoint } from './registry/endpoint.js'
import type { FreeDecision, FreeQuota } from './registry/free-quota.js'

/** Largest body that a payment is bound to, in bytes; what is longer is passed on as it comes. */
const boundBodyBytes = 1_048_576

/** Time for the proxy to say itself that an upstream took too long, in ms. */
const answerMs = 1_000

/** Paywalls that are kept ready. */
const keptPaywalls = 1_000

/** Lets requests to endpoints through once they are paid for. */
export function protectEndpoints({
  gateway,
  quota,
  publicOrigin,
}: {
  readonly gateway: Pick<Gateway, 'route'>
  readonly quota: FreeQuota
  /** Where the outside finds us, such as `https://api.example.org`. */
  readonly publicOrigin?: string | undefined
}): Protect {
  const paywalls = new Map<string, Paywall>()
  const paywallOf = (endpoint: Endpoint, price: string, streamBody: boolean): Paywall => {
    const { id, settle, description, mimeType, timeoutMs } = endpoint
    const key = JSON.stringify([id, endpoint.updatedAt, price, streamBody])
    const ready =
      paywalls.get(key) ??
      gateway.route({
        ...{ route: routeOf(endpoint), price, mode: settle, serveMs: timeoutMs + answerMs, streamBody, publicOrigin },
        ...{ maxBodyBytes: boundBodyBytes, maxTimeoutSeconds: Math.ceil(timeoutMs / 1_000) + 270 },
        ...(description !== '' && { description }),
        ...(mimeType !== '' && { mimeType }),
      })
    if (paywalls.size >= keptPaywalls) paywalls.clear()
    paywalls.set(key, ready)
    return ready
  }
  return async ({ endpoint, price, admit }, request, serve) => {
    const length = request.headers.get('content-length')
    const streamBody = request.body !== null && (length === null || Number(length) > boundBodyBytes)
    const taken: { free?: FreeDecision; refusal?: Response } = {}
    const admission = (payer: string): Admission => {
      const refusal = admit(payer)
      if (refusal !== undefined) {
        taken.refusal = refusal
        return { status: 'limited', retryAfterSeconds: Number(refusal.headers.get('retry-after') ?? 1) }
      }
      taken.free = quota.take({ route: endpoint.slug, payer, perDay: endpoint.freePerDay })
      return { status: taken.free.status === 'granted' ? 'free' : 'admitted' }
    }
    let answered = false
    try {
      const response = await paywallOf(endpoint, price, streamBody).handle(
        request,
        (inner, { payer, amount, transaction }) => serve({ payer, amount, transaction }, inner),
        { admit: admission },
      )
      answered = response.status < 400
      return taken.refusal ?? response
    } finally {
      if (!answered && taken.free?.status === 'granted') taken.free.release()
    }
  }
}

/** Name of an endpoint's payments. Registered anew it has another, so that no payment for the old one buys from it. */
function routeOf({ slug, id }: Pick<Endpoint, 'slug' | 'id'>): string {
  return `g/${slug}/${id}`
}

/** Money of endpoints, from the ledger. */
export function* endpointTotals(rows: Iterable<PaymentRow>): Generator<PaymentTotal> {
  for (const { route, state, at, amount, chainId, asset } of rows) {
    const slug = /^g\/([^/]+)\//.exec(route)?.[1]
    if (slug === undefined || !moved.has(state)) continue
    const refunded = state === 'refunded'
    const money = { payments: 1, amount, refunds: refunded ? 1 : 0, refunded: refunded ? amount : 0n }
    yield { slug, at, asset: `eip155:${chainId}/${asset}`, ...money }
  }
}

const moved: ReadonlySet<string> = new Set(['settled', 'delivered', 'refund-due', 'refunding', 'refunded'])

/** Why a price cannot be asked, or `undefined`: for whoever registers an endpoint. */
export function priceProblem(price: string, assets: readonly Asset[]): string | undefined {
  try {
    return assets.some((asset) => priceIn(price, asset) !== undefined) ? undefined : 'it is in no token that is taken'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
