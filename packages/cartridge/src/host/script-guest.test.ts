import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createRng } from '@salp/core'
import { recordingPublisher, stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { memoryKvStore } from '../kv/kv-store.js'
import { capabilities } from '../rewrite/abi.js'
import { createScriptEngine, prepareScriptEngine } from '../script/engine.js'
import { get, program, script, type TestHost, testHost } from '../testing/internal/host.js'
import { backend } from '../testing/internal/wat.js'
import type { CartridgeResponse } from './frames.js'
import { type CartridgeEvents, createCartridgeHost } from './host.js'
import type { Program, ProgramTerms } from './program.js'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const text = ({ body }: CartridgeResponse): string => decoder.decode(body)

/** Does `body` in a request, not in its trial. */
const acting = (body: string, more: Partial<ProgramTerms> = {}): Program =>
  script(`export function handle(request) { if (request.path === '/') return '';\n${body}\n}`, more)

/** A host with one script, already asked once. */
async function loaded(given: Program): Promise<TestHost> {
  const host = testHost()
  await host.load(given)
  return host
}

/** What a script answers. */
async function answerOf(given: Program): Promise<string> {
  return text((await loaded(given)).call('a', 'request', get('/go')).output)
}

/** Reason and words of what stops a call, or the answer. */
function outcomeOf(host: TestHost, id = 'a'): string {
  try {
    return text(host.call(id, 'request', get('/go')).output)
  } catch (error) {
    if (error instanceof CartridgeTrap) return `${error.reason}: ${error.why}`
    throw error
  }
}

/** Loads and calls; then shows that a neighbour is as well as before. */
async function stopsWith(given: Program): Promise<string> {
  const host = await loaded(given)
  await host.load(script('let calls = 0; export const handle = () => String(++calls)', { id: 'neighbour' }))
  const outcome = outcomeOf(host)
  expect(outcomeOf(host, 'neighbour')).toBe('2')
  return outcome
}

/** Why a load fails. */
async function loadFailure(given: Program): Promise<string> {
  const host = await loaded(acting('return "before"'))
  const failure = await host.load(given).then(
    () => 'none',
    (error: CartridgeTrap | CartridgeRejected) => `${error.reason}: ${error.why}`,
  )
  expect(outcomeOf(host)).toBe('before')
  return failure
}

describe('a backend that is a script', () => {
  test('sees the request and answers with JSON', async () => {
    const host = await loaded(script('export function handle(request) { return request }'))
    const request = {
      ...{ method: 'POST', path: '/a%20b', query: 'n=1&text=a+b&n=2', body: Uint8Array.of(0x68, 0x69, 0xff) },
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
      ] as const,
    }
    const { output } = host.call('a', 'request', { request })
    expect([output.status, output.headers]).toEqual([200, [['content-type', 'application/json']]])
    expect(JSON.parse(text(output))).toEqual({
      ...{ method: 'POST', path: '/a%20b', query: 'n=1&text=a+b&n=2', parameters: { n: '1', text: 'a b' } },
      ...{ headers: { 'x-a': '1, 2' }, body: 'hi\u{fffd}' },
    })
  })

  test('answers with text, with a response, or with whatever else is JSON', async () => {
    const answers = async (value: string): Promise<unknown> => {
      const { output } = (await loaded(acting(`return ${value}`))).call('a', 'request', get('/go'))
      return [output.status, output.headers, text(output)]
    }
    const [plain, json] = ['text/plain; charset=utf-8', 'application/json'].map((type) => [['content-type', type]])
    expect(await answers('"\u{e9}\\0\\ud800"')).toEqual([200, plain, '\u{e9}\0\u{fffd}\u{fffd}\u{fffd}'])
    expect(await answers('{ status: 404 }')).toEqual([404, [], ''])
    expect(await answers('{ body: [1] }')).toEqual([200, json, '[1]'])
    expect(await answers('{ status: 201, headers: { "Content-Type": "a/b", "X-N": 5 }, body: "c" }')).toEqual([
      ...[
        201,
        [
          ['Content-Type', 'a/b'],
          ['X-N', '5'],
        ],
        'c',
      ],
    ])
    expect(await answers('{ status: "fine" }')).toEqual([200, json, '{"status":"fine"}'])
    expect(await answers('{ status: 5, name: "x" }')).toEqual([200, json, '{"status":5,"name":"x"}'])
    expect(await answers('null')).toEqual([200, json, 'null'])
  })

  test('keeps its variables from call to call', async () => {
    const host = await loaded(script('let calls = 0\nexport const handle = () => String(++calls)'))
    expect([1, 2].map(() => outcomeOf(host))).toEqual(['2', '3'])
  })

  test('may be asynchronous, as far as nothing is waited for that never comes', async () => {
    expect(await answerOf(script('await null; export async function handle() { await null; return "later" }'))).toBe(
      'later',
    )
    expect(await stopsWith(acting('return new Promise(() => {})'))).toBe(
      'abort: it gave up: it waits for something that never comes; nothing happens after a call',
    )
    expect(await stopsWith(acting('return Promise.reject(new Error("no"))'))).toBe(
      'abort: it gave up: Error: no (line 2, column 27)',
    )
    expect(await loadFailure(script('await new Promise(() => {})'))).toBe(
      'abort: it gave up: Its top level waits for something that never comes',
    )
  })

  test('is stopped by what it throws, with the line', async () => {
    expect(await stopsWith(acting('\n  request.nothing.at.all'))).toBe(
      "abort: it gave up: TypeError: cannot read property 'at' of undefined (line 3, column 3)",
    )
    expect(await stopsWith(acting('throw { code: 5 }'))).toBe('abort: it gave up: It threw {"code":5}')
    expect(await stopsWith(acting('throw { toJSON() { throw 1 } }'))).toBe(
      'abort: it gave up: It threw something that cannot be shown',
    )
    expect(await stopsWith(acting('return undefined'))).toBe('abort: it gave up: TypeError: handle() gives nothing')
    expect(await loadFailure(script('export const handle = 5'))).toBe(
      'abort: it gave up: TypeError: It exports no function handle()',
    )
    expect(await loadFailure(script('let a = ;'))).toBe(
      "abort: it gave up: SyntaxError: unexpected token in expression: ';' (line 1, column 9)",
    )
    expect(await loadFailure(script('import "x"\nexport const handle = () => ""'))).toBe(
      "abort: it gave up: ReferenceError: could not load module 'x'",
    )
  })

  test('is refused an answer that is none', async () => {
    expect(await stopsWith(acting('return { status: 99 }'))).toBe('response: its response has no status of 200 to 599')
    expect(await stopsWith(acting('return { status: 200 + 2 ** 32 }'))).toBe(
      'response: its response has no status of 200 to 599',
    )
    expect(await stopsWith(acting('return { body: "", headers: { "a b": 1 } }'))).toBe(
      'response: its response has a header with the name "a b"',
    )
    expect(await stopsWith(acting('Object.prototype.toJSON = () => 5; return { body: "" }'))).toBe(
      'response: its response has no status of 200 to 599',
    )
    expect(
      await stopsWith(
        acting(
          'Array.prototype.toJSON = function () { return this.length === 3 ? { 0: 200 } : this }; return { body: "" }',
        ),
      ),
    ).toBe('response: its response has no status of 200 to 599')
    expect(await stopsWith(acting('return { status: 200, headers: { a: {} } }'))).toBe(
      'response: its response has headers that are no texts',
    )
    expect(await stopsWith(acting('return "x".repeat(999)', { limits: { outputBytes: 999 } }))).toMatch(
      /^limit: it answers with \d+ bytes/,
    )
  })

  test('goes on from where it was loaded after a trap', async () => {
    const host = await loaded(
      acting('if (++calls === 2) throw 0; return String(calls); } let calls = 0; {', { capabilities: ['kv'] }),
    )
    expect([1, 2, 3, 4].map(() => outcomeOf(host))).toEqual([
      '1',
      'abort: it gave up: It threw 0',
      '1',
      'abort: it gave up: It threw 0',
    ])
  })
})

