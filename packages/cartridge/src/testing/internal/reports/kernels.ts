/** What counting costs in loops that do little else than compute. */

import { systemClock } from '@salp/core/node'
import { openAssemblyScript } from '../../../node/asc-process.js'
import { prepare } from '../../../rewrite/prepare.js'
import { ratios, show, takeTurns } from './figures.js'

/** Each is `run` of a count, and gives something that depends on all of it. */
const kernels = {
  'mixing of integers': `function run(count: i32): i32 {
    let state: u32 = 1
    for (let round = 0; round < count; round++) { state ^= state << 13; state ^= state >> 17; state ^= state << 5 }
    return <i32>state
  }`,
  'a sieve': `const marks = new StaticArray<u8>(65536)
  function run(count: i32): i32 {
    memory.fill(changetype<usize>(marks), 0, 65536)
    let primes = 0
    for (let number = 2; number < count; number++) {
      if (unchecked(marks[number]) != 0) continue
      primes++
      for (let multiple = number * 2; multiple < count; multiple += number) unchecked((marks[multiple] = 1))
    }
    return primes
  }`,
  'a product of matrices': `const a = new StaticArray<f64>(4096), b = new StaticArray<f64>(4096), c = new StaticArray<f64>(4096)
  function run(count: i32): i32 {
    for (let row = 0; row < 64; row++) for (let column = 0; column < 64; column++) {
      let sum: f64 = 0
      for (let at = 0; at < 64; at++) sum += unchecked(a[row * 64 + at]) * unchecked(b[at * 64 + column])
      unchecked((c[row * 64 + column] = sum + <f64>count))
    }
    return <i32>unchecked(c[5])
  }`,
  'calls of a small function':
    `function fib(number: i32): i32 { return number < 2 ? number : fib(number - 1) + fib(number - 2) }
  function run(count: i32): i32 { return fib(20) }`.replace('@inline(false) ', ''),
  'the tightest loop': `function run(count: i32): i32 {
    let left = count
    while (left != 0) left = (left - 1) & 0xffffff
    return left
  }`,
} as const

/** Goals in percent; where there is none the figure is for information. */
const goals: Readonly<Record<string, number>> = {
  'mixing of integers': 15,
  'a sieve': 15,
  'a product of matrices': 15,
  'the tightest loop': 60,
}

/** Prints how much longer kernels take with counting than without. */
export async function reportKernels(): Promise<void> {
  const compiler = openAssemblyScript({ clock: systemClock })
  for (const [name, source] of Object.entries(kernels)) {
    const handed = 'export function invoke(input: string): string { return run(input.length * 30000).toString() }'
    const result = await compiler.compile(`${source}\n${handed}`, { kind: 'cognitive', optimize: 2 })
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
    const [original, counted] = [result.wasm, prepare(result.wasm, { kind: 'cognitive' }).bytes].map(invoking)
    if (original === undefined || counted === undefined) throw new TypeError('two modules')
    const [plain, metered] = await takeTurns([original, counted], { rounds: 200, calls: 4 })
    const title = `metering: ${name}`
    show(
      title,
      '%',
      ratios(metered, plain).map((ratio) => (ratio - 1) * 100),
      goals[name],
    )
  }
  await compiler.close()
}

/** Calls `invoke` of a module with the text `"1"`. */
function invoking(bytes: Uint8Array<ArrayBuffer>): () => unknown {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { abort: () => undefined } })
  const { cart_init: init, cart_alloc: alloc, invoke, cart_reset: reset, memory } = exports
  const { __cart_fuel: fuel, __cart_stack: stack } = exports
  if (fuel instanceof WebAssembly.Global) fuel.value = 2n ** 60n
  if (stack instanceof WebAssembly.Global) stack.value = 65_536
  if (typeof init === 'function') init()
  if (typeof alloc !== 'function' || typeof invoke !== 'function' || typeof reset !== 'function')
    throw new TypeError('a function is missing')
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('no memory')
  return () => {
    const pointer = Number(alloc(2))
    new Uint8Array(memory.buffer, pointer, 2).set([0x31, 0x31])
    invoke(pointer, 2)
    reset()
  }
}
