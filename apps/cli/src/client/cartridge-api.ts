/** Requests about cartridges. */

import type {
  BuildView,
  CallOrder,
  CallView,
  CartridgeSummary,
  CartridgeView,
  ChangeOrder,
  CreateOrder,
  LogLine,
} from '@salp/cartridge'
import type { RequestOptions, Send } from './send.js'

/** The cartridges of a node. */
export interface CartridgeApi {
  list(): Promise<{ cartridges: CartridgeSummary[] }>
  show(id: string): Promise<CartridgeView>
  create(order: CreateOrder): Promise<CartridgeView>
  change(id: string, order: ChangeOrder): Promise<CartridgeView>
  build(id: string, options?: RequestOptions): Promise<BuildView>
  call(id: string, order: CallOrder, options?: RequestOptions): Promise<CallView>
  rollBack(id: string): Promise<void>
  publish(id: string, order: { published: boolean; price: string | null }): Promise<void>
  /** Lines from after a number. */
  logs(id: string, after: number, options?: RequestOptions): Promise<{ lines: LogLine[] }>
  /** The active version as it was compiled. */
  module(id: string): Promise<Uint8Array<ArrayBuffer>>
}

/** Creates the requests. */
export function createCartridgeApi({ request, send }: Send): CartridgeApi {
  const item = (id: string): string => `/api/cartridges/${encodeURIComponent(id)}`
  return {
    list: () => request('GET', '/api/cartridges'),
    show: (id) => request('GET', item(id)),
    create: (body) => request('POST', '/api/cartridges', { body }),
    change: (id, body) => request('PATCH', item(id), { body }),
    build: (id, options) => request('POST', `${item(id)}/build`, options),
    call: (id, body, options) => request('POST', `${item(id)}/call`, { ...options, body }),
    rollBack: (id) => request('POST', `${item(id)}/rollback`),
    publish: (id, body) => request('POST', `${item(id)}/publish`, { body }),
    logs: (id, after, options) => request('GET', `${item(id)}/logs?after=${after}`, options),
    module: async (id) => new Uint8Array(await (await send('GET', `${item(id)}/module`)).arrayBuffer()),
  }
}
