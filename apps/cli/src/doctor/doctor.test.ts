import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import { sendJson, serve } from '../testing/serve.js'
import { temporaryHome } from '../testing/temporary-home.js'
import { checkDatabase, checkHome, checkTables, checkToken, judgeSpace } from './home.js'
import { checkNodeVersion, checkWorkspace } from './machine.js'
import { checkModel } from './models.js'
import { checkPort } from './node.js'
import { readSettings } from './settings.js'

const signal = new AbortController().signal
const known = { memory: [{ version: 1, name: 'first', up: 'CREATE TABLE memory_x (id INTEGER)' }] }

test('checkNodeVersion() fails for one that is too old', () => {
  expect(['20.19.0', '22.0.0', '24.1.0'].map((version) => checkNodeVersion(version).status)).toEqual([
    'fail',
    'pass',
    'pass',
  ])
})

test('checkWorkspace() warns of a folder that holds everything', () => {
  expect([homedir(), '/', import.meta.dirname].map((folder) => checkWorkspace(folder).status)).toEqual([
    'warn',
    'warn',
    'pass',
  ])
})

test('judgeSpace() fails before a write would', () => {
  expect([10 * 2 ** 20, 500 * 2 ** 20, 2 ** 40].map((bytes) => judgeSpace(bytes).status)).toEqual([
    'fail',
    'warn',
    'pass',
  ])
})

describe('checkHome()', () => {
  test('passes for a folder that is there, or can be made', () => {
    using temporary = temporaryHome()
    expect(checkHome(temporary.home.path).status).toBe('pass')
    expect(checkHome(join(temporary.home.path, 'a', 'b'))).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('first start'),
    })
  })

  test('warns when others can read it, and fails when it is a file', () => {
    using temporary = temporaryHome()
    chmodSync(temporary.home.path, 0o755)
    expect(checkHome(temporary.home.path)).toMatchObject({ status: 'warn', fix: `chmod 700 "${temporary.home.path}"` })
    writeFileSync(join(temporary.home.path, 'file'), '')
    expect(checkHome(join(temporary.home.path, 'file')).status).toBe('fail')
  })
})

test('checkToken() fails when others can read it, or it is empty', () => {
  using temporary = temporaryHome()
  const { token } = temporary.home
  expect(checkToken(token).status).toBe('skip')
  writeFileSync(token, 'secret', { mode: 0o600 })
  expect(checkToken(token).status).toBe('pass')
  chmodSync(token, 0o644)
  expect(checkToken(token)).toMatchObject({ status: 'fail', fix: expect.stringContaining('chmod 600') })
  chmodSync(token, 0o600)
  writeFileSync(token, '')
  expect(checkToken(token).status).toBe('fail')
})

describe('checkDatabase()', () => {
  test('makes none where there is none', () => {
    using temporary = temporaryHome()
    expect(
      [checkDatabase(temporary.home.database), checkTables(temporary.home.database, known)].map(({ status }) => status),
    ).toEqual(['skip', 'skip'])
  })

  test('passes for a sound one, fails for one that is not', () => {
    using temporary = temporaryHome()
    const { database } = temporary.home
    openDatabase(database).close()
    expect(checkDatabase(database).status).toBe('pass')
    writeFileSync(database, 'this is no database, and long enough to be one'.repeat(100))
    expect(checkDatabase(database)).toMatchObject({ status: 'fail', fix: expect.stringContaining('Keep a copy') })
  })
})

test('checkTables() tells tables of a newer release from older ones', () => {
  using temporary = temporaryHome()
  const { database } = temporary.home
  {
    using db = openDatabase(database)
    migrate(db, 'memory', known.memory)
  }
  expect(checkTables(database, known)).toEqual({ status: 'pass', detail: 'memory 1' })
  expect(checkTables(database, { ...known, agent: known.memory }).detail).toBe(
    'agent brought up to date at the next start',
  )
  expect(checkTables(database, { memory: [] })).toMatchObject({
    status: 'fail',
    detail: 'written by a newer Salp (memory)',
  })
})

