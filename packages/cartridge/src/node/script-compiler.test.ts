import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import type { CompiledScript, CompileResult } from '../compile/compiler.js'
import { type StripOutcome, scriptBackend } from '../compile/script/script.js'
import type { Kind } from '../rewrite/abi.js'
import { get, script, testHost } from '../testing/internal/host.js'
import { openScript } from './script-compiler.js'

const compiler = openScript({ clock: systemClock })
afterAll(() => compiler.close())

const compile = (source: string, kind: Kind = 'backend'): Promise<CompileResult<CompiledScript>> =>
  compiler.compile(source, { kind, optimize: 0 })

/** Diagnostics, short. */
const said = async (source: string, kind?: Kind): Promise<unknown[]> =>
  (await compile(source, kind)).diagnostics.map(({ code, severity, line, column, endLine, endColumn, message }) => [
    ...[code, severity, `${line}:${column}-${endLine}:${endColumn}`, message],
  ])

/** Types of every sort that can be taken out. */
const typed = `import type { Nobody } from 'nowhere'
interface Order { id: number; text?: string }
type Answer = { readonly ok: boolean } | null
declare const outside: number
const orders: Map<string, Order> = new Map<string, Order>()
function first<T extends Order>(this: void, list: readonly T[]): T | undefined { return list[0]! }
class Shelf<T> implements Iterable<T> { private readonly items: T[] = []; *[Symbol.iterator](): Iterator<T> { yield* this.items } }
export function handle(request: { path: string }): unknown {
  orders.set('a', { id: 1 } satisfies Order)
  const answer = { ok: true } as Answer
  if (request.path === '/throw')
    throw new TypeError('here')
  return [...orders.values(), first([{ id: 2 }]), answer, [...new Shelf<number>()]]
}
`

