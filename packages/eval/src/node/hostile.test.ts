import { systemClock } from '@salp/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Verdict } from '../verify/verifier.js'
import { parseProblem } from './load-problems.js'
import { openVerifier } from './open-verifier.js'

const sum = ({ timeoutMs }: { timeoutMs: number }) =>
  parseProblem(
    {
      id: 'sum',
      tier: 0,
      title: 'Sum',
      tags: [],
      statement: 'Add the numbers',
      signature: { name: 'sum', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number' },
      examples: [{ args: [[1, 2, 3]], returns: 6 }],
      tests: [
        { args: [[]], returns: 0 },
        { args: [[41, 1]], returns: 42 },
        { args: [[-1, 1]], returns: 0 },
      ],
      generated: {
        count: 20,
        inputs: [{ kind: 'list', of: { kind: 'integer', min: -9, max: 9 }, minLength: 0, maxLength: 6 }],
      },
      limits: { memoryMb: 64, timeoutMs },
    },
    { reference: 'export const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0)' },
    { file: 'sum' },
  )

/** So long that what needs memory meets that limit first. */
const problem = sum({ timeoutMs: 20_000 })
const short = sum({ timeoutMs: 300 })
/** A right answer that does something else beside it. */
const right = (before: string, inside = ''): string =>
  `${before}\nexport function sum(values: number[]): number {\n${inside}\nlet total = 0\nfor (let i = 0; i < values.length; i++) total += values[i] ?? 0\nreturn total\n}`
const returns = (expression: string, before = ''): string =>
  `${before}\nexport function sum(values: number[]): number { return ${expression} }`

/** By what each has to be classified as. */
const hostile: Readonly<Record<Verdict['status'], Readonly<Record<string, string>>>> = {
  timeout: {
    'loops for ever': returns('0', 'const spin = (): void => { for (;;) {} }').replace('return 0', 'spin(); return 0'),
    'loops for ever when it is loaded': right('for (;;) { Math.sqrt(2) }'),
    'loops in a getter of what it returns': returns('({ get length(): number { for (;;) {} } }) as any').replace(
      '({ get',
      'new Proxy([1], { getOwnPropertyDescriptor() { for (;;) {} } }) as any ?? ({ get',
    ),
    'backtracks in a regular expression': returns("/^(a+)+$/.test('a'.repeat(40) + 'b') ? 1 : 0"),
    'catches all it can in a loop': returns('0').replace(
      'return 0',
      'for (;;) { try { (function down(): void { down() })() } catch { } }',
    ),
    'sorts with a comparison that never agrees, again and again': returns('0').replace(
      'return 0',
      'for (;;) Array.from({ length: 1000 }, (_, i) => i).sort(() => 1)',
    ),
    'has types that are never done': `type Grow<T extends unknown[]> = T['length'] extends 900 ? T : Grow<[...T, 0]>
type A = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
type Loop<T, N extends unknown[] = []> = N['length'] extends 990 ? T : Loop<T | \`\${N['length'] & number}\`, [...N, T]>
type M<T> = T extends \`\${infer A}\${infer B}\` ? M<B> | M<\`\${B}\`> | A : never
type Deep = M<'${'ab'.repeat(200)}'>
export const spare: Deep | Loop<1> | Grow<[]> | A = '0'
${right('')}`,
  },
  crash: {
    'fills the heap': returns('0').replace(
      'return 0',
      'const a: number[][] = []; for (;;) a.push(new Array(1e5).fill(1.5))',
    ),
    'fills memory beside the heap': returns('0').replace(
      'return 0',
      'const a: Uint8Array[] = []; for (;;) a.push(new Uint8Array(16e6).fill(1))',
    ),
    'fills the heap when it is loaded': right('const a: number[][] = []\nfor (;;) a.push(new Array(1e5).fill(1.5))'),
    'throws when it is loaded': right("throw new Error('no')").replace('throw', 'if (Date.now() > 0) throw'),
    'throws null when it is loaded': right('if (Date.now() > 0) throw null'),
    'exports something that only looks like a function':
      'export const sum = new Proxy({}, {}) as any as (values: number[]) => number',
  },
  'type-error': {
    'reads a file': right("import { readFileSync } from 'node:fs'", "readFileSync('/etc/passwd')"),
    'requires a module': right('', "require('node:child_process')"),
    'imports when it runs': right('', "void import('node:fs')"),
    'imports what it computes': right('const name: string = "node:" + "fs"', 'void import(name)'),
    'imports another candidate': right("import '../1/solution.js'"),
    'refers to a library': right('/// <reference lib="dom" />'),
    'refers to a path': right('/// <reference path="/1/solution.ts" />'),
    'switches the checker off': `// @ts-nocheck\n${returns("'six'")}`,
    'silences a line': `export function sum(values: number[]): number {\n// @ts-ignore\nreturn 'six'\n}`,
    'is not the type that was asked for': 'export function sum(values: string[]): number { return values.length }',
    'answers later': 'export async function sum(values: number[]): Promise<number> { return values.length }',
    'leaves without a word': right('', 'process.exit(0)'),
    'prints megabytes': right('', "console.log('x'.repeat(1e7))"),
    'asks the network': right('', "void fetch('http://127.0.0.1')"),
    waits: right('', 'setTimeout(() => {}, 1e9)'),
    'exports nothing': 'const sum = 1\nexport {}',
    'is no TypeScript': 'export function sum(values: number[]): number { return (((',
    'is larger than anyone writes': right(`export const text = '${'x'.repeat(200_001)}'`),
    'breaks out of its wrapper': `}); while (true) {} (function () {\n${right('')}`,
  },
  'test-failure': {
    'leaves by a name it declared': right('declare const process: any', 'process.exit(0)'),
    'prints by a name it declared': right('declare const console: any', "console.log('x'.repeat(1e7))"),
    'returns NaN': returns('Number.NaN'),
    'returns infinity': returns('1 / 0'),
    'returns nothing': returns('undefined as any'),
    'returns a big integer': returns('6n as any'),
    'returns a symbol': returns('Symbol() as any'),
    'returns a function': returns('(() => 6) as any'),
    'returns a promise': returns('Promise.resolve(6) as any'),
    'returns a thenable': returns('({ then(done: (n: number) => void) { done(6) } }) as any'),
    'returns a boxed number': returns('new Number(6) as any'),
    'returns what turns into the answer': returns(
      '({ valueOf: () => 6, toJSON: () => 6, toString: () => "6" }) as any',
    ),
    'returns a proxy of the answer': returns('new Proxy(new Number(6), {}) as any'),
    'returns a list that is part of itself': returns('(() => { const a: any[] = []; a[0] = a; return a })() as any'),
    'returns a list without end': returns(
      'new Proxy([], { getOwnPropertyDescriptor: (_, k) => k === "length" ? { value: 2 ** 32, writable: true, enumerable: false, configurable: false } : { value: 0, configurable: true, enumerable: true, writable: true } }) as any',
    ),
    'returns megabytes': returns("'x'.repeat(5e6) as any"),
    'returns nearly a megabyte each time': returns("'x'.repeat(9e5) as any"),
    'calls itself without end': returns('sum(values)'),
    'throws a proxy': returns(
      '(() => { throw new Proxy({}, { get() { throw 1 }, getOwnPropertyDescriptor() { throw 2 } }) })()',
    ),
    'throws what cannot be read': returns('(() => { throw { get message() { throw 1 } } })()'),
    'makes code from text': returns("Number(new Function('return 6')())"),
    'makes code from text by another way': returns("Number((() => {}).constructor('return 6')())"),
    'looks for tests in what called it': returns(
      '(() => { const e: any = Error; let n = 0; e.prepareStackTrace = (_: unknown, frames: any[]) => { for (const f of frames) if (f.getThis() !== undefined || f.getFunction() !== undefined) n = 6; return "" }; void String(new Error().stack); return n })()',
    ),
    'asks its arguments for their caller': returns('(sum as any).caller ? 6 : 0'),
    'gets out by an error of the host': returns(
      '(() => { let n = 0; try { (null as any).x } catch (e) { const f = (e as any).constructor.constructor; try { n = f("return process")().pid } catch { n = -1 } } return n })()',
    ),
    'patches what compares lists': returns(
      '7',
      'Array.prototype.every = (() => true) as any; Array.prototype.some = () => true',
    ),
    'patches what compares values': returns(
      '7',
      'Object.is = () => true; Number.prototype.valueOf = () => 6; Object.prototype.toString = () => "6"',
    ),
    'patches JSON': returns('7', 'JSON.stringify = () => "6"; JSON.parse = () => [[6]]'),
    'patches all that reads its answer': returns(
      '7',
      'Object.getOwnPropertyDescriptor = () => ({ value: 6 }); Reflect.apply = (() => 6) as any; Array.isArray = (() => true) as any; Object.hasOwn = () => true; (Object.prototype as any).toJSON = () => 6',
    ),
    'patches the start of text': returns(
      '7',
      'String.prototype.startsWith = () => true; String.prototype.slice = () => "6"; (String.prototype as any).toJSON = () => "6"',
    ),
    'knows the examples by heart': returns('values.length === 3 ? 6 : 0'),
    'works once only': returns('calls++ === 0 ? 6 : -1', 'let calls = 0'),
  },
  pass: {
    'patches lists, and answers right': right(
      'Array.prototype.map = () => []; Array.prototype[Symbol.iterator] = () => { throw 1 }',
    ),
    'patches JSON, and answers right': right('JSON.parse = () => { throw 1 }; JSON.stringify = () => "0"'),
    'sets traps on the prototype of objects, and answers right': right(
      'for (const k of ["value", "get", "then", "toJSON", "status"]) Object.defineProperty(Object.prototype, k, Object.assign(Object.create(null), { get() { throw 1 }, configurable: true }))',
    ),
    'leaves a promise rejected': right('', "void Promise.reject(new Error('later'))"),
    'leaves promises that never end': right(
      'const again = (): Promise<void> => Promise.resolve().then(again)',
      'void again()',
    ),
    'declares something global': right('declare global { interface Array<T> { also: T } }'),
    'changes its arguments': right('').replace('return total', 'values.length = 0\nreturn total'),
    'freezes all it can reach': right(
      '',
      'for (const k of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze((globalThis as any)[k]); Object.freeze((globalThis as any)[k].prototype) } catch {} }',
    ),
    'gives minus zero for zero': `export const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0) || -0`,
  },
}

const cases = Object.entries(hostile).flatMap(([status, sources]) =>
  Object.entries(sources).map(([name, source]) => ({ name, source, status })),
)

describe('a candidate that', () => {
  const found = new Map<string, Verdict>()
  const verifier = openVerifier({ clock: systemClock }, { concurrency: 2, checkTimeoutMs: 2_000 })
  beforeAll(async () => {
    const verdicts = await verifier.verify(
      cases.map(({ source, status }) => ({ problem: status === 'timeout' ? short : problem, source })),
    )
    for (const [index, { name }] of cases.entries()) if (verdicts[index]) found.set(name, verdicts[index])
  }, 120_000)
  afterAll(() => verifier.close())

  test.each(cases)('$name is a $status', ({ name, status }) => {
    expect(found.get(name)).toMatchObject({ status })
  })

  test('follows a hostile one is judged as if alone', async () => {
    const [verdict] = await verifier.verify([{ problem, source: problem.reference ?? '' }])
    expect(verdict).toEqual({ status: 'pass', message: '', example: undefined })
  }, 30_000)
})
