/** Requests about what is sold. */

import type { AnalyticsRow, GatewayView, PaymentView } from '@salp/gateway'
import { queryOf, type TimeRange } from './query.js'
import type { Send } from './send.js'

/** What its owner decides about an endpoint. */
export interface EndpointSettings {
  /** Where requests go. */
  readonly target: string
  /** As its owner wrote it, such as `0.01`. */
  readonly price: string
  readonly description: string
  readonly methods: readonly string[]
  readonly settle: 'before' | 'after' | 'deferred'
  /** Requests a payer has free in a day of UTC. */
  readonly freePerDay: number
  /** Requests of one payer a minute. */
  readonly ratePerMinute: number
  readonly active: boolean
}

/** An endpoint. Where it leads, only its owner sees. */
export interface EndpointView extends Omit<EndpointSettings, 'target' | 'active'> {
  readonly slug: string
  readonly target?: string | undefined
  readonly active?: boolean | undefined
  /** Prices of some of its paths. */
  readonly prices: readonly { readonly method?: string | undefined; readonly path: string; readonly price: string }[]
}

/** The gateway of a node. */
export interface GatewayApi {
  show(): Promise<GatewayView>
  /** Every endpoint, by slug. */
  endpoints(): Promise<EndpointView[]>
  endpoint(slug: string): Promise<EndpointView>
  addEndpoint(
    endpoint: Pick<EndpointSettings, 'target' | 'price'> & Partial<EndpointSettings> & { readonly slug: string },
  ): Promise<EndpointView>
  changeEndpoint(slug: string, change: Partial<EndpointSettings>): Promise<EndpointView>
  removeEndpoint(slug: string): Promise<void>
  /** Without `slug` about all of them. */
  analytics(
    query: TimeRange & { readonly slug?: string | undefined; readonly per: 'day' | 'range' },
  ): Promise<{ rows: AnalyticsRow[] }>
  /** The newest first. */
  payments(limit: number): Promise<{ payments: PaymentView[] }>
}

/** Endpoints of one answer. */
const pageSize = 500

/** Creates the requests. */
export function createGatewayApi({ request }: Send): GatewayApi {
  const item = (slug: string): string => `/api/gateway/endpoints/${encodeURIComponent(slug)}`
  return {
    show: () => request('GET', '/api/gateway'),
    async endpoints() {
      const all: EndpointView[] = []
      for (let after: string | null | undefined = ''; after !== null && after !== undefined; ) {
        const query = queryOf({ limit: pageSize, ...(after !== '' && { after }) })
        const page: { endpoints: EndpointView[]; next: string | null } = await request(
          'GET',
          `/api/gateway/endpoints${query}`,
        )
        all.push(...page.endpoints)
        after = page.next
      }
      return all
    },
    endpoint: (slug) => request('GET', item(slug)),
    addEndpoint: (body) => request('POST', '/api/gateway/endpoints', { body }),
    changeEndpoint: (slug, body) => request('PATCH', item(slug), { body }),
    removeEndpoint: (slug) => request('DELETE', item(slug)),
    analytics: ({ slug, ...query }) =>
      request(
        'GET',
        `/api/gateway/analytics${slug === undefined ? '' : `/${encodeURIComponent(slug)}`}${queryOf(query)}`,
      ),
    payments: (limit) => request('GET', `/api/gateway/payments${queryOf({ limit })}`),
  }
}
