/** Requests about money of one's own. */

import type { PayOrder, PayOutcome, ReceiptView, WalletView } from '@salp/gateway'
import { queryOf, type TimeRange } from './query.js'
import type { RequestOptions, Send } from './send.js'

/** The wallet of a node. */
export interface WalletApi {
  show(): Promise<WalletView>
  /** The newest first. */
  receipts(range: TimeRange & { readonly limit?: number | undefined }): Promise<{ receipts: ReceiptView[] }>
  /** Every receipt as CSV, oldest first, with a header. */
  receiptsCsv(range: TimeRange): Promise<string>
  /** Asks for test money. Gives the hashes of the transactions that brought it. */
  faucet(): Promise<{ transactions: string[] }>
  /** Sends a request to somebody else, and pays for it within the limits. */
  pay(order: PayOrder, options?: RequestOptions): Promise<PayOutcome>
}

/** Creates the requests. */
export function createWalletApi({ request, send }: Send): WalletApi {
  return {
    show: () => request('GET', '/api/wallet'),
    receipts: (range) => request('GET', `/api/wallet/receipts${queryOf(range)}`),
    receiptsCsv: async (range) => (await send('GET', `/api/wallet/receipts.csv${queryOf(range)}`)).text(),
    faucet: () => request('POST', '/api/wallet/faucet'),
    pay: (body, options) => request('POST', '/api/wallet/pay', { ...options, body }),
  }
}
