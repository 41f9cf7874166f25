/** Requests about other agents. */

import type { AskAnswer, AskOrder } from '@salp/agent/a2a'
import { queryOf } from './query.js'
import type { RequestOptions, Send } from './send.js'

/** A card, as far as it is shown. */
export interface CardView {
  readonly name: string
  readonly description?: string | undefined
  readonly version?: string | undefined
  readonly skills?: readonly { readonly name: string; readonly description?: string | undefined }[] | undefined
  readonly supportedInterfaces?:
    | readonly { readonly url: string; readonly protocolBinding: string; readonly protocolVersion: string }[]
    | undefined
  readonly capabilities?:
    | {
        readonly extensions?: readonly { readonly uri: string; readonly description?: string | undefined }[] | undefined
      }
    | undefined
}

/** Other agents, through the node. */
export interface A2aApi {
  /** The card of an agent; of the node's own without an address. */
  card(url?: string): Promise<CardView>
  /** Asks an agent, and pays up to `maxPrice` within the limits of the wallet. */
  ask(order: Pick<AskOrder, 'url' | 'message' | 'maxPrice'>, options?: RequestOptions): Promise<AskAnswer>
}

/** Creates the requests. */
export function createA2aApi({ request }: Send): A2aApi {
  return {
    card: (url) => request('GET', `/api/a2a/card${queryOf({ url })}`),
    ask: (body, options) => request('POST', '/api/a2a/ask', { ...options, body }),
  }
}
