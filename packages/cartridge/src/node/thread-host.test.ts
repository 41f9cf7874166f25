import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { recordingPublisher } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import type { CartridgeEvents } from '../host/host.js'
import type { Fetcher } from '../host/http.js'
import type { Program } from '../host/program.js'
import { type KvStore, memoryKvStore } from '../kv/kv-store.js'
import { answer, answerData, get, onRequest, program, script, testHost } from '../testing/internal/host.js'
import { serve } from '../testing/internal/serve.js'
import { backend } from '../testing/internal/wat.js'
import { createFetcher } from './fetcher.js'
import { scriptEngine } from './script-engine.js'
import { openThreadHost, type ThreadHost, type ThreadHostDeps } from './thread-host.js'

const open: ThreadHost[] = []
afterEach(async () => {
  for (const host of open.splice(0)) await host.close()
})

function threadHost(
  kv: KvStore = memoryKvStore(),
  engine: ThreadHostDeps['scriptEngine'] = scriptEngine,
  http?: Fetcher,
): {
  host: ThreadHost
  events: ReturnType<typeof recordingPublisher<CartridgeEvents>>
  logged: string[]
} {
  const events = recordingPublisher<CartridgeEvents>()
  const logged: string[] = []
  const log = (_: string, __: number, text: string): void => void logged.push(text)
  const host = openThreadHost({
    ...{ clock: systemClock, rng: createRng('thread'), kv, events, log },
    scriptEngine: engine,
    http,
  })
  open.push(host)
  return { host, events, logged }
}

const text = (body: ArrayBufferView): string => new TextDecoder().decode(body)
const acting = (body: string, head = '', more: Partial<Program> = {}): Program =>
  program(backend(onRequest(body), `${head} ${answerData}`), more)
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  )
const neighbour = acting('', '', { id: 'neighbour' })

/** Writes "v" under "k" and logs "ok". */
const writing = acting(
  '(drop (call $set (i32.const 200) (i32.const 1) (i32.const 201) (i32.const 1))) (call $log (i32.const 1) (i32.const 12) (i32.const 2))',
  `(import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
   (import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32)))
   (import "cart" "log" (func $log (param i32 i32 i32))) (data (i32.const 200) "kv")`,
  { capabilities: ['kv', 'log'] },
)
/** Fails unless "k" is there. */
const reading = acting(
  '(if (i32.ne (call $get (i32.const 200) (i32.const 1) (i32.const 0) (i32.const 0)) (i32.const 1)) (then unreachable))',
  '(import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32))) (data (i32.const 200) "k")',
  { capabilities: ['kv'] },
)

/** Its fuel lasts for 500 million rounds, its time for 20 ms. */
const slow: Program = acting('(loop br 0)', '', { id: 'slow', limits: { wallClockMs: 20 } })

