/** What is rewritten computes what it did; what is refused is refused in one way. */

import { createRng } from '@salp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CartridgeRejected } from '../errors.js'
import { wat, watOf } from '../testing/internal/wat.js'
import { capabilities } from './abi.js'
import { moduleLimits as limits } from './limits.js'
import { prepare } from './prepare.js'
import { counters, rewriteModule } from './rewrite-module.js'

/** Instructions that leave one i64 more on the stack; locals 0 and 1 are i64, local 2 is f64. */
const { value } = fc.letrec<{ value: string; statement: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((number) => `i64.const ${number}`),
    fc.constantFrom('local.get 0', 'local.get 1', 'global.get 0', 'local.get 2 i64.reinterpret_f64'),
    fc
      .tuple(tie('value'), tie('value'), fc.constantFrom('add', 'sub', 'mul', 'xor', 'rotl', 'div_s', 'rem_u', 'shr_s'))
      .map(([left, right, operator]) => `${left} ${right} i64.${operator}`),
    fc
      .tuple(tie('value'), tie('value'), fc.constantFrom('add', 'mul', 'div', 'min', 'copysign'))
      .map(
        ([left, right, operator]) =>
          `${left} f64.convert_i64_s ${right} f64.reinterpret_i64 f64.${operator} i64.trunc_sat_f64_s`,
      ),
    fc
      .tuple(tie('value'), tie('value'), tie('value'))
      .map(([when, left, right]) => `${when} i64.eqz if (result i64) ${left} else ${right} end`),
    fc.tuple(tie('statement'), tie('value')).map(([before, after]) => `block (result i64) ${before} ${after} end`),
    fc
      .tuple(tie('value'), tie('value'))
      .map(([kept, when]) => `block (result i64) ${kept} ${when} i64.eqz br_if 0 i64.const 1 i64.add end`),
    tie('value').map((address) => `${address} i32.wrap_i64 i32.const 0xfff8 i32.and i64.load`),
    fc.tuple(tie('value'), tie('value')).map(([left, right]) => `${left} ${right} call $pair i64.mul`),
    tie('value').map(
      (index) => `i64.const 5 ${index} i32.wrap_i64 i32.const 1 i32.and call_indirect (param i64) (result i64)`,
    ),
  ),
  statement: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc
      .tuple(tie('value'), fc.constantFrom('local.set 0', 'local.set 1', 'global.set 0', 'drop'))
      .map(([set, into]) => `${set} ${into}`),
    fc
      .tuple(tie('value'), tie('value'))
      .map(([address, stored]) => `${address} i32.wrap_i64 i32.const 0xfff8 i32.and ${stored} i64.store`),
    tie('statement').map(
      (body) =>
        // The counter is shared by all loops and only grows, so that they end.
        `(loop ${body} (br_if 0 (i32.lt_s (local.tee 3 (i32.add (local.get 3) (i32.const 1))) (i32.const 40))))`,
    ),
    // As compilers write them: left by its end, by a branch out of it, and with a part that is left out.
    fc.tuple(tie('statement'), fc.constantFrom(0, 1, 7, 30)).map(([body, rounds]) => {
      const next = 'local.get 3 i32.const 1 i32.add local.set 3'
      return `${next} loop local.get 3 i32.const ${rounds} i32.lt_u if ${next} ${body} br 1 end end`
    }),
    fc
      .tuple(tie('statement'), tie('value'))
      .map(
        ([body, when]) =>
          `block loop local.get 3 i32.const 1 i32.add local.tee 3 i32.const 50 i32.gt_u br_if 1 ${when} i64.eqz br_if 0 ${body} br 0 end end`,
      ),
    tie('value').map(
      (address) => `${address} i32.wrap_i64 i32.const 0xff i32.and i32.const 7 i32.const 99 memory.fill`,
    ),
    fc
      .tuple(tie('value'), tie('value'))
      .map(([when, result]) => `${when} i64.const 3 i64.rem_u i32.wrap_i64 if ${result} return end`),
    fc
      .tuple(tie('value'), tie('statement'))
      .map(([which, body]) => `block block ${body} ${which} i32.wrap_i64 br_table 0 1 0 end nop end`),
  ),
}))

/** A program of one function `f` of two i64. */
const program = fc.tuple(value, fc.nat({ max: 1 })).map(
  ([body, long]) => `(module
    (type $unary (func (param i64) (result i64)))
    (memory (export "memory") 1)
    (global (export "kept") (mut i64) (i64.const 7))
    (table funcref (elem $one $two))
    (func $one (type $unary) (i64.add (local.get 0) (i64.const 1)))
    (func $two (type $unary) (i64.mul (local.get 0) (i64.const 3)))
    (func $pair (param i64 i64) (result i64 i64)
      (if (i64.eqz (local.get 0)) (then (return (local.get 1) (i64.const 11))))
      (local.get 1) (local.get 0))
    (func (export "f") (param i64 i64) (result i64) (local f64 i32)
      ${long === 1 ? 'nop '.repeat(2_000) : ''} ${body}))`,
)

