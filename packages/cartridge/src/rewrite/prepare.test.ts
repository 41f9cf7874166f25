import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CartridgeRejected } from '../errors.js'
import { backend, wat } from '../testing/internal/wat.js'
import { type CallNode, countStack, uncountedWords } from './call-graph.js'
import { moduleLimits as limits, type ModuleLimits } from './limits.js'
import { type PrepareOptions, prepare } from './prepare.js'
import { rewriteModule } from './rewrite-module.js'

const handled = 'i64.const 0'
const plain: PrepareOptions = { kind: 'backend' }

/** Reason for which a module is refused. */
function refusal(module: Uint8Array | string, options: PrepareOptions = plain): string {
  const bytes = typeof module === 'string' ? wat(module) : module
  try {
    prepare(bytes, options)
  } catch (error) {
    if (error instanceof CartridgeRejected)
      return `${error.reason}: ${error.message.replace(/^.*?module( \(byte \d+\))?: /, '')}`
    throw error
  }
  return 'accepted'
}

/** A backend whose `handle` is never mind; `more` stands in front. */
const withModule = (more: string): string => backend(handled, more)

describe('prepare()', () => {
  test('tells what it let in, and adds two counters to the exports', async () => {
    const { bytes, info } = prepare(wat(backend('i64.const 7')), plain)
    expect({ ...info, sizeBytes: 0 }).toEqual({
      kind: 'backend',
      sizeBytes: 0,
      functions: 3,
      instructions: 6,
      initialPages: 1,
      imports: [],
      exports: ['cart_abi', 'cart_alloc', 'handle'],
    })
    const module = await WebAssembly.compile(bytes)
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toEqual([
      'memory',
      'cart_abi',
      'cart_alloc',
      'handle',
      '__cart_fuel',
      '__cart_stack',
    ])
  })

  test('gives the same bytes for the same module and options', () => {
    const module = wat(backend('f64.const 1 f64.const 2 f64.div i64.trunc_sat_f64_s'))
    const options = { ...plain, profile: 'deterministic' } as const
    expect(prepare(module, options).bytes).toEqual(prepare(module, options).bytes)
  })

  test('drops custom sections', () => {
    const module = wat(backend(handled))
    const custom = new Uint8Array([...module, 0, 5, 1, 0x61, 1, 2, 3])
    expect(prepare(custom, plain).bytes).toEqual(prepare(module, plain).bytes)
  })

  test('refuses what is not granted, mistyped or unknown among imports (24, 25, 26, 28)', () => {
    const imported = (text: string): string => withModule(`(import ${text})`)
    expect(refusal(imported('"cart" "now" (func (result f64))'))).toBe(
      'import: "cart.now" needs the capability "clock", which is not granted',
    )
    expect(refusal(imported('"cart" "now" (func (result f64))'), { ...plain, capabilities: ['clock'] })).toBe(
      'accepted',
    )
    expect(refusal(imported('"cart" "now" (func (result i64))'), { ...plain, capabilities: ['clock'] })).toBe(
      'import: "cart.now" is () -> (f64), not () -> (i64)',
    )
    for (const [module, name] of [
      ['wasi_snapshot_preview1', 'fd_write'],
      ['cart', '__proto__'],
      ['__proto__', 'toString'],
      ['cart', 'constructor'],
      ['cart.now', ''],
      ['', 'cart.now'],
      ['env', 'memory'],
    ]) {
      expect(refusal(imported(`"${module}" "${name}" (func (result f64))`))).toMatch(/^import: there is nothing called/)
    }
  })

  test('refuses imported memories, tables and globals (27)', () => {
    for (const what of ['(memory 1)', '(table 1 funcref)', '(global i32)', '(global (mut i32))']) {
      const text = `(module (import "cart" "x" ${what}))`
      expect(refusal(text)).toBe('import: "cart.x" is not a function, and nothing else may be imported')
    }
  })

  test('refuses missing, mistyped and reserved exports (20, 21)', () => {
    expect(refusal('(module)')).toBe('abi: it does not define a memory and export it as "memory"')
    expect(refusal('(module (memory 1))')).toBe('abi: it does not define a memory and export it as "memory"')
    expect(refusal('(module (func (export "memory")))')).toMatch(/^abi/)
    expect(refusal(backend(handled), { kind: 'cognitive' })).toBe(
      'abi: a cognitive cartridge must export "invoke" as (i32, i32) -> (i64)',
    )
    expect(refusal('(module (memory (export "memory") 1) (func (export "cart_abi") (result i64) i64.const 0))')).toBe(
      'abi: the export "cart_abi" is () -> (i64), not () -> (i32)',
    )
    expect(refusal('(module (memory (export "memory") 1) (global (export "cart_abi") i32 (i32.const 0)))')).toBe(
      'abi: the export "cart_abi" is a global, not () -> (i32)',
    )
    expect(refusal(withModule('(func (export "cart_init") (param i32))'))).toMatch(/^abi: the export "cart_init"/)
    for (const name of ['__cart_fuel', '__cart_stack', '__cart', '__cartridge'])
      expect(refusal(withModule(`(func (export "${name}"))`))).toMatch(
        /^abi: the export .* begins as those of the host/,
      )
  })

  test('asks of each kind its own exports', () => {
    const shared = '(memory (export "memory") 1) (func (export "cart_abi") (result i32) i32.const 0x10000)'
    const drawn = '(func (export "frame") (param f64 f64) (result i32) i32.const 0)'
    const keys = '(func (export "key") (param i32 i32))'
    const sizes = '(func (export "fb_size") (result i32) i32.const 1) (func (export "fb_ptr") (result i32) i32.const 0)'
    const text = `(module ${shared} ${drawn} ${keys} ${sizes})`
    expect(prepare(wat(text), { kind: 'interactive' }).info.exports).toEqual([
      'cart_abi',
      'frame',
      'key',
      'fb_size',
      'fb_ptr',
    ])
    expect(refusal(text, { kind: 'frontend' })).toMatch(/^abi: a frontend cartridge must export "cart_alloc"/)
  })

  test('refuses a start function (37)', () => {
    expect(refusal(withModule('(func $go) (start $go)'))).toBe(
      'start: it has a start function; export it as cart_init instead',
    )
  })

  test('refuses second, shared and 64-bit memories (38)', () => {
    const memories = (...content: number[]): Uint8Array =>
      new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, content.length, ...content])
    expect(refusal(memories(2, 0, 1, 0, 1))).toBe('feature: it has more than one memory')
    expect(refusal(memories(1, 3, 1, 1))).toBe('feature: a shared or 64-bit memory is not accepted')
    expect(refusal(memories(1, 4, 1))).toBe('feature: a shared or 64-bit memory is not accepted')
  })

  test('refuses SIMD without the capability, and relaxed SIMD always (39)', () => {
    const simd = backend('v128.const i32x4 1 2 3 4 i32x4.extract_lane 0 i64.extend_i32_u')
    expect(refusal(simd)).toBe('feature: it uses SIMD without the capability "simd"')
    expect(refusal(simd, { ...plain, capabilities: ['simd'] })).toBe('accepted')
    const relaxed = wat(backend('v128.const i32x4 0 0 0 0 v128.const i32x4 0 0 0 0 i8x16.swizzle drop i64.const 0'))
    const at = relaxed.findLastIndex((byte, index) => byte === 0xfd && relaxed[index + 1] === 14)
    // 0xfd 0x80 0x02 is i8x16.relaxed_swizzle; the drop behind it makes room.
    relaxed.set([0xfd, 0x80, 0x02], at)
    expect(refusal(relaxed, { ...plain, capabilities: ['simd'] })).toBe('feature: instruction 0xfd 256 is not accepted')
  })

  test('refuses proposals beyond those it knows', () => {
    const tail = wat(backend('local.get 0 local.get 1 return_call $handle'), { tail_call: true })
    expect(refusal(tail)).toBe('feature: instruction 0x12 is not accepted')
    const thrown = wat(withModule('(tag $t) (func throw $t)'), { exceptions: true })
    expect(refusal(thrown)).toBe('feature: a section 13 is not accepted')
    const atomic = wat(backend('i32.const 0 i32.atomic.load drop i64.const 0'), { threads: true })
    expect(refusal(atomic)).toBe('feature: instruction 0xfe is not accepted')
    expect(refusal(withModule('(func (param externref))'))).toBe('feature: it uses a type that is not accepted (0x6f)')
    expect(refusal(withModule('(global i32 (i32.const 1)) (global i32 (global.get 0))'))).toBe(
      'feature: a constant is computed, or read from a global',
    )
  })

  test('refuses what is empty, cut off, of another version, or has more behind it (34)', () => {
    const module = wat(backend(handled))
    expect(refusal(new Uint8Array())).toBe('malformed: it ends in the middle')
    for (let length = 0; length < module.length; length++) {
      expect(refusal(module.slice(0, length))).not.toBe('accepted')
    }
    expect(refusal(module.with(4, 2))).toBe('malformed: it does not begin as WebAssembly 1 does')
    expect(refusal(new Uint8Array([...module, 0]))).toMatch(/^malformed/)
    expect(refusal(new Uint8Array([...module, 1, 1, 0]))).toBe('malformed: the section "type" stands twice or too late')
  })

  test('refuses each structure beyond its limit (36)', () => {
    const cases: readonly (readonly [Partial<ModuleLimits>, string, RegExp])[] = [
      [{ moduleBytes: 20 }, withModule(''), /bytes, at most 20/],
      [{ functions: 3 }, withModule('(func)'), /4 functions, at most 3/],
      [{ bodyBytes: 6 }, withModule('(func i32.const 1 drop i32.const 1 drop)'), /bytes in a function, at most 6/],
      [{ locals: 1 }, withModule('(func (local i32 i64))'), /more than 1 locals/],
      [{ allLocals: 1 }, withModule('(func (local i32)) (func (local i32))'), /more than 1 locals/],
      [{ types: 3 }, withModule('(func (param f32))'), /4 types/],
      [{ parameters: 2 }, withModule('(func (param i32 i32 i32))'), /3 parameters/],
      [{ results: 1 }, withModule('(func (result i32 i32) unreachable)'), /2 results/],
      [{ nesting: 1 }, withModule('(func block block end end)'), /deeper than 1/],
      [{ branchTable: 1 }, withModule('(func i32.const 0 br_table 0 0 0)'), /2 targets/],
      [{ imports: 0 }, withModule('(import "env" "abort" (func (param i32 i32 i32 i32)))'), /1 imports/],
      [{ exports: 4 }, withModule('(func (export "more"))'), /5 exports/],
      [{ globals: 0 }, withModule('(global i32 (i32.const 0))'), /1 globals/],
      [{ dataSegments: 0 }, withModule('(data "a")'), /1 data segments/],
      [{ elementSegments: 0 }, withModule('(func $f) (elem func $f)'), /1 element segments/],
      [{ tables: 0 }, withModule('(table 1 funcref)'), /1 tables/],
      [{ tableEntries: 9 }, withModule('(table 10 funcref)'), /begins with 10, at most 9/],
      [{ memoryPages: 0 }, withModule(''), /begins with 1, at most 0/],
    ]
    for (const [limits, module, why] of cases) {
      expect(refusal(module)).toBe('accepted')
      expect(refusal(module, { ...plain, limits })).toMatch(why)
      expect(refusal(module, { ...plain, limits })).toMatch(/^limit/)
    }
  })

  test('refuses memories and tables larger than the limits, and lowers larger maxima (9, 10, 11)', async () => {
    expect(refusal('(module (memory (export "memory") 1025))')).toMatch(/^limit: a memory begins with 1025/)
    expect(refusal(withModule('(table 10000000 funcref)'))).toMatch(/^limit: a table begins with 10000000/)
    const grows =
      '(table (export "table") 1 60000 funcref) (func (export "grow") (result i32) ref.null func i32.const 5000 table.grow 0)'
    const { bytes } = prepare(wat(withModule(grows)), { ...plain, limits: { memoryPages: 3 } })
    const { exports } = await instance(bytes)
    expect(() => (exports.memory as WebAssembly.Memory).grow(3)).toThrow(RangeError)
    expect((exports.memory as WebAssembly.Memory).grow(2)).toBe(1)
    // (12)
    expect(run(exports, 'grow')).toBe(-1)
  })

  test('lets nothing of the guest name what was added', () => {
    // One global of the guest's own: 1 and 2 would be the counters.
    const guest = (body: string): string => withModule(`(global (mut i64) (i64.const 0)) (func ${body})`)
    const named = (body: string): string => refusal(wat(guest(body)))
    expect(named('global.get 1 drop')).toBe('malformed: there is no global 1')
    expect(named('i64.const 9 global.set 1')).toBe('malformed: there is no global 1')
    // The body becomes a block in a block: a branch may not reach the outer one.
    expect(named('call 0 br 1')).toMatch(/^malformed/)
    expect(refusal(withModule('(global i64 (i64.const 0)) (export "fuel" (global 1))'))).toBe(
      'malformed: there is no global 1',
    )
    expect(refusal(withModule('(func (result f64) (local f64) local.get 1)'))).toBe('malformed: there is no local 1')
  })
})

