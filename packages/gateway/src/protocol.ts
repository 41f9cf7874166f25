/** What an operator's tools say to a node about money, over HTTP: shapes of requests and answers. Amounts are text. */

import { z } from 'zod'
import type { SummaryRow } from './registry/analytics.js'

/** An amount for a reader: units in decimal, and what they are of. */
export interface AmountView {
  /** Units in decimal, exact, such as `0.01`. */
  readonly units: string
  /** The same in base units. */
  readonly base: string
  readonly symbol: string
  /** Address of the token. */
  readonly asset: string
}

/** Limits of one token. */
export interface PolicyView {
  readonly symbol: string
  readonly asset: string
  readonly ceiling: string
  readonly askAbove: string
  readonly perDay: string
  readonly perPayeeDay: string
  readonly perTask: string
  readonly payees: 'any' | readonly string[]
  /** What is left of today's limit. Like the limits, in units. */
  readonly leftToday: string
}

/** `GET /api/wallet`. */
export interface WalletView {
  /** It is on its way, `none` was made yet, its passphrase is not known here or something stands in the way, or it is open. */
  readonly state: 'opening' | 'none' | 'locked' | 'open'
  /** What to do about it, if it is not open. */
  readonly detail?: string | undefined
  readonly address?: string | undefined
  readonly chain: {
    readonly id: number
    readonly name: string
    /** Whether it runs on this machine and its money is worth nothing. */
    readonly development: boolean
    readonly explorerUrl?: string | undefined
    /** Whether the node could be asked just now. */
    readonly reachable: boolean
  }
  readonly balances: readonly AmountView[]
  readonly policies: readonly PolicyView[]
  /** Who it is on the chain, once registered. */
  readonly identity?: { readonly agentId: string; readonly registry: string; readonly uri: string } | undefined
  /** Whether `POST /api/wallet/faucet` gives money. */
  readonly faucet: boolean
}

/** One payment that moved; `GET /api/wallet/receipts` gives `{ receipts }`, newest first. */
export interface ReceiptView {
  readonly id: string
  readonly direction: 'in' | 'out'
  /** In ms since the epoch. */
  readonly at: number
  readonly amount: AmountView
  readonly payer: string
  readonly payee: string
  readonly transaction: string
  readonly resource: string
  readonly task: string
}

/** `POST /api/wallet/pay`: a request, and whatever it costs within the limits. */
export const payOrderSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).max(2_048),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(1_048_576).optional(),
  task: z.string().max(200).default(''),
  /** Symbols of the tokens to pay in. @defaultValue any that is known */
  tokens: z.array(z.string().max(32)).min(1).optional(),
  /** Most that the caller agrees to, in units; more is asked about anew. */
  agreedUpTo: z.string().max(80).optional(),
})

/** A request, and whatever it costs within the limits. */
export type PayOrder = z.input<typeof payOrderSchema>

/** What came of it. */
export type PayOutcome =
  | {
      readonly status: 'answered'
      /** HTTP status of the answer. */
      readonly code: number
      readonly contentType: string
      /** The first 64 KiB as text. */
      readonly body: string
      readonly truncated: boolean
      /** What was paid; absent if nothing was asked. */
      readonly paid?: { readonly amount: AmountView; readonly payee: string; readonly transaction: string } | undefined
    }
  /** It costs more than is paid without a word: send the order again with `agreedUpTo`. */
  | {
      readonly status: 'ask'
      readonly amount: AmountView
      readonly payee: string
      /** What is left of today's limit, in units. */
      readonly leftToday: string
    }
  /** It was not paid. */
  | {
      readonly status: 'refused'
      readonly code: string
      readonly reason: string
      readonly transaction?: string | undefined
    }

/** `GET /api/gateway`: what is sold here. */
export interface GatewayView {
  /** Whether anything can be sold, and why not. */
  readonly open: boolean
  readonly detail?: string | undefined
  readonly payTo?: string | undefined
  /** Address under which endpoints are found, such as `http://127.0.0.1:4023/g/`. */
  readonly endpointsUrl: string
  readonly facilitator: 'own' | 'remote'
  readonly tokens: readonly {
    readonly symbol: string
    readonly asset: string
    readonly decimals: number
    readonly scheme: string
  }[]
  /** What the agent itself sells. */
  readonly services: readonly { readonly name: string; readonly url: string; readonly price: string }[]
}

/** A payment that was presented; `GET /api/gateway/payments` gives `{ payments }`, newest first. */
export interface PaymentView {
  readonly key: string
  readonly state: string
  readonly route: string
  readonly amount: AmountView
  readonly payer: string
  readonly transaction: string
  readonly reason: string
  readonly at: number
}

/** One endpoint in one stretch of time; `GET /api/gateway/analytics` gives `{ rows }`. What is unknown is left out. */
export interface AnalyticsRow extends Omit<SummaryRow, 'p50Ms' | 'p95Ms' | 'lastAt' | 'revenue'> {
  readonly p50Ms?: number | undefined
  readonly p95Ms?: number | undefined
  readonly lastAt?: number | undefined
  /** By asset, such as `eip155:42431/0x20c0…`; base units as text. */
  readonly revenue: readonly { readonly asset: string; readonly amount: string; readonly refunded: string }[]
}