describe('openThreadHost()', { timeout: 30_000 }, () => {
  test('loads, calls, replaces, rolls back and forgets', async () => {
    const { host, events } = threadHost()
    expect(await host.load(neighbour)).toBe(1)
    expect(await host.load(neighbour)).toBe(2)
    const { output, version } = await host.call('neighbour', 'request', get('/go'))
    expect([text(output.body), version]).toEqual(['ok', 2])
    expect(await host.describe('neighbour')).toMatchObject({ version: 2, keptVersions: [1] })
    expect(await host.rollback('neighbour')).toBe(1)
    expect(await host.rollback('neighbour')).toBeUndefined()
    expect(await host.unload('neighbour')).toBe(true)
    expect(await codeOf(host.call('neighbour', 'request', get('/go')))).toBe('cartridge/missing')
    expect(events.published.map(([name]) => name)).toEqual([
      'cartridge:installed',
      'cartridge:installed',
      'cartridge:rolled-back',
    ])
  })

  test('rejects with the errors of the host', async () => {
    const { host } = threadHost()
    expect(await codeOf(host.load({ ...neighbour, wasm: new Uint8Array(3) }))).toBe('cartridge/malformed')
    await host.load(acting('unreachable'))
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/trap')
    await expect(host.call('a', 'invoke', { value: 1 })).rejects.toThrow(RangeError)
  })

  test('has what a call wrote in the store when it resolves, and passes log lines on', async () => {
    const kv = memoryKvStore()
    const { host, logged } = threadHost(kv)
    await host.load(writing)
    await host.call('a', 'request', get('/go'))
    expect([...kv.load('a')].map(([key, value]) => [key, text(value)])).toEqual([['k', 'v']])
    expect(logged).toEqual(['ok'])
    // Another host, which reads what was kept.
    const other = threadHost(kv).host
    await other.load(reading)
    expect(await codeOf(other.call('a', 'request', get('/go')))).toBe('none')
  })

  test('really interrupts a call that takes too long; versions, keys and what waited go on in another thread', async () => {
    const kv = memoryKvStore()
    const { host, events } = threadHost(kv)
    await host.load(neighbour)
    await host.load(neighbour)
    await host.load(writing)
    await host.call('a', 'request', get('/go'))
    await host.load(reading)
    await host.load(slow)
    const stuck = codeOf(host.call('slow', 'request', get('/go')))
    const waiting = [host.call('neighbour', 'request', get('/go')), host.call('a', 'request', get('/go'))]
    expect(await stuck).toBe('cartridge/timeout')
    for (const { output } of await Promise.all(waiting)) expect(output.status).toBe(200)
    expect(await host.describe('neighbour')).toMatchObject({ version: 2, keptVersions: [1] })
    expect(await host.describe('a')).toMatchObject({ version: 2, keptVersions: [1] })
    expect(events.published.at(-1)).toEqual([
      'cartridge:trapped',
      expect.objectContaining({ cartridge: 'slow', version: 1, reason: 'timeout' }),
    ])
  })

  test('shows what runs and waits, and ends the calls of one cartridge; its neighbours go on', async () => {
    const kv = memoryKvStore()
    const { host, events } = threadHost(kv)
    const endless = acting('(loop br 0)', '', { id: 'endless' })
    for (const one of [neighbour, endless, writing]) await host.load(one)
    const stopped = [codeOf(host.call('endless', 'request', get('/go')))]
    const next = host.call('neighbour', 'request', get('/go'))
    stopped.push(codeOf(host.call('a', 'request', get('/go'))))
    const last = host.call('neighbour', 'request', get('/go'))
    expect(host.calls()).toMatchObject([
      { cartridge: 'endless', running: true },
      { cartridge: 'neighbour', running: false },
      { cartridge: 'a', running: false },
      { cartridge: 'neighbour', running: false },
    ])
    expect([host.stop('a'), host.stop('endless'), host.stop('endless'), host.stop('nobody')]).toEqual([1, 1, 0, 0])
    expect(await Promise.all(stopped)).toEqual(['cartridge/stopped', 'cartridge/stopped'])
    for (const { output } of await Promise.all([next, last])) expect(output.status).toBe(200)
    expect([host.calls(), [...kv.load('a')]]).toEqual([[], []])
    // No fault of the cartridge: it is not counted against its version, and answers again.
    expect(events.published.map(([name]) => name)).not.toContain('cartridge:trapped')
    expect((await host.call('a', 'request', get('/go'))).output.status).toBe(200)
  })

  test('ends each abuse in a typed error, and answers for a neighbour after it', async () => {
    const limits = { fuel: 1_000_000, initFuel: 1_000_000 }
    const recursive = (locals: number): Program =>
      acting('call $deep', `(func $deep (local ${'i64 '.repeat(locals)}) call $deep)`, { limits: {} })
    const abuses: readonly (readonly [string, Program])[] = [
      ['cartridge/fuel', acting('(loop br 0)', '', { limits })],
      ['cartridge/stack', recursive(0)],
      ['cartridge/stack', recursive(1_900)],
      [
        'cartridge/stack',
        acting('call $deep', '(table funcref (elem $deep)) (func $deep (call_indirect (i32.const 0)))'),
      ],
      ['cartridge/fuel', acting('(loop (drop (memory.grow (i32.const 1))) br 0)', '', { limits })],
      ['cartridge/trap', acting('unreachable')],
      ['cartridge/trap', acting('(drop (i32.load (i32.const -4)))')],
      ['cartridge/bounds', acting('(return (i64.const 0xffffffff_00000001))')],
      ['cartridge/limit', acting('(return (i64.const 0x00000000_7fffffff))')],
      ['cartridge/response', acting('(return (i64.const 0x00000000_00000003))')],
      [
        'cartridge/host-calls',
        acting(
          '(loop (call $log (i32.const 1) (i32.const 12) (i32.const 2)) br 0)',
          '(import "cart" "log" (func $log (param i32 i32 i32)))',
          { capabilities: ['log'] },
        ),
      ],
    ]
    const { host } = threadHost()
    await host.load(neighbour)
    for (const [code, abuse] of abuses) {
      await host.load(abuse)
      expect(await codeOf(host.call('a', 'request', get('/go')))).toBe(code)
      expect((await host.call('neighbour', 'request', get('/go'))).output.status).toBe(200)
    }
    const endless = program(backend(answer, `${answerData} (func (export "cart_init") (loop br 0))`), {
      id: 'b',
      limits,
    })
    expect(await codeOf(host.load(endless))).toBe('cartridge/fuel')
    expect((await host.call('neighbour', 'request', get('/go'))).output.status).toBe(200)
  })

  test('goes back a version when a cognitive function takes too long', async () => {
    const cognitive = (body: string): Program => {
      const module = `(module (memory (export "memory") 1)
        (func (export "cart_abi") (result i32) i32.const 0x10000)
        (func (export "cart_alloc") (param i32) (result i32) i32.const 0)
        (func (export "invoke") (param i32 i32) (result i64) ${body} local.get 1 i64.extend_i32_u))`
      const examples = [{ input: 1, expected: 1 }]
      return program(module, { kind: 'cognitive', examples, limits: { wallClockMs: 20 } })
    }
    const { host, events } = threadHost()
    await host.load(cognitive(''))
    await host.load(cognitive('(if (i32.gt_u (local.get 1) (i32.const 1)) (then (loop br 0)))'))
    expect(await codeOf(host.call('a', 'invoke', { value: 22 }))).toBe('cartridge/timeout')
    expect((await host.call('a', 'invoke', { value: 22 })).version).toBe(1)
    expect(events.published.at(-1)?.[0]).toBe('cartridge:rolled-back')
  })

  test('goes back a version that took too long three times, as one that trapped', async () => {
    const { host, events } = threadHost()
    await host.load(acting('', '', { id: 'slow' }))
    await host.load(slow)
    for (let call = 0; call < 3; call++)
      expect(await codeOf(host.call('slow', 'request', get('/go')))).toBe('cartridge/timeout')
    expect(await codeOf(host.call('slow', 'request', get('/go')))).toBe('none')
    expect(events.published.at(-1)).toEqual([
      'cartridge:rolled-back',
      expect.objectContaining({ cartridge: 'slow', from: 2, to: 1, reason: 'timeout' }),
    ])
  })

  test('writes from outside, and reads anew what was forgotten', async () => {
    const kv = memoryKvStore()
    const { host } = threadHost(kv)
    await host.load(reading)
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/trap')
    await host.write('a', [{ key: 'k', value: new Uint8Array([1]) }])
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('none')
    const forgotten = host.unload('a')
    kv.commit([{ cartridge: 'a', key: 'k', value: null }])
    const loaded = host.load(reading)
    expect(await forgotten).toBe(true)
    await loaded
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/trap')
  })

  test('fails the call, and forgets its writes, if the store fails', async () => {
    let fails = true
    const inner = memoryKvStore()
    const kv: KvStore = {
      load: (cartridge) => inner.load(cartridge),
      commit(changes) {
        if (fails) throw new RangeError('disk full')
        inner.commit(changes)
      },
    }
    const { host } = threadHost(kv)
    await host.load({ ...reading, id: 'a' })
    await host.load(writing)
    await expect(host.call('a', 'request', get('/go'))).rejects.toThrow('disk full')
    fails = false
    await host.rollback('a')
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/trap')
  })

  test('loses no request while versions are swapped', async () => {
    const { host } = threadHost()
    await host.load(neighbour)
    const calls: Promise<number>[] = []
    for (let swap = 0; swap < 50; swap++) {
      const loading = host.load(neighbour)
      for (let call = 0; call < 10; call++)
        calls.push(host.call('neighbour', 'request', get('/go')).then(({ output }) => output.status))
      await loading
    }
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]))
    expect(calls).toHaveLength(500)
  })

  test('rejects what waits when it is closed', async () => {
    const { host } = threadHost()
    await host.load(program(backend(answer, answerData)))
    const call = codeOf(host.call('a', 'request', get('/')))
    await host.close()
    await host.close()
    expect(['none', 'cartridge/timeout']).toContain(await call)
    await expect(host.describe('a')).rejects.toThrow(RangeError)
  })
})

