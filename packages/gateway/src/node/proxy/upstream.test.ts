import { networkInterfaces } from 'node:os'
import { gunzipSync, gzipSync } from 'node:zlib'
import { systemClock } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import type { UpstreamError, UpstreamLimits } from '../../proxy/upstream.js'
import { certificate } from '../../testing/internal/certificate.js'
import { liveBytes } from '../../testing/internal/live-memory.js'
import { serve, serveRaw, serveSecure } from '../../testing/internal/serve.js'
import type { Resolve } from './address-finder.js'
import { createUpstream, type NodeUpstreamOptions } from './upstream.js'

const loopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

function open(options: NodeUpstreamOptions = {}, deps: { resolve?: Resolve; clock?: typeof systemClock } = {}) {
  const upstream = createUpstream({ clock: systemClock, resolve: loopback, ...deps }, options)
  const send = (url: string, init: RequestInit = {}, limits: Partial<UpstreamLimits> = {}) =>
    upstream.send(
      { method: init.method ?? 'GET', headers: new Headers(init.headers), body: bodyOf(init.body) },
      new URL(url),
      { signal: new AbortController().signal, firstByteMs: 60_000, totalMs: 60_000, maxBytes: 10_000_000, ...limits },
    )
  return { upstream, send, [Symbol.dispose]: () => upstream.close() }
}
const trust = (...hosts: string[]) => ({ allowHosts: hosts })
const bodyOf = (body: RequestInit['body']) =>
  body === undefined || body === null ? null : body instanceof ReadableStream ? body : new Response(body).body
const failure = (condition: UpstreamError['condition']) =>
  expect.objectContaining({ code: `gateway/upstream-${condition}`, condition })
/** A promise and the way to keep it. */
const signalled = () => Promise.withResolvers<void>()

