import { createRng } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import type { Program } from '../host/program.js'
import { memoryKvStore } from '../kv/kv-store.js'
import { scriptEngine } from '../node/script-engine.js'
import { answer, answerData, get, onRequest, program } from '../testing/internal/host.js'
import { backend } from '../testing/internal/wat.js'
import { serveCartridge } from './serve-cartridge.js'
import { type CartridgeWorker, openWorkerCartridge, type WorkerCartridge } from './worker-cartridge.js'
import type { WorkerNews, WorkerOrder } from './worker-messages.js'

/** A worker in this thread: messages are copied and arrive later. `serve` runs in it. */
function workerOf(serve: (scope: Parameters<typeof serveCartridge>[0]['scope']) => void): {
  worker: CartridgeWorker
  terminated: () => boolean
  fail: (message: string) => void
} {
  let over = false
  const hearing: ((event: { data: WorkerNews }) => void)[] = []
  const failing: ((event: { message: string }) => void)[] = []
  const orders: ((event: { data: WorkerOrder }) => void)[] = []
  const later = (run: () => void): void => {
    setImmediate(() => {
      if (!over) run()
    })
  }
  function addEventListener(type: 'message', listener: (event: { data: WorkerNews }) => void): void
  function addEventListener(type: 'error', listener: (event: { message: string }) => void): void
  function addEventListener(
    ...[type, listener]:
      | ['message', (event: { data: WorkerNews }) => void]
      | ['error', (event: { message: string }) => void]
  ): void {
    if (type === 'message') hearing.push(listener)
    else failing.push(listener)
  }
  later(() =>
    serve({
      addEventListener: (_, listener) => orders.push(listener),
      postMessage(news, { transfer }) {
        const data = structuredClone(news, { transfer })
        later(() => {
          for (const hear of hearing) hear({ data })
        })
      },
    }),
  )
  return {
    worker: {
      postMessage(order) {
        const data = structuredClone(order)
        later(() => {
          for (const take of orders) take({ data })
        })
      },
      addEventListener,
      terminate() {
        over = true
      },
    },
    terminated: () => over,
    fail: (message) => {
      for (const hear of failing) hear({ message })
    },
  }
}

const serving = (scope: Parameters<typeof serveCartridge>[0]['scope']): void =>
  serveCartridge({ scope, clock: stoppedClock(1_000), rng: createRng('test') })

/** Lets in anything and never answers a call. */
const silent = (scope: Parameters<typeof serveCartridge>[0]['scope']): void => {
  scope.addEventListener('message', ({ data }) => {
    if (data.type === 'load') scope.postMessage({ type: 'done', result: undefined, changes: [] }, { transfer: [] })
  })
  scope.postMessage({ type: 'ready' }, { transfer: [] })
}

async function open(
  running: Program,
  { serve = serving, kv = memoryKvStore() }: { serve?: typeof serving; kv?: ReturnType<typeof memoryKvStore> } = {},
) {
  const clock = stoppedClock()
  const { worker, ...seen } = workerOf(serve)
  const logged: [number, string][] = []
  const deps = { clock, kv, spawn: () => worker, log: (level: number, text: string) => void logged.push([level, text]) }
  const cartridge: WorkerCartridge = await openWorkerCartridge(deps, running)
  return { cartridge, clock, logged, kv, ...seen }
}

const keeping = `(import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "cart" "log" (func $log (param i32 i32 i32)))
  (import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32)))`