describe('a script of another kind', () => {
  test('invokes and renders', async () => {
    const host = testHost()
    const examples = [{ input: [1, 2], expected: { sum: 3 } }]
    const adding = 'export const invoke = ([a, b]) => ({ sum: a + b })'
    await host.load({ id: 'c', kind: 'cognitive', script: adding, examples })
    expect(host.call('c', 'invoke', { value: [2, 3] }).output).toEqual({ sum: 5 })
    await host.load({
      id: 'f',
      kind: 'frontend',
      script: 'export const render = ({ type }) => ({ t: "p", c: [type] })',
    })
    expect(host.call('f', 'render', { event: { type: 'data' } }).output).toEqual({ t: 'p', c: ['data'] })
    const wrong = host.load({ id: 'c', kind: 'cognitive', script: 'export const invoke = () => 1', examples })
    await expect(wrong).rejects.toThrow('where {"sum":3} is right')
    expect(() => host.call('c', 'invoke', { value: null })).toThrow('it gave up: TypeError')
  })

  test('is refused pictures, a host without an engine, and too little memory', async () => {
    const host = testHost()
    const failure = (promise: Promise<unknown>): Promise<unknown> =>
      promise.catch((error: CartridgeRejected) => [error.code, error.why])
    expect(await failure(host.load({ id: 'i', kind: 'interactive', script: '' }))).toEqual([
      'cartridge/feature',
      'a script is too slow for pictures, write it in another language',
    ])
    const events = recordingPublisher<CartridgeEvents>()
    const deps = { clock: stoppedClock(0), rng: createRng('bare'), kv: memoryKvStore(), events, log: () => undefined }
    expect(await failure(createCartridgeHost(deps).load(script('')))).toEqual([
      'cartridge/feature',
      'this host has no engine for scripts',
    ])
    expect(await failure(host.load(script('', { limits: { memoryPages: 10 } })))).toEqual([
      'cartridge/limit',
      'a script needs more than 21 pages of memory, it may have 10',
    ])
  })
})