describe('send(): where it may go', () => {
  test('connects to the address that was checked, under the name that was asked for', async () => {
    await using server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`))
    let asked = 0
    const resolve: Resolve = async (host) => {
      asked++
      expect(host).toBe('pinned.test')
      return loopback(host)
    }
    using way = open(trust(`pinned.test:${server.port}`), { resolve })
    const url = `http://pinned.test:${server.port}/a?b=c`
    expect(await (await way.send(url)).text()).toBe(`pinned.test:${server.port} /a?b=c`)
    expect(await (await way.send(url)).text()).toContain('/a?b=c')
    expect([asked, server.connections()]).toEqual([1, 1])
  })

  test('speaks TLS to the name, not the address, and to nobody else', async () => {
    await using server = await serveSecure((request, response) => response.end(request.headers.host))
    using way = open({ ...trust('pinned.test', 'other.test'), ca: certificate })
    expect(await (await way.send(`https://pinned.test:${server.port}/`)).text()).toBe(`pinned.test:${server.port}`)
    await expect(way.send(`https://other.test:${server.port}/`)).rejects.toEqual(failure('unreachable'))
    using strict = open(trust('pinned.test'))
    await expect(strict.send(`https://pinned.test:${server.port}/`)).rejects.toEqual(failure('unreachable'))
  })

  const local = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'))
  test.skipIf(!local)('reaches IPv6', async () => {
    await using server = await serve((request, response) => response.end(request.headers.host), { host: '::1' })
    using way = open(trust('[::1]', 'six.test'), { resolve: async () => [{ address: '::1', family: 6 }] })
    expect(await (await way.send(`http://[::1]:${server.port}/`)).text()).toBe(`[::1]:${server.port}`)
    expect(await (await way.send(`http://six.test:${server.port}/`)).text()).toBe(`six.test:${server.port}`)
  })

  test.for([
    ['http://127.0.0.1:PORT/', []],
    ['http://localhost:PORT/', []],
    ['http://[::ffff:127.0.0.1]:PORT/', []],
    ['http://2130706433:PORT/', []],
    ['http://name.example:PORT/', ['127.0.0.1']],
    ['http://name.example:PORT/', ['93.184.215.14', '127.0.0.1']],
    ['http://name.example:PORT/', ['::ffff:127.0.0.1']],
    ['http://name.example:PORT/', ['::1']],
    ['http://name.example:PORT/', ['0.0.0.0']],
    ['http://name.example:PORT/', ['nonsense']],
    ['http://user@name.example:PORT/', ['93.184.215.14']],
  ] as const)('refuses %s at %j, and connects to nothing', async ([url, addresses]) => {
    await using server = await serve((_, response) => response.end('secret'))
    const resolve: Resolve = async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    using way = open({}, { resolve })
    await expect(way.send(url.replace('PORT', String(server.port)))).rejects.toEqual(failure('refused'))
    expect(server.connections()).toBe(0)
  })

  test('refuses a name that was public when it was registered and is private later', async () => {
    await using server = await serve((_, response) => response.end('secret'))
    const clock = stoppedClock()
    let address = '93.184.215.14'
    using way = open({ rememberMs: 30_000 }, { clock, resolve: async () => [{ address, family: 4 }] })
    const url = `http://name.example:${server.port}/`
    const { signal } = new AbortController()
    expect(await way.upstream.check(new URL(url), { signal })).toEqual({ status: 'allowed' })
    address = '127.0.0.1'
    await clock.advance(30_000)
    await expect(way.send(url)).rejects.toEqual(failure('refused'))
    expect(await way.upstream.check(new URL(url), { signal })).toEqual({
      status: 'refused',
      reason: 'its name leads to 127.0.0.1, which is not on the open internet',
    })
    expect(server.connections()).toBe(0)
  })

  test('reuses no connection to an address that the name has left', async () => {
    await using first = await serve((_, response) => response.end('first'))
    await using second = await serve((_, response) => response.end('second'), { host: '127.0.0.2', port: first.port })
    const clock = stoppedClock()
    let address = '127.0.0.1'
    using way = open(
      { ...trust('moving.test'), rememberMs: 1_000 },
      { clock, resolve: async () => [{ address, family: 4 }] },
    )
    const get = async () => (await way.send(`http://moving.test:${first.port}/`)).text()
    expect([await get(), await get()]).toEqual(['first', 'first'])
    address = '127.0.0.2'
    expect(await get()).toBe('first')
    await clock.advance(1_000)
    expect(await get()).toBe('second')
    expect([first.connections(), second.connections()]).toEqual([1, 1])
  })

  test('follows no redirect', async () => {
    await using server = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end())
    using way = open(trust('127.0.0.1'))
    const response = await way.send(`${server.origin}/`)
    expect([response.status, response.headers.get('location')]).toEqual([302, '/elsewhere'])
  })

  test('asks anew for a name that was not known', async () => {
    await using server = await serve((_, response) => response.end('here'))
    let known = false
    const resolve: Resolve = async (host) => {
      if (!known) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
      return loopback(host)
    }
    using way = open(trust('late.test', 'empty.test'), { resolve })
    const url = `http://late.test:${server.port}/`
    await expect(way.send(url)).rejects.toEqual(failure('unreachable'))
    known = true
    expect(await (await way.send(url)).text()).toBe('here')
    using none = open(trust('empty.test'), { resolve: async () => [] })
    await expect(none.send(`http://empty.test:${server.port}/`)).rejects.toEqual(failure('unreachable'))
  })
})

