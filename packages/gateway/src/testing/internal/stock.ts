/** The official packages, as their users set them up: clients, servers and a facilitator of both versions. */

import { type Asset, parseAddress, paymentAuthorization } from '@salp/wallet'
import { x402Facilitator } from '@x402/core/facilitator'
import { type FacilitatorClient, HTTPFacilitatorClient } from '@x402/core/server'
import type { Network, SchemeNetworkClient } from '@x402/core/types'
import { toClientEvmSigner, toFacilitatorEvmSigner } from '@x402/evm'
import { ExactEvmScheme as ExactClient } from '@x402/evm/exact/client'
import { ExactEvmScheme as ExactFacilitator } from '@x402/evm/exact/facilitator'
import { ExactEvmScheme as ExactServer } from '@x402/evm/exact/server'
import { ExactEvmSchemeV1 as ExactFacilitatorV1 } from '@x402/evm/exact/v1/facilitator'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { paymentMiddleware, x402ResourceServer } from '@x402/hono'
import { Hono } from 'hono'
import { createWalletClient, defineChain, http, publicActions } from 'viem'
import { nonceManager, privateKeyToAccount } from 'viem/accounts'
import { wrapFetchWithPayment as wrapFetchWithPaymentV1 } from 'x402-fetch'
import { paymentMiddleware as paymentMiddlewareV1 } from 'x402-hono'
import { writeAuthorization } from '../../schemes/authorization.js'
import { randomNonce, type TestChain, testAccount, testKey } from './test-chain.js'

/** Calls a handler as a fetch would, without a socket. */
export function fetchOf(handler: (request: Request) => Response | Promise<Response>): typeof fetch {
  return async (input, init) => handler(new Request(input, init))
}

/** The client of version 2 for account `n`, which pays any token. */
export function stockClient(
  fetch: typeof globalThis.fetch,
  n: number,
  {
    chain,
    schemes = [],
  }: { readonly chain?: TestChain | undefined; readonly schemes?: readonly SchemeNetworkClient[] } = {},
): typeof globalThis.fetch {
  return wrapFetchWithPayment(fetch, stockPayer(n, { chain, schemes }))
}

/** What makes payments in {@link stockClient}. */
export function stockPayer(
  n: number,
  {
    chain,
    schemes = [],
  }: { readonly chain?: TestChain | undefined; readonly schemes?: readonly SchemeNetworkClient[] } = {},
): x402Client {
  const account = privateKeyToAccount(testKey(n))
  const reader = chain && viemOf(chain, n)
  const client = new x402Client().setSpendControls(false)
  for (const scheme of [new ExactClient(toClientEvmSigner(account, reader)), ...schemes])
    client.register('eip155:*', scheme)
  return client
}

/** The client of version 1 for account `n`. */
export function stockClientV1(
  fetch: typeof globalThis.fetch,
  n: number,
): (url: string, init?: RequestInit) => Promise<Response> {
  return wrapFetchWithPaymentV1(fetch, privateKeyToAccount(testKey(n)), 10n ** 12n)
}

/** The facilitator of both versions, whose account `n` has gas. */
export function stockFacilitator(chain: Pick<TestChain, 'chain'>, n: number): x402Facilitator {
  const client = viemOf(chain, n)
  const signer = toFacilitatorEvmSigner({ ...client, address: client.account.address } as never)
  const network: Network = `eip155:${chain.chain.id}`
  const facilitator = new x402Facilitator().register(network, new ExactFacilitator(signer))
  if (chain.chain.id === 84532) facilitator.registerV1('base-sepolia' as Network, new ExactFacilitatorV1(signer))
  return facilitator
}

/** Our own scheme as a plugin of the official client: account `n` signs for whoever `extra` names as spender. */
export function tempoClient(n: number): SchemeNetworkClient {
  const account = testAccount(n)
  return {
    scheme: 'tempo-tip20',
    async createPaymentPayload(x402Version, { network, asset, amount, payTo, maxTimeoutSeconds, extra }) {
      const chainId = Number(network.split(':')[1])
      const token = parseAddress(asset)
      const authorization = {
        from: account.address,
        to: parseAddress(payTo),
        value: BigInt(amount),
        validAfter: 0n,
        validBefore: BigInt(Math.floor(Date.now() / 1_000) + maxTimeoutSeconds),
        nonce: randomNonce(),
      }
      const settlement = extra.mode === 'contract' ? parseAddress(String(extra.spender)) : undefined
      const data = paymentAuthorization({ chainId, address: token }, authorization, { settlement })
      return { x402Version, payload: writeAuthorization(account.signTypedData(data), authorization, { token }) }
    },
  }
}

/** A client of viem that looks for receipts often. */
function viemOf(chain: Pick<TestChain, 'chain'>, n: number) {
  const { id, name, rpcUrl } = chain.chain
  const known = defineChain({
    id,
    name,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  return createWalletClient({
    // Without it, of payments at once all but one fail.
    account: privateKeyToAccount(testKey(n), { nonceManager }),
    chain: known,
    transport: http(rpcUrl),
    pollingInterval: 25,
  }).extend(publicActions)
}

/** The facilitator over HTTP, as its users serve it. */
export function stockFacilitatorApp(facilitator: x402Facilitator): Hono {
  const app = new Hono()
  app.get('/supported', (context) => context.json(facilitator.getSupported()))
  app.post('/verify', async (context) => {
    const { paymentPayload, paymentRequirements } = await context.req.json()
    return context.json(await facilitator.verify(paymentPayload, paymentRequirements))
  })
  app.post('/settle', async (context) => {
    const { paymentPayload, paymentRequirements } = await context.req.json()
    return context.json(await facilitator.settle(paymentPayload, paymentRequirements))
  })
  return app
}

/** What a stock server sells. */
export interface StockSale {
  readonly asset: Asset
  /** In base units. */
  readonly amount: string
  readonly payTo: string
}

/** A server of version 2 that sells `GET /weather`. */
export async function stockServer(
  facilitator: x402Facilitator | { readonly url: string; readonly token?: string | undefined },
  { asset, amount, payTo }: StockSale,
): Promise<Hono> {
  const client: FacilitatorClient =
    'url' in facilitator
      ? new HTTPFacilitatorClient({
          url: facilitator.url,
          createAuthHeaders: async () => {
            const headers = { authorization: `Bearer ${facilitator.token}` }
            return { verify: headers, settle: headers, supported: headers }
          },
        })
      : (facilitator as unknown as FacilitatorClient)
  const network: Network = `eip155:${asset.chainId}`
  const server = new x402ResourceServer(client).register(network, new ExactServer())
  await server.initialize()
  const price = { asset: asset.address, amount, extra: { ...asset.domain } }
  const app = new Hono()
  app.use(
    paymentMiddleware(
      { 'GET /weather': { accepts: { scheme: 'exact', network, price, payTo } } },
      server,
      undefined,
      undefined,
      false,
    ),
  )
  app.get('/weather', (context) => context.json({ sky: 'clear' }))
  return app
}

/** A server of version 1 on base-sepolia that sells `GET /weather`. */
export function stockServerV1(facilitatorUrl: `${string}://${string}`, { asset, amount, payTo }: StockSale): Hono {
  const app = new Hono()
  const eip712 = asset.domain
  const price = { amount, asset: { address: asset.address, decimals: asset.decimals, eip712 } }
  app.use(
    paymentMiddlewareV1(
      payTo as `0x${string}`,
      { 'GET /weather': { price, network: 'base-sepolia' } },
      { url: facilitatorUrl },
    ),
  )
  app.get('/weather', (context) => context.json({ sky: 'clear' }))
  return app
}
