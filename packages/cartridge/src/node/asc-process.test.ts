import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import type { CompiledModule, CompileResult } from '../compile/compiler.js'
import type { Kind } from '../rewrite/abi.js'
import { dyingChild, hangingChild } from '../testing/internal/children.js'
import { testHost } from '../testing/internal/host.js'
import { sha256Of } from './artifact-folder.js'
import { openAssemblyScript } from './asc-process.js'

const compiler = openAssemblyScript({ clock: systemClock }, { timeoutMs: 60_000 })
afterAll(() => compiler.close())

const compile = (source: string, kind: Kind = 'backend', optimize: 0 | 2 = 0): Promise<CompileResult<CompiledModule>> =>
  compiler.compile(source, { kind, optimize })

async function compiled(source: string, kind: Kind = 'backend', optimize: 0 | 2 = 0): Promise<Uint8Array<ArrayBuffer>> {
  const result = await compile(source, kind, optimize)
  if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics, null, 2))
  return result.wasm
}

const counter = `import { Request, Response, kv, log, quote } from 'cart/index'

export function handle(request: Request): Response {
  const before = kv.get('count')
  const count = before == null ? 1 : i32.parse(before) + 1
  kv.set('count', count.toString())
  log('asked for ' + request.path)
  const keys = kv.list().join(',')
  return Response.json('{"count":' + count.toString() + ',"said":' + quote(request.text()) + ',"keys":"' + keys + '"}', 201)
    .header('x-agent', request.header('User-Agent') + '/' + request.parameter('b'))
}
`