/** Engine's instance of a module without imports, its counters full. */
async function instance(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Instance> {
  const { instance } = await WebAssembly.instantiate(bytes)
  const { __cart_fuel: fuel, __cart_stack: stack } = instance.exports
  if (fuel instanceof WebAssembly.Global) fuel.value = 1_000_000n
  if (stack instanceof WebAssembly.Global) stack.value = 65_536
  return instance
}

function run(exports: WebAssembly.Exports, name: string, ...parameters: unknown[]): unknown {
  const found = exports[name]
  if (typeof found !== 'function') throw new TypeError(`no function ${name}`)
  return found(...parameters)
}

const rewritten = (text: string, deterministic = false): Uint8Array<ArrayBuffer> =>
  rewriteModule(wat(text, { check: true }), { limits, simd: true, deterministic }).bytes

/** Fuel that a call of `f` uses. */
async function fuelOf(text: string, ...parameters: unknown[]): Promise<number> {
  const { exports } = await instance(rewritten(text))
  run(exports, 'f', ...parameters)
  return 1_000_000 - Number((exports.__cart_fuel as WebAssembly.Global).value)
}

describe('fuel by cost table 1', () => {
  const f = (body: string, head = '', more = ''): string =>
    `(module ${more} (memory 1) (func (export "f") ${head} ${body}))`

  test.each<[string, number, string, ...unknown[]]>([
    ['nothing', 0, f('')],
    ['block, else and end', 0, f('block end')],
    ['if', 2, f('i32.const 1 if else end')],
    ['both arms of an if', 6, f('i32.const 1 if i32.const 1 drop else i32.const 1 drop end')],
    ['loads and stores', 6, f('i32.const 0 i32.const 8 i64.load i64.store')],
    ['integer division', 15, f('i32.const 7 i32.const 2 i32.div_u drop')],
    ['remainder', 15, f('i64.const 7 i64.const 2 i64.rem_s drop')],
    ['float division and root', 27, f('f64.const 7 f64.const 2 f64.div f64.sqrt drop')],
    ['float rounding', 6, f('f32.const 7 f32.ceil drop')],
    ['br_table', 4, f('i32.const 0 br_table 0 0')],
    ['table.get and table.set', 8, f('i32.const 0 i32.const 1 table.get 0 table.set 0', '', '(table 2 funcref)')],
    ['call', 6, '(module (func $g nop) (func (export "f") call $g))'],
    [
      'call_indirect',
      12,
      '(module (table funcref (elem $g)) (func $g nop) (func (export "f") i32.const 0 call_indirect))',
    ],
    ['memory.grow', 5_002, f('i32.const 0 memory.grow drop')],
    ['memory.fill by its length', 13 + 125, f('i32.const 0 i32.const 1 i32.const 1000 memory.fill')],
    ['memory.copy by its length', 13 + 124, f('i32.const 0 i32.const 1 i32.const 999 memory.copy')],
    ['table.fill', 3 + 64 + 4_096, f('i32.const 0 ref.null func i32.const 0 table.fill 0', '', '(table 2 funcref)')],
    [
      'a loop, each time round',
      3 + 3 * 5,
      f(
        '(local.set 0 (i32.const 3)) (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))',
        '(local i32)',
      ),
    ],
    ['SIMD', 7, f('v128.const i32x4 0 0 0 0 v128.const i32x4 0 0 0 0 i32x4.add drop')],
  ])('charges %s', async (_, fuel, text, ...parameters) => {
    expect(await fuelOf(text, ...parameters)).toBe(fuel)
  })

  test('charges memory.init by the size of the module', async () => {
    const text =
      '(module (memory 1) (data "abc") (func (export "f") i32.const 0 i32.const 0 i32.const 3 memory.init 0))'
    expect(await fuelOf(text)).toBe(3 + 64 + Math.floor(wat(text).length / 16))
  })

  test('charges a long function by basic blocks, a short one by loops', async () => {
    const text = (nops: number): string =>
      f(`(if (local.get 0) (then ${'nop '.repeat(nops)}) (else nop nop))`, '(param i32)')
    // local.get, if, the nops, else, two nops, end, end: 2000 instructions.
    expect(await fuelOf(text(1_993), 0)).toBe(1_993 + 2 + 2)
    expect(await fuelOf(text(1_994), 0)).toBe(2 + 2)
    expect(await fuelOf(text(1_994), 1)).toBe(1_994 + 2)
  })

  test('charges a host call 40', async () => {
    const text = '(module (import "a" "b" (func $b)) (func (export "f") call $b))'
    const module = await WebAssembly.compile(rewritten(text))
    const { exports } = await WebAssembly.instantiate(module, { a: { b: () => undefined } })
    const fuel = exports.__cart_fuel as WebAssembly.Global
    const stack = exports.__cart_stack as WebAssembly.Global
    stack.value = 100
    fuel.value = 100n
    run(exports, 'f')
    expect(fuel.value).toBe(60n)
    expect(stack.value).toBe(100)
  })

  test('ends an endless loop with the counter below zero', async () => {
    const { exports } = await instance(rewritten('(module (func (export "f") (loop br 0)))'))
    expect(() => run(exports, 'f')).toThrow(WebAssembly.RuntimeError)
    const left = (exports.__cart_fuel as WebAssembly.Global).value
    expect(left).toBeLessThan(0n)
    expect(left).toBeGreaterThanOrEqual(-20_000n)
  })

  /** Counts down from its parameter: 3 in front, 7 and what is `more` an iteration. */
  const countdown = (more = ''): string =>
    f(`nop nop loop local.get 0 if local.get 0 i32.const 1 i32.sub local.set 0 ${more} br 1 end end`, '(param i32)')

  test.each([0, 1, 2, 3, 1_000, 5_001])(
    'lets %i rounds of a tight loop through exactly if all are paid for',
    async (rounds) => {
      // What an iteration costs stands in its body, taken or not.
      const total = 3 + (rounds + 1) * 7
      expect(await fuelOf(countdown(), rounds)).toBe(total)
      const { exports } = await instance(rewritten(countdown()))
      const fuel = exports.__cart_fuel as WebAssembly.Global
      fuel.value = BigInt(total)
      run(exports, 'f', rounds)
      expect(fuel.value).toBe(0n)
      fuel.value = BigInt(total - 1)
      expect(() => run(exports, 'f', rounds)).toThrow(WebAssembly.RuntimeError)
      expect(fuel.value).toBeLessThan(0n)
    },
  )

  test('forgets at most what a tight loop owes when another trap ends it', async () => {
    const text = countdown('(drop (i32.div_u (i32.const 1) (i32.sub (local.get 0) (i32.const 7))))')
    // As often as the counter stands at 100 000 to 7.
    const used = 3 + 99_994 * 24
    const { exports } = await instance(rewritten(text))
    const fuel = exports.__cart_fuel as WebAssembly.Global
    fuel.value = 10_000_000n
    expect(() => run(exports, 'f', 100_000)).toThrow('divide by zero')
    expect(10_000_000 - Number(fuel.value)).toBeGreaterThan(used - 20_000)
    expect(10_000_000 - Number(fuel.value)).toBeLessThanOrEqual(used)
  })
})

describe('stack words', () => {
  test('are locals, deepest operands and 8 for each call, given back on every way out', async () => {
    const text = `(module (func $deep (export "f") (param i32) (result i32 i32)
      (local i64)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 1) (i32.const 2))))
      (br_if 0 (i32.const 3) (i32.const 4) (i32.eq (local.get 0) (i32.const 1))) drop drop
      (call $deep (i32.sub (local.get 0) (i32.const 1)))))`
    const { exports } = await instance(rewritten(text))
    const stack = exports.__cart_stack as WebAssembly.Global
    expect(run(exports, 'f', 0)).toEqual([1, 2])
    expect(run(exports, 'f', 1)).toEqual([3, 4])
    expect(run(exports, 'f', 2)).toEqual([3, 4])
    expect(stack.value).toBe(65_536)
    // Two locals, four operands (3, 4, local.get, i32.const), 8.
    stack.value = 14
    expect(run(exports, 'f', 0)).toEqual([1, 2])
    stack.value = 13
    expect(() => run(exports, 'f', 0)).toThrow(WebAssembly.RuntimeError)
    expect(stack.value).toBe(-1)
  })

  test('are not counted where no call can come back', async () => {
    const text = `(module (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
      (func $leaf (param i32) (result i32)
        (if (i32.eqz (local.get 0)) (then (call $abort (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) unreachable))
        local.get 0)
      (func (export "f") (result i32) (call $leaf (call $leaf (i32.const 3)))))`
    const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(rewritten(text)), {
      env: { abort: () => undefined },
    })
    ;(exports.__cart_fuel as WebAssembly.Global).value = 1_000n
    expect(run(exports, 'f')).toBe(3)
    expect((exports.__cart_stack as WebAssembly.Global).value).toBe(0)
  })

  test.each([0, 10, 200, 1_900])('end recursion with %i locals before the engine does (5, 7)', async (locals) => {
    const text = `(module (func $f (export "f") (local ${'i64 '.repeat(locals)}) call $f))`
    const { exports } = await instance(rewritten(text))
    expect(() => run(exports, 'f')).toThrow(WebAssembly.RuntimeError)
    expect((exports.__cart_stack as WebAssembly.Global).value).toBeLessThan(0)
  })

  test('end recursion through a table (6)', async () => {
    const text = '(module (table funcref (elem $f)) (func $f (export "f") i32.const 0 call_indirect))'
    const { exports } = await instance(rewritten(text))
    expect(() => run(exports, 'f')).toThrow(WebAssembly.RuntimeError)
    expect((exports.__cart_stack as WebAssembly.Global).value).toBeLessThan(0)
  })
})

