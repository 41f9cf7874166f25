/** Whatever a guest hands to the host, and whatever a mutated module does: a typed error or an answer, in bounded time. */

import { createRng } from '@salp/core'
import { expect, test } from 'vitest'
import { CartridgeRejected, CartridgeTrap } from '../errors.js'
import { capabilities } from '../rewrite/abi.js'
import { answer, answerData, get, program, testHost } from '../testing/internal/host.js'
import { backend, wat } from '../testing/internal/wat.js'

const imports: Readonly<Record<string, { parameters: number; result: string }>> = {
  log: { parameters: 3, result: '' },
  random: { parameters: 2, result: '' },
  kv_get: { parameters: 4, result: '(result i32)' },
  kv_set: { parameters: 4, result: '(result i32)' },
  kv_delete: { parameters: 2, result: '(result i32)' },
  kv_list: { parameters: 4, result: '(result i32)' },
  payment: { parameters: 2, result: '(result i32)' },
  call: { parameters: 4, result: '(result i32)' },
  http: { parameters: 2, result: '(result i32)' },
  take: { parameters: 2, result: '(result i32)' },
}
const names = Object.keys(imports)

/** Reads which function to call with what from the path of the request, at byte 1035: a byte, and four words. */
const dispatching = backend(
  `(if (i32.gt_u (i32.load (i32.const 1031)) (i32.const 1)) (then
    (block $done
      ${names
        .map((name, index) => {
          const values = Array.from(
            { length: imports[name]?.parameters ?? 0 },
            (_, at) => `(call $word (i32.const ${at}))`,
          )
          const call = `(call $${name} ${values.join(' ')})`
          const done = imports[name]?.result === '' ? call : `(drop ${call})`
          return `(if (i32.eq (i32.sub (i32.load8_u (i32.const 1036)) (i32.const 97)) (i32.const ${index})) (then ${done} br $done))`
        })
        .join('\n')})))
  ${answer}`,
  `${names
    .map(
      (name) =>
        `(import "cart" "${name}" (func $${name} (param ${'i32 '.repeat(imports[name]?.parameters ?? 0)}) ${imports[name]?.result}))`,
    )
    .join('\n')}
  ${answerData}
  (func $word (param i32) (result i32) (local i32 i32)
    (local.set 1 (i32.add (i32.const 1037) (i32.mul (local.get 0) (i32.const 8))))
    (loop
      (local.set 2 (i32.or (i32.shl (local.get 2) (i32.const 4)) (i32.sub (i32.load8_u (local.get 1)) (i32.const 97))))
      (local.set 1 (i32.add (local.get 1) (i32.const 1)))
      (br_if 0 (i32.and (i32.sub (local.get 1) (i32.const 1037)) (i32.const 7))))
    (local.get 2))`,
)

test('createCartridgeHost() answers any pointers and lengths of a guest with a result or a CartridgeTrap (22)', async () => {
  const random = createRng('host calls')
  const host = testHost()
  await host.load(
    program(dispatching, { capabilities, callTargets: ['b'], httpHosts: ['b'], limits: { fuel: 20_000_000 } }),
  )
  await host.load(program(backend(answer, answerData), { id: 'b' }))
  const interesting = [
    0, 1, 4, 8, 256, 257, 4_096, 65_535, 65_536, 65_537, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
  ]
  const word = (): string => {
    const pick = random()
    const value =
      pick < 0.5
        ? (interesting[Math.floor(random() * interesting.length)] ?? 0)
        : Math.floor(random() * (pick < 0.8 ? 70_000 : 2 ** 32))
    return [...value.toString(16).padStart(8, '0')]
      .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
      .join('')
  }
  const ends = new Map<string, number>()
  for (let index = 0; index < 5_000; index++) {
    const name = String.fromCharCode(97 + Math.floor(random() * names.length))
    const path = `/${name}${word()}${word()}${word()}${word()}`
    let end = 'answered'
    try {
      expect(host.call('a', 'request', get(path)).output.status).toBeGreaterThanOrEqual(200)
    } catch (error) {
      if (!(error instanceof CartridgeTrap)) throw error
      end = error.reason
    }
    ends.set(end, (ends.get(end) ?? 0) + 1)
  }
  expect(host.call('b', 'request', get('/')).output.status).toBe(200)
  expect([...ends.keys()].sort()).toEqual(expect.arrayContaining(['answered', 'bounds']))
  expect(ends.get('answered')).toBeGreaterThan(500)
})

test('createCartridgeHost() runs mutations of a module inside their limits, or refuses them (35)', async () => {
  const random = createRng('running mutants')
  const good = wat(dispatching)
  const host = testHost()
  const ends = new Set<string>()
  for (let index = 0; index < 1_500; index++) {
    const mutant = good.slice()
    for (let change = 0; change <= random() * 3; change++)
      mutant[8 + Math.floor(random() * (mutant.length - 8))] = Math.floor(random() * 256)
    try {
      const limits = { fuel: 100_000, initFuel: 100_000, memoryPages: 16 }
      await host.load({ id: 'a', kind: 'backend', wasm: mutant, capabilities, limits })
      const { fuel, memoryBytes } = host.call('a', 'request', get('/a'))
      expect(fuel).toBeLessThanOrEqual(100_000)
      expect(memoryBytes).toBeLessThanOrEqual(16 * 65_536)
      ends.add('answered')
    } catch (error) {
      if (!(error instanceof CartridgeTrap || error instanceof CartridgeRejected)) throw error
      ends.add(error instanceof CartridgeTrap ? `trap ${error.reason}` : 'refused')
    }
  }
  expect(ends).toContain('answered')
  expect(ends).toContain('refused')
})
