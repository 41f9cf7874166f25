import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { GatewayView, PaymentView, PayOutcome, ReceiptView, WalletView } from '@salp/gateway'
import { createKeystore } from '@salp/wallet'
import { openKeystoreFolder } from '@salp/wallet/node'
import { toClientEvmSigner } from '@x402/evm'
import { ExactEvmScheme } from '@x402/evm/exact/client'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { type HDAccount, mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makePlace, type Place, type RunningNode, replyOf, say, startNode } from './start-node.js'

let place: Place
let node: RunningNode
let upstream: Server
const asked: string[] = []
let port: number
/** Where the node itself is: chosen beforehand, so that it may be told to buy from itself. */
let own: number

/** Token of somebody whose payments are settled here. */
const settler = 'a-token-for-settlements'

/** Starts a node with a chain of its own, and waits until its wallet is open. */
async function startWithMoney(): Promise<RunningNode> {
  const flags = [
    '--port',
    String(own),
    '--set',
    'gateway.chatPrice=0.02',
    '--set',
    `gateway.allowHosts=127.0.0.1:${port},127.0.0.1:${own}`,
  ]
  flags.push('--set', `gateway.facilitateFor=${settler}`)
  const started = await startNode({ place, flags, environment: { SALP_WALLET_CHAIN: 'local' } })
  await vi.waitFor(async () => expect((await wallet(started)).state).toBe('open'), { timeout: 30_000, interval: 100 })
  return started
}

const json = async <T>(response: Promise<Response>): Promise<T> => (await (await response).json()) as T
const wallet = (of = node) => json<WalletView>(of.call('/api/wallet'))
const pay = (path: string, more: object = {}) =>
  json<PayOutcome>(node.call('/api/wallet/pay', { json: { url: `${node.url}${path}`, ...more } }))
const sell = (input: object) =>
  node.call('/api/gateway/endpoints', { json: { target: `http://127.0.0.1:${port}/api`, price: '0.01', ...input } })

beforeAll(async () => {
  upstream = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.statusCode = request.url?.includes('broken') === true ? 500 : 200
    response.end(`answer of ${request.url}`)
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  port = portOf(upstream)
  const reserved = createServer()
  await new Promise<void>((resolve) => reserved.listen(0, '127.0.0.1', resolve))
  own = portOf(reserved)
  await new Promise((resolve) => reserved.close(resolve))
  place = makePlace()
  node = await startWithMoney()
}, 60_000)

afterAll(async () => {
  await node.stop()
  upstream.close()
  place.remove()
}, 30_000)