describe('scripts in a thread', { timeout: 30_000 }, () => {
  const counting = script(
    `let calls = 0
     export function handle({ path }) {
       kv.set('calls', String(++calls))
       log('asked for ' + path)
       if (path === '/loop') for (;;);
       if (path === '/deep') JSON.parse('['.repeat(1e6))
       if (path === '/bomb') for (const kept = []; ; ) kept.push(new ArrayBuffer(1e6))
       return kv.get('calls')
     }`,
    { capabilities: ['kv', 'log'] },
  )

  test('answer as in this one, with the same fuel (42)', async () => {
    const { host, logged } = threadHost()
    const here = testHost()
    await here.load(counting)
    await host.load(counting)
    for (const path of ['/a', '/b']) {
      const { output, fuel } = await host.call('a', 'request', get(path))
      const expected = here.call('a', 'request', get(path))
      expect([text(output.body), fuel]).toEqual([text(expected.output.body), expected.fuel])
    }
    expect(logged).toEqual(['asked for /', 'asked for /a', 'asked for /b'])
  })

  test('are ended by their limits beside a neighbour that goes on (51, 54, 55)', async () => {
    const { host } = threadHost()
    await host.load(neighbour)
    await host.load(counting)
    const codes: unknown[] = []
    for (const path of ['/loop', '/deep', '/bomb']) codes.push(await codeOf(host.call('a', 'request', get(path))))
    expect(codes).toEqual(['cartridge/fuel', 'cartridge/stack', 'cartridge/limit'])
    expect(text((await host.call('neighbour', 'request', get('/go'))).output.body)).toBe('ok')
    expect(text((await host.call('a', 'request', get('/x'))).output.body)).toBe('1')
  })

  test('come back in the thread that follows', async () => {
    const { host } = threadHost()
    await host.load(counting)
    await host.load(slow)
    expect(await codeOf(host.call('slow', 'request', get('/go')))).toBe('cartridge/timeout')
    expect(text((await host.call('a', 'request', get('/x'))).output.body)).toBe('1')
  })

  test('are refused where no engine is given, and where it does not come', async () => {
    const { host } = threadHost(memoryKvStore(), () => Promise.reject(new RangeError('no such file')))
    expect(await host.load(counting).catch((error: Error) => error.message)).toBe('no such file')
    expect(await host.load(neighbour)).toBe(1)
    const events = recordingPublisher<CartridgeEvents>()
    const deps = { clock: systemClock, rng: createRng('bare'), kv: memoryKvStore(), events, log: () => undefined }
    const bare = openThreadHost(deps)
    open.push(bare)
    expect(await codeOf(bare.load(counting))).toBe('cartridge/feature')
  })
})

