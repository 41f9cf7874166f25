import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { toolContext } from '../../testing/tool-context.js'
import { createFetchTool, type FetchToolOptions } from './fetch-tool.js'

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function setUp(options: FetchToolOptions) {
  const tool = createFetchTool(options)
  return {
    run: (input: unknown, signal?: AbortSignal) => tool.run(tool.input.parse(input), toolContext({ signal })),
    assess: (input: unknown) => tool.assess?.(tool.input.parse(input)),
  }
}

const page = '<html><head><title>A page</title></head><body><h1>Hello</h1><p>World</p></body></html>'

describe('fetch_url', () => {
  test('gives readable text with a head line', async () => {
    const seen: unknown[] = []
    await using server = await serve((request, response) => {
      seen.push(request.headers)
      response.setHeader('set-cookie', 'a=b')
      response.setHeader('content-type', 'text/html; charset=utf-8').end(page)
    })
    const web = setUp({ allowHosts: [server.host] })
    expect(await web.run({ url: server.url })).toBe(`[200 · ${server.url} · A page]\n\n# Hello\n\nWorld`)
    await web.run(server.url)
    expect(seen[1]).not.toHaveProperty('cookie')
    expect(seen[1]).not.toHaveProperty('authorization')
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('unpacks %s', async (encoding, pack) => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding }).end(pack('packed text'))
    })
    expect(await setUp({ allowHosts: [server.host] }).run(server.url)).toContain('packed text')
  })

  test('bounds what it reads, unpacked', async () => {
    await using server = await serve((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
        .end(gzipSync('x'.repeat(50_000_000)))
    })
    const text = String(
      await setUp({ allowHosts: [server.host], maxBytes: 10_000 }).run({ url: server.url, maxChars: 500 }),
    )
    expect(text.length).toBeLessThan(1_000)
    expect(text).toContain('[only the first 10000 bytes were read]')
  })

  test('reads a stream that never ends', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const timer = setInterval(() => response.write('y'.repeat(1_000)), 1)
      response.once('close', () => clearInterval(timer))
    })
    expect(await setUp({ allowHosts: [server.host], maxBytes: 5_000 }).run(server.url)).toContain(
      'only the first 5000 bytes',
    )
  })

  test('knows other encodings, and what is no text', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/latin')
        response.setHeader('content-type', 'text/plain; charset=iso-8859-1').end(Buffer.from('hé', 'latin1'))
      else if (request.url === '/odd') response.setHeader('content-type', 'text/plain; charset=klingon').end('plain')
      else response.setHeader('content-type', 'image/png').end(Buffer.alloc(10))
    })
    const web = setUp({ allowHosts: [server.host] })
    expect(await web.run(`${server.url}latin`)).toContain('hé')
    expect(await web.run(`${server.url}odd`)).toContain('plain')
    expect(await web.run(`${server.url}png`)).toContain('[image/png, 10 bytes; it is no text]')
  })

  test('tells of errors of the server as they are', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here')
    })
    expect(await setUp({ allowHosts: [server.host] }).run(server.url)).toBe(`[404 · ${server.url}]\n\nnothing here`)
  })

  test('follows redirects, and checks each', async () => {
    await using inner = await serve((_, response) => {
      response.end('secret')
    })
    await using outer = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/next' }).end()
      else if (request.url === '/next') response.setHeader('content-type', 'text/plain').end('arrived')
      else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
      else response.writeHead(301, { location: inner.url }).end()
    })
    const web = setUp({ allowHosts: [outer.host] })
    expect(await web.run(outer.url)).toBe(`[200 · ${outer.url}next]\n\narrived`)
    await expect(web.run(`${outer.url}in`)).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('not on the open internet'),
    })
    await expect(web.run(`${outer.url}loop`)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('redirected more than'),
    })
  })

  test.each(['file:///etc/passwd', 'http://169.254.169.254/', 'gopher://x.example/'])(
    'does not follow a redirect to %s',
    async (location) => {
      await using server = await serve((_, response) => {
        response.writeHead(302, { location }).end()
      })
      await expect(setUp({ allowHosts: [server.host] }).run(server.url)).rejects.toMatchObject({ kind: 'denied' })
    },
  )

  test('refuses names that lead to addresses of the local network, one of several included', async () => {
    await using server = await serve((_, response) => {
      response.end('secret')
    })
    for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:127.0.0.1'], ['fd00::1']]) {
      const web = setUp({
        resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      })
      await expect(web.run(`http://rebind.example:${server.port}/`)).rejects.toMatchObject({ kind: 'denied' })
    }
  })

  test('connects to the address that was checked, and asks for it once', async () => {
    await using server = await serve((request, response) => {
      response.setHeader('content-type', 'text/plain').end(`for ${request.headers.host}`)
    })
    let asked = 0
    const web = setUp({
      allowHosts: ['pinned.example'],
      resolve: async () => {
        asked++
        return [{ address: '127.0.0.1', family: 4 }]
      },
    })
    expect(await web.run(`http://pinned.example:${server.port}/`)).toContain(`for pinned.example:${server.port}`)
    expect(asked).toBe(1)
  })

  test('ends in time, and with the signal', async () => {
    await using server = await serve(() => undefined)
    await expect(setUp({ allowHosts: [server.host], timeoutMs: 200 }).run(server.url)).rejects.toMatchObject({
      kind: 'timeout',
    })
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 50)
    await expect(setUp({ allowHosts: [server.host] }).run(server.url, controller.signal)).rejects.toBe(reason)
  })

  test('says what cannot be reached', async () => {
    await using server = await serve((_, response) => {
      response.destroy()
    })
    await expect(setUp({ allowHosts: [server.host] }).run(server.url)).rejects.toMatchObject({ kind: 'unavailable' })
    const nobody = setUp({ resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) })
    await expect(nobody.run('https://nobody.example/')).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('its name is not known'),
    })
    await expect(setUp({ resolve: async () => [] }).run('https://nobody.example/')).rejects.toMatchObject({
      kind: 'unavailable',
    })
  })

  test('is assessed by its address', () => {
    const web = setUp({})
    expect(web.assess('https://example.com/a?b=c')).toEqual({
      risk: { level: 'medium', reasons: ['reads from https://example.com'] },
      grant: 'fetch_url: https://example.com',
    })
    expect(web.assess('http://127.0.0.1/')).toMatchObject({
      refuse: expect.stringContaining('not on the open internet'),
    })
    expect(web.assess(`https://example.com/?${'x'.repeat(400)}`)).toMatchObject({ risk: { level: 'high' } })
  })
})
