import { describe, expect, test } from 'vitest'
import { CartridgeTrap } from '../errors.js'
import type { Limits } from '../limits.js'
import type { Capability } from '../rewrite/abi.js'
import { answer, answerData, get, onRequest, program, type TestHost, testHost } from '../testing/internal/host.js'
import { backend } from '../testing/internal/wat.js'
import type { Program } from './program.js'

const decoder = new TextDecoder()

/** A backend that does `body` in a request, not in its trial; `head` stands before its memory. */
function acting(body: string, head = '', more: Partial<Program> = {}): Program {
  return program(backend(onRequest(body), `${head} ${answerData}`), more)
}

/** Reason of the trap of a call. */
function trapOf(host: TestHost, id = 'a', path = '/go'): string {
  try {
    host.call(id, 'request', get(path))
  } catch (error) {
    if (error instanceof CartridgeTrap) return error.reason
    throw error
  }
  return 'none'
}

/** Loads and calls; then shows that a neighbour is as well as before. */
async function trapsWith(given: Program): Promise<string> {
  const host = testHost()
  await host.load(acting('', '', { id: 'neighbour' }))
  await host.load(given)
  const reason = trapOf(host)
  expect(decoder.decode(host.call('neighbour', 'request', get('/go')).output.body)).toBe('ok')
  return reason
}

/** Reason for which a load fails. */
async function loadFailure(given: Program): Promise<string> {
  const host = testHost()
  await host.load(program(backend(answer, answerData)))
  const failure = await host.load(given).then(
    () => 'none',
    (error: { reason?: string; message: string }) => error.reason ?? error.message,
  )
  // (48) a failed install changes nothing
  expect(host.describe('a')?.version).toBe(1)
  expect(trapOf(host)).toBe('none')
  return failure
}

const endless = '(loop br 0)'
const can = (capability: Capability, ...more: Capability[]): Partial<Program> => ({
  capabilities: [capability, ...more],
})

describe('createCartridgeHost()', () => {
  test('answers a request', async () => {
    const host = testHost()
    expect(await host.load(program(backend(answer, answerData)))).toBe(1)
    const { output, ...report } = host.call('a', 'request', get('/'))
    expect({ ...output, body: decoder.decode(output.body) }).toEqual({ status: 200, headers: [], body: 'ok' })
    expect(report).toEqual({
      version: 1,
      // cart_alloc and handle: one constant each.
      fuel: 2,
      hostCalls: 0,
      droppedLogLines: 0,
      durationMs: 0,
      memoryBytes: 65_536,
    })
  })

  test('uses the same fuel for the same call each time', async () => {
    const host = testHost()
    const spin =
      '(local.set $len (i32.const 1000)) (loop (br_if 0 (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))'
    await host.load(acting(spin))
    const fuel = [1, 2, 3].map(() => host.call('a', 'request', get('/go')).fuel)
    // cart_alloc 1; handle: 6 to decide, 3 before the loop, 1 for the answer; 5 each time round.
    expect(fuel).toEqual([5_011, 5_011, 5_011])
  })

  test('throws CartridgeMissingError for what is not loaded, RangeError for another kind of call', async () => {
    const host = testHost()
    expect(() => host.call('a', 'request', get('/'))).toThrow(expect.objectContaining({ code: 'cartridge/missing' }))
    await host.load(program(backend(answer, answerData)))
    expect(() => host.call('a', 'invoke', { value: 1 })).toThrow(RangeError)
  })

  test('runs a cognitive function on its examples first, and refuses it without', async () => {
    const text = `(module (memory (export "memory") 1)
      (func (export "cart_abi") (result i32) i32.const 0x10000)
      (func (export "cart_alloc") (param i32) (result i32) i32.const 0)
      (func (export "invoke") (param i32 i32) (result i64) local.get 1 i64.extend_i32_u))`
    const echo = program(text, { kind: 'cognitive' })
    const host = testHost()
    await expect(host.load(echo)).rejects.toThrow(RangeError)
    const wrong = { ...echo, examples: [{ input: 1, expected: 2 }] }
    await expect(host.load(wrong)).rejects.toThrow('it answers 1 to an example, where 2 is right')
    await host.load({ ...echo, examples: [{ input: { a: 1, b: [null] }, expected: { b: [null], a: 1 } }] })
    expect(host.call('a', 'invoke', { value: { x: 'ü' } }).output).toEqual({ x: 'ü' })
  })

  test('lets an interactive cartridge draw, and checks its picture (18)', async () => {
    const drawing = (size: number, pointer: number): Program =>
      program(
        `(module (memory (export "memory") 1)
          (func (export "cart_abi") (result i32) i32.const 0x10000)
          (func (export "frame") (param f64 f64) (result i32)
            (i32.store (i32.const 8) (i32.trunc_sat_f64_u (local.get 0))) i32.const 3)
          (func (export "key") (param i32 i32) (i32.store (i32.const 12) (local.get 0)))
          (func (export "fb_size") (result i32) i32.const ${size})
          (func (export "fb_ptr") (result i32) i32.const ${pointer}))`,
        { kind: 'interactive' },
      )
    const host = testHost()
    await host.load(drawing(0x20001, 8))
    host.call('a', 'key', { code: 37, down: true })
    expect(host.call('a', 'pointer', { x: 0, y: 0, buttons: 0 }).fuel).toBe(0)
    const { output } = host.call('a', 'frame', { tMs: 7, dtMs: 16 })
    expect(output).toEqual({
      ...{ width: 2, height: 1, changed: true, ended: true },
      pixels: Uint8ClampedArray.of(7, 0, 0, 0, 37, 0, 0, 0),
    })
    expect(await loadFailure(drawing(0x20001, 6))).toBe('bounds')
    expect(await loadFailure(drawing(0x20001, 65_532))).toBe('bounds')
    expect(await loadFailure(drawing(0x20000, 8))).toBe('response')
    expect(await loadFailure(drawing((1921 << 16) | 1, 0))).toBe('response')
  })
})