describe('send(): what it says', () => {
  const heard = async (init: RequestInit, limits?: Partial<UpstreamLimits>) => {
    const { promise, resolve } = Promise.withResolvers<string>()
    let text = ''
    await using server = await serveRaw((socket) =>
      socket.on('data', (chunk) => {
        text += String(chunk)
        if (/\r\n\r\n(?:$|0\r\n|.*\r\n0\r\n\r\n$|body$)/s.test(text)) {
          resolve(text)
          socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
        }
      }),
    )
    using way = open(trust('127.0.0.1'))
    await way.send(`${server.origin}/p`, init, limits)
    return (await promise).replace(/127\.0\.0\.1:\d+/, 'HOST').split('\r\n')
  }

  test('settles the length of every body itself', async () => {
    expect(await heard({ method: 'DELETE', body: 'body' })).toEqual(
      expect.arrayContaining(['DELETE /p HTTP/1.1', 'transfer-encoding: chunked', 'body']),
    )
    const lengths = async (init: RequestInit) =>
      (await heard(init)).filter((line) => /^(?:content-l|transfer)/i.test(line))
    expect(await lengths({ method: 'POST' })).toEqual(['content-length: 0'])
    expect(await lengths({ method: 'POST', headers: { 'content-length': '7' } })).toEqual(['content-length: 0'])
    expect(await lengths({ method: 'GET' })).toEqual([])
    expect(await lengths({ method: 'POST', body: 'body', headers: { 'content-length': '4' } })).toEqual([
      'content-length: 4',
    ])
    expect(await lengths({ method: 'POST', body: 'body', headers: { 'content-length': '4, 4' } })).toEqual([
      'transfer-encoding: chunked',
    ])
  })

  test('sends the host of the target, whatever the headers say', async () => {
    const lines = await heard({ headers: { host: 'evil.example', connection: 'upgrade' } })
    expect(lines.filter((line) => /^(?:host|connection)/i.test(line))).toEqual(['Host: HOST', 'Connection: keep-alive'])
  })

  test('fails if a body is not as long as it says', async () => {
    await using server = await serve((request, response) => {
      request.resume()
      request.on('end', () => response.end())
    })
    using way = open(trust('127.0.0.1'))
    for (const length of ['3', '5']) {
      const init = { method: 'POST', body: 'body', headers: { 'content-length': length } }
      await expect(way.send(server.origin, init)).rejects.toEqual(failure('refused'))
    }
  })

  test('passes on what reading the request throws', async () => {
    await using server = await serve((request) => void request.resume())
    using way = open(trust('127.0.0.1'))
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('client broke')) })
    await expect(way.send(server.origin, { method: 'POST', body })).rejects.toThrow('client broke')
  })
})

