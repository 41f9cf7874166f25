/** What touches a runtime: a gateway from settings, and paywalls for servers of Node. */

export { expressPaywall, fastifyPaywall, type NodePaywallOptions, type NodeRequest } from './node-paywall.js'
export { type OpenGatewayOptions, openGateway, schemesOf } from './open-gateway.js'
export { type OpenPayerOptions, openPayer, type Payer } from './open-payer.js'
export { systemResolve } from './proxy/address-finder.js'
export { createUpstream, type NodeUpstream, type NodeUpstreamOptions } from './proxy/upstream.js'