describe('openAssemblyScript()', { timeout: 60_000 }, () => {
  test.each([0, 2] as const)('compiles a backend that counts its requests, at -O%i', async (optimize) => {
    const wasm = await compiled(counter, 'backend', optimize)
    const host = testHost()
    await host.load({ id: 'a', kind: 'backend', wasm, capabilities: ['kv', 'log'] })
    const request = {
      ...{ method: 'POST', path: '/x', query: 'a=1&b=2' },
      headers: [['user-agent', 'me']] as const,
      body: new TextEncoder().encode('say "ä"\n'),
    }
    const { output } = [host.call('a', 'request', { request }), host.call('a', 'request', { request })][1] ?? {}
    expect(output?.status).toBe(201)
    expect(JSON.parse(new TextDecoder().decode(output?.body))).toEqual({ count: 2, said: 'say "ä"\n', keys: 'count' })
    expect(output?.headers).toEqual([
      ['content-type', 'application/json'],
      ['x-agent', 'me/2'],
    ])
    expect(host.logged).toContainEqual(['a', 1, 'asked for /x'])
  })

  test('compiles the other kinds', async () => {
    const host = testHost()
    const upper = 'export function invoke(input: string): string { return input.toUpperCase() }'
    const examples = [{ input: 'a', expected: 'A' }]
    await host.load({ id: 'c', kind: 'cognitive', wasm: await compiled(upper, 'cognitive'), examples })
    expect(host.call('c', 'invoke', { value: 'xyz' }).output).toBe('XYZ')

    const tree = 'export function render(event: string): string { return \'{"t":"p","c":["hi"]}\' }'
    await host.load({ id: 'f', kind: 'frontend', wasm: await compiled(tree, 'frontend') })
    expect(host.call('f', 'render', { event: { type: 'mount' } }).output).toEqual({ t: 'p', c: ['hi'] })

    const game = `import { Screen } from 'cart/screen'
const screen = new Screen(320, 240)
let x = 0
export function frame(t: f64, dt: f64): i32 {
  screen.clear(0xff000000)
  screen.fill(x, 0, 2, 1, 0xff0000ff)
  return 1
}
export function key(code: i32, down: bool): void { if (down && code == 39) x++ }
export function pointer(px: i32, y: i32, buttons: i32): void { x = px }`
    await host.load({ id: 'g', kind: 'interactive', wasm: await compiled(game, 'interactive') })
    host.call('g', 'pointer', { x: 5, y: 0, buttons: 1 })
    host.call('g', 'key', { code: 39, down: true })
    const { output } = host.call('g', 'frame', { tMs: 0, dtMs: 16 })
    expect([output.width, output.height, output.changed]).toEqual([320, 240, true])
    expect([...output.pixels.slice(5 * 4, 8 * 4)]).toEqual([0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255])
  })

  test('compiles a game whose pictures and fuel are the same on every machine (42)', async () => {
    const noise = `import { Screen } from 'cart/screen'
const screen = new Screen(64, 48)
let state: u32 = 1
export function frame(t: f64, dt: f64): i32 {
  for (let index = 0; index < 64 * 48; index++) {
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    screen.pixels[index] = 0xff000000 | <u32>(Math.sin(<f64>state / t) * 255.0 + 256.0)
  }
  return 1
}
export function key(code: i32, down: bool): void { state = code }`
    const host = testHost()
    const wasm = await compiled(noise, 'interactive', 2)
    await host.load({ id: 'g', kind: 'interactive', profile: 'deterministic', wasm })
    const frames = [16, 32, 48].map((tMs) => host.call('g', 'frame', { tMs, dtMs: 16 }))
    const pixels = sha256Of(Buffer.concat(frames.map(({ output }) => new Uint8Array(output.pixels))))
    expect({ module: sha256Of(wasm), fuel: frames.map(({ fuel }) => fuel), pixels }).toMatchInlineSnapshot(`
      {
        "fuel": [
          3393086,
          3389450,
          3383087,
        ],
        "module": "ba495c576455ff7da9b56a8f0f980175fc5c00dfbd7e234721b9ac5f80f8f778",
        "pixels": "56edb74803a6222a5af40e68dd669be128183abc69f39732839cafac9e9ff147",
      }
    `)
  })

  test('gives the same bytes for the same source, from a fresh process too', async () => {
    const other = openAssemblyScript({ clock: systemClock }, { timeoutMs: 60_000 })
    try {
      const again = await other.compile(counter, { kind: 'backend', optimize: 2 })
      const first = sha256Of(await compiled(counter, 'backend', 2))
      expect(again.status === 'compiled' ? sha256Of(again.wasm) : again).toBe(first)
    } finally {
      await other.close()
    }
  })

  test('says where an error is, and what to do about it', async () => {
    const source =
      "import { Request, Response } from 'cart/index'\n\nexport function handle(request: Request): Response {\n  const text: string = 5\n  return JSON.parse(text)\n}\n"
    const { status, diagnostics } = await compile(source)
    expect(status).toBe('failed')
    expect(diagnostics).toMatchInlineSnapshot(`
      [
        {
          "code": "AS2322",
          "column": 24,
          "endColumn": 25,
          "endLine": 4,
          "excerpt": "  const text: string = 5",
          "hint": "Convert explicitly: \`value as f64\`, \`i32(value)\`, \`value.toString()\`, \`i32.parse(text)\`.",
          "line": 4,
          "message": "Type 'i32' is not assignable to type '~lib/string/String'.",
          "severity": "error",
        },
        {
          "code": "AS2304",
          "column": 10,
          "endColumn": 14,
          "endLine": 5,
          "excerpt": "  return JSON.parse(text)",
          "hint": "There is no JSON object: import { Json } from "cart/json", then Json.parse(text) and json.toString().",
          "line": 5,
          "message": "Cannot find name 'JSON'.",
          "severity": "error",
        },
      ]
    `)
  })

  test('says what the kind has to export', async () => {
    const { diagnostics } = await compile('export function other(): void {}')
    expect(diagnostics[0]).toMatchObject({
      severity: 'error',
      hint: expect.stringContaining('handle(request: Request)'),
    })
  })

  test('gives no file of the machine to a source', async () => {
    for (const path of ['/etc/hostname', '../../../package.json', './secret', 'node:fs'])
      expect((await compile(`import { x } from '${path}'\nexport const y = x`)).status).toBe('failed')
  })

  test('refuses a source that is too long (45)', async () => {
    const { status, diagnostics } = await compile('//'.padEnd(262_145, 'x'))
    expect([status, diagnostics[0]?.code]).toEqual(['failed', 'source-size'])
  })

  test('ends a compilation that is aborted, and compiles the next one', async () => {
    const control = new AbortController()
    const first = compiler.compile(counter, { kind: 'backend', optimize: 2, signal: control.signal })
    const waiting = compiler.compile(counter, { kind: 'backend', optimize: 0, signal: control.signal })
    control.abort(new RangeError('enough'))
    await expect(first).rejects.toThrow('enough')
    await expect(waiting).rejects.toThrow('enough')
    expect((await compile(counter)).status).toBe('compiled')
  })

  test('fails a compilation that takes too long, or whose process dies (46, 47)', async () => {
    const hanging = openAssemblyScript({ clock: { sleep: async () => undefined } }, { child: hangingChild })
    const dying = openAssemblyScript({ clock: systemClock }, { child: dyingChild })
    const messages: string[] = []
    for (const backend of [hanging, dying, dying]) {
      const { diagnostics } = await backend.compile(counter, { kind: 'backend', optimize: 0 })
      messages.push(diagnostics[0]?.message ?? '')
    }
    expect(messages).toEqual([
      'The compiler took longer than 10000 ms',
      'The compiler ended by itself (7)',
      'The compiler ended by itself (7)',
    ])
    await hanging.close()
    await dying.close()
    await expect(dying.compile(counter, { kind: 'backend', optimize: 0 })).rejects.toThrow(RangeError)
  })
})
