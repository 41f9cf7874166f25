/** What touches a runtime: a gateway from settings, and paywalls for servers of Node. */

export { expressPaywall, fastifyPaywall, type NodePaywallOptions, type NodeRequest } from './node-paywall.js'
export { type OpenGatewayOptions, openGateway, schemesOf } from './open-gateway.js'
