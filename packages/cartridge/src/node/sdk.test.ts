import { systemClock } from '@salp/core/node'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Kind } from '../rewrite/abi.js'
import { get, type TestHost, testHost } from '../testing/internal/host.js'
import { openAssemblyScript } from './asc-process.js'

const compiler = openAssemblyScript({ clock: systemClock }, { timeoutMs: 60_000 })
afterAll(() => compiler.close())

async function load(kind: Kind, source: string): Promise<TestHost> {
  const result = await compiler.compile(source, { kind, optimize: 0 })
  if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics, null, 2))
  const host = testHost()
  const examples = [{ input: {}, expected: null }]
  await host.load({ id: 'a', kind, wasm: result.wasm, capabilities: ['kv'], examples })
  return host
}

/** JSON with numbers of up to 12 digits, which the language reads exactly. */
const { value: jsonValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1e21, 5e-7),
    fc.integer().map((number) => number / 100),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
}))

describe('cart/json', { timeout: 60_000 }, () => {
  let host: TestHost
  beforeAll(async () => {
    host = await load(
      'cognitive',
      `import { Json } from 'cart/json'
export function invoke(input: string): string {
  const value = Json.parse(input)
  if (value.get('same').exists) return value.get('same').toString()
  const text = value.get('text').text
  const read = Json.parse(text)
  if (value.get('read').flag) return Json.object().set('exists', read.exists).set('as', read).toString()
  const list = Json.list().add(1).add(0.5).add(true).add('"').add(Json.null()).add(Json.list())
  const object = Json.object().set('b', 1).set('a', list).set('b', 2).set('far', value.get('x').at(3).get('y').text)
  return value.get('build').exists ? object.set('length', list.length).toString() : 'null'
}`,
    )
  })
  const invoke = (value: unknown): unknown => host.call('a', 'invoke', { value }).output

  test('Json gives back what it read', () => {
    fc.assert(
      fc.property(jsonValue, (same) => {
        expect(invoke({ same })).toEqual(JSON.parse(JSON.stringify(same)))
      }),
      { numRuns: 200 },
    )
  })

  test('Json.parse() takes for JSON what JSON.parse() does', () => {
    const piece = fc.constantFrom(...'{}[],:"\\ \n0123.-+eEu', 'true', 'null', '"a"', '1', '\\u00e9', 'x', '\u0001')
    const text = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      jsonValue.map((value) => JSON.stringify(value, null, 1)),
    )
    const expected = (given: string): unknown => {
      try {
        return { exists: true, as: JSON.parse(given) }
      } catch {
        return { exists: false, as: null }
      }
    }
    fc.assert(
      fc.property(text, (given) => {
        expect(invoke({ read: true, text: given })).toEqual(JSON.parse(JSON.stringify(expected(given))))
      }),
      { numRuns: 500 },
    )
  })

  test('Json reads and writes any number, but for its last digit', () => {
    const far = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => Math.abs(number) > 1e-300)
    fc.assert(
      fc.property(far, (number) => {
        expect(Number(invoke({ same: number })) / number).toBeCloseTo(1, 14)
      }),
      { numRuns: 500 },
    )
    expect(invoke({ same: [Number.MIN_VALUE, 1e-320, 0] })).toEqual([Number.MIN_VALUE, 1e-320, 0])
    expect(invoke({ read: true, text: '[1e999, 123456789012345678901234567890]' })).toEqual({
      exists: true,
      as: [null, 1.2345678901234568e29],
    })
  })

  test('Json.parse() refuses what is nested too deep, without harm', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    const exists = (text: string): unknown => (invoke({ read: true, text }) as { exists: boolean }).exists
    expect([exists(nested(65)), exists(nested(66)), exists('['.repeat(100_000))]).toEqual([true, false, false])
  })

  test('Json is built of lists and objects, and is empty where nothing is', () => {
    expect(invoke({ build: true })).toEqual({ b: 2, a: [1, 0.5, true, '"', null, []], far: '', length: 6 })
  })
})