/** Enough for every program here. */
const plenty = 2n ** 60n

/** What a call leaves behind: its result or how it failed, the memory and the global; and what it used. */
async function outcome(
  bytes: Uint8Array<ArrayBuffer>,
  [left, right]: readonly [bigint, bigint],
  given = plenty,
): Promise<{ state: unknown; failed: boolean; used: bigint }> {
  const { exports } = (await WebAssembly.instantiate(bytes)).instance
  const { f, memory, kept, spent } = exports
  const { [counters.fuel]: fuel, [counters.stack]: stack } = exports
  if (fuel instanceof WebAssembly.Global) fuel.value = given
  if (stack instanceof WebAssembly.Global) stack.value = 65_536
  if (typeof f !== 'function' || !(memory instanceof WebAssembly.Memory) || !(kept instanceof WebAssembly.Global))
    throw new TypeError('an export is missing')
  let result: unknown
  let failed = false
  try {
    result = f(left, right)
    if (stack instanceof WebAssembly.Global) expect(stack.value).toBe(65_536)
  } catch (error) {
    result = String(error)
    failed = true
  }
  const bits = new BigUint64Array(memory.buffer).filter((word) => word !== 0n)
  const used =
    fuel instanceof WebAssembly.Global ? given - fuel.value : spent instanceof WebAssembly.Global ? spent.value : 0n
  return { state: { result, kept: kept.value, bits }, failed, used }
}

/** Cost table 1, of what the programs here are made of. */
function costOf(instruction: string): number {
  if (/^(block|else|end)\b/.test(instruction)) return 0
  if (/\.(load|store)/.test(instruction)) return 2
  if (/\.(div|rem)/.test(instruction)) return 12
  if (/^br_table/.test(instruction)) return 3
  if (/^memory\.fill/.test(instruction)) return 10
  if (/^call_indirect/.test(instruction)) return 10
  return /^call\b/.test(instruction) ? 5 : 1
}

const spend = (cost: string): string => `global.get $spent ${cost} i64.add global.set $spent`

/**
 * The same program with a count of its own, made in another way: in its text, one instruction a line, each function and each
 * iteration of a loop adds what its instructions outside of inner loops cost.
 */
function counting(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const out: string[] = []
  const regions: { at: number; cost: number; blocks: number }[] = []
  let inFunction = false
  for (const line of watOf(bytes)
    .split('\n')
    .map((text) => text.trim())) {
    const open = line.split('(').length - line.split(')').length
    if (!inFunction || line.startsWith('(local ')) {
      out.push(line)
      inFunction ||= line.startsWith('(func ') && open > 0
      continue
    }
    if (regions.length === 0) regions.push({ at: out.push('(local $length i32)', ''), cost: 0, blocks: 0 })
    const instruction = open < 0 ? line.slice(0, open) : line
    const region = regions.at(-1)
    if (region === undefined) throw new TypeError('an end too many')
    region.cost += costOf(instruction)
    if (instruction === 'memory.fill')
      out.push(`local.tee $length ${spend('local.get $length i64.extend_i32_u i64.const 3 i64.shr_u')}`)
    out.push(instruction)
    if (instruction.startsWith('loop')) regions.push({ at: out.push(''), cost: 0, blocks: 0 })
    else if (/^(block|if)/.test(instruction)) region.blocks++
    else if (instruction === 'end' && region.blocks-- === 0) close()
    if (open < 0) {
      close()
      out.push(')')
      inFunction = false
    }
  }
  return wat(out.join('\n').replace(/\)\s*$/, '(global $spent (export "spent") (mut i64) (i64.const 0)))'))

  function close(): void {
    const { at, cost } = regions.pop() ?? { at: 1, cost: 0 }
    out[at - 1] = spend(`i64.const ${cost}`)
  }
}

test('rewriteModule() changes nothing of what a program computes, and lets it through exactly if its fuel suffices', async () => {
  const limited = { ...limits, bodyBytes: 1 << 24, moduleBytes: 1 << 24 }
  const word = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  let ended = 0
  await fc.assert(
    fc.asyncProperty(program, fc.tuple(word, word), async (text, input) => {
      const original = wat(text, { check: true })
      const { bytes } = rewriteModule(original, { limits: limited, simd: false, deterministic: false })
      const [wanted, found] = [await outcome(original, input), await outcome(bytes, input)]
      expect(found.state).toEqual(wanted.state)
      if (found.failed) return
      const { used } = found
      // A long function pays by basic blocks, which the other way of counting does not know.
      if (!text.includes('nop nop')) expect(used).toBe((await outcome(counting(original), input)).used)
      expect(await outcome(bytes, input, used)).toEqual({ ...found, used })
      if (used > 0n) expect((await outcome(bytes, input, used - 1n)).used).toBeGreaterThan(used - 1n)
      ended++
    }),
    { numRuns: 300, seed: 7 },
  )
  expect(ended).toBeGreaterThan(200)
})