test('checkPort() warns when another program has it', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  expect((await checkPort({ host: '127.0.0.1', port })).status).toBe('warn')
  await new Promise((resolve) => server.close(resolve))
  expect((await checkPort({ host: '127.0.0.1', port })).status).toBe('pass')
  expect((await checkPort({ host: '203.0.113.1', port })).status).toBe('fail')
})

describe('checkModel()', () => {
  const io = { environment: { ANTHROPIC_API_KEY: 'key' }, fetch: globalThis.fetch }

  test('asks a configured endpoint for its models', async () => {
    await using server = await serve((_, response) => sendJson(response, { data: [{ id: 'qwen3:8b' }] }))
    const url = `${server.url}/v1`
    expect(await checkModel({ io, signal }, { url, detect: true })).toEqual({
      status: 'pass',
      detail: `1 model at ${url}`,
    })
    expect(await checkModel({ io, signal }, { url, name: 'gpt-9', detect: true })).toMatchObject({
      status: 'warn',
      fix: 'Set SALP_MODEL to one of: qwen3:8b',
    })
  })

  test('fails when a configured endpoint does not answer as one', async () => {
    await using server = await serve((_, response) => sendJson(response, {}, 401))
    expect((await checkModel({ io, signal }, { url: server.url, detect: true })).status).toBe('fail')
  })

  test('looks whether a named file is a GGUF', async () => {
    using temporary = temporaryHome()
    mkdirSync(temporary.home.path, { recursive: true })
    const find = (name: string) =>
      checkModel({ io, signal }, { gguf: join(temporary.home.path, name), detect: true }).then(({ status }) => status)
    writeFileSync(join(temporary.home.path, 'good.gguf'), 'GGUF and more')
    writeFileSync(join(temporary.home.path, 'bad.gguf'), 'PK')
    expect([await find('good.gguf'), await find('bad.gguf'), await find('none.gguf')]).toEqual(['pass', 'fail', 'fail'])
  })

  test('names keys that were found, and warns when nothing was', async () => {
    const refuse: typeof fetch = () => Promise.reject(new TypeError('refused'))
    expect(await checkModel({ io: { ...io, fetch: refuse }, signal }, { detect: true })).toEqual({
      status: 'pass',
      detail: 'Anthropic (ANTHROPIC_API_KEY)',
    })
    expect((await checkModel({ io: { environment: {}, fetch: refuse }, signal }, { detect: true })).status).toBe('warn')
    expect((await checkModel({ io, signal }, { detect: false })).detail).toBe('none is looked for; rules answer')
  })
})

describe('readSettings()', () => {
  test('takes the environment over the file, and passes over what it need not know', () => {
    using temporary = temporaryHome()
    mkdirSync(temporary.home.path, { recursive: true })
    writeFileSync(
      temporary.home.config,
      JSON.stringify({ server: { port: 5000, hosts: [] }, model: { url: 'http://a/v1' }, log: { level: 'debug' } }),
    )
    const { settings, finding } = readSettings(temporary.home.config, {
      SALP_MODEL_URL: 'http://b/v1',
      SALP_MODEL: 'm',
    })
    expect(settings).toEqual({
      server: { port: 5000, host: '127.0.0.1' },
      model: { url: 'http://b/v1', name: 'm', detect: true },
      agent: { airGap: false, sandbox: 'auto' },
    })
    expect(finding.status).toBe('pass')
  })

  test('fails for a file that cannot be read, with the defaults in its place', () => {
    using temporary = temporaryHome()
    for (const text of ['{', '{"server":{"port":"x"}}']) {
      writeFileSync(temporary.home.config, text)
      const { settings, finding } = readSettings(temporary.home.config, {})
      expect([settings.server.port, finding.status]).toEqual([4023, 'fail'])
    }
  })
})
