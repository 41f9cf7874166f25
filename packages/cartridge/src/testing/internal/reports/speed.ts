/** Prints how fast cartridges are, with the goals of the specification: `pnpm bench --filter cartridge`. Of this machine and moment. */

import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import type { CompiledModule, CompilerBackend } from '../../../compile/compiler.js'
import { CartridgeTrap } from '../../../errors.js'
import { encodeRequest } from '../../../host/frames.js'
import { type CartridgeHost, createCartridgeHost } from '../../../host/host.js'
import { memoryKvStore } from '../../../kv/kv-store.js'
import { openAssemblyScript } from '../../../node/asc-process.js'
import { openScript } from '../../../node/script-compiler.js'
import { scriptEngine } from '../../../node/script-engine.js'
import { openThreadHost } from '../../../node/thread-host.js'
import type { Kind } from '../../../rewrite/abi.js'
import { prepare } from '../../../rewrite/prepare.js'
import { prepareScriptEngine } from '../../../script/engine.js'
import { ScriptMachine } from '../../../script/machine.js'
import { ratios, show, takeTurns, time, timeCalls } from './figures.js'
import { reportKernels } from './kernels.js'
import { reportCallsAndRoutes } from './routes.js'

const handler = `import { Request, Response, quote } from 'cart/index'
export function handle(request: Request): Response {
  const name = request.parameter('name')
  return Response.json('{"hello":' + quote(name == '' ? 'world' : name) + ',"path":' + quote(request.path) + '}')
}`

const game = `import { Screen } from 'cart/screen'
const screen = new Screen(320, 240)
let x = 0
export function frame(t: f64, dt: f64): i32 {
  const shift = <i32>(t / 16.0)
  for (let y = 0; y < 240; y++)
    for (let column = 0; column < 320; column++)
      unchecked((screen.pixels[y * 320 + column] = 0xff000000 | <u32>(((column + shift) ^ y) & 0xff)))
  screen.fill(x, 100, 16, 16, 0xffffffff)
  return 1
}
export function key(code: i32, down: bool): void { if (down && code == 39) x += 4 }`

const echo = 'export function invoke(input: string): string { return input }'

const typedScript = `export function handle(request: { path: string; parameters: Record<string, string> }): unknown {
  return { hello: request.parameters.name ?? 'world', path: request.path }
}`
const plainScript = `export function handle({ path, parameters }) {
  if (path === '/throw') throw new Error('asked for')
  if (path === '/loop') for (;;);
  return { hello: parameters.name ?? 'world', path }
}`

const request = {
  method: 'GET',
  path: '/hello',
  query: 'name=salp',
  headers: [['accept', '*/*']] as const,
  body: new Uint8Array(),
}