describe('countStack()', () => {
  const node = (words: number, ...calls: number[]): CallNode => ({ words, calls, callsTable: false })

  test('spares what ends by itself, and counts what may come back or goes deep', () => {
    expect(countStack([])).toEqual([])
    expect(countStack([node(10, 1, 2, 2), node(10, 2), node(10)])).toEqual([false, false, false])
    // A cycle, what leads to it, and what it calls.
    expect(countStack([node(1, 1), node(1, 2, 3), node(1, 1), node(1)])).toEqual([true, true, true, false])
    expect(countStack([node(1, 0)])).toEqual([true])
    expect(countStack([node(1, 1), { words: 1, calls: [], callsTable: true }])).toEqual([true, true])
    expect(countStack([node(500, 1), node(500, 2), node(24)])).toEqual([false, false, false])
    expect(countStack([node(500, 1), node(500, 2), node(25)])).toEqual([true, false, false])
    expect(countStack([node(1, 1), node(1_025)])).toEqual([true, true])
  })

  test('lets no chain of calls that are not counted return to itself or take more than 1024 words', () => {
    const functions = fc.array(
      fc.record({
        words: fc.integer({ min: 8, max: 500 }),
        calls: fc.array(fc.nat({ max: 11 }), { maxLength: 3 }),
        callsTable: fc.nat({ max: 9 }).map((chance) => chance === 0),
      }),
      { minLength: 12, maxLength: 12 },
    )
    /** Words of the longest chain from `index`, without end if one of them calls through a table or comes round. */
    const depth = (all: readonly CallNode[], index: number, above: readonly number[] = []): number => {
      const { words, calls, callsTable } = all[index] ?? node(0)
      if (callsTable || above.includes(index)) return Number.POSITIVE_INFINITY
      return words + Math.max(0, ...calls.map((callee) => depth(all, callee, [...above, index])))
    }
    fc.assert(
      fc.property(functions, (all) => {
        expect(countStack(all)).toEqual(all.map((_, index) => depth(all, index) > uncountedWords))
      }),
      { numRuns: 300, seed: 11 },
    )
  })
})

