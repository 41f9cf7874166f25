import { describe, expect, test } from 'vitest'
import { answer, answerData, get, program, script, type TestHost, testHost } from '../testing/internal/host.js'
import { backend } from '../testing/internal/wat.js'
import { type CartridgeRequest, encodeRequest } from './frames.js'
import { type HttpOutcome, type OutgoingRequest, requestOut } from './http.js'
import type { Program } from './program.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content)

/** Answers whatever is asked, and remembers it. */
function recordingFetch(): { asked: OutgoingRequest[]; fetch: (request: OutgoingRequest) => HttpOutcome } {
  const asked: OutgoingRequest[] = []
  const headers = [
    ...[['content-type', 'text/plain'] as const, ['set-cookie', 'a=b'] as const, ['transfer-encoding', 'x'] as const],
    ...[['x_y', 'no name'] as const, ['x-bad', 'a\u0000b'] as const],
  ]
  const fetch = (request: OutgoingRequest): HttpOutcome => {
    asked.push(request)
    return { status: 'answered', response: { status: 201, headers, body: bytes(`${request.method} ${request.url}`) } }
  }
  return { asked, fetch }
}

describe('requestOut()', () => {
  const send = (given: Partial<CartridgeRequest>, requests = { made: 0 }) => {
    const { asked, fetch } = recordingFetch()
    const request = { method: 'GET', path: 'https://a.test/x', query: '', headers: [], body: bytes(''), ...given }
    return { asked, outcome: requestOut(encodeRequest(request), { hosts: ['a.test'], requests, fetch }) }
  }

  test('hands on what was asked, less the headers that are not its own', () => {
    const headers = [
      'Authorization: key',
      'Cookie: a=b',
      'Host: b.test',
      'Content-Length: 7',
      'Expect: x',
      'X-A: b',
    ].map((line) => line.split(': ') as [string, string])
    const { asked, outcome } = send({ method: 'POST', query: 'q=1', headers, body: bytes('body') })
    expect(asked).toEqual([
      {
        ...{ url: 'https://a.test/x?q=1', method: 'POST', body: bytes('body') },
        headers: [
          ['Authorization', 'key'],
          ['X-A', 'b'],
        ],
      },
    ])
    expect(outcome).toMatchObject({ status: 'answered', response: { headers: [['content-type', 'text/plain']] } })
  })

  test.each<[Partial<CartridgeRequest>, string]>([
    [{ path: '/relative' }, 'no absolute URL'],
    [{ path: 'https://b.test/' }, '"b.test" is not among its httpHosts'],
    [{ path: 'https://a.test:8443/' }, 'not among'],
    [{ path: 'file:///etc/passwd' }, '"file:" is not asked'],
    [{ headers: [['x-a', '€']] }, 'its header "x-a" has letters beyond Latin-1'],
    [{ method: 'CONNECT' }, 'its method is none'],
    [{ method: 'get' }, 'its method is none'],
  ])('refuses %j', (given, why) => {
    const { asked, outcome } = send(given)
    expect(asked).toEqual([])
    expect(outcome).toMatchObject({ status: 'refused', why: expect.stringContaining(why) })
  })

  test('refuses the eleventh of a call', () => {
    const requests = { made: 0 }
    const outcomes = Array.from({ length: 11 }, () => send({}, requests).outcome.status)
    expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'answered'), 'refused'])
  })
})

/** Asks for what its own request has as its body, and answers with what came, or in the status with 300 less the error. */
const asking = backend(
  `(if (i32.gt_u (i32.load (i32.const 1031)) (i32.const 1)) (then
     (local.set $len (call $http (i32.const 300) (i32.load (i32.const 296))))
     (if (i32.lt_s (local.get $len) (i32.const 0))
       (then (i32.store (i32.const 0) (i32.add (i32.const 300) (local.get $len))))
       (else
         (drop (call $take (i32.const 2048) (i32.const 4096)))
         (return (i64.or (i64.shl (i64.const 2048) (i64.const 32)) (i64.extend_i32_u (local.get $len))))))))
   ${answer}`,
  `(import "cart" "http" (func $http (param i32 i32) (result i32)))
   (import "cart" "take" (func $take (param i32 i32) (result i32)))
   ${answerData}
   ${frameData('https://a.test/')}`,
)

/** A request frame at byte 300, its length at 296. */
function frameData(url: string): string {
  const frame = encodeRequest({ method: 'GET', path: url, query: '', headers: [], body: new Uint8Array() })
  const hex = (part: Uint8Array): string => [...part].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')
  return `(data (i32.const 296) "${hex(new Uint8Array(new Uint32Array([frame.length]).buffer))}${hex(frame)}")`
}

const allowed: Partial<Program> = { capabilities: ['http'], httpHosts: ['a.test'] }
const respond = (host: TestHost, id = 'a') => host.call(id, 'request', get('/go')).output

