import type { RequestListener, ServerResponse } from 'node:http'
import { systemClock } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import type { HttpOutcome, OutgoingRequest } from '../host/http.js'
import { serve } from '../testing/internal/serve.js'
import { createFetcher, type FetcherDeps, type FetcherOptions } from './fetcher.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const get = (url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => {
  return { url, method: 'GET', headers: [], body: new Uint8Array(), ...more }
}
const loopback = async () => [{ address: '127.0.0.1', family: 4 }]
const { signal } = new AbortController()

/** Asks with `asked.test` at the loopback address. */
function ask(request: OutgoingRequest, options: FetcherOptions, deps: Partial<FetcherDeps> = {}): Promise<HttpOutcome> {
  return createFetcher({ clock: systemClock, resolve: loopback, ...deps }, options).fetch(request, { signal })
}

/** A server that is named by the operator and may be local, and one question to it. */
async function answerOf(listener: RequestListener, more: Partial<OutgoingRequest> = {}): Promise<HttpOutcome> {
  await using server = await serve(listener)
  const host = `asked.test:${server.port}`
  return await ask(get(`http://${host}/start`, more), { hosts: [`http://${host}`], allowHosts: [host] })
}

describe('createFetcher(): what it says and hears', () => {
  test('sends method, headers and body, with the length of the body, and no word of ours', async () => {
    const outcome = await answerOf(
      async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        response.end(JSON.stringify([request.method, request.url, request.headers, Buffer.concat(chunks).toString()]))
      },
      { method: 'DELETE', headers: [['X-A', 'b']], body: new TextEncoder().encode('bödy') },
    )
    if (outcome.status !== 'answered') expect.fail(outcome.why)
    expect(JSON.parse(text(outcome.response.body))).toEqual([
      'DELETE',
      '/start',
      {
        ...{ host: expect.stringMatching(/^asked\.test:/), connection: 'close', 'content-length': '5' },
        ...{ 'user-agent': 'Salp', 'accept-encoding': 'identity', 'x-a': 'b' },
      },
      'bödy',
    ])
  })

  test('follows GET on the same origin, and gives any other redirect as the answer', async () => {
    const redirect =
      (location: string): RequestListener =>
      ({ url }, response) =>
        url === '/start' ? response.writeHead(302, { location }).end() : response.end(`at ${url}`)
    const status = async (location: string, method = 'GET') => {
      const outcome = await answerOf(redirect(location), { method })
      return outcome.status === 'answered' ? `${outcome.response.status} ${text(outcome.response.body)}` : outcome.why
    }
    expect(await status('/there')).toBe('200 at /there')
    expect(await status('/there', 'POST')).toBe('302 ')
    expect(await status('http://other.test/there')).toBe('302 ')
    expect(await status('https://asked.test/')).toBe('302 ')
    expect(await status('http://asked.test:1/')).toBe('302 ')
    expect(await status('file:///etc/passwd')).toBe('302 ')
    expect(await status('/start')).toBe('302 ')
  })

  test('takes an answer of 1 MB, and none that is larger, whether it says so or not', async () => {
    const sized = (size: number, said: boolean) =>
      answerOf((_, response) => {
        if (said) response.setHeader('content-length', size)
        response.end(Buffer.alloc(size))
      })
    expect(await sized(1_000_000, true)).toMatchObject({ status: 'answered' })
    const tooLarge = { status: 'failed', why: 'its answer is larger than 1000000 bytes' }
    expect([await sized(1_000_001, true), await sized(1_000_001, false)]).toEqual([tooLarge, tooLarge])
  })

  test('gives up after 10 s, before the answer and in the middle of it', async () => {
    for (const begin of [() => undefined, (response: ServerResponse) => response.writeHead(200).write('a')]) {
      const clock = stoppedClock()
      const asked = Promise.withResolvers<void>()
      await using server = await serve((_, response) => {
        begin(response)
        asked.resolve()
      })
      const host = `asked.test:${server.port}`
      const outcome = ask(get(`http://${host}/`), { hosts: [`http://${host}`], allowHosts: [host] }, { clock })
      await asked.promise
      await clock.advance(9_999)
      await clock.advance(1)
      expect(await outcome).toEqual({ status: 'failed', why: 'it took longer than 10 s' })
    }
  })

  test('gives up after 10 s of looking for a name', async () => {
    const clock = stoppedClock()
    const outcome = ask(
      get('https://asked.test/'),
      { hosts: ['asked.test'] },
      { clock, resolve: () => new Promise(() => undefined) },
    )
    await clock.advance(10_000)
    expect(await outcome).toEqual({ status: 'failed', why: 'it took longer than 10 s' })
  })

  test.each<[string, RequestListener, string]>([
    ['hangs up', ({ socket }) => socket.destroy(), 'it cannot be reached (ECONNRESET)'],
    [
      'breaks off',
      (_, response) => response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy()),
      'it cannot be reached (ECONNRESET)',
    ],
    [
      'changes protocols',
      ({ socket }) => socket.end('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'it broke off',
    ],
    [
      'answers with a status that is none',
      ({ socket }) => socket.end('HTTP/1.1 999 x\r\ncontent-length: 0\r\n\r\n'),
      'it answered with the status 999',
    ],
    ['speaks no HTTP', ({ socket }) => socket.end('220 ready\r\n'), 'it cannot be reached (HPE_INVALID_CONSTANT)'],
  ])('fails when the other side %s', async (_, listener, why) => {
    expect(await answerOf(listener)).toEqual({ status: 'failed', why })
  })

  test('aborts with the signal, and the connection with it', async () => {
    const asked = Promise.withResolvers<void>()
    const cut = Promise.withResolvers<void>()
    await using server = await serve(({ socket }) => {
      socket.once('close', () => cut.resolve())
      asked.resolve()
    })
    const host = `asked.test:${server.port}`
    const stop = new AbortController()
    const { fetch } = createFetcher(
      { clock: systemClock, resolve: loopback },
      { hosts: [`http://${host}`], allowHosts: [host] },
    )
    const outcome = fetch(get(`http://${host}/`), { signal: stop.signal })
    await asked.promise
    stop.abort(new RangeError('enough'))
    await expect(outcome).rejects.toThrow('enough')
    await cut.promise
    await expect(fetch(get(`http://${host}/`), { signal: stop.signal })).rejects.toThrow('enough')
  })
})