describe('limits of a running cartridge', () => {
  const low: Partial<Program> = { limits: { fuel: 1_000_000, initFuel: 1_000_000 } }

  test('end an endless loop in a call, in cart_init, cart_abi and cart_alloc (1 to 4)', async () => {
    expect(await trapsWith(acting(endless, '', low))).toBe('fuel')
    expect(
      await loadFailure(program(backend(answer, `${answerData} (func (export "cart_init") ${endless})`), low)),
    ).toBe('fuel')
    const text = backend(answer, answerData)
    expect(await loadFailure(program(text.replace('i32.const 0x10000', `${endless} i32.const 0`), low))).toBe('fuel')
    expect(await loadFailure(program(text.replace('i32.const 1024', `${endless} i32.const 0`), low))).toBe('fuel')
  })

  test.each([0, 10, 200, 1_900])('end recursion with %i locals (5, 7)', async (locals) => {
    const head = `(func $deep (local ${'i64 '.repeat(locals)}) call $deep)`
    expect(await trapsWith(acting('call $deep', head))).toBe('stack')
  })

  test('end recursion through a table (6)', async () => {
    const head = '(table funcref (elem $deep)) (func $deep (call_indirect (i32.const 0)))'
    expect(await trapsWith(acting('call $deep', head))).toBe('stack')
  })

  test('end growth of memory at 64 MB (8)', async () => {
    const grow = `(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
      (if (i32.ne (memory.size) (i32.const 1024)) (then unreachable))`
    expect(await trapsWith(acting(grow))).toBe('none')
  })

  test('hold a division by zero and an access out of bounds', async () => {
    expect(await trapsWith(acting('(drop (i32.div_u (i32.const 1) (i32.const 0)))'))).toBe('trap')
    expect(await trapsWith(acting('(drop (i32.load (i32.const -4)))'))).toBe('trap')
    expect(await trapsWith(acting('unreachable'))).toBe('trap')
  })

  test('refuse a region outside memory or too long (13, 14)', async () => {
    const giving = (packed: string): Program => acting(`(return (i64.const ${packed}))`)
    expect(await trapsWith(giving('0xffffffff_00000001'))).toBe('bounds')
    expect(await trapsWith(giving('0x0000fff8_00000009'))).toBe('bounds')
    expect(await trapsWith(giving('0x00000000_00800000'))).toBe('limit')
    expect(await trapsWith(giving('0xffffffff_ffffffff'))).toBe('limit')
  })

  test('refuse room for the input outside memory (15)', async () => {
    const text = backend(answer, answerData)
    for (const pointer of [-1, 65_536, 65_530])
      expect(await loadFailure(program(text.replace('i32.const 1024', `i32.const ${pointer}`)))).toBe('bounds')
  })

  test('refuse another version of the interface (19)', async () => {
    for (const version of ['0x20000', '0x10001', '0', '-1'])
      expect(await loadFailure(program(backend(answer, answerData).replace('0x10000', version)))).toBe('abi')
  })

  test('refuse malformed answers and smuggled headers (16, 17)', async () => {
    const u32 = (value: number): string =>
      `\\${(value & 255).toString(16).padStart(2, '0')}\\${((value >> 8) & 255).toString(16).padStart(2, '0')}\\00\\00`
    const str = (text: string): string =>
      u32(text.length) + text.replace(/[\r\n"]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`)
    const giving = (content: string, length: number): Program =>
      program(backend(`i64.const ${0x1000_0000_0000 + length}`, `(data (i32.const 4096) "${content}")`))
    expect(await loadFailure(giving(u32(200), 4))).toBe('response')
    expect(await loadFailure(giving(u32(199) + u32(0) + u32(0), 12))).toBe('response')
    expect(await loadFailure(giving(u32(600) + u32(0) + u32(0), 12))).toBe('response')
    expect(await loadFailure(giving(u32(200) + u32(101), 12))).toBe('response')
    expect(await loadFailure(giving(u32(200) + u32(0) + u32(0), 13))).toBe('response')
    expect(await loadFailure(giving(`${u32(200)}${u32(0)}\\ff\\ff\\ff\\ff`, 12))).toBe('response')
    const header = (name: string, value: string): Program =>
      giving(u32(200) + u32(1) + str(name) + str(value) + u32(0), 12 + 8 + name.length + value.length)
    expect(await loadFailure(header('x', 'a\r\nset-cookie: b'))).toBe('response')
    expect(await loadFailure(header('x y', 'a'))).toBe('response')
    expect(await loadFailure(header('', 'a'))).toBe('response')
    const host = testHost()
    await host.load(header('Set-Cookie', 'a'))
    expect(host.call('a', 'request', get('/')).output.headers).toEqual([])
    await host.load(header('x-a', 'b'))
    expect(host.call('a', 'request', get('/')).output.headers).toEqual([['x-a', 'b']])
  })

  test('never enter an instance again after a trap; the next call gets a new one (33)', async () => {
    const host = testHost()
    const head = '(global $count (mut i32) (i32.const 0))'
    const body = `(global.set $count (i32.add (global.get $count) (i32.const 1)))
      (if (i32.eq (global.get $count) (i32.const 2)) (then unreachable))`
    await host.load(acting(body, head))
    expect([1, 2, 3, 4].map(() => trapOf(host))).toEqual(['none', 'trap', 'none', 'trap'])
  })

  test('bound host calls, log and log lines (29)', async () => {
    const log = '(import "cart" "log" (func $log (param i32 i32 i32)))'
    const often = (count: number): string =>
      `(local.set $len (i32.const ${count})) (loop (call $log (i32.const 1) (i32.const 12) (i32.const 2)) (br_if 0 (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))`
    const host = testHost()
    await host.load(acting(often(1_000), log, can('log')))
    expect(host.call('a', 'request', get('/go')).droppedLogLines).toBe(800)
    expect(host.logged).toHaveLength(200)
    expect(host.logged[0]).toEqual(['a', 1, 'ok'])
    await host.load(acting(often(100_001), log, can('log')))
    expect(trapOf(host)).toBe('host-calls')
    const long = '(call $log (i32.const 0) (i32.const 0) (i32.const 60000))'
    await host.load(acting(long, log, can('log')))
    expect(trapOf(host)).toBe('none')
    expect(host.logged.at(-1)?.[2]).toHaveLength(4_096)
  })

  test('refuse pointers of the guest outside its memory (22)', async () => {
    const calls: readonly (readonly [string, string, Capability])[] = [
      ['log" (func $f (param i32 i32 i32))', '(call $f (i32.const 0) (i32.const -1) (i32.const 2))', 'log'],
      ['random" (func $f (param i32 i32))', '(call $f (i32.const 65535) (i32.const 2))', 'entropy'],
      [
        'kv_get" (func $f (param i32 i32 i32 i32) (result i32))',
        '(drop (call $f (i32.const 0) (i32.const 70000) (i32.const 0) (i32.const 0)))',
        'kv',
      ],
      [
        'kv_set" (func $f (param i32 i32 i32 i32) (result i32))',
        '(drop (call $f (i32.const 12) (i32.const 2) (i32.const 65536) (i32.const 1)))',
        'kv',
      ],
      ['kv_delete" (func $f (param i32 i32) (result i32))', '(drop (call $f (i32.const -8) (i32.const 16)))', 'kv'],
      [
        'kv_list" (func $f (param i32 i32 i32 i32) (result i32))',
        '(drop (call $f (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 99)))',
        'kv',
      ],
      [
        'payment" (func $f (param i32 i32) (result i32))',
        '(drop (call $f (i32.const 65534) (i32.const 99)))',
        'payment',
      ],
      [
        'call" (func $f (param i32 i32 i32 i32) (result i32))',
        '(drop (call $f (i32.const 0) (i32.const 1) (i32.const -9) (i32.const 9)))',
        'call',
      ],
    ]
    for (const [head, body, capability] of calls) {
      expect([capability, await trapsWith(acting(body, `(import "cart" "${head})`, can(capability)))]).toEqual([
        capability,
        'bounds',
      ])
    }
  })

  test('refuse a second entry during a call (23)', async () => {
    let again: () => unknown = () => undefined
    const host = testHost({ onLog: () => again() })
    const log = '(import "cart" "log" (func $log (param i32 i32 i32)))'
    await host.load(acting('(call $log (i32.const 1) (i32.const 12) (i32.const 2))', log, can('log')))
    const reasons: string[] = []
    again = () => {
      again = () => undefined
      reasons.push(trapOf(host))
    }
    expect(trapOf(host)).toBe('none')
    expect(reasons).toEqual(['reentrant'])
    expect(host.events.published.map(([name]) => name)).toEqual(['cartridge:installed'])
  })

  test('show what an assertion said', async () => {
    const host = testHost()
    const head =
      '(import "env" "abort" (func $abort (param i32 i32 i32 i32))) (data (i32.const 100) "\\04\\00\\00\\00n\\00o\\00")'
    await host.load(acting('(call $abort (i32.const 104) (i32.const -1) (i32.const 3) (i32.const 4))', head))
    expect(() => host.call('a', 'request', get('/go'))).toThrow('it gave up: no')
  })
})

describe('capabilities', () => {
  test('give time and chance from what was passed in (40)', async () => {
    const head =
      '(import "cart" "now" (func $now (result f64))) (import "cart" "random" (func $random (param i32 i32)))'
    const body = '(f64.store (i32.const 2048) (call $now)) (call $random (i32.const 12) (i32.const 2))'
    const given = acting(body, head, can('clock', 'entropy'))
    const [one, two] = [testHost(), testHost()]
    await one.load(given)
    await two.load(given)
    expect(one.call('a', 'request', get('/go')).output).toEqual(two.call('a', 'request', get('/go')).output)
    const check = '(if (f64.ne (call $now) (f64.const 1000)) (then unreachable))'
    await one.load(acting(check, '(import "cart" "now" (func $now (result f64)))', can('clock')))
    expect(trapOf(one)).toBe('none')
  })

  test('give the payment that was verified, and null without one', async () => {
    const head = '(import "cart" "payment" (func $payment (param i32 i32) (result i32)))'
    // The body of the answer is what payment() wrote, 60 bytes at most.
    const body =
      '(i32.store (i32.const 8) (call $payment (i32.const 12) (i32.const 200))) (return (i64.add (i64.const 12) (i64.load32_u (i32.const 8))))'
    const host = testHost()
    await host.load(acting(body, head, can('payment')))
    const payment = { payer: '0x1', amount: '5', tx: '0x2' }
    expect(decoder.decode(host.call('a', 'request', { ...get('/go'), payment }).output.body)).toBe(
      JSON.stringify(payment),
    )
    expect(decoder.decode(host.call('a', 'request', get('/go')).output.body)).toBe('null')
  })
})

describe('keys and values', () => {
  const imports = `(import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "cart" "kv_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "cart" "kv_delete" (func $delete (param i32 i32) (result i32)))
    (import "cart" "kv_list" (func $list (param i32 i32 i32 i32) (result i32)))`
  const text = '(data (i32.const 200) "k1k2") (data (i32.const 300) "value") (data (i32.const 400) "\\ff\\fe")'
  const set = (key: number, length: number, from = 300, size = 5): string =>
    `(call $set (i32.const ${key}) (i32.const ${length}) (i32.const ${from}) (i32.const ${size}))`
  const expecting = (value: string, wanted: number): string =>
    `(if (i32.ne ${value} (i32.const ${wanted})) (then unreachable))`
  const keeping = (body: string, limits: Partial<Limits> = {}, id = 'a'): Program =>
    acting(body, `${imports} ${text}`, { id, limits, ...can('kv') })

  test('are seen by the call that wrote them, and kept when it succeeded', async () => {
    const host = testHost()
    await host.load(
      keeping(
        [
          expecting('(call $get (i32.const 200) (i32.const 2) (i32.const 0) (i32.const 0))', -1),
          expecting(set(202, 2), 0),
          expecting(set(200, 2), 0),
          expecting('(call $get (i32.const 200) (i32.const 2) (i32.const 500) (i32.const 9))', 5),
          expecting('(i32.load8_u (i32.const 504))', 'e'.charCodeAt(0)),
          expecting('(call $list (i32.const 200) (i32.const 1) (i32.const 600) (i32.const 99))', 12),
          expecting('(call $delete (i32.const 202) (i32.const 2))', 0),
          expecting('(call $delete (i32.const 202) (i32.const 2))', -1),
        ].join(' '),
      ),
    )
    expect(trapOf(host)).toBe('none')
    expect([...host.kv.load('a')].map(([key, value]) => [key, decoder.decode(value)])).toEqual([['k1', 'value']])
  })

  test('keep nothing of a call that failed (31)', async () => {
    const host = testHost()
    await host.load(keeping(`${expecting(set(200, 2), 0)} unreachable`))
    expect(trapOf(host)).toBe('trap')
    expect([...host.kv.load('a')]).toEqual([])
  })

  test('fail the call, and keep nothing, if the store fails', async () => {
    const kv = {
      load: () => [],
      commit: () => {
        throw new RangeError('disk full')
      },
    }
    const host = testHost({ kv })
    await host.load(keeping(`(drop ${set(200, 2)})`))
    expect(() => host.call('a', 'request', get('/go'))).toThrow('disk full')
    await host.load(keeping(expecting('(call $get (i32.const 200) (i32.const 2) (i32.const 0) (i32.const 0))', -1)))
    expect(trapOf(host)).toBe('none')
  })

  test('refuse bad keys, large values and what goes beyond the quota, counted exactly (30)', async () => {
    const host = testHost()
    // Two keys of two bytes, a value of five and one of four: 13 bytes.
    const limits = { kvBytes: 13, kvValueBytes: 5, kvKeys: 2, kvOperations: 9 }
    const body = [
      expecting(set(200, 0), -2),
      expecting(set(200, 257), -2),
      expecting(set(400, 2), -2),
      expecting(set(200, 2, 300, 6), -3),
      expecting(set(200, 2), 0),
      expecting(set(202, 2), -4),
      expecting(set(202, 2, 300, 4), 0),
      expecting(set(200, 3, 300, 0), -4),
      expecting(set(200, 2, 300, 0), 0),
      expecting(set(200, 2), -5),
    ].join(' ')
    await host.load(keeping(body, limits))
    expect(trapOf(host)).toBe('none')
    expect([...host.kv.load('a')].map(([key, { length }]) => [key, length])).toEqual([
      ['k1', 0],
      ['k2', 4],
    ])
  })

  test('are apart for each cartridge (32)', async () => {
    const host = testHost()
    await host.load(keeping(`(drop ${set(200, 2)})`))
    await host.load(
      keeping(expecting('(call $get (i32.const 200) (i32.const 2) (i32.const 0) (i32.const 0))', -1), {}, 'b'),
    )
    expect(trapOf(host, 'a')).toBe('none')
    expect(trapOf(host, 'b')).toBe('none')
    expect([...host.kv.load('b')]).toEqual([])
  })

  test('can be written from outside, within the limits, all or none', async () => {
    const host = testHost()
    await host.load(program(backend(answer, answerData), { limits: { kvKeys: 1 } }))
    host.write('a', [{ key: 'k', value: new Uint8Array([1]) }])
    expect([...host.kv.load('a')]).toEqual([['k', new Uint8Array([1])]])
    const tooMany = [
      { key: 'k', value: null },
      { key: 'l', value: new Uint8Array() },
      { key: 'm', value: new Uint8Array() },
    ]
    expect(() => host.write('a', tooMany)).toThrow(RangeError)
    expect([...host.kv.load('a')]).toEqual([['k', new Uint8Array([1])]])
    host.write('a', [{ key: 'k', value: null }])
    expect([...host.kv.load('a')]).toEqual([])
  })

  test('are not written by a trial', async () => {
    const host = testHost()
    await host.load(program(backend(`(drop ${set(200, 2)}) ${answer}`, `${imports} ${text} ${answerData}`), can('kv')))
    expect([...host.kv.load('a')]).toEqual([])
    host.call('a', 'request', get('/'))
    expect([...host.kv.load('a')]).toHaveLength(1)
  })
})

describe('calls between cartridges', () => {
  const imports = `(import "cart" "call" (func $call (param i32 i32 i32 i32) (result i32)))
    (import "cart" "take" (func $take (param i32 i32) (result i32)))
    (import "cart" "kv_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (data (i32.const 200) "abcd")`
  /** Calls `target` (a letter) with its own request, answers with what came of it in the status: 300 + result if negative. */
  const calling = (target: string): string => {
    const at = 200 + 'abcd'.indexOf(target)
    return `(local.set $len (call $call (i32.const ${at}) (i32.const 1) (local.get $ptr) (local.get $len)))
      (if (i32.lt_s (local.get $len) (i32.const 0))
        (then (i32.store (i32.const 0) (i32.add (i32.const 300) (local.get $len))))
        (else (drop (call $take (i32.const 0) (i32.const 64)))))`
  }
  const linked = (id: string, body: string, callTargets: string[] = [], limits: Partial<Limits> = {}): Program =>
    acting(body, imports, { id, callTargets, limits, capabilities: ['call', 'kv'] })
  const status = (host: TestHost, id: string): number => host.call(id, 'request', get('/go')).output.status

  test('hand back the answer, and take what it used from the caller (57)', async () => {
    const host = testHost()
    await host.load(linked('b', '(i32.store (i32.const 0) (i32.const 207))'))
    await host.load(linked('a', calling('b'), ['b']))
    const alone = host.call('b', 'request', get('/go')).fuel
    const { output, fuel } = host.call('a', 'request', get('/go'))
    expect(output.status).toBe(207)
    expect(fuel).toBeGreaterThan(alone + 400)
    await host.load(linked('b', endless))
    await host.load(linked('a', calling('b'), ['b'], { fuel: 100_000 }))
    const spent = host.call('a', 'request', get('/go'))
    expect([spent.output.status, spent.fuel]).toEqual([293, 100_000])
  })

  test('refuse targets that are not named, cycles and chains of four (58, 59)', async () => {
    const host = testHost()
    for (const id of ['b', 'c', 'd']) await host.load(linked(id, '(i32.store (i32.const 0) (i32.const 207))'))
    await host.load(linked('a', calling('b')))
    expect(status(host, 'a')).toBe(294)
    await host.load(linked('a', calling('a'), ['a']))
    expect(status(host, 'a')).toBe(294)
    await host.load(linked('b', calling('a'), ['a']))
    await host.load(linked('a', calling('b'), ['b']))
    expect(status(host, 'a')).toBe(294)
    await host.load(linked('b', calling('c'), ['c']))
    expect(status(host, 'a')).toBe(207)
    await host.load(linked('c', calling('d'), ['d']))
    expect(status(host, 'a')).toBe(294)
  })

  test('keep what the callee wrote only if the outermost call succeeds, and nothing of a callee that failed', async () => {
    const host = testHost()
    const write = '(drop (call $set (i32.const 200) (i32.const 1) (i32.const 200) (i32.const 1)))'
    await host.load(linked('b', write))
    await host.load(linked('a', `${calling('b')} unreachable`, ['b']))
    expect(trapOf(host)).toBe('trap')
    expect([...host.kv.load('b')]).toEqual([])
    await host.load(linked('a', calling('b'), ['b']))
    expect(status(host, 'a')).toBe(200)
    expect([...host.kv.load('b')]).toHaveLength(1)
    await host.load(linked('c', `${write} unreachable`))
    await host.load(linked('a', `${write} ${calling('c')}`, ['c']))
    expect(status(host, 'a')).toBe(293)
    expect([...host.kv.load('c')]).toEqual([])
    expect([...host.kv.load('a')]).toHaveLength(1)
  })

  test('show a callee no payment, whatever its caller says (60)', async () => {
    const host = testHost()
    const head = '(import "cart" "payment" (func $payment (param i32 i32) (result i32)))'
    const isNull = '(if (i32.ne (call $payment (i32.const 0) (i32.const 0)) (i32.const 4)) (then unreachable))'
    await host.load(acting(isNull, head, { id: 'b', ...can('payment') }))
    await host.load(linked('a', calling('b'), ['b']))
    const payment = { payer: '0x1', amount: '5', tx: '0x2' }
    expect(host.call('a', 'request', { ...get('/go'), payment }).output.status).toBe(200)
  })
})

describe('versions', () => {
  const answering = (status: number): Program =>
    program(backend(answer, answerData.replace('\\c8', `\\${status.toString(16)}`)))
  const status = (host: TestHost): number => host.call('a', 'request', get('/')).output.status

  test('replace one another, and the last three before can be gone back to (50)', async () => {
    const host = testHost()
    for (const number of [201, 202, 203, 204, 205]) await host.load(answering(number))
    expect(host.describe('a')).toMatchObject({ version: 5, keptVersions: [4, 3, 2] })
    expect([
      status(host),
      host.rollback('a'),
      status(host),
      host.rollback('a'),
      host.rollback('a'),
      status(host),
    ]).toEqual([205, 4, 204, 3, 2, 202])
    expect(host.rollback('a')).toBeUndefined()
    expect(status(host)).toBe(202)
    expect(await host.load(answering(206))).toBe(6)
    expect(status(host)).toBe(206)
  })

  test('take the place of the active one under its number, without a way back to it', async () => {
    const host = testHost()
    await host.load(program(backend(answer, answerData)), { version: 7 })
    await host.load(program(backend(answer, answerData)), { version: 8 })
    await host.load(program(backend(answer, answerData)), { version: 8 })
    expect(host.describe('a')).toMatchObject({ version: 8, keptVersions: [7] })
    expect(host.rollback('a')).toBe(7)
    expect(await host.load(program(backend(answer, answerData)))).toBe(9)
  })

  test('that trap three times in ten calls while young are rolled back, and it is told', async () => {
    const host = testHost()
    await host.load(answering(201))
    await host.load(acting('unreachable'))
    expect([trapOf(host), trapOf(host)]).toEqual(['trap', 'trap'])
    expect(host.describe('a')?.version).toBe(2)
    expect(trapOf(host)).toBe('trap')
    expect(host.describe('a')?.version).toBe(1)
    expect(status(host)).toBe(201)
    expect(host.events.published.at(-1)).toEqual([
      'cartridge:rolled-back',
      { cartridge: 'a', from: 2, to: 1, reason: 'trap', at: 1_000 },
    ])
  })

  test('that are older than ten minutes stay', async () => {
    const host = testHost()
    await host.load(answering(201))
    await host.load(acting('unreachable'))
    await host.clock.advance(600_000)
    for (let call = 0; call < 5; call++) trapOf(host)
    expect(host.describe('a')?.version).toBe(2)
  })

  test('of a cognitive function are rolled back on the first trap', async () => {
    const text = (body: string): string => `(module (memory (export "memory") 1)
      (func (export "cart_abi") (result i32) i32.const 0x10000)
      (func (export "cart_alloc") (param i32) (result i32) i32.const 0)
      (func (export "invoke") (param i32 i32) (result i64) ${body} local.get 1 i64.extend_i32_u))`
    const host = testHost()
    const examples = [{ input: 1, expected: 1 }]
    await host.load(program(text(''), { kind: 'cognitive', examples }))
    await host.load(
      program(text('(if (i32.gt_u (local.get 1) (i32.const 1)) (then unreachable))'), { kind: 'cognitive', examples }),
    )
    expect(() => host.call('a', 'invoke', { value: 22 })).toThrow(CartridgeTrap)
    expect(host.call('a', 'invoke', { value: 22 })).toMatchObject({ output: 22, version: 1 })
  })

  test('come and go a thousand times, and every call is answered by the newest (49)', async () => {
    const host = testHost()
    for (let swap = 0; swap < 1_000; swap++) {
      await host.load(answering(200 + (swap % 50)))
      expect(status(host)).toBe(200 + (swap % 50))
    }
    expect(host.describe('a')).toMatchObject({ version: 1_000, keptVersions: [999, 998, 997] })
  })
})