describe('cart/index', { timeout: 60_000 }, () => {
  let host: TestHost
  beforeAll(async () => {
    host = await load(
      'backend',
      `import { decimal, decode, escapeHtml, kv, quote, Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  if (request.path === '/decode') return Response.text(decode(request.query))
  if (request.path === '/escape') return Response.text(escapeHtml(request.text()))
  if (request.path === '/quote') return Response.text(quote(request.text()))
  if (request.path === '/decimal') return Response.text(decimal(f64.parse(request.query), 3))
  if (request.path === '/kv') {
    kv.set('n', (kv.integer('n') + 7).toString())
    return Response.text(kv.integer('n').toString())
  }
  return Response.text(request.parameter('a b') + '|' + request.field('ü') + '|' + request.field('none'))
}`,
    )
  })
  const ask = (path: string, { query = '', body = '' } = {}): string => {
    const request = { method: 'POST', path, query, headers: [], body: new TextEncoder().encode(body) }
    return new TextDecoder().decode(host.call('a', 'request', { request }).output.body)
  }

  test('parameter() and field() decode names and values', () => {
    expect(ask('/', { query: 'x=1&a%20b=c%3Dd+e', body: 'n=1&%C3%BC=%E2%82%AC&none' })).toBe('c=d e|€|')
  })

  test('decode() undoes encodeURIComponent(), and leaves what is no encoding', () => {
    const text = fc.string({ unit: 'grapheme' })
    fc.assert(
      fc.property(text, (given) => {
        expect(ask('/decode', { query: encodeURIComponent(given) })).toBe(given)
      }),
    )
    expect(ask('/decode', { query: '100%+%zz%4' })).toBe('100% %zz%4')
  })

  test('escapeHtml() leaves no mark that HTML has a meaning for', () => {
    expect(ask('/escape', { body: `<a b="c">&'</a>` })).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#39;&lt;/a&gt;')
  })

  test('quote() is read as the text again, long ones too', () => {
    const text = `"\\\n\u0001${'é"'.repeat(20_000)}`
    expect(JSON.parse(ask('/quote', { body: text }))).toBe(text)
  })

  test.each([
    ['0', '0'],
    ['-0.0001', '0'],
    ['0.30000000000000004', '0.3'],
    ['-2.5', '-2.5'],
    ['1.0005', '1.001'],
    ['999.9999', '1000'],
    ['12345678.9', '12345678.9'],
    ['1e20', '100000000000000000000'],
    ['1e22', '1e+22'],
    ['Infinity', 'Infinity'],
  ])('decimal() writes %s as %s', (value, text) => {
    expect(ask('/decimal', { query: value })).toBe(text)
  })

  test('kv.integer() is 0 before it is set', () => {
    expect([ask('/kv'), ask('/kv')]).toEqual(['7', '14'])
  })
})

describe('call() of cart/index', { timeout: 60_000 }, () => {
  test('asks another cartridge, and gives its answer, or null', async () => {
    const compile = async (source: string): Promise<Uint8Array> => {
      const result = await compiler.compile(source, { kind: 'backend', optimize: 0 })
      if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics, null, 2))
      return result.wasm
    }
    const host = testHost()
    const echo = await compile(`import { Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  return Response.text([request.method, request.path, request.query, request.text()].join(' '), 201).header('x-a', 'b')
}`)
    await host.load({ id: 'echo', kind: 'backend', wasm: echo })
    const asking = await compile(`import { call, Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  const answer = call(request.text() === 'other' ? 'other' : 'echo', '/somewhere?x=1&y=é', 'bödy', 'POST')
  if (answer === null) return Response.text('nobody')
  return Response.text(answer.status.toString() + ' ' + answer.read() + ' ' + answer.headers[1].value)
}`)
    await host.load({ id: 'a', kind: 'backend', wasm: asking, capabilities: ['call'], callTargets: ['echo'] })
    const answerTo = (body: string): string => {
      const request = { ...get('/').request, body: new TextEncoder().encode(body) }
      return new TextDecoder().decode(host.call('a', 'request', { request }).output.body)
    }
    expect(answerTo('')).toBe('201 POST /somewhere x=1&y=é bödy b')
    expect(answerTo('other')).toBe('nobody')
  })
})