describe('openScript()', { timeout: 30_000 }, () => {
  test('gives JavaScript back as it is', async () => {
    const source = 'const word = "hello"\nexport const handle = ({ path }) => word + path // as it was'
    expect(await compile(source)).toEqual({ status: 'compiled', script: source, diagnostics: [] })
  })

  test('takes types out, and leaves the rest where it stood', async () => {
    const result = await compile(typed)
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics))
    expect(result.diagnostics).toEqual([])
    expect(result.script.split('\n').map(({ length }) => length)).toEqual(typed.split('\n').map(({ length }) => length))
    const host = testHost()
    await host.load(script(result.script))
    const { output } = host.call('a', 'request', get('/'))
    expect(new TextDecoder().decode(output.body)).toBe('[{"id":1},{"id":2},{"ok":true},[]]')
    expect(() => host.call('a', 'request', get('/throw'))).toThrow('TypeError: here (line 12, column 15)')
    expect(await compile(typed)).toEqual(result)
  })

  test('tells where a source breaks off, with or without types', async () => {
    expect(await said('export function handle(request) {\n  return 1 +\n}')).toEqual([
      ['syntax', 'error', '3:1-3:2', 'Expression expected'],
    ])
    expect(await said('const a: number = 1\nexport function handle(request: any) {\n\treturn [1, 2\n}')).toEqual([
      ['syntax', 'error', '4:1-4:2', "Expected ',', got '}'"],
    ])
    expect(await said('export function handle( {')).toMatchObject([
      ['syntax', 'error', '1:26-1:26', expect.stringMatching(/^Unexpected token `<eof>`/)],
    ])
    expect(await said('export const a = 1\n\n\t\tlet b: = 3')).toMatchObject([
      ['syntax', 'error', '3:10-3:11', expect.stringMatching(/^Unexpected token/)],
    ])
    const { diagnostics } = await compile('let a: string =\nlet b = 2')
    expect(diagnostics).toMatchObject([{ excerpt: 'let b = 2', line: 2 }])
  })

  test('tells what is more than types, and what to write', async () => {
    const { diagnostics } = await compile('export const handle = () => Colour.Red\nenum Colour { Red }')
    expect(diagnostics).toMatchObject([
      {
        code: 'unsupported',
        line: 2,
        column: 1,
        excerpt: 'enum Colour { Red }',
        hint: expect.stringContaining('plain objects for enums'),
      },
    ])
  })

  test('tells where what is more than types begins, if it goes on for lines', async () => {
    const { diagnostics } = await compile(
      'export const handle = () => 1\n\n  namespace X {\n    export const a = 1\n  }\n',
    )
    expect(diagnostics).toMatchObject([{ code: 'unsupported', line: 3, column: 3, excerpt: '  namespace X {' }])
  })

  test('tells what is not exported, by kind', async () => {
    for (const [kind, name] of [
      ['backend', 'handle'],
      ['cognitive', 'invoke'],
      ['frontend', 'render'],
    ] as const) {
      expect(await said('function handle() {}', kind)).toEqual([
        ['export', 'error', '1:1-1:1', `It exports no function "${name}"`],
      ])
      const { diagnostics } = await compile('', kind)
      expect(diagnostics[0]?.hint).toContain(`function ${name}(`)
      for (const source of [
        `export function ${name}() {}`,
        `const a = () => 1; export { a as ${name} }`,
        `export let ${name} = 1`,
      ])
        expect(await said(source, kind)).toEqual([])
    }
    expect(await said('export default function handle() {}')).toHaveLength(1)
  })

  test('tells what there is no module for', async () => {
    expect(
      await said(
        "import fs from 'fs'\nexport { a } from 'b'\nexport * from 'c'\nexport const handle = () => import('d')",
      ),
    ).toEqual([
      ['import', 'error', '1:1-1:20', 'There are no modules to import'],
      ['import', 'error', '2:1-2:22', 'There are no modules to import'],
      ['import', 'error', '3:1-3:18', 'There are no modules to import'],
      ['import', 'error', '4:29-4:40', 'There are no modules to import'],
    ])
  })

  test('warns of names that are not here, once each, unless they are declared', async () => {
    const source = 'export function handle() {\n  console.log(1); console.log(2)\n  return fetch("x")\n}'
    const result = await compile(source)
    expect(result).toMatchObject({ status: 'compiled', script: source })
    expect(result.diagnostics).toMatchObject([
      {
        code: 'name',
        severity: 'warning',
        line: 2,
        column: 3,
        endColumn: 10,
        hint: expect.stringContaining('log(text)'),
      },
      { message: 'There is no "fetch" here', line: 3 },
    ])
    for (const declaring of [
      'const console = { log() {} }',
      'function console() {}',
      'const [{ console }] = []',
      'class console {}',
    ])
      expect(await said(`${declaring}; export const handle = () => console.log(1)`)).toEqual([])
    expect(await said('export const handle = (console) => console.log(1)')).toEqual([])
    expect(await said('export const handle = () => { try {} catch (console) { console.log(1) } }')).toEqual([])
    expect(await said('export const handle = (a) => a.fetch(a.console)')).toEqual([])
  })

  test('refuses pictures, and a source that is too long (45)', async () => {
    expect(await said('export function frame() {}', 'interactive')).toEqual([
      ['kind', 'error', '1:1-1:1', 'A script is too slow for pictures'],
    ])
    expect(await said(' '.repeat(262_145))).toEqual([
      ['source-size', 'error', '1:1-1:1', 'The source has 262145 characters, at most 262144 are accepted'],
    ])
  })

  test('fails a source that breaks the stripper, and has another for the next (47)', async () => {
    const deep = `let a: number = ${'('.repeat(20_000)}1${')'.repeat(20_000)}`
    expect(await said(deep)).toMatchObject([
      ['compiler', 'error', '1:1-1:1', expect.stringMatching(/^The compiler broke down/)],
    ])
    expect((await compile(typed)).status).toBe('compiled')
  })

  test('fails a source that takes too long (46)', async () => {
    let wake = (): void => undefined
    const sleep = (): Promise<void> => new Promise((resolve) => (wake = resolve))
    const other = openScript({ clock: { sleep } }, { timeoutMs: 5 })
    const result = other.compile(typed, { kind: 'backend', optimize: 0 })
    await Promise.resolve()
    wake()
    expect((await result).diagnostics).toMatchObject([
      { code: 'compiler', message: 'The compiler took longer than 5 ms' },
    ])
    await other.close()
    await other.close()
    await expect(other.compile(typed, { kind: 'backend', optimize: 0 })).rejects.toThrow('the compiler is closed')
  })

  test('ends when its signal aborts', async () => {
    const controller = new AbortController()
    const result = compiler.compile(typed, { kind: 'backend', optimize: 0, signal: controller.signal })
    controller.abort(new RangeError('enough'))
    await expect(result).rejects.toThrow('enough')
    await expect(compiler.compile('', { kind: 'backend', optimize: 0, signal: controller.signal })).rejects.toThrow(
      'enough',
    )
    await compiler.warm()
    expect((await compile(typed)).status).toBe('compiled')
  })
})

describe('scriptBackend()', () => {
  const options = { kind: 'backend', optimize: 0 } as const

  test('does without a stripper as long as there are no types', async () => {
    const bare = scriptBackend()
    expect((await bare.compile('export const handle = () => 1', options)).status).toBe('compiled')
    expect((await bare.compile('export const handle = (a: string) => 1', options)).diagnostics).toMatchObject([
      {
        code: 'syntax',
        message: 'Unexpected token',
        line: 1,
        column: 25,
        excerpt: 'export const handle = (a: string) => 1',
      },
    ])
    await bare.warm()
    await bare.close()
  })

  test('looks at what a stripper gives as at any source', async () => {
    const giving = (outcome: StripOutcome): ReturnType<typeof scriptBackend> =>
      scriptBackend({ strip: async () => outcome, close: async () => undefined })
    const failing = async (outcome: StripOutcome): Promise<unknown> =>
      (await giving(outcome).compile('let a:', options)).diagnostics.map(({ code, line, column }) => [
        code,
        line,
        column,
      ])
    expect(await failing({ status: 'stripped', code: 'let a ?' })).toEqual([['syntax', 1, 7]])
    expect(await failing({ status: 'refused', reason: 'syntax', message: 'no', line: 0, column: 0 })).toEqual([
      ['syntax', 1, 1],
    ])
    expect(await failing({ status: 'refused', reason: 'syntax', message: 'no', line: 9, column: 9 })).toEqual([
      ['syntax', 1, 7],
    ])
  })
})
