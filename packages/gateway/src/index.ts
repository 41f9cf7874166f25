/** HTTP 402 by the x402 wire formats: paid routes, a facilitator, a registry with a proxy, and a client that pays. */

export {
  a2aExtension,
  type PaidTaskRecord,
  type PaidTaskStore,
  paidTask,
  type TaskHandler,
  type TaskMessage,
  type TaskUpdate,
} from './a2a.js'
export {
  type PayingFetchOptions,
  type PayingWallet,
  PaymentError,
  type PaymentMade,
  payingFetch,
  type Quote,
  readOffers,
} from './client/paying-fetch.js'
export { endpointTotals, priceProblem, protectEndpoints } from './endpoints.js'
export {
  type Claim,
  type Facilitator,
  FacilitatorError,
  type Settlement,
  type Verdict,
} from './facilitator/facilitator.js'
export {
  bearerAuthentication,
  type Caller,
  createFacilitatorHttp,
  type FacilitatorHandler,
  type FacilitatorHttpDeps,
} from './facilitator/facilitator-http.js'
export {
  createLocalFacilitator,
  type LocalFacilitator,
  type LocalFacilitatorDeps,
  type LocalFacilitatorOptions,
  type SettlementChain,
  shopTrustMs,
} from './facilitator/local-facilitator.js'
export { type RemoteFacilitatorOptions, remoteFacilitator } from './facilitator/remote-facilitator.js'
export { createSettlementStore, type SettlementStore } from './facilitator/settlements.js'
export { createGateway, type Gateway, type GatewayDeps } from './gateway.js'
export { mcpMeta, paidTool, type ToolCall, type ToolHandler, type ToolResult } from './mcp.js'
export { gatewayMigrations } from './migrations.js'
export { methodOf, type PaymentMethod } from './offer.js'
export type { PaymentLedger, PaymentRow, PaymentState } from './payments/ledger.js'
export type {
  Admission,
  Paid,
  PaymentEvents,
  PaymentFact,
  Payments,
  PaymentsOptions,
  Refund,
  SettleMode,
} from './payments/payments.js'
export type { PaidHandler, Paywall, PaywallOptions } from './paywall.js'
export type { Price } from './price.js'
export {
  type AmountView,
  type AnalyticsRow,
  type GatewayView,
  type PaymentView,
  type PayOrder,
  type PayOutcome,
  type PolicyView,
  payOrderSchema,
  type ReceiptView,
  type WalletView,
} from './protocol.js'
export { createCallerSigner, readCaller } from './proxy/caller.js'
export { clientAddress, createRateLimiter } from './proxy/rate-limiter.js'
export { createProxyRoutes, type ProxyHandler } from './proxy/routes.js'
export { type Upstream, UpstreamError } from './proxy/upstream.js'
export { createAnalytics } from './registry/analytics.js'
export { createFreeQuota } from './registry/free-quota.js'
export { createOperatorRoutes, type OperatorRoute } from './registry/operator-routes.js'
export { createRegistry, type Registry } from './registry/registry.js'
export { exactEip3009 } from './schemes/exact-eip3009.js'
export { exactPermit2 } from './schemes/exact-permit2.js'
export type { Scheme } from './schemes/scheme.js'
export { type Spender, tempoTip20 } from './schemes/tempo-tip20.js'
export { type ReadReceipt, type ReceiptStatement, readSignedReceipt } from './wire/signed-receipt.js'