describe('openWorkerCartridge()', () => {
  test('runs a cartridge beside the page, with its log', async () => {
    const body = `(call $log (i32.const 1) (i32.const 12) (i32.const 2)) ${answer}`
    const { cartridge, logged } = await open(
      program(backend(body, `${keeping} ${answerData}`), { capabilities: ['kv', 'log'] }),
    )
    logged.length = 0
    const { output, version } = await cartridge.call('request', get('/'))
    expect([output.status, new TextDecoder().decode(output.body), version, logged]).toEqual([200, 'ok', 1, [[1, 'ok']]])
    cartridge.close()
  })

  test('keeps what a call wrote in the store of the page, and gives it to the next worker', async () => {
    // Writes "ok" under "ok", and answers only if that was there.
    const body = onRequest(
      `(if (i32.lt_s (call $get (i32.const 12) (i32.const 2) (i32.const 2000) (i32.const 9)) (i32.const 0))
        (then (drop (call $set (i32.const 12) (i32.const 2) (i32.const 12) (i32.const 2)))) (else unreachable))`,
    )
    const keeper = program(backend(body, `${keeping} ${answerData}`), { capabilities: ['kv', 'log'] })
    const first = await open(keeper)
    await first.cartridge.call('request', get('/x'))
    first.cartridge.close()
    expect([...first.kv.load('a')]).toEqual([['ok', new TextEncoder().encode('ok')]])
    const second = await open(keeper, { kv: first.kv })
    await expect(second.cartridge.call('request', get('/x'))).rejects.toThrow(CartridgeTrap)
    second.cartridge.close()
  })

  test('runs a script where there is an engine, and refuses it where there is none', async () => {
    const script = 'export function render(event) { return { t: "p", c: [event.type] } }'
    const greeting = { id: 'a', kind: 'frontend', script } as const
    const serve: typeof serving = (scope) =>
      serveCartridge({ scope, clock: stoppedClock(1_000), rng: createRng('test'), scriptEngine })
    const { cartridge } = await open(greeting, { serve })
    expect((await cartridge.call('render', { event: { type: 'mount' } })).output).toEqual({ t: 'p', c: ['mount'] })
    cartridge.close()
    await expect(open(greeting)).rejects.toMatchObject({ code: 'cartridge/feature' })
  })

  test('hands a trap on, and answers the next call', async () => {
    const { cartridge } = await open(program(backend(onRequest('(loop (br 0))'), answerData)))
    await expect(cartridge.call('request', get('/x'))).rejects.toMatchObject({ code: 'cartridge/fuel' })
    expect((await cartridge.call('request', get('/'))).output.status).toBe(200)
    cartridge.close()
  })

  test('throws CartridgeRejected for a module that breaks a rule, and ends the worker', async () => {
    const { worker, terminated } = workerOf(serving)
    const deps = { clock: stoppedClock(), kv: memoryKvStore(), spawn: () => worker, log: () => undefined }
    const broken = { id: 'a', kind: 'backend', wasm: new Uint8Array(8) } as const
    await expect(openWorkerCartridge(deps, broken)).rejects.toThrow(CartridgeRejected)
    expect(terminated()).toBe(true)
  })

  test('ends a worker that does not answer in time, and fails what waits and what comes', async () => {
    const running = program(backend(answer, answerData), { limits: { wallClockMs: 2_000 } })
    const { cartridge, clock, terminated } = await open(running, { serve: silent })
    const calls = [cartridge.call('request', get('/')), cartridge.call('request', get('/'))]
    const failed = Promise.allSettled(calls)
    await clock.advance(1_999)
    expect(terminated()).toBe(false)
    await clock.advance(251)
    expect(terminated()).toBe(true)
    for (const { status } of await failed) expect(status).toBe('rejected')
    await expect(cartridge.call('request', get('/'))).rejects.toMatchObject({ code: 'cartridge/timeout' })
  })

  test('counts only time in which the page ran', async () => {
    const running = program(backend(answer, answerData), { limits: { wallClockMs: 2_000 } })
    const { worker, terminated } = workerOf(silent)
    const sleeps: (() => void)[] = []
    const sleep = () => new Promise<void>((resolve) => sleeps.push(resolve))
    const deps = { clock: { sleep }, kv: memoryKvStore(), spawn: () => worker, log: () => undefined }
    const cartridge = await openWorkerCartridge(deps, running)
    const failed = expect(cartridge.call('request', get('/'))).rejects.toThrow(CartridgeTrap)
    const steps: boolean[] = []
    // However late each of them ends.
    for (let step = 0; step < 9; step++) {
      for (const wake of sleeps.splice(0)) wake()
      await new Promise<void>((resolve) => setImmediate(resolve))
      steps.push(terminated())
    }
    expect(steps).toEqual([false, false, false, false, false, false, false, false, true])
    await failed
  })

  test('tells of a worker that cannot be started', async () => {
    const { worker, fail } = workerOf(() => undefined)
    const deps = { clock: stoppedClock(), kv: memoryKvStore(), spawn: () => worker, log: () => undefined }
    const opening = openWorkerCartridge(deps, program(backend(answer, answerData)))
    fail('no such file')
    await expect(opening).rejects.toThrow('Cannot run the cartridge "a": its worker failed: no such file')
  })

  test('fails what waits when it is closed', async () => {
    const { cartridge, terminated } = await open(program(backend(answer, answerData)), { serve: silent })
    const failed = expect(cartridge.call('request', get('/'))).rejects.toThrow('it was closed')
    cartridge.close()
    cartridge.close()
    await failed
    expect(terminated()).toBe(true)
  })
})
