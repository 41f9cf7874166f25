/** A server of weather for the speed report: unpaid, by the official middleware, or by ours. Prints its port. */

import { subscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientRequest, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdin, stdout } from 'node:process'
import { getRequestListener } from '@hono/node-server'
import { chains, createKeyring, localChain } from '@salp/wallet'
import { loadWasmCurve } from '@salp/wallet/node'
import { Hono } from 'hono'
import { openGateway } from '../../../node/open-gateway.js'
import { stockFacilitator, stockServer } from '../stock.js'
import { testAccount, testKey } from '../test-chain.js'

const [kind = '', rpcUrl = '', payee = ''] = argv.slice(2)
const chain = localChain({ chainId: 84532, rpcUrl })
const [dollar] = chain.assets
if (dollar === undefined) throw new TypeError(`Cannot sell on ${chains.local.name}: it has no token`)
const payTo = testAccount(Number(payee)).address
const settler = 7

// Every call of the chain, whoever makes it: by Node's own client, or by the global fetch.
let calls = 0
const { host } = new URL(rpcUrl)
subscribe('http.client.request.start', (message) => {
  if ((message as { request: ClientRequest }).request.getHeader('host') === host) calls++
})
subscribe('undici:request:create', (message) => {
  if ((message as { request: { origin: string } }).request.origin === rpcUrl) calls++
})

const folder = mkdtempSync(join(tmpdir(), 'salp-speed-'))
const app = new Hono()
app.get('/calls', (context) => context.json(calls))
let close = async (): Promise<void> => undefined
if (kind === 'plain') app.get('/weather', (context) => context.json({ sky: 'clear' }))
else if (kind === 'stock') {
  const facilitator = stockFacilitator({ chain }, settler)
  app.route('/', await stockServer(facilitator, { asset: dollar, amount: '10000', payTo }))
} else {
  const { sign } = await loadWasmCurve()
  const gateway = await openGateway({
    chain,
    payTo,
    database: join(folder, 'salp.db'),
    tokens: [dollar.symbol],
    settle: {
      account: createKeyring({ type: 'key', privateKey: testKey(settler) }, { sign }).account(0),
      maxFeePerGas: 10n ** 12n,
      grouped: kind === 'grouped',
    },
  })
  close = () => gateway.close()
  app.get('/weather', gateway.paywall({ route: 'weather', price: '$0.01' }), (context) =>
    context.json({ sky: 'clear' }),
  )
}
const server = createServer(getRequestListener(app.fetch)).listen(0, '127.0.0.1', () => {
  stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
// Of a thousand connections each rests for seconds, and one that is closed meanwhile fails the next request.
server.keepAliveTimeout = 300_000
// The report ends it by closing its input.
stdin.resume()
stdin.once('end', async () => {
  server.closeAllConnections()
  server.close()
  await close()
  rmSync(folder, { recursive: true })
})