describe('what a script may ask for', () => {
  const all = { capabilities, callTargets: ['b', 'none'] }

  test('is refused by name where it is not granted', async () => {
    for (const [call, capability] of [
      ['kv.get("a")', 'kv'],
      ['kv.set("a", "b")', 'kv'],
      ['kv.delete("a")', 'kv'],
      ['kv.list()', 'kv'],
      ['log("a")', 'log'],
      ['now()', 'clock'],
      ['Date.now()', 'clock'],
      ['new Date()', 'clock'],
      ['random()', 'entropy'],
      ['Math.random()', 'entropy'],
      ['payment()', 'payment'],
      ['call("b", { path: "/" })', 'call'],
    ]) {
      const outcome = await stopsWith(
        acting(`return ${call}`, { capabilities: capabilities.filter((name) => name !== capability) }),
      )
      expect([call, outcome.replace(/^.*Error: \S+ /, '')]).toEqual([
        call,
        `needs the capability "${capability}", which is not granted (line 2, column ${outcome.match(/column (\d+)/)?.[1]})`,
      ])
    }
    expect(await answerOf(acting('try { now() } catch (error) { return error.message }'))).toBe(
      'now() needs the capability "clock", which is not granted',
    )
  })

  test('is time from the clock that was passed in, and chance from its seed (40)', async () => {
    const source = acting(
      'return [now(), Date.now(), new Date().getTime(), new Date(5).getTime(), Date(), random(), Math.random()]',
      all,
    )
    const first = await answerOf(source)
    expect(await answerOf(source)).toBe(first)
    const values: unknown[] = JSON.parse(first)
    expect(values.slice(0, 5)).toEqual([1_000, 1_000, 1_000, 5, 'Thu Jan 01 1970 00:00:01 GMT+0000'])
    for (const value of values.slice(5)) expect(Math.abs(Number(value) - 0.5)).toBeLessThanOrEqual(0.5)
    expect(
      await answerOf(
        acting('return [new Date(2020, 0, 2).toISOString(), new Date(0) instanceof Date, typeof performance]'),
      ),
    ).toBe('["2020-01-02T00:00:00.000Z",true,"undefined"]')
  })

  test('is no timer, no network, no module and no file', async () => {
    const names = ['setTimeout', 'setInterval', 'fetch', 'require', 'process', 'std', 'os', 'WebAssembly', 'console']
    expect(await answerOf(acting(`return [${names.map((name) => `typeof ${name}`).join()}]`))).toBe(
      JSON.stringify(names.map(() => 'undefined')),
    )
    expect(await stopsWith(acting('return import("fs")'))).toContain("could not load module 'fs'")
  })

  test('is a log, bounded', async () => {
    const host = await loaded(
      acting('for (let i = 0; i < 300; i++) log("line " + i, 2); log({ a: 1 }); return ""', all),
    )
    expect(host.call('a', 'request', get('/go')).droppedLogLines).toBe(101)
    expect([host.logged.length, host.logged[0]]).toEqual([200, ['a', 2, 'line 0']])
    const one = await loaded(acting('log({ a: [1] }); return ""', all))
    outcomeOf(one)
    expect(one.logged).toEqual([['a', 1, '{"a":[1]}']])
  })

  test('is keys and values, kept when the call succeeds and not otherwise (31)', async () => {
    const source = acting(
      `kv.set('n', \`\${Number(kv.get('n') ?? 0) + 1}\`)
       if (request.path === '/fail') throw 0
       return [kv.get('n'), kv.get('none'), kv.list(), kv.list('x'), kv.delete('none')]`,
      all,
    )
    const host = await loaded(source)
    expect(outcomeOf(host)).toBe('["1",null,["n"],[],false]')
    expect(() => host.call('a', 'request', get('/fail'))).toThrow('It threw 0')
    expect(outcomeOf(host)).toBe('["2",null,["n"],[],false]')
    expect([...host.kv.load('a')]).toEqual([['n', encoder.encode('2')]])
  })

  test('is refused keys and values beyond their limits (30)', async () => {
    const outcome = (body: string): Promise<string> =>
      answerOf(
        acting(`try { ${body} } catch (error) { return error.message }; return "done"`, {
          ...all,
          limits: { kvOperations: 2 },
        }),
      )
    expect(await outcome('kv.set("", "a")')).toBe('kv.set() did nothing: a key has 1 to 256 bytes of UTF-8')
    expect(await outcome('kv.get("k".repeat(257))')).toBe('kv.get() did nothing: a key has 1 to 256 bytes of UTF-8')
    expect(await outcome('kv.get("\\ud800")')).toBe('kv.get() did nothing: a key has 1 to 256 bytes of UTF-8')
    expect(await outcome('kv.set("a", "v".repeat(262145))')).toBe('kv.set() did nothing: the value is too large')
    expect(await outcome('kv.list(); kv.list(); kv.list()')).toBe(
      'kv.list() did nothing: there were too many operations in this call',
    )
    expect(await outcome('kv.set("a", 5)')).toBe('A value is text, not number; make JSON of other values')
    expect(await outcome('kv.set("a", "\\ud800"); if (kv.get("a") !== "\\ufffd\\ufffd\\ufffd") return "other"')).toBe(
      'done',
    )
  })

  test('is the payment that was verified', async () => {
    const host = await loaded(acting('return payment()', all))
    const payment = { payer: '0x1', amount: '5', tx: '0x2' }
    expect(text(host.call('a', 'request', { ...get('/go'), payment }).output)).toBe(JSON.stringify(payment))
    expect(outcomeOf(host)).toBe('null')
  })

  test('is another cartridge, with what is left of its fuel (57, 58, 59)', async () => {
    const host = testHost()
    await host.load(
      acting('return { status: 207, body: [request.method, request.path, request.headers, request.body] }', {
        id: 'b',
      }),
    )
    const calling = (request: string, target = 'b', terms: Partial<ProgramTerms> = all): Program =>
      acting(
        `try { return { body: call(${JSON.stringify(target)}, ${request}) } } catch (error) { return error.message }`,
        terms,
      )
    await host.load(calling('{ method: "PUT", path: "/x", headers: { "x-a": "1" }, body: "hi" }'))
    const alone = host.call('b', 'request', get('/x')).fuel
    const { output, fuel } = host.call('a', 'request', get('/go'))
    expect(JSON.parse(text(output))).toEqual({
      ...{ status: 207, headers: { 'content-type': 'application/json' }, body: '["PUT","/x",{"x-a":"1"},"hi"]' },
    })
    expect(fuel).toBeGreaterThan(alone)
    await host.load(calling('{ path: "/x" }', 'none'))
    expect(outcomeOf(host)).toBe('call() did nothing: there is no such backend cartridge')
    await host.load(calling('{ path: "/x" }', 'a'))
    expect(outcomeOf(host)).toBe('call() did nothing: it may not be called from here')
    for (const request of ['{}', '5', 'undefined', '{ path: "/", headers: { a: {} } }', '{ path: "/", body: {} }']) {
      await host.load(calling(request))
      expect(outcomeOf(host)).toMatch(/^call\(\) takes a request/)
    }
    await host.load(acting('for (;;);', { id: 'b' }))
    await host.load(calling('{ path: "/x" }'))
    // What it was to answer with is gone as well.
    expect(outcomeOf(host)).toMatch(/^fuel/)
  })

  test('answers a module that calls it with a frame that is none', async () => {
    const host = testHost()
    await host.load(acting('return ""', { id: 'b' }))
    const calling = backend(
      `(if (i32.gt_u (i32.load (i32.const 1031)) (i32.const 1)) (then
         (drop (call $call (i32.const 200) (i32.const 1) (i32.const 200) (i32.const 1)))
         (drop (call $take (i32.const 0) (i32.const 64)))))
       i64.const 12`,
      `(import "cart" "call" (func $call (param i32 i32 i32 i32) (result i32)))
       (import "cart" "take" (func $take (param i32 i32) (result i32)))
       (data (i32.const 200) "b") (data (i32.const 0) "\\c8\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00")`,
    )
    await host.load(program(calling, { capabilities: ['call'], callTargets: ['b'] }))
    expect(host.call('a', 'request', get('/go')).output.status).toBe(400)
    expect(host.events.published.filter(([name]) => name === 'cartridge:trapped')).toEqual([])
  })
})

