/** What the host adds to a guest's own time, and how a cartridge does beside the same route written for the server it runs in. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
import { getRequestListener } from '@hono/node-server'
import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { Hono } from 'hono'
import { type CartridgeRequest, type CartridgeResponse, decodeResponse, encodeRequest } from '../../../host/frames.js'
import { createCartridgeHost } from '../../../host/host.js'
import { readRequest, toResponse } from '../../../host/web.js'
import { memoryKvStore } from '../../../kv/kv-store.js'
import { openAssemblyScript } from '../../../node/asc-process.js'
import { openThreadHost } from '../../../node/thread-host.js'
import type { Kind } from '../../../rewrite/abi.js'
import { prepare } from '../../../rewrite/prepare.js'
import { ratios, show, takeTurns } from './figures.js'
import type { LoadRequest } from './load.js'

const smallest = `import { Request, Response } from 'cart/index'
export function handle(request: Request): Response { return Response.text('hello') }`

const greeting = `import { Request, Response, quote } from 'cart/index'
export function handle(request: Request): Response {
  const name = request.parameter('name')
  return Response.json('{"hello":' + quote(name == '' ? 'world' : name) + ',"path":' + quote(request.path) + '}')
}`

/** 140 rows, by hand: a tree is JSON. */
const table = `export function render(event: string): string {
  let rows = ''
  for (let row = 0; row < 140; row++) {
    const cells = '{"t":"td","c":["row ' + row.toString() + '"]},{"t":"td","c":["' + (row * row).toString() + '"]}'
    rows += (row == 0 ? '' : ',') + '{"t":"tr","a":{"class":"row"},"on":{"click":"row:' + row.toString() + '"},"c":[' + cells + ']}'
  }
  return '{"t":"table","c":[{"t":"tbody","c":[' + rows + ']}]}'
}`

const request = { method: 'GET', path: '/hello', query: '', headers: [], body: new Uint8Array() } as const

const deps = (): Parameters<typeof createCartridgeHost>[0] & { clock: typeof systemClock } => {
  const ignore = (): void => undefined
  return { clock: systemClock, rng: createRng('routes'), kv: memoryKvStore(), events: { publish: ignore }, log: ignore }
}

/** Prints both. */
export async function reportCallsAndRoutes(): Promise<void> {
  const compiler = openAssemblyScript({ clock: systemClock })
  const wasmOf = async (source: string, kind: Kind): Promise<Uint8Array<ArrayBuffer>> => {
    const result = await compiler.compile(source, { kind, optimize: 2 })
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
    return result.wasm
  }
  const [small, greeter, rows] = [
    await wasmOf(smallest, 'backend'),
    await wasmOf(greeting, 'backend'),
    await wasmOf(table, 'frontend'),
  ]
  await compiler.close()
  await reportCalls(small)
  await reportTree(rows)
  await reportRoutes(greeter)
}

/** The smallest handler through the host, and called as the host does with nothing round it. */
async function reportCalls(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const host = createCartridgeHost(deps())
  await host.load({ id: 'a', kind: 'backend', wasm })
  const bare = bareCall(wasm)
  const works = [() => host.call('a', 'request', { request }), bare, () => void decodeResponse(bare())]
  const [whole = [], guest = [], framed = []] = await takeTurns(works, { rounds: 200, calls: 300 })
  show('call: the smallest handler, by itself', 'µs', guest)
  show('call: the same through the host', 'µs', whole)
  const beyond = (base: readonly number[]): number[] => whole.map((micros, round) => micros - (base[round] ?? 0))
  show('call: what the host adds', 'µs', beyond(guest), 1)
  show('call: what it adds beside writing and reading frames', 'µs', beyond(framed))

  const thread = openThreadHost(deps())
  await thread.load({ id: 'a', kind: 'backend', wasm })
  const { ping, end } = echoThread()
  const trips = [() => thread.call('a', 'request', { request }), () => ping({ request })]
  const [isolated = [], bareTrip = []] = await takeTurns(trips, { rounds: 30, calls: 100 })
  show('thread: a bare message and its echo', 'µs', bareTrip)
  show('thread: the smallest handler', 'µs', isolated, 20)
  show(
    'thread: what it adds to the bare message',
    'µs',
    isolated.map((micros, round) => micros - (bareTrip[round] ?? 0)),
  )
  await Promise.all([thread.close(), end()])
}