describe('profile deterministic', () => {
  const bits32 = (body: string): string => `(module (func (export "f") (result i32) ${body} i32.reinterpret_f32))`
  const bits64 = (body: string): string => `(module (func (export "f") (result i64) ${body} i64.reinterpret_f64))`
  const call = async (text: string): Promise<unknown> => run((await instance(rewritten(text, true))).exports, 'f')

  test('gives every NaN of arithmetic the same bits (41)', async () => {
    for (const body of [
      'f32.const 0 f32.const 0 f32.div',
      'f32.const -nan f32.const 1 f32.add',
      'f32.const -1 f32.sqrt',
      'f32.const nan:0x200001 f32.ceil',
      'f64.const -nan:0x4 f32.demote_f64',
      'f32.const -nan:0x1 f32.const 1 f32.min',
    ])
      expect(await call(bits32(body))).toBe(0x7fc00000)
    for (const body of [
      'f64.const inf f64.const inf f64.sub',
      'f32.const -nan:0x4 f64.promote_f32',
      'f64.const -nan f64.const 2 f64.mul',
      'f64.const -nan f64.nearest',
    ])
      expect(await call(bits64(body))).toBe(0x7ff8_0000_0000_0000n)
    const vectors = ['f32x4.div', 'f32x4.add', 'f32x4.max'].map(
      (operation) => `v128.const f32x4 0 -nan -nan:0x1 0 v128.const f32x4 0 0 0 0 ${operation} f32x4.extract_lane 1`,
    )
    for (const body of vectors) expect(await call(bits32(body))).toBe(0x7fc00000)
    expect(await call(bits64('v128.const f64x2 -nan 0 v128.const f64x2 1 1 f64x2.mul f64x2.extract_lane 0'))).toBe(
      0x7ff8_0000_0000_0000n,
    )
  })

  test('leaves numbers, and the sign of a NaN that was only moved', async () => {
    expect(await call(bits64('f64.const -0 f64.const 0 f64.mul'))).toBe(-0x8000_0000_0000_0000n)
    expect(await call(bits32('f32.const nan f32.neg'))).toBe(0xffc00000 | 0)
  })

  test('costs 3 more', async () => {
    const { exports } = await instance(rewritten('(module (func (export "f") f64.const 1 f64.ceil drop))', true))
    run(exports, 'f')
    expect((exports.__cart_fuel as WebAssembly.Global).value).toBe(1_000_000n - 9n)
  })
})