describe('limits of scripts', () => {
  test.each([
    ['an endless loop (51)', 'for (;;);', /^fuel/],
    ['a native loop (52)', 'new Array(2 ** 32 - 1).fill(0)', /^fuel/],
    ['a native search (52)', '({ length: 2 ** 53 - 1, __proto__: Array.prototype }).lastIndexOf(1)', /^fuel/],
    ['a native sort (52)', 'const a = Array.from({ length: 1e5 }, (_, i) => -i); for (;;) a.sort()', /^fuel/],
    ['an expression that goes back (53)', '/^(a+)+$/.test("a".repeat(40) + "b")', /^fuel/],
    ['nesting in JSON (54)', 'JSON.parse("[".repeat(1e6))', /^stack/],
    ['nesting into JSON (54)', 'let a = []; for (let i = 0; i < 2e4; i++) a = [a]; JSON.stringify(a)', /^fuel/],
    ['nesting in source (54)', 'eval("(".repeat(1e5))', /^stack/],
    ['memory (55)', 'const kept = []; for (;;) kept.push(new ArrayBuffer(1e6))', /^limit: it used up its memory/],
    ['memory, asked for at once (55)', '"x".repeat(2 ** 30 - 1)', /^limit: it used up its memory/],
    ['memory, again and again (55)', 'for (;;) try { new ArrayBuffer(1e8) } catch {}', /^fuel/],
    ['a loop in try (56)', 'for (;;) try { for (;;); } catch { continue } finally { continue }', /^fuel/],
    ['recursion', 'const again = () => again() + 1; again()', /^stack/],
    ['recursion in try (56)', 'const again = () => { try { again() } finally { again() } }; again()', /^stack/],
    [
      'recursion through the host',
      'const o = { toString() { return kv.get(String(o)) } }; kv.get(String(o))',
      /^stack/,
    ],
    ['promises', 'const again = () => Promise.resolve().then(again); return again()', /^fuel/],
    ['an error that is shown', 'throw { __proto__: Error.prototype, get message() { for (;;); } }', /^fuel/],
    ['an answer that is shown', 'return { toJSON() { for (;;); } }', /^fuel/],
    ['big numbers', 'let n = 3n; for (;;) n *= n', /^(?:fuel|abort: it gave up: RangeError)/],
    [
      'many locals',
      'const f = new Function("f", "var " + Array.from({ length: 3e4 }, (_, i) => "v" + i) + "; return f(f)"); f(f)',
      /^(?:fuel|stack|trap)/,
    ],
  ])('end %s, and harm nobody', async (_, body, expected) => {
    expect(await stopsWith(acting(body, { capabilities }))).toMatch(expected)
  })

  test('hold while the source is evaluated, and change nothing then (2)', async () => {
    expect(await loadFailure(script('for (;;);'))).toMatch(/^fuel/)
    expect(await loadFailure(script('const f = () => f() + 1; f()'))).toMatch(/^stack/)
  })

  test('of memory may be lower', async () => {
    const filling = 'const kept = []; for (let i = 0; i < 16; i++) kept.push(new ArrayBuffer(1e6)); return "kept"'
    expect(await answerOf(acting(filling))).toBe('kept')
    expect(await stopsWith(acting(filling, { limits: { memoryPages: 128 } }))).toMatch(/^limit: it used up its memory/)
  })

  test('count the same fuel for the same call on the same state (42)', async () => {
    const source = acting('return JSON.stringify([...request.path].map((c) => c.charCodeAt(0) * 1.5).sort())')
    const fuel = async (): Promise<number[]> => {
      const host = await loaded(source)
      return [1, 2, 3].map(() => host.call('a', 'request', get('/some/path')).fuel)
    }
    expect(await fuel()).toEqual(await fuel())
  })

  test('are no ground to leave the sandbox: what a script spoils it spoils for itself', async () => {
    const spoiling = `for (const type of [Array, String, Object, Promise, RegExp, JSON, Reflect, Date, Map, Function])
      for (const key of Reflect.ownKeys(type.prototype ?? type))
        try { (type.prototype ?? type)[key] = () => 'spoiled' } catch {}
      return 'x'`
    const host = await loaded(acting(spoiling, { capabilities }))
    await host.load(acting('return "well"', { id: 'b' }))
    expect(outcomeOf(host)).toMatch(/^(?:abort|response|limit|stack|fuel): /)
    expect(outcomeOf(host, 'b')).toBe('well')
  })
})

describe('createScriptEngine()', () => {
  const wasm = async (): Promise<Uint8Array> =>
    new Uint8Array(await readFile(fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'))))

  test('gives the same engine for the same bytes', async () => {
    const bytes = await wasm()
    expect(prepareScriptEngine(bytes)).toEqual(prepareScriptEngine(bytes))
    const [one, two] = [await createScriptEngine(bytes), await createScriptEngine(bytes)]
    expect(one.started).toEqual(two.started)
  })

  test('refuses what is no engine', async () => {
    expect(() => prepareScriptEngine((program(backend('i64.const 0')) as { wasm: Uint8Array }).wasm)).toThrow(
      CartridgeRejected,
    )
    expect(() => prepareScriptEngine(new Uint8Array(9))).toThrow(CartridgeRejected)
  })
})