/** A module with a bit of everything that is accepted. */
const rich = wat(`(module
  (import "cart" "log" (func $log (param i32 i32 i32)))
  (import "env" "abort" (func (param i32 i32 i32 i32)))
  (type $pair (func (param i32) (result i32 i32)))
  (memory (export "memory") 1 4)
  (table $t 4 8 funcref)
  (global $g (mut i32) (i32.const 3))
  (global f64 (f64.const 2.5))
  (global funcref (ref.func $handle))
  (global v128 (v128.const i32x4 1 2 3 4))
  (elem (i32.const 0) $handle $alloc)
  (elem declare func $handle)
  (elem (table $t) (i32.const 2) funcref (ref.null func) (ref.func $alloc))
  (data (i32.const 0) "hello")
  (data "passive")
  (func (export "cart_abi") (result i32) i32.const 0x10000)
  (func $alloc (export "cart_alloc") (param i32) (result i32)
    (local i32 i64 f32)
    (block $out (loop $again
      (br_if $out (i32.ge_u (local.get 1) (local.get 0)))
      (local.set 1 (i32.add (local.get 1) (i32.const 512)))
      (br $again)))
    (memory.fill (i32.const 64) (i32.const 0) (i32.const 16))
    (memory.init 1 (i32.const 64) (i32.const 0) (i32.const 7))
    i32.const 1024)
  (func $two (type $pair) (if (type $pair) (local.get 0) (i32.const 1) (then i32.const 2) (else i32.const 4)))
  (func $handle (export "handle") (param i32 i32) (result i64)
    (call $log (i32.const 0) (i32.const 0) (i32.const 5))
    (br_table 0 0 (i64.const 5) (local.get 0))
    (drop (f64.sqrt (f64.const -1)))
    (drop (i32x4.add (v128.const i32x4 1 2 3 4) (global.get 3)))
    (table.set $t (i32.const 1) (ref.func $handle))
    (drop (call_indirect $t (param i32) (result i32) (i32.const 1) (i32.const 1)))
    (i64.extend_i32_u (i32.trunc_sat_f64_s (f64.const 1e10)))))`)

/** Bytes changed, left out, doubled or put in. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  const result = [...bytes]
  const changes = 1 + Math.floor(random() * 3)
  for (let change = 0; change < changes; change++) {
    const at = 8 + Math.floor(random() * (result.length - 8))
    const byte =
      random() < 0.3 ? [0, 1, 0x40, 0x7f, 0x80, 0xfc, 0xfd, 0xff][Math.floor(random() * 8)] : Math.floor(random() * 256)
    const kind = random()
    if (kind < 0.7) result[at] = byte ?? 0
    else if (kind < 0.8) result.splice(at, 1)
    else if (kind < 0.9) result.splice(at, 0, byte ?? 0)
    else result.splice(at, 4, ...result.slice(at - 4, at))
  }
  return Uint8Array.from(result)
}

test('prepare() refuses random mutations with CartridgeRejected alone, and agrees with the engine on the rest (35)', () => {
  const random = createRng('mutations')
  const options = { kind: 'backend', capabilities, profile: 'deterministic' } as const
  const count = { refused: 0, accepted: 0, refusedByEngine: 0 }
  for (let index = 0; index < 20_000; index++) {
    const mutant = mutate(rich, random)
    let bytes: Uint8Array<ArrayBuffer>
    try {
      bytes = prepare(mutant, options).bytes
    } catch (error) {
      if (!(error instanceof CartridgeRejected)) throw error
      count.refused++
      continue
    }
    // Types of operands are the engine's to check: it accepts the result exactly if it accepts the original.
    const valid = WebAssembly.validate(bytes)
    if (valid !== WebAssembly.validate(mutant)) throw new Error(`The engine differs on mutant ${index}`)
    count[valid ? 'accepted' : 'refusedByEngine']++
  }
  expect(prepare(rich, options).info.functions).toBe(4)
  expect(WebAssembly.validate(prepare(rich, options).bytes)).toBe(true)
  expect(count.accepted).toBeGreaterThan(1_000)
  expect(count.refused).toBeGreaterThan(1_000)
})