describe('http() of cart/index', { timeout: 60_000 }, () => {
  test('asks another machine, and gives its answer, or null', async () => {
    const result = await compiler.compile(
      `import { Header, http, Request, Response } from 'cart/index'
export function handle(request: Request): Response {
  const answer = http('https://a.test' + request.path, 'POST', 'bödy', [new Header('x-a', 'é')])
  if (answer === null) return Response.text('nobody')
  return Response.text(answer.status.toString() + ' ' + answer.read() + ' ' + answer.headers[0].value)
}`,
      { kind: 'backend', optimize: 0 },
    )
    if (result.status === 'failed') throw new Error(JSON.stringify(result.diagnostics, null, 2))
    const host = testHost({
      fetchSync({ url, method, headers, body }) {
        if (url.endsWith('/none')) return { status: 'failed', why: 'it broke off' }
        const said = new TextEncoder().encode(JSON.stringify([url, method, headers, new TextDecoder().decode(body)]))
        return { status: 'answered', response: { status: 201, headers: [['x-b', 'c']], body: said } }
      },
    })
    await host.load({ id: 'a', kind: 'backend', wasm: result.wasm, capabilities: ['http'], httpHosts: ['a.test'] })
    const answerTo = (path: string): string =>
      new TextDecoder().decode(host.call('a', 'request', get(path)).output.body)
    expect(answerTo('/some?x=1')).toBe('201 ["https://a.test/some?x=1","POST",[["x-a","é"]],"bödy"] c')
    expect(answerTo('/none')).toBe('nobody')
  })
})

describe('cart/tree', { timeout: 60_000 }, () => {
  test('Element is the tree it describes, and UiEvent what happened', async () => {
    const host = await load(
      'frontend',
      `import { element, UiEvent } from 'cart/tree'
export function render(json: string): string {
  const event = new UiEvent(json)
  const said = [event.type, event.event, event.id, event.value, event.key].join('/') + event.field('name')
  return element('div', said)
    .add(element('button', 'Add').set('type', 'button').set('title', '"').on('click', 'add'))
    .text('end')
    .toString()
}`,
    )
    const render = (event: unknown): unknown => host.call('a', 'render', { event }).output
    const button = { t: 'button', a: { type: 'button', title: '"' }, on: { click: 'add' }, c: ['Add'] }
    expect(render({ type: 'mount' })).toEqual({ t: 'div', c: ['mount////', button, 'end'] })
    expect(render({ type: 'event', event: 'keydown', id: 'x', value: 'v', key: 'Enter' })).toMatchObject({
      c: ['event/keydown/x/v/Enter', button, 'end'],
    })
    expect(render({ type: 'event', event: 'submit', id: 'x', value: { name: 'Ann' }, key: null })).toMatchObject({
      c: ['event/submit/x//Ann', button, 'end'],
    })
  })
})

describe('cart/screen', { timeout: 60_000 }, () => {
  test('what a frame leaves behind is freed after it', async () => {
    const host = await load(
      'interactive',
      `import { Screen } from 'cart/screen'
const screen = new Screen(2, 2)
let kept = ''
export function frame(t: f64, _dt: f64): i32 {
  kept = t.toString().padStart(10000, '.')
  return 0
}
export function key(_code: i32, _down: bool): void {}`,
    )
    const sizes = Array.from(
      { length: 500 },
      (_, index) => host.call('a', 'frame', { tMs: index * 16, dtMs: 16 }).memoryBytes,
    )
    expect(Math.max(...sizes)).toBeLessThan(300_000)
  })

  test('Screen draws, and leaves out what lies outside', async () => {
    const host = await load(
      'interactive',
      `import { rgb, Screen, textWidth } from 'cart/screen'
const screen = new Screen(30, 16)
const ink = rgb(0x0102ff)
export function frame(_t: f64, _dt: f64): i32 {
  screen.text(0, 0, 'Ag7', ink)
  screen.fill(-5, 14, 7, 9, ink)
  screen.fill(40, 3, 5, 5, ink)
  screen.fill(3, 3, -5, 5, ink)
  screen.set(-1, 5, ink)
  screen.line(4, 15, 10, 12, ink)
  screen.disc(22, 11, 3, ink)
  screen.frame(12, 10, 4, 4, ink)
  screen.text(textWidth('Ag7') + 3, -4, 'é', ink)
  return 1
}
export function key(_code: i32, _down: bool): void {}`,
    )
    const { width, height, pixels } = host.call('a', 'frame', { tMs: 16, dtMs: 16 }).output
    const shown = Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => (pixels[(y * width + x) * 4] === 1 ? '#' : '.')).join(''),
    )
    expect([...pixels.slice(4, 8)]).toEqual([1, 2, 255, 255])
    expect(shown.join('\n')).toMatchInlineSnapshot(`
      ".###...###..#####.....#.......
      #...#.#...#.....#.............
      #...#.#........#......#.......
      #####.#.###...#...............
      #...#.#...#...#...............
      #...#.#...#..#................
      #...#..####..#................
      ..............................
      .....................###......
      ....................#####.....
      ............####...#######....
      ............#..#...#######....
      ..........#.#..#...#######....
      ........##..####....#####.....
      ##....##.............###......
      ##..##........................"
    `)
  })
})