describe('http of a cartridge', () => {
  test('asks, and takes the answer', async () => {
    const { fetch } = recordingFetch()
    const host = testHost({ fetchSync: fetch })
    await host.load(program(asking, allowed))
    const { status, headers, body } = respond(host)
    expect([status, headers, text(body)]).toEqual([201, [['content-type', 'text/plain']], 'GET https://a.test/'])
  })

  test('costs what any function of the host costs', async () => {
    const host = testHost()
    const quiet = asking.replaceAll('(call $http (i32.const 300) (i32.load (i32.const 296)))', '(i32.const -6)')
    await host.load(program(asking, allowed))
    await host.load(program(quiet, { ...allowed, id: 'b' }))
    const [asked, silent] = ['a', 'b'].map((id) => host.call(id, 'request', get('/go')).fuel)
    const frame = encodeRequest({
      method: 'GET',
      path: 'https://a.test/',
      query: '',
      headers: [],
      body: new Uint8Array(),
    })
    // The import, two constants and a load in place of one constant; then the function.
    expect(Number(asked) - Number(silent)).toBe(40 + 1 + 1 + 2 - 1 + 200 + Math.floor(frame.length / 4))
  })

  test('is refused without the capability, and named in the log without a way out or another host', async () => {
    const host = testHost()
    await expect(host.load(program(asking, { httpHosts: ['a.test'] }))).rejects.toMatchObject({
      ...{ code: 'cartridge/import', why: '"cart.http" needs the capability "http", which is not granted' },
    })
    await host.load(program(asking, allowed))
    expect(respond(host).status).toBe(294)
    await host.load(program(asking, { capabilities: ['http'] }))
    expect(respond(host).status).toBe(294)
    expect(host.logged.map(([, level, line]) => [level, line])).toEqual([
      [2, 'http() refused: there is no way out from where it runs'],
      [2, 'http() refused: "a.test" is not among its httpHosts'],
    ])
  })

  test('fails with -7 where there is no answer', async () => {
    const host = testHost({ fetchSync: () => ({ status: 'failed', why: 'it broke off' }) })
    await host.load(program(asking, allowed))
    expect(respond(host).status).toBe(293)
    expect(host.logged).toEqual([['a', 2, 'http() failed: it broke off']])
  })

  test('reaches nobody in a trial, nor from cart_init', async () => {
    const { asked, fetch } = recordingFetch()
    const host = testHost({ fetchSync: fetch })
    const early = `(module (import "cart" "http" (func $http (param i32 i32) (result i32))) ${answerData} ${frameData('https://a.test/')}
      (memory (export "memory") 1)
      (func $ask (drop (call $http (i32.const 300) (i32.load (i32.const 296)))))
      (func (export "cart_abi") (result i32) i32.const 0x10000)
      (func (export "cart_init") call $ask)
      (func (export "cart_alloc") (param i32) (result i32) i32.const 1024)
      (func (export "handle") (param i32 i32) (result i64) call $ask ${answer}))`
    await host.load(program(early, allowed))
    expect([asked.length, host.logged]).toEqual([0, []])
    respond(host)
    expect(asked).toHaveLength(1)
  })

  test('is counted once for all that a call leads to, and asks in the name of the one that runs', async () => {
    const { asked, fetch } = recordingFetch()
    const host = testHost({ fetchSync: fetch })
    const source = `export function handle({ path }) {
      if (path === '/') return 'trial'
      const tries = []
      for (let count = 0; count < 8; count++) try { tries.push(http({ url: 'https://a.test/' }).status) } catch { tries.push('no') }
      return tries.join() + NEXT
    }`
    const inner = { ...allowed, id: 'b' }
    await host.load(script(source.replace('NEXT', '""'), inner))
    await host.load(
      script(source.replace('NEXT', '" " + call("b", { path: "/go" }).body'), {
        ...allowed,
        capabilities: ['http', 'call'],
        callTargets: ['b'],
      }),
    )
    expect(text(respond(host).body)).toBe(`${'201,'.repeat(7)}201 201,201,${'no,'.repeat(5)}no`)
    expect(asked).toHaveLength(10)
    expect(host.logged).toEqual([['b', 2, 'http() refused: it made more than 10 requests in a call']])
    await host.load(script(source.replace('NEXT', '""'), { ...inner, httpHosts: [] }))
    expect(text(respond(host).body)).toBe(`${'201,'.repeat(7)}201 ${'no,'.repeat(7)}no`)
  })
})

describe('http() of a script', () => {
  const source = `export function handle({ path, body }) {
    if (path === '/') return 'trial'
    const { status, headers, body: answer } = http(JSON.parse(body))
    return { body: { status, headers, answer } }
  }`
  const ask = (host: TestHost, request: unknown): unknown => {
    const sent = { ...get('/go').request, body: bytes(JSON.stringify(request)) }
    return JSON.parse(text(host.call('a', 'request', { request: sent }).output.body))
  }

  test('gives status, headers and body', async () => {
    const { asked, fetch } = recordingFetch()
    const host = testHost({ fetchSync: fetch })
    await host.load(script(source, allowed))
    const request = { url: 'https://a.test/x?y=é', method: 'PUT', headers: { 'x-a': 1 }, body: 'ü' }
    expect(ask(host, request)).toEqual({
      ...{ status: 201, headers: { 'content-type': 'text/plain' }, answer: 'PUT https://a.test/x?y=%C3%A9' },
    })
    expect(asked).toEqual([
      { url: 'https://a.test/x?y=%C3%A9', method: 'PUT', headers: [['x-a', '1']], body: bytes('ü') },
    ])
  })

  test('throws where nobody may be asked, nobody answers, or it is no request', async () => {
    const host = testHost({ fetchSync: () => ({ status: 'failed', why: 'it broke off' }) })
    await host.load(script(source, allowed))
    expect(() => ask(host, { url: 'https://b.test/' })).toThrow('http() did nothing: nobody may be asked in a trial')
    expect(() => ask(host, { url: 'https://a.test/' })).toThrow('http() got no answer; its log says why')
    for (const request of [null, {}, { url: 1 }, { url: 'https://a.test/', body: {} }])
      expect(() => ask(host, request)).toThrow('http() takes a request such as')
    await host.load(script(source))
    expect(() => ask(host, { url: 'https://a.test/' })).toThrow('http() needs the capability "http"')
  })
})
