/**
 * How many paid requests a second, against the official middleware, on the same machine and chain?
 *
 * Run: `pnpm --filter @salp/gateway speed [--rounds 5] [--soak 60]`. Each measurement has a chain and a server process of
 * its own; official and ours take turns, and what counts is their ratio. Every payment settles before its reply, with the
 * journal on. It writes `docs/speed.md`. With `--soak`, 1,000 payers pay for so many seconds instead.
 */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus } from 'node:os'
import { argv, execPath, versions } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createKeyring, transferWithAuthorization, verifyTypedData } from '@salp/wallet'
import { loadWasmCurve } from '@salp/wallet/node'
import { writeAuthorization } from '../../../schemes/authorization.js'
import { decodeHeader, encodeHeader } from '../../../wire/base64.js'
import { openShop } from '../shop.js'
import { randomNonce, startTestChain, type TestChain, testAccount, testKey } from '../test-chain.js'

type Kind = 'plain' | 'stock' | 'ours' | 'grouped'

const option = (name: string, otherwise: number): number => {
  const at = argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : Number(argv[at + 1])
}
const payers = Array.from({ length: 16 }, (_, n) => 100 + n)
const payee = 8
const { sign } = await loadWasmCurve()

/** A server in a process of its own. */
interface Server {
  readonly port: number
  close(): Promise<void>
}

async function startServer(kind: Kind, rpcUrl: string): Promise<Server> {
  const load = import.meta.resolve('@salp/presets/run-source')
  const file = fileURLToPath(new URL('./speed-server.ts', import.meta.url))
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  const child = spawn(execPath, [...flags, file, kind, rpcUrl, String(payee)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(line)))
    void ended.then(() => reject(new Error(`The server ${kind} ended`)))
  })
  return {
    port,
    async close() {
      child.stdin.end()
      await ended
    },
  }
}

interface Answer {
  readonly status: number
  readonly header: (name: string) => string
  readonly body: string
}

function get(agent: Agent, port: number, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request({ agent, port, host: '127.0.0.1', path, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          header: (name) => String(response.headers[name] ?? ''),
          body,
        }),
      )
    })
      .on('error', reject)
      .end()
  })
}

/** Signs as many payments as are asked, one payer after the other. */
async function signed(chain: TestChain, challenge: Answer, count: number, of: readonly number[]): Promise<string[]> {
  const required = decodeHeader(challenge.header('payment-required')) as {
    accepts: { payTo: string }[]
    extensions?: object
  }
  const [accepted] = required.accepts
  const accounts = of.map((n) => createKeyring({ type: 'key', privateKey: testKey(n) }, { sign }).account(0))
  return Array.from({ length: count }, (_, n) => {
    const account = accounts[n % accounts.length] ?? testAccount(1)
    const authorization = {
      from: account.address,
      to: testAccount(payee).address,
      value: 10_000n,
      validAfter: 0n,
      validBefore: BigInt(Math.floor(Date.now() / 1_000) + 290),
      nonce: randomNonce(),
    }
    const payload = writeAuthorization(
      account.signTypedData(transferWithAuthorization(chain.dollar, authorization)),
      authorization,
    )
    return encodeHeader({ x402Version: 2, accepted, payload, extensions: required.extensions })
  })
}

interface Measured {
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly callsEach: number
  /** Times that a payment was refused, and made again. */
  readonly refused: number
}

/**
 * Asks as often as there are headers, over so many connections, and the official middleware again where it refuses: it
 * sometimes gives two settlements one number.
 *
 * @throws Error if an answer is not as expected, or again and again
 */
async function load(
  port: number,
  connections: number,
  headers: readonly Record<string, string>[],
  expected: number,
  tries = 1,
): Promise<{ seconds: number; times: number[]; refused: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  let [next, refused] = [0, 0]
  const start = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let own = headers[next++]; own !== undefined; own = headers[next++]) {
        const begun = performance.now()
        let answer = await get(agent, port, '/weather', own)
        for (let n = 1; n < tries && answer.status !== expected; n++) {
          refused += 1
          answer = await get(agent, port, '/weather', own)
        }
        const { status, body, header } = answer
        if (status !== expected) {
          const why = JSON.stringify(
            decodeHeader(header('payment-response')) ?? decodeHeader(header('payment-required')),
          )
          throw new Error(`A request was answered ${status}: ${body} ${why}`)
        }
        times.push(performance.now() - begun)
      }
    }),
  )
  agent.destroy()
  return { seconds: (performance.now() - start) / 1_000, times: times.sort((a, b) => a - b), refused }
}