/** Calls `handle` of a module that was let in, and nothing more than a host has to. */
function bareCall(wasm: Uint8Array<ArrayBuffer>): () => Uint8Array<ArrayBuffer> {
  const module = new WebAssembly.Module(prepare(wasm, { kind: 'backend' }).bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { abort: () => undefined } })
  const { cart_init: init, cart_alloc: alloc, handle, cart_reset: reset, memory } = exports
  const { __cart_fuel: fuel, __cart_stack: stack } = exports
  if (typeof init !== 'function' || typeof alloc !== 'function' || typeof handle !== 'function')
    throw new TypeError('a function is missing')
  if (typeof reset !== 'function' || !(memory instanceof WebAssembly.Memory))
    throw new TypeError('an export is missing')
  if (fuel instanceof WebAssembly.Global) fuel.value = 2n ** 60n
  if (stack instanceof WebAssembly.Global) stack.value = 65_536
  init()
  const frame = encodeRequest(request)
  return () => {
    const pointer = Number(alloc(frame.length)) >>> 0
    new Uint8Array(memory.buffer, pointer, frame.length).set(frame)
    const packed = BigInt.asUintN(64, handle(pointer, frame.length))
    const output = new Uint8Array(memory.buffer, Number(packed >> 32n), Number(packed & 0xffff_ffffn)).slice()
    reset()
    return output
  }
}

/** A thread that sends back what it is sent. */
function echoThread(): { ping(message: unknown): Promise<unknown>; end(): Promise<unknown> } {
  const echo =
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage(m))"
  const worker = new Worker(echo, { eval: true, execArgv: [] })
  return {
    ping(message) {
      worker.postMessage(message)
      return once(worker, 'message')
    },
    end: () => worker.terminate(),
  }
}

async function reportTree(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const host = createCartridgeHost(deps())
  await host.load({ id: 'a', kind: 'frontend', wasm })
  const [micros = []] = await takeTurns([() => host.call('a', 'render', { event: { type: 'mount' } })], {
    ...{ rounds: 30, calls: 20 },
  })
  show(
    'tree of 140 rows: rendered and checked, not mounted',
    'ms',
    micros.map((micro) => micro / 1_000),
    5,
  )
}

/** One route three times: native, by a cartridge in this thread, by one in a thread of its own. */
async function reportRoutes(wasm: Uint8Array<ArrayBuffer>): Promise<void> {
  const host = createCartridgeHost(deps())
  const thread = openThreadHost(deps())
  await Promise.all([host, thread].map((each) => each.load({ id: 'a', kind: 'backend', wasm })))
  const app = new Hono()
    .get('/native', (context) => context.json({ hello: context.req.query('name') ?? 'world', path: context.req.path }))
    .get('/here', (context) => answer(context.req.raw, host))
    .get('/thread', (context) => answer(context.req.raw, thread))
  const asking = (path: string) => async (): Promise<string> =>
    (await app.fetch(new Request(`http://localhost${path}?name=salp`))).text()
  const turns = { rounds: 150, calls: 50 }
  const [native = [], here = [], away = []] = await takeTurns(['/native', '/here', '/thread'].map(asking), turns)
  show('route in process: native', 'µs', native)
  show('route in process: cartridge in this thread', 'µs', here)
  show('route in process: speed of the cartridge by the native one', 'times', ratios(native, here), { atLeast: 0.6 })
  show('route in process: the same in a thread of its own', 'times', ratios(native, away), { atLeast: 0.15 })
  await reportHttp(app)
  await thread.close()
}

async function answer(
  raw: Request,
  host: {
    call(
      id: string,
      name: 'request',
      input: { request: CartridgeRequest },
    ): { output: CartridgeResponse } | Promise<{ output: CartridgeResponse }>
  },
): Promise<Response> {
  const asked = await readRequest(raw, '/hello')
  if (asked === undefined) return new Response(null, { status: 413 })
  return toResponse((await host.call('a', 'request', { request: asked })).output)
}

async function reportHttp(app: Hono): Promise<void> {
  const server = createServer(getRequestListener(app.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const load = new Worker(new URL('./load.ts', import.meta.url))
  const perSecond = async (path: string): Promise<number> => {
    const asked = { url: `http://127.0.0.1:${port}${path}?name=salp`, connections: 16, forMs: 250 }
    load.postMessage(asked satisfies LoadRequest)
    return (await once(load, 'message'))[0]
  }
  const [native, here, away]: [number[], number[], number[]] = [[], [], []]
  for (let round = -3; round < 24; round++) {
    const answered = [await perSecond('/native'), await perSecond('/here'), await perSecond('/thread')] as const
    if (round < 0) continue
    native.push(answered[0])
    here.push(answered[1])
    away.push(answered[2])
  }
  show('route over HTTP, 16 connections kept: native', 'per s', native)
  show('route over HTTP: throughput of the cartridge by the native one', 'times', ratios(here, native), {
    atLeast: 0.95,
  })
  show('route over HTTP: the same in a thread of its own', 'times', ratios(away, native))
  await load.terminate()
  server.close()
  server.closeAllConnections()
}