describe('createFetcher(): whom it asks', () => {
  test.each([
    ['https://other.test/', 'the operator does not name https://other.test'],
    ['http://asked.test/', 'the operator does not name http://asked.test'],
    ['https://asked.test:8443/', 'the operator does not name https://asked.test:8443'],
    ['https://user:word@asked.test/', 'it holds a user name or a password'],
    ['https://asked.test/', 'the name asked.test leads to an address that is not on the open internet'],
    ['https://127.0.0.1/', '127.0.0.1 is not on the open internet'],
    ['https://2130706433/', '127.0.0.1 is not on the open internet'],
    ['https://localhost/', '"localhost" is a name of a local network'],
    ['http://plain.test:6379/', 'port 6379 is not for web pages'],
  ])('refuses %s', async (url, why) => {
    const hosts = ['asked.test', '127.0.0.1', 'localhost', 'http://plain.test:6379']
    expect(await ask(get(url), { hosts })).toEqual({ status: 'refused', why })
  })

  test.each(['10.0.0.1', '169.254.169.254', '::1', '::ffff:192.168.0.1', 'fd00::1'])(
    'refuses a name with %s among its addresses',
    async (address) => {
      const resolve = async () => [
        { address: '93.184.216.34', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ]
      expect(await ask(get('https://asked.test/'), { hosts: ['asked.test'] }, { resolve })).toMatchObject({
        status: 'refused',
      })
    },
  )

  test('fails for a name that is not known, and for one without addresses', async () => {
    const why = 'the name asked.test is not known'
    for (const resolve of [async () => [], () => Promise.reject(new RangeError('ENOTFOUND'))])
      expect(await ask(get('https://asked.test/'), { hosts: ['asked.test'] }, { resolve })).toEqual({
        status: 'failed',
        why,
      })
  })
})