async function measurePaid(kind: Kind, connections: number, count: number): Promise<Measured> {
  await using chain = await startTestChain()
  for (const n of [7, ...payers]) await chain.fund(testAccount(n).address)
  const server = await startServer(kind, chain.url)
  const agent = new Agent()
  const challenge = await get(agent, server.port, '/weather')
  const [warm, tries] = [150, kind === 'stock' ? 5 : 1]
  const payments = (await signed(chain, challenge, count + warm, payers)).map((header) => ({
    'payment-signature': header,
  }))
  await load(server.port, connections, payments.slice(0, warm), 200, tries)
  const calls = async () => Number((await get(agent, server.port, '/calls')).body)
  const before = await calls()
  const { seconds, times, refused } = await load(server.port, connections, payments.slice(warm), 200, tries)
  const callsEach = ((await calls()) - before) / count
  const moved = await chain.balance(testAccount(payee).address)
  if (moved !== BigInt(count + warm) * 10_000n) throw new Error(`${moved} moved for ${count + warm} payments`)
  agent.destroy()
  await server.close()
  const at = (part: number) => times[Math.floor(times.length * part)] ?? 0
  return { perSecond: count / seconds, p50: at(0.5), p95: at(0.95), callsEach, refused }
}

async function measureUnpaid(kind: Kind, connections: number, count: number): Promise<number> {
  await using chain = await startTestChain()
  await chain.fund(testAccount(7).address)
  const server = await startServer(kind, chain.url)
  const headers = Array.from({ length: count }, () => ({}))
  const expected = kind === 'plain' ? 200 : 402
  await load(server.port, connections, headers.slice(0, 500), expected)
  const { seconds } = await load(server.port, connections, headers, expected)
  await server.close()
  return count / seconds
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const lines: string[] = []
function say(line = ''): void {
  lines.push(line)
  console.log(line)
}

async function report(rounds: number): Promise<void> {
  say('# How quick')
  say()
  say(
    `\`pnpm --filter @salp/gateway speed --rounds ${rounds}\`, on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${versions.node}.`,
  )
  say(
    'Chain, server and load share the machine, and with it whatever else runs there: what counts is a ratio within one run.',
  )
  say(
    'Medians of the rounds, and the range of the ratio. Each payment settles on the chain before its reply, is journaled, and',
  )
  say(
    'was checked: all was served, and all money moved. Sixteen payers pay again and again: ours asks the chain beforehand',
  )
  say('about their first payments only. Where the official middleware refuses a good payment, it is made again.')
  say()
  say('| paid requests per second | 1 connection | 8 | 16 |')
  say('| --- | --- | --- | --- |')
  const kinds = ['stock', 'ours', 'grouped'] as const
  const counts = { stock: 120, ours: 400, grouped: 400 }
  const found = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round++) {
    for (const connections of [1, 8, 16]) {
      for (const kind of kinds) {
        const key = `${kind} ${connections}`
        const measured = await measurePaid(kind, connections, counts[kind])
        found.set(key, [...(found.get(key) ?? []), measured])
      }
    }
  }
  const of = (kind: string, connections: number) => found.get(`${kind} ${connections}`) ?? []
  const row = (title: string, cell: (connections: number) => string) =>
    say(`| ${title} | ${[1, 8, 16].map(cell).join(' | ')} |`)
  const names = { stock: '`@x402/hono`, facilitator in process', ours: 'ours', grouped: 'ours, settlements grouped' }
  for (const kind of kinds) {
    row(names[kind], (n) => median(of(kind, n).map(({ perSecond }) => perSecond)).toFixed(0))
    row('· p50 / p95, ms', (n) =>
      [median(of(kind, n).map(({ p50 }) => p50)), median(of(kind, n).map(({ p95 }) => p95))]
        .map((ms) => ms.toFixed(0))
        .join(' / '),
    )
    row('· calls of the chain, each', (n) => median(of(kind, n).map(({ callsEach }) => callsEach)).toFixed(2))
    row('· good payments refused, of all rounds', (n) => {
      const [refused, made] = [
        of(kind, n).reduce((sum, one) => sum + one.refused, 0),
        of(kind, n).length * counts[kind],
      ]
      return `${refused} of ${made}`
    })
  }
  for (const kind of ['ours', 'grouped'] as const) {
    row(`${names[kind]}, times the official`, (n) => {
      const ratios = of(kind, n).map(({ perSecond }, at) => perSecond / (of('stock', n)[at]?.perSecond ?? 1))
      return `**${median(ratios).toFixed(1)}** (${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)})`
    })
  }
  say()
  say('| unpaid requests per second, 8 connections | |')
  say('| --- | --- |')
  const unpaid = new Map<Kind, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['plain', 'stock', 'ours'] as const)
      unpaid.set(kind, [...(unpaid.get(kind) ?? []), await measureUnpaid(kind, 8, 4_000)])
  }
  const rate = (kind: Kind) => median(unpaid.get(kind) ?? [])
  say(`| a route without a paywall | ${rate('plain').toFixed(0)} |`)
  say(`| 402 of the official middleware | ${rate('stock').toFixed(0)} |`)
  say(`| 402 of ours | ${rate('ours').toFixed(0)} |`)
  say(`| ours, times the official | **${(rate('ours') / rate('stock')).toFixed(1)}** |`)
  say()
  say('| in process | |')
  say('| --- | --- |')
  say(`| a 402, µs | ${(await challengeMicroseconds()).toFixed(1)} |`)
  const { quick, plain } = await signatureMilliseconds()
  say(`| a signature checked, with its hash, in WebAssembly, ms | ${quick.toFixed(3)} |`)
  say(`| the same in JavaScript, ms | ${plain.toFixed(3)} |`)
}

