/** HTTP 402 by the x402 wire formats: paid routes, a facilitator, a registry with a proxy, and a client that pays. */

export {}
