import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMemoryIo } from '../testing/memory-io.js'
import { sendJson, serve } from '../testing/serve.js'
import { type TemporaryHome, temporaryHome } from '../testing/temporary-home.js'
import { connect, findRunning } from './connect.js'

const signal = new AbortController().signal
const onStarting = (): void => undefined
/** A number that no process has: beyond what systems give out. */
const nobody = 2 ** 22 + 1

/** Writes a program that stands in for a node, and gives an `Io` that starts it. */
function ioWithNode({ home }: TemporaryHome, program: string) {
  const path = join(home.path, 'node.mjs')
  writeFileSync(path, program)
  return createMemoryIo({ nodeProgram: () => path, environment: { PATH: process.env.PATH } }).io
}

const standIn = `
  import { createServer } from 'node:http'
  import { writeFileSync } from 'node:fs'
  const home = process.argv[process.argv.indexOf('--home') + 1]
  writeFileSync(home + '/token', 'secret')
  const server = createServer((_, response) => response.end('{"args":' + JSON.stringify(process.argv.slice(2)) + '}'))
  server.listen(0, '127.0.0.1', () => {
    console.log('a line of another kind')
    console.log(JSON.stringify({ ready: true, url: 'http://127.0.0.1:' + server.address().port, home }))
  })
  process.on('SIGTERM', () => { writeFileSync(home + '/stopped', ''); process.exit(0) })
`

describe('findRunning()', () => {
  test('finds the node that says it runs and answers', async () => {
    using temporary = temporaryHome()
    await using server = await serve((_, response) => sendJson(response, {}))
    temporary.announce(server.url)
    expect(await findRunning(createMemoryIo().io, temporary.home, signal)).toMatchObject({
      own: false,
      endpoint: { url: server.url, token: 'secret' },
    })
    expect(server.requests[0]?.authorization).toBe('Bearer secret')
  })

  test('passes over what a node left that ended without tidying up', async () => {
    using temporary = temporaryHome()
    let url = ''
    {
      await using server = await serve(() => undefined)
      url = server.url
    }
    temporary.announce(url, { pid: nobody })
    expect(await findRunning(createMemoryIo().io, temporary.home, signal)).toBeUndefined()
  })

  test('passes over another node that has its port now', async () => {
    using temporary = temporaryHome()
    await using server = await serve((_, response) => sendJson(response, { code: 'agent/token' }, 401))
    temporary.announce(server.url, { pid: nobody })
    expect(await findRunning(createMemoryIo().io, temporary.home, signal)).toBeUndefined()
  })

  test('says so when the node does not take the token, or is of another version', async () => {
    using temporary = temporaryHome()
    let status = 401
    await using server = await serve((_, response) => sendJson(response, {}, status))
    temporary.announce(server.url)
    await expect(findRunning(createMemoryIo().io, temporary.home, signal)).rejects.toMatchObject({
      code: 'cli/node-mismatch',
    })
    status = 200
    temporary.announce(server.url, { version: '0.9.0' })
    await expect(findRunning(createMemoryIo().io, temporary.home, signal)).rejects.toThrow(
      'version 0.9.0, this program of 1.2.3',
    )
  })
})

describe('connect()', () => {
  test('starts a node where none runs, and stops it', async () => {
    using temporary = temporaryHome()
    const io = ioWithNode(temporary, standIn)
    const connection = await connect(io, { home: temporary.home, signal, onStarting })
    expect(connection.own).toBe(true)
    expect(await connection.api.status()).toEqual({
      args: ['--home', temporary.home.path, '--workspace', process.cwd(), '--port', '0', '--ready-json'],
    })
    await connection.close()
    await connection.close()
    await expect(connection.api.status()).rejects.toMatchObject({ code: 'cli/node-silent' })
  })

  test('says why a node did not start', async () => {
    using temporary = temporaryHome()
    const io = ioWithNode(temporary, "console.error('\\n  The disk is full\\n'); process.exit(1)")
    await expect(connect(io, { home: temporary.home, signal, onStarting })).rejects.toMatchObject({
      code: 'cli/node-start',
      message: 'Cannot start a node: The disk is full',
    })
  })

  test('waits for the node that another command has started meanwhile', async () => {
    using temporary = temporaryHome()
    await using server = await serve((_, response) => sendJson(response, {}))
    const io = ioWithNode(temporary, 'process.exit(3)')
    const clock = { ...io.clock, sleep: async () => temporary.announce(server.url) }
    expect((await connect({ ...io, clock }, { home: temporary.home, signal, onStarting })).own).toBe(false)
  })

  test('goes on with another node when the one that ran has ended', async () => {
    using temporary = temporaryHome()
    const first = await serve((_, response) => sendJson(response, { tasks: [] }))
    await using second = await serve((_, response) => sendJson(response, { id: 1 }))
    temporary.announce(first.url)
    const connection = await connect(createMemoryIo().io, { home: temporary.home, signal, onStarting })
    await first[Symbol.asyncDispose]()
    temporary.announce(second.url)
    expect(await connection.api.createTask({ title: 'x' })).toEqual({ id: 1 })
    expect(connection.api.url).toBe(second.url)
  })

  test('ends with the reason of the signal', async () => {
    using temporary = temporaryHome()
    const io = ioWithNode(temporary, 'setInterval(() => {}, 1_000)')
    const leaving = new AbortController()
    const connecting = connect(io, {
      home: temporary.home,
      signal: leaving.signal,
      onStarting: () => leaving.abort(new RangeError('left')),
    })
    await expect(connecting).rejects.toThrow('left')
  })
})