describe('a node with money', () => {
  test('has a wallet with money that is worth nothing, and says so', async () => {
    const view = await wallet()
    expect(view).toMatchObject({
      state: 'open',
      chain: { id: 42431, development: true, reachable: true },
      faucet: true,
    })
    expect(view.balances.map(({ units, symbol }) => `${units} ${symbol}`)).toEqual(['1000 devUSD', '1000 pathUSD'])
    expect(view.policies[0]).toMatchObject({ ceiling: '1', askAbove: '0.1', perDay: '5', leftToday: '5' })
  })

  test('sells an endpoint, buys from it, and keeps both receipts', async () => {
    expect((await sell({ slug: 'weather' })).status).toBe(201)
    expect((await fetch(`${node.url}/g/weather/rome`)).status).toBe(402)
    expect(asked).toEqual([])
    const outcome = await pay('/g/weather/rome')
    expect(outcome).toMatchObject({
      status: 'answered',
      code: 200,
      body: 'answer of /api/rome',
      paid: { amount: { units: '0.01', symbol: 'devUSD' } },
    })
    const { receipts } = await json<{ receipts: ReceiptView[] }>(node.call('/api/wallet/receipts'))
    expect(receipts.map(({ direction, amount }) => [direction, amount.units]).sort()).toEqual([
      ['in', '0.01'],
      ['out', '0.01'],
    ])
    const { payments } = await json<{ payments: PaymentView[] }>(node.call('/api/gateway/payments'))
    expect(payments).toMatchObject([{ state: 'settled', amount: { units: '0.01' } }])
  })

  test('charges nothing for an upstream that fails', async () => {
    await sell({ slug: 'shaky' })
    const before = (await json<{ receipts: ReceiptView[] }>(node.call('/api/wallet/receipts'))).receipts.length
    expect(await pay('/g/shaky/broken')).toMatchObject({ status: 'answered', code: 500 })
    expect((await json<{ receipts: ReceiptView[] }>(node.call('/api/wallet/receipts'))).receipts).toHaveLength(before)
  })

  test('gives back what it took for an upstream that then failed', async () => {
    await sell({ slug: 'dear', settle: 'before' })
    expect(await pay('/g/dear/broken')).toMatchObject({ status: 'refused', code: 'gateway/paid-and-failed' })
    await vi.waitFor(
      async () => {
        const { payments } = await json<{ payments: PaymentView[] }>(node.call('/api/gateway/payments?limit=1'))
        expect(payments[0]?.state).toBe('refunded')
      },
      { timeout: 15_000, interval: 100 },
    )
  }, 30_000)

  test('serves on credit up to the limit, and has the money soon after', async () => {
    await sell({ slug: 'credit', price: '0.06', settle: 'deferred' })
    const outcome = await pay('/g/credit/')
    expect(outcome).toMatchObject({ status: 'answered', code: 200 })
    expect(outcome).not.toHaveProperty('paid')
    await vi.waitFor(
      async () => {
        const { payments } = await json<{ payments: PaymentView[] }>(node.call('/api/gateway/payments?limit=1'))
        expect(payments[0]).toMatchObject({ state: 'delivered', transaction: expect.stringMatching(/^0x/) })
      },
      { timeout: 15_000, interval: 100 },
    )
  })

  test('asks before it pays much, and refuses what is over the limits', async () => {
    await sell({ slug: 'lots', price: '0.5' })
    await sell({ slug: 'fortune', price: '2' })
    expect(await pay('/g/lots/')).toMatchObject({ status: 'ask', amount: { units: '0.5' } })
    expect(await pay('/g/lots/', { agreedUpTo: '0.4' })).toMatchObject({
      status: 'refused',
      code: 'gateway/pay-refused',
    })
    expect(await pay('/g/lots/', { agreedUpTo: '0.5' })).toMatchObject({ status: 'answered', code: 200 })
    expect(await pay('/g/fortune/', { agreedUpTo: '2' })).toMatchObject({
      status: 'refused',
      code: 'gateway/pay-refused',
    })
  })

  test('pays in pathUSD, which moves by a contract that it lets move no more than a day may cost', async () => {
    await sell({ slug: 'tempo', price: '0.03' })
    const only = { url: `${node.url}/g/tempo/`, tokens: ['pathUSD'] }
    const outcome = await json<PayOutcome>(node.call('/api/wallet/pay', { json: only }))
    expect(outcome).toMatchObject({
      status: 'answered',
      code: 200,
      paid: { amount: { units: '0.03', symbol: 'pathUSD' } },
    })
  })

  test('sells a cartridge to the official client, and tells it who paid', async () => {
    await node.call('/api/cartridges', { json: { template: 'paid-quote' } })
    expect(await json(node.call('/api/cartridges/paid-quote/build', { json: {} }))).toMatchObject({ status: 'active' })
    const publish = (price: string) =>
      node.call('/api/cartridges/paid-quote/publish', { json: { published: true, price } })
    expect((await fetch(`${node.url}/c/paid-quote`)).status).toBe(404)
    expect((await publish('a lot')).status).toBe(400)
    expect((await publish('$0.01')).status).toBe(200)
    expect((await fetch(`${node.url}/c/paid-quote`)).status).toBe(402)
    const account = await ownAccount()
    const official = new x402Client().register('eip155:*', new ExactEvmScheme(toClientEvmSigner(account)))
    const response = await wrapFetchWithPayment(fetch, official.setSpendControls(false))(`${node.url}/c/paid-quote`)
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ quote: expect.any(String), thanks: `Thank you, ${account.address}.` }),
    ])
    const { payments } = await json<{ payments: PaymentView[] }>(node.call('/api/gateway/payments?route=c/paid-quote'))
    expect(payments).toMatchObject([{ state: 'settled', amount: { units: '0.01' } }])
    // It counted one call: what was not paid for did not reach it.
    expect(await json(node.call('/api/cartridges/paid-quote/kv'))).toMatchObject({
      entries: [
        { key: 'earned', text: '10000' },
        { key: 'sold', text: '1' },
      ],
    })
  }, 30_000)

  test('charges nothing for a cartridge that fails', async () => {
    const source = `import { Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  if (request.path == '/break') unreachable()
  return Response.text('ok')
}`
    await node.call('/api/cartridges', { json: { name: 'Brittle', source } })
    await node.call('/api/cartridges/brittle/build', { json: {} })
    await node.call('/api/cartridges/brittle/publish', { json: { published: true, price: '$0.01' } })
    const before = (await wallet()).balances
    expect(await pay('/c/brittle/break')).toMatchObject({ status: 'answered', code: 500 })
    expect((await wallet()).balances).toEqual(before)
    expect(await pay('/c/brittle/')).toMatchObject({ status: 'answered', code: 200, body: 'ok' })
  }, 30_000)

  test('sells its language model to whoever has no token, and nothing else', async () => {
    const view = await json<GatewayView>(node.call('/api/gateway'))
    expect(view.services).toMatchObject([{ price: '0.02' }])
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] })
    expect((await fetch(`${node.url}/v1/chat/completions`, { method: 'POST', headers, body })).status).toBe(402)
    expect((await fetch(`${node.url}/v1/models`)).status).toBe(401)
    const outcome = await pay('/v1/chat/completions', { method: 'POST', headers, body })
    expect(outcome).toMatchObject({ status: 'answered', code: 200, paid: { amount: { units: '0.02' } } })
    expect((await json<{ sessions: unknown[] }>(node.call('/api/sessions'))).sessions).toEqual([])
  })

  test('buys in a conversation once a person agreed to what, from whom, for how much and what is left', async () => {
    let card: unknown
    const events = await say(node, `buy ${node.url}/g/weather/paris for at most 0.05`, {
      async onEvent({ name, data }) {
        if (name !== 'approval:requested') return
        const { id, risk } = data.approval as { id: string; risk: { reasons: string[] } }
        card = risk.reasons
        await node.call(`/api/approvals/${id}`, { json: { decision: 'approve' } })
      },
    })
    expect(card).toEqual([
      `pays up to 0.05 to 127.0.0.1:${own}`,
      expect.stringMatching(/^asks 0\.01 devUSD for 0x/),
      expect.stringMatching(/^asks 0\.01 pathUSD for 0x/),
      expect.stringMatching(/^left today: 4\.\d+ devUSD/),
    ])
    expect(replyOf(events)).toMatch(/answered 200\. It cost 0\.01 devUSD, in transaction/)
    expect(replyOf(events)).toContain('answer of /api/paris')
  })

  test('does not buy what costs more than was said, nor on this machine unless allowed', async () => {
    const agree = async ({ name, data }: { name: string; data: Readonly<Record<string, unknown>> }) => {
      if (name !== 'approval:requested') return
      await node.call(`/api/approvals/${(data.approval as { id: string }).id}`, { json: { decision: 'approve' } })
    }
    const before = (await wallet()).balances
    const dear = await say(node, `buy ${node.url}/g/weather/paris for at most 0.001`, { onEvent: agree })
    expect(replyOf(dear)).toMatch(/0\.001 was agreed to/)
    const local = await say(node, 'buy http://127.0.0.1:9123/x for at most 1', { onEvent: agree })
    expect(replyOf(local)).toMatch(/not on the open internet/)
    expect((await wallet()).balances).toEqual(before)
  })

  test('lets nobody without the token change anything about money', async () => {
    const document = await json<{ paths: Record<string, Record<string, unknown>> }>(node.call('/api/openapi.json'))
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      /^\/api\/(?:wallet|gateway)/.test(path)
        ? Object.keys(methods).map((method) => [method.toUpperCase(), path.replace('{slug}', 'weather')] as const)
        : [],
    )
    expect(routes.length).toBeGreaterThan(10)
    for (const [method, path] of routes) {
      const response = await fetch(node.url + path, { method, ...(method !== 'GET' && { body: '{}' }) })
      expect(response.status, `${method} ${path}`).toBe(401)
    }
    expect((await sell({ slug: 'rebound', target: 'https://127.0.0.1/' })).status).toBe(400)
  })

  test('is registered once, and its file says so to anyone', async () => {
    const { identity } = await wallet()
    expect(identity).toEqual({
      agentId: '0',
      registry: expect.stringMatching(/^0x/),
      uri: `http://127.0.0.1:${own}/.well-known/agent-registration.json`,
    })
    const file = await json<Record<string, unknown>>(fetch(identity?.uri ?? ''))
    expect(file).toMatchObject({
      type: 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1',
      x402Support: true,
      registrations: [{ agentId: 0, agentRegistry: `eip155:42431:${identity?.registry}` }],
    })
    expect(await json(node.call('/api/wallet/identity', { json: {} }))).toEqual(identity)
    const { agents } = await json<{ agents: unknown[] }>(node.call('/api/wallet/agents'))
    expect(agents).toMatchObject([{ agentId: '0', uri: identity?.uri }])
  })

  test('settles for whoever has a token of that, and for nobody else', async () => {
    expect(await json(fetch(`${node.url}/facilitator/supported`))).toMatchObject({
      kinds: [{ x402Version: 2, scheme: 'exact', network: 'eip155:42431' }, { scheme: 'tempo-tip20' }],
    })
    const ask = (token?: string) =>
      fetch(`${node.url}/facilitator/settle`, {
        method: 'POST',
        body: '{}',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      })
    expect([(await ask()).status, (await ask('wrong')).status]).toEqual([401, 401])
    const answered = await ask(settler)
    expect([answered.status, await answered.json()]).toEqual([
      200,
      expect.objectContaining({ success: false, errorReason: 'invalid_payload' }),
    ])
  })

  test('goes on after kill -9: chain, wallet, endpoints and receipts', async () => {
    const { receipts } = await json<{ receipts: ReceiptView[] }>(node.call('/api/wallet/receipts'))
    await node.stop('SIGKILL')
    node = await startWithMoney()
    expect((await json<{ receipts: ReceiptView[] }>(node.call('/api/wallet/receipts'))).receipts).toEqual(receipts)
    expect(await pay('/g/weather/again')).toMatchObject({
      status: 'answered',
      code: 200,
      paid: { amount: { units: '0.01' } },
    })
  }, 60_000)

  test('shows no key: not in its database, its log, its answers, nor in plain in its folder', async () => {
    const { passphrase, phrase } = await ownSecret()
    const words = phrase.split(' ').slice(0, 4).join(' ')
    const answers = await Promise.all(
      ['/api/wallet', '/api/wallet/receipts', '/api/gateway', '/api/config', '/api/status'].map(async (path) =>
        (await node.call(path)).text(),
      ),
    )
    expect(answers.join()).not.toContain(words)
    expect(answers.join()).not.toContain(passphrase)
    for (const path of filesIn(place.home)) {
      const text = readFileSync(path, 'latin1')
      expect(text.includes(words), path).toBe(false)
      expect(text.includes(passphrase) && !path.endsWith('development.passphrase'), path).toBe(false)
    }
  }, 30_000)
})

/** What the wallet of the development chain is made of. */
async function ownSecret(): Promise<{ readonly passphrase: string; readonly phrase: string }> {
  const folder = join(place.home, 'keystore')
  const passphrase = readFileSync(join(folder, 'development.passphrase'), 'utf8')
  const keystore = createKeystore({ files: openKeystoreFolder(folder), passphrase: async () => passphrase })
  const secret = await keystore.reveal('main')
  return { passphrase, phrase: secret.type === 'phrase' ? secret.phrase : secret.privateKey }
}

/** The wallet's account, for a client that is not ours. */
async function ownAccount(): Promise<HDAccount> {
  const account = mnemonicToAccount((await ownSecret()).phrase)
  expect(account.address).toBe((await wallet()).address)
  return account
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server does not listen')
  return address.port
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size < 50_000_000)
}