/** What a 402 costs, without HTTP. */
async function challengeMicroseconds(): Promise<number> {
  const shop = openShop()
  const ask = shop.gateway.protect({ route: 'weather', price: '$0.01' }, () => new Response('fair'))
  const once = () => ask(new Request('https://shop.example/weather'))
  for (let n = 0; n < 5_000; n++) await once()
  const start = performance.now()
  for (let n = 0; n < 20_000; n++) await once()
  return (performance.now() - start) / 20
}

async function signatureMilliseconds(): Promise<{ quick: number; plain: number }> {
  const { recover } = await loadWasmCurve()
  const asset = {
    ...{ chainId: 84532, address: testAccount(3).address, symbol: 'X', decimals: 6 },
    domain: { name: 'X', version: '1' },
  }
  const account = testAccount(1)
  const parts = { from: account.address, to: testAccount(2).address, value: 1n, validAfter: 0n, validBefore: 9n }
  const signedOnes = Array.from({ length: 500 }, () => {
    const data = transferWithAuthorization(asset, { ...parts, nonce: randomNonce() })
    return { data, signature: account.signTypedData(data) }
  })
  const time = async (options: Parameters<typeof verifyTypedData>[2]) => {
    const start = performance.now()
    for (const { data, signature } of signedOnes) {
      const { status } = await verifyTypedData(data, { signer: account.address, signature }, options)
      if (status !== 'valid') throw new Error('A signature does not hold')
    }
    return (performance.now() - start) / signedOnes.length
  }
  await time({ recover })
  return { quick: await time({ recover }), plain: await time({}) }
}

/** 1,000 payers for a while: nothing fails, and the ledger is the chain. */
async function soak(seconds: number): Promise<void> {
  await using chain = await startTestChain()
  const crowd = Array.from({ length: 1_000 }, (_, n) => 10_000 + n)
  for (const n of [7, ...crowd]) await chain.fund(testAccount(n).address, 1_000)
  const server = await startServer('grouped', chain.url)
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
  const challenge = await get(agent, server.port, '/weather')
  const until = performance.now() + seconds * 1_000
  let served = 0
  const slowest: number[] = []
  await Promise.all(
    crowd.map(async (n) => {
      while (performance.now() < until) {
        const [header = ''] = await signed(chain, challenge, 1, [n])
        const begun = performance.now()
        const { status, body } = await get(agent, server.port, '/weather', { 'payment-signature': header })
        if (status !== 200) throw new Error(`A payment was answered ${status}: ${body}`)
        slowest.push(performance.now() - begun)
        served++
      }
    }),
  )
  const moved = await chain.balance(testAccount(payee).address)
  agent.destroy()
  await server.close()
  if (moved !== BigInt(served) * 10_000n) throw new Error(`${moved} moved for ${served} payments`)
  const p95 = slowest.sort((a, b) => a - b)[Math.floor(slowest.length * 0.95)] ?? 0
  console.log(
    `1,000 payers, ${seconds} s: ${served} paid and served, none failed, p95 ${p95.toFixed(0)} ms, ledger = chain`,
  )
}

if (argv.includes('--soak')) await soak(option('soak', 60))
else {
  await report(option('rounds', 5))
  writeFileSync(new URL('../../../../docs/speed.md', import.meta.url), `${lines.join('\n')}\n`)
}