describe('send(): what it gives back', () => {
  test.for([
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', 'unreachable'],
    ['chunks that break off', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n', 'unreachable'],
    ['a length above the limit', `HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n${'x'.repeat(101)}`, 'too-large'],
    ['more than the limit', `HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${'x'.repeat(101)}`, 'too-large'],
    ['no answer', '', 'unreachable'],
    ['noise', 'hello\r\n\r\n', 'unreachable'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'unreachable'],
    ['a status that is none', 'HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n', 'unreachable'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx', 'unreachable'],
    ['huge headers', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(40_000)}\r\n\r\n`, 'unreachable'],
  ] as const)('fails for %s', async ([, answer, condition]) => {
    await using server = await serveRaw((socket) => void socket.once('data', () => socket.end(answer)))
    using way = open(trust('127.0.0.1'))
    const read = async () => (await way.send(server.origin, {}, { maxBytes: 100 })).text()
    await expect(read()).rejects.toEqual(failure(condition))
  })

  test('takes exactly the limit, and empty bodies', async () => {
    await using server = await serve((request, response) => {
      response.statusCode = Number(request.url?.slice(1))
      if (response.statusCode === 200) response.end('x'.repeat(100))
      else response.end()
    })
    using way = open(trust('127.0.0.1'))
    const get = async (path: string, method = 'GET') => {
      const response = await way.send(`${server.origin}/${path}`, { method }, { maxBytes: 100 })
      return [response.status, (await response.text()).length]
    }
    expect([await get('200'), await get('204'), await get('304'), await get('200', 'HEAD')]).toEqual([
      [200, 100],
      [204, 0],
      [304, 0],
      [200, 0],
    ])
    expect(server.connections()).toBe(1)
  })

  test('passes compressed bodies on as they are, counting what travels', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    await using server = await serve((_, response) => response.setHeader('content-encoding', 'gzip').end(bomb))
    using way = open(trust('127.0.0.1'))
    const response = await way.send(server.origin, {}, { maxBytes: 100_000 })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(bytes.equals(bomb)).toBe(true)
    expect(gunzipSync(bytes)).toHaveLength(20_000_000)
  })

  test('says a request anew that met a connection just closed, if it may', async () => {
    const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
    let requests = 0
    // Answers the first request of a connection and hangs up on the second.
    await using server = await serveRaw((socket) => {
      let asked = 0
      socket.on('data', () => {
        requests++
        if (++asked === 1) socket.write(answer)
        else socket.resetAndDestroy()
      })
    })
    using way = open(trust('127.0.0.1'))
    const get = async (init?: RequestInit) => (await way.send(server.origin, init)).text()
    expect([await get(), await get()]).toEqual(['ok', 'ok'])
    expect([requests, server.connections()]).toEqual([3, 2])
    await expect(get({ method: 'POST', body: 'x' })).rejects.toEqual(failure('unreachable'))
  })
})

describe('send(): streams', () => {
  test('gives the start of an answer before its end, and sends while it receives', async () => {
    await using server = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      request.pipe(response)
    })
    using way = open(trust('127.0.0.1'))
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const response = await way.send(server.origin, { method: 'POST', body: readable })
    const writer = writable.getWriter()
    const reader = response.body?.getReader()
    for (const word of ['data: one\n\n', 'data: two\n\n']) {
      await writer.write(new TextEncoder().encode(word))
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(word)
    }
    await writer.close()
    expect((await reader?.read())?.done).toBe(true)
  })

  test('takes 100 MB up and 100 MB down in flat memory', async () => {
    const chunk = new Uint8Array(65_536)
    const chunks = 1_600
    let received = 0
    await using server = await serve((request, response) => {
      request.on('data', (part: Buffer) => {
        received += part.length
      })
      request.on('end', () => {
        let left = chunks
        const more = (): void => {
          while (left > 0) {
            left--
            if (!response.write(chunk)) return
          }
          response.end()
        }
        response.on('drain', more)
        more()
      })
    })
    using way = open(trust('127.0.0.1'))
    const before = liveBytes()
    let peak = before
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent % 200 === 0) peak = Math.max(peak, liveBytes())
        if (sent++ === chunks) controller.close()
        else controller.enqueue(new Uint8Array(65_536))
      },
    })
    const response = await way.send(server.origin, { method: 'POST', body }, { maxBytes: 200_000_000 })
    let size = 0
    for await (const part of response.body ?? []) {
      if (Math.floor(size / 10_000_000) < Math.floor((size + part.length) / 10_000_000))
        peak = Math.max(peak, liveBytes())
      size += part.length
    }
    expect([received, size]).toEqual([chunks * chunk.length, chunks * chunk.length])
    expect(peak - before).toBeLessThan(64_000_000)
  }, 30_000)

  test('lets whoever is fast wait for whoever is slow, either way', async () => {
    const chunk = Buffer.alloc(65_536)
    const most = 1_000 * chunk.length
    let written = 0
    await using server = await serve((request, response) => {
      if (request.url === '/ping') return void response.end()
      if (request.method === 'POST') return void request.pause()
      const more = (): void => {
        while (written < most) {
          written += chunk.length
          if (!response.write(chunk)) return
        }
      }
      response.on('drain', more)
      more()
    })
    using way = open(trust('127.0.0.1'))
    const down = await way.send(server.origin, {}, { maxBytes: most })
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += chunk.length
        if (pulled < most) controller.enqueue(new Uint8Array(chunk.length))
        else controller.close()
      },
    })
    const client = new AbortController()
    const up = expect(way.send(server.origin, { method: 'POST', body }, { signal: client.signal })).rejects.toThrow(
      'enough',
    )
    // Time enough for all of it to go, if nothing held it back.
    for (let ping = 0; ping < 1_000; ping++) await way.send(`${server.origin}/ping`)
    expect(written).toBeLessThan(most / 2)
    expect(pulled).toBeLessThan(most / 2)
    client.abort(new Error('enough'))
    await up
    await down.body?.cancel()
  })
})

describe('send(): limits of time', () => {
  test.for([
    ['connect', 5_000],
    ['total', 3_000],
  ] as const)('gives up a name that is not found in time (%s)', async ([phase, ms]) => {
    const clock = stoppedClock()
    using way = open(trust('slow.test'), { clock, resolve: () => new Promise(() => undefined) })
    const sent = way.send('http://slow.test/', {}, { totalMs: phase === 'total' ? ms : 60_000 })
    const outcome = expect(sent).rejects.toEqual(failure('timeout'))
    await clock.advance(ms)
    await outcome
  })

  test('gives up an answer that does not start', async () => {
    const asked = signalled()
    await using server = await serve(() => asked.resolve())
    const clock = stoppedClock()
    using way = open(trust('127.0.0.1'), { clock })
    const sent = way.send(server.origin, {}, { firstByteMs: 1_000 })
    const outcome = expect(sent).rejects.toThrow('it took too long (first byte)')
    await asked.promise
    await clock.advance(1_000)
    await outcome
  })

  test('gives up a stream that falls silent, not one that is merely long', async () => {
    let say = (_: string): void => undefined
    await using server = await serve((_, response) => {
      say = (word) => void response.write(word)
      say('a')
    })
    const clock = stoppedClock()
    using way = open({ ...trust('127.0.0.1'), idleMs: 1_000 }, { clock })
    const response = await way.send(server.origin)
    const reader = response.body?.getReader()
    for (const word of ['a', 'b', 'c']) {
      if (word !== 'a') say(word)
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(word)
      await clock.advance(900)
    }
    const next = expect(reader?.read()).rejects.toThrow('it took too long (silence)')
    await clock.advance(1_000)
    await next
  })

  test('gives up what is too long in all', async () => {
    await using server = await serve((_, response) => void response.write('a'))
    const clock = stoppedClock()
    using way = open(trust('127.0.0.1'), { clock })
    const response = await way.send(server.origin, {}, { totalMs: 2_000 })
    const read = expect(response.text()).rejects.toThrow('it took too long (total)')
    await clock.advance(2_000)
    await read
  })

  test('gives up a request that is not taken', async () => {
    const asked = signalled()
    await using server = await serve((request) => {
      request.pause()
      asked.resolve()
    })
    const clock = stoppedClock()
    using way = open({ ...trust('127.0.0.1'), idleMs: 1_000 }, { clock })
    const cancelled = signalled()
    const body = new ReadableStream<Uint8Array>({ cancel: () => cancelled.resolve() })
    const outcome = expect(way.send(server.origin, { method: 'POST', body })).rejects.toThrow(
      'it took too long (request)',
    )
    await asked.promise
    await clock.advance(1_000)
    await outcome
    await cancelled.promise
  })
})

describe('send(): ending early', () => {
  test('hangs up on the upstream when its signal aborts, before an answer and within one', async () => {
    for (const answer of [false, true]) {
      const asked = signalled()
      const gone = signalled()
      await using server = await serve((request, response) => {
        request.socket.on('close', () => gone.resolve())
        if (answer) response.write('a')
        asked.resolve()
      })
      using way = open(trust('127.0.0.1'))
      const client = new AbortController()
      const read = async () => (await way.send(server.origin, {}, { signal: client.signal })).text()
      const outcome = expect(read()).rejects.toThrow('client left')
      await asked.promise
      client.abort(new Error('client left'))
      await outcome
      await gone.promise
    }
  })

  test('hangs up when whoever reads stops', async () => {
    const gone = signalled()
    await using server = await serve((request, response) => {
      request.socket.on('close', () => gone.resolve())
      response.write('a')
    })
    using way = open(trust('127.0.0.1'))
    await (await way.send(server.origin)).body?.cancel()
    await gone.promise
  })

  test('stops taking a request that was answered before its end', async () => {
    await using server = await serve((request, response) => {
      request.once('data', () => response.writeHead(413).end('too much'))
    })
    using way = open(trust('127.0.0.1'))
    const cancelled = signalled()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: () => cancelled.resolve(),
    })
    const response = await way.send(server.origin, { method: 'POST', body })
    expect([response.status, await response.text()]).toEqual([413, 'too much'])
    await cancelled.promise
  })

  test('does nothing for a signal that aborted before', async () => {
    await using server = await serve((_, response) => response.end())
    using way = open(trust('127.0.0.1'))
    await expect(way.send(server.origin, {}, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    expect(server.connections()).toBe(0)
  })

  test('fails what is under way when it is closed, and all after', async () => {
    const asked = signalled()
    await using server = await serve(() => asked.resolve())
    const { upstream, send } = open(trust('127.0.0.1'))
    const outcome = expect(send(server.origin)).rejects.toEqual(failure('unreachable'))
    await asked.promise
    upstream.close()
    upstream.close()
    await outcome
    await expect(send(server.origin)).rejects.toEqual(failure('unreachable'))
  })
})