const host = (): CartridgeHost => createCartridgeHost(deps())
function deps(): Parameters<typeof createCartridgeHost>[0] & { clock: typeof systemClock } {
  const ignore = (): void => undefined
  const [rng, kv] = [createRng('speed'), memoryKvStore()]
  return { clock: systemClock, rng, kv, events: { publish: ignore }, log: ignore, scriptEngine }
}

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Medians, [least … most].\n`)

async function wasmOf(
  compiler: CompilerBackend<CompiledModule>,
  source: string,
  kind: Kind,
  optimize: 0 | 2,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = await compiler.compile(source, { kind, optimize })
  if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
  return result.wasm
}

const scripts = openScript({ clock: systemClock })
const scripted = host()

/** From source to the first answer, which is that of the trial. */
async function answerScript(source: string): Promise<void> {
  const result = await scripts.compile(source, { kind: 'backend', optimize: 0 })
  if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
  await scripted.load({ id: 's', kind: 'backend', script: result.script })
}

show('script: source to first answer, very first', 'ms', await time(1, () => answerScript(plainScript)), 300)
show('script: the same with types, whose stripper starts', 'ms', await time(1, () => answerScript(typedScript)))
for (let warming = 0; warming < 20; warming++) await answerScript(typedScript)
show('script: source with types to first answer, warm', 'ms', await time(25, () => answerScript(typedScript)), 20)
await scripts.close()
await scripted.load({ id: 's', kind: 'backend', script: plainScript })
const trapping = (path: string): void => {
  try {
    scripted.call('s', 'request', { request: { ...request, path } })
  } catch (error) {
    if (!(error instanceof CartridgeTrap)) throw error
  }
}
const revivals: number[] = []
for (let trap = 0; trap < 25; trap++) {
  // The version before would take over otherwise.
  await scripted.load({ id: 's', kind: 'backend', script: plainScript })
  trapping('/throw')
  revivals.push(...(await time(1, () => scripted.call('s', 'request', { request }))))
}
show('script: restored snapshot to first answer', 'ms', revivals, 10)
show(
  'script: call in this thread',
  'µs',
  timeCalls(5_000, () => scripted.call('s', 'request', { request })),
  40,
)
show('script: endless loop, 500 M fuel', 'ms', await time(3, () => trapping('/loop')), 250)
const quickjs = new Uint8Array(readFileSync(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'))))
show('script: metering of a whole call', '%', scriptOverhead('export const handle = (request) => request', 3_000), 60)
const looping = 'export const handle = () => { let sum = 0; for (let i = 0; i < 1e5; i++) sum += i % 7; return sum }'
show('script: metering of a loop', '%', scriptOverhead(looping, 5), 60)
console.log()

const compiler = openAssemblyScript({ clock: systemClock })

show(
  'compile: first, start of the compiler included',
  'ms',
  await time(1, () => wasmOf(compiler, handler, 'backend', 0)),
  1_500,
)
for (let warming = 0; warming < 15; warming++) {
  await wasmOf(compiler, handler, 'backend', 0)
  await wasmOf(compiler, game, 'interactive', 0)
}
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
show('compile: handler, -O0, warm', 'ms', await time(15, () => wasmOf(compiler, handler, 'backend', 0)), 150)
show('compile: game, -O0, warm', 'ms', await time(15, () => wasmOf(compiler, game, 'interactive', 0)), 100)
show('compile: handler, -O2, warm', 'ms', await time(9, () => wasmOf(compiler, handler, 'backend', 2)), 400)
show('compile: game, -O2, warm', 'ms', await time(9, () => wasmOf(compiler, game, 'interactive', 2)), 400)
delay.disable()
show('compile: event-loop delay meanwhile, p99, timer of 1 ms', 'ms', [delay.percentile(99) / 1e6], 10)

const handlerWasm = await wasmOf(compiler, handler, 'backend', 2)
const gameWasm = await wasmOf(compiler, game, 'interactive', 2)
const slowWasm = await wasmOf(compiler, handler, 'backend', 0)
const echoWasm = await wasmOf(compiler, echo, 'cognitive', 2)
await compiler.close()

console.log()
const rewriting = timeCalls(200, () => prepare(slowWasm, { kind: 'backend' }))
const kilobytes = slowWasm.length / 1_024
show(
  `rewrite: a module of ${kilobytes.toFixed(0)} KB`,
  'ms',
  rewriting.map((micros) => micros / 1_000),
  1,
)
show(
  'rewrite: throughput',
  'KB/ms',
  rewriting.map((micros) => (kilobytes / micros) * 1_000),
)
const program = { id: 'a', kind: 'backend', wasm: handlerWasm } as const
const here = host()
await here.load(program)
const swaps = await time(50, async () => {
  await here.load(program)
  here.call('a', 'request', { request })
})
show('swap: rewrite, compile, init, trial, first call', 'ms', swaps, 10)
const back = await time(3, () => {
  here.rollback('a')
  here.call('a', 'request', { request })
})
show('rollback and first call', 'ms', back, 1)
const before = memory()
for (let swap = 0; swap < 1_000; swap++) {
  await here.load(program)
  here.call('a', 'request', { request })
}
const after = memory()
show('growth over 1000 swaps: resident', 'MB', [after.resident - before.resident], 30)
show('growth over 1000 swaps: heap', 'MB', [after.heap - before.heap], 2)

function memory(): { resident: number; heap: number } {
  for (let round = 0; round < 5; round++) globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { resident: rss / 1e6, heap: heapUsed / 1e6 }
}

console.log()
show(
  'call: backend in this thread',
  'µs',
  timeCalls(20_000, () => here.call('a', 'request', { request })),
  15,
)
await here.load({ id: 'c', kind: 'cognitive', wasm: echoWasm, examples: [{ input: 1, expected: 1 }] })
show(
  'call: cognitive in this thread',
  'µs',
  timeCalls(20_000, () => here.call('c', 'invoke', { value: 1 })),
  5,
)
await here.load({ id: 'g', kind: 'interactive', wasm: gameWasm })
const frames = timeCalls(300, () => here.call('g', 'frame', { tMs: 1_000, dtMs: 16 }))
show(
  'frame: 320 × 240, fully redrawn, picture copied out',
  'ms',
  frames.map((micros) => micros / 1_000),
  0.5,
)

const thread = openThreadHost(deps())
await thread.load(program)
const call = (): Promise<unknown> => thread.call('a', 'request', { request })
for (let warming = 0; warming < 2_000; warming++) await call()
const trips = await time(9, async () => {
  for (let trip = 0; trip < 500; trip++) await call()
})
show(
  'thread: call and answer',
  'µs',
  trips.map((ms) => (ms * 1_000) / 500),
  50,
)
const piped = await time(9, () => Promise.all(Array.from({ length: 2_000 }, call)))
show(
  'thread: calls of 2000 at once',
  'µs',
  piped.map((ms) => (ms * 1_000) / 2_000),
  10,
)
await thread.close()

console.log()
show('metering: a whole call of the handler', '%', await overhead(handlerWasm, 'backend', 500, callsHandler), 20)
show('metering: the same, -O0', '%', await overhead(slowWasm, 'backend', 500, callsHandler))
show('metering: a frame of the game', '%', await overhead(gameWasm, 'interactive', 20, callsFrame), 20)
const loops = 'export function invoke(input: string): string { if (input.length > 1) for (;;) {} return input }'
await reportKernels()
show('endless loop, 100 M fuel', 'ms', await burn(loops), 50)

await reportCallsAndRoutes()

type Calls = (exports: WebAssembly.Exports) => () => unknown

function functionOf(exports: WebAssembly.Exports, name: string): (...values: number[]) => unknown {
  const found = exports[name]
  if (typeof found !== 'function') throw new TypeError(`no function ${name}`)
  return (...values) => found(...values)
}

function callsHandler(exports: WebAssembly.Exports): () => unknown {
  const [alloc, handle, reset] = ['cart_alloc', 'handle', 'cart_reset'].map((name) => functionOf(exports, name))
  const frame = encodeRequest(request)
  const { memory } = exports
  if (alloc === undefined || !(memory instanceof WebAssembly.Memory)) throw new TypeError('no memory')
  return () => {
    const pointer = Number(alloc(frame.length))
    new Uint8Array(memory.buffer, pointer, frame.length).set(frame)
    handle?.(pointer, frame.length)
    reset?.()
  }
}

function callsFrame(exports: WebAssembly.Exports): () => unknown {
  const frame = functionOf(exports, 'frame')
  return () => frame(1_000, 16)
}

/** How much longer the rewritten module takes than the original, in percent; the two take turns. */
async function overhead(wasm: Uint8Array<ArrayBuffer>, kind: Kind, calls: number, callsOf: Calls): Promise<number[]> {
  const works = [wasm, prepare(wasm, { kind }).bytes].map((bytes) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { abort: () => undefined } })
    const { __cart_fuel: fuel, __cart_stack: stack } = exports
    if (fuel instanceof WebAssembly.Global) fuel.value = 2n ** 60n
    if (stack instanceof WebAssembly.Global) stack.value = 65_536
    functionOf(exports, 'cart_init')()
    return callsOf(exports)
  })
  const [original, rewritten] = await takeTurns(works, { rounds: 300, calls })
  return ratios(rewritten, original).map((ratio) => (ratio - 1) * 100)
}

/** How much longer a script takes in the rewritten engine than in the original, in percent; the two take turns. */
function scriptOverhead(source: string, calls: number): number[] {
  const input = new TextEncoder().encode(JSON.stringify({ ...request, body: '' }))
  const [original, rewritten] = [quickjs, prepareScriptEngine(quickjs)].map((bytes) => {
    const machine = ScriptMachine.start(new WebAssembly.Module(bytes))
    const { __cart_fuel: fuel } = machine.exports
    if (fuel instanceof WebAssembly.Global) fuel.value = 2n ** 60n
    machine.load(source, 'handle')
    return (): number => {
      const began = performance.now()
      for (let call = 0; call < calls; call++) machine.run(input)
      return performance.now() - began
    }
  })
  for (let warming = 0; warming < 10; warming++) {
    original?.()
    rewritten?.()
  }
  return Array.from({ length: 15 }, () => (1 / ((original?.() ?? 0) / (rewritten?.() ?? 1)) - 1) * 100)
}

/** Milliseconds until an endless loop is out of fuel. */
async function burn(source: string): Promise<number[]> {
  const other = openAssemblyScript({ clock: systemClock })
  const wasm = await wasmOf(other, source, 'cognitive', 2)
  await other.close()
  const burning = host()
  await burning.load({
    ...{ id: 'a', kind: 'cognitive', wasm, limits: { fuel: 100_000_000 }, examples: [{ input: 1, expected: 1 }] },
  })
  return time(5, () => {
    try {
      burning.call('a', 'invoke', { value: 'loop' })
    } catch (error) {
      if (!(error instanceof CartridgeTrap && error.reason === 'fuel')) throw error
    }
  })
}