describe('http in a thread', { timeout: 30_000 }, () => {
  const asking = (host: string, more: Partial<Program> = {}): Program =>
    script(
      `export function handle({ path }) {
         if (path === '/') return 'trial'
         kv.set('asked', path)
         const { status, body } = http({ url: 'http://' + (path === '/other' ? 'other.test' : '${host}') + path })
         return status + ' ' + body
       }`,
      { capabilities: ['http', 'kv'], httpHosts: [host, 'other.test'], ...more },
    )
  const fetcherOf = (host: string): Fetcher =>
    createFetcher({ clock: systemClock }, { hosts: [`http://${host}`], allowHosts: [host] })

  test('waits for the answer of a host that is granted, again and again', async () => {
    await using server = await serve(({ url }, response) => response.end(`you asked for ${url}`))
    const { host, logged } = threadHost(memoryKvStore(), scriptEngine, fetcherOf(server.host))
    await host.load(asking(server.host))
    const bodies: string[] = []
    for (const path of ['/a', '/b']) bodies.push(text((await host.call('a', 'request', get(path))).output.body))
    expect(bodies).toEqual(['200 you asked for /a', '200 you asked for /b'])
    const refused = await host.call('a', 'request', get('/other')).catch((error: Error) => error.message)
    expect(refused).toContain('http() did nothing')
    expect(logged).toEqual(['http() refused: the operator does not name http://other.test'])
  })

  test('is refused where there is no way out', async () => {
    const { host, logged } = threadHost()
    await host.load(asking('a.test'))
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/abort')
    expect(logged).toEqual(['http() refused: there is no way out from where it runs'])
  })

  test('is aborted with the thread when the call takes too long; the next one asks again', async () => {
    let answers = false
    const signals: AbortSignal[] = []
    const http: Fetcher = {
      fetch: (_, { signal }) => {
        signals.push(signal)
        if (!answers) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        return Promise.resolve({ status: 'answered', response: { status: 200, headers: [], body: new Uint8Array() } })
      },
    }
    const kv = memoryKvStore()
    const { host } = threadHost(kv, scriptEngine, http)
    await host.load(neighbour)
    await host.load(asking('a.test', { limits: { wallClockMs: 50 } }))
    const stuck = codeOf(host.call('a', 'request', get('/go')))
    const waiting = host.call('neighbour', 'request', get('/go'))
    expect(await stuck).toBe('cartridge/timeout')
    expect([signals.map(({ aborted }) => aborted), kv.load('a')]).toEqual([[true], []])
    expect((await waiting).output.status).toBe(200)
    answers = true
    expect(text((await host.call('a', 'request', get('/go'))).output.body)).toBe('200 ')
    expect(signals.at(-1)?.aborted).toBe(false)
  })

  test('is aborted when the host is closed', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const http: Fetcher = {
      fetch(_, { signal }) {
        asked.resolve(signal)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    const { host } = threadHost(memoryKvStore(), scriptEngine, http)
    await host.load(asking('a.test'))
    const call = codeOf(host.call('a', 'request', get('/go')))
    const signal = await asked.promise
    await host.close()
    expect([await call, signal.aborted]).toEqual(['cartridge/timeout', true])
  })

  test('fails, and lets the thread go on, where the fetcher itself fails', async () => {
    const http: Fetcher = { fetch: () => Promise.reject(new RangeError('broken')) }
    const { host, logged } = threadHost(memoryKvStore(), scriptEngine, http)
    await host.load(asking('a.test'))
    expect(await codeOf(host.call('a', 'request', get('/go')))).toBe('cartridge/abort')
    expect(logged).toEqual(['http() failed: broken'])
  })
})
