import type { BuildView, CallView, CartridgeSummary, CartridgeView, LogLine } from '@salp/cartridge'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { projectFolder, sources } from '../testing/project-folder.js'
import { runOnNode } from '../testing/run-on-node.js'
import { type ServedRequest, sendJson, serve } from '../testing/serve.js'
import { temporaryHome } from '../testing/temporary-home.js'

const summary: CartridgeSummary = {
  ...{ id: 'visits', name: 'Visits', description: '', kind: 'backend', language: 'assemblyscript', path: '/c/visits' },
  ...{ capabilities: ['kv', 'log'], version: 3, changed: true, published: true, price: '$0.01', changedAt: 0 },
  use: { calls: 1_234, traps: 2 },
}
const draft: CartridgeSummary = {
  ...{ id: 'snake', name: 'Snake', description: '', kind: 'interactive', language: 'assemblyscript', path: '/c/snake' },
  ...{ capabilities: [], changed: true, published: false, changedAt: 0, use: { calls: 0, traps: 0 } },
}
const view: CartridgeView = {
  ...summary,
  ...{
    draft: { name: 'Visits', description: '', source: '', capabilities: [], callTargets: [], httpHosts: [], tests: [] },
  },
  ...{ revision: 1, versions: [] },
}
const built: BuildView = {
  ...{ status: 'active', version: 4, diagnostics: [], compileMs: 61.2, installMs: 8 },
  tests: [{ name: 'answers', passed: true }],
}
const lines: LogLine[] = [
  { number: 1, at: 0, level: 'info', text: 'begun' },
  { number: 2, at: 61_000, level: 'error', text: 'no \u001b[31mway' },
]
const answered: CallView = {
  ...{ type: 'response', status: 404, headers: [['content-type', 'text/plain']], body: 'no\n' },
  ...{ version: 3, durationMs: 0.4, fuel: 900, memoryBytes: 65_536 },
}

/** A node that has `visits`, and answers as the real one does. */
function answer({ method, path }: ServedRequest, response: Parameters<typeof sendJson>[0]): void {
  const at = `${method} ${path}`
  if (at === 'GET /api/cartridges') sendJson(response, { cartridges: [summary, draft], templates: [] })
  else if (at === 'POST /api/cartridges') sendJson(response, { ...view, id: 'other' })
  else if (!path.startsWith('/api/cartridges/visits'))
    sendJson(response, { code: 'cartridge/unknown', detail: 'There is no cartridge "x"' }, 404)
  else if (path.endsWith('/build')) sendJson(response, built)
  else if (path.endsWith('/call')) sendJson(response, answered)
  else if (path.includes('/logs')) sendJson(response, { lines })
  else sendJson(response, view)
}

const run = (...words: string[]) => runOnNode(['cartridge', ...words], answer, { clock: stoppedClock(86_400_000) })
const asked = ({ requests }: Awaited<ReturnType<typeof run>>) =>
  requests.map(({ method, path, body }) => (body === undefined ? [method, path] : [method, path, body]))

describe('salp cartridge list', () => {
  test('shows what there is, and where', async () => {
    expect((await run('list')).output).toMatchInlineSnapshot(`
      "Id      Kind         Version           Where          Price  Calls  ended  Changed
      visits  backend      3, draft differs  /c/visits      $0.01  1,234      2  1 day ago
      snake   interactive  not built         not published             0      0  1 day ago
      "
    `)
    expect(JSON.parse((await run('list', '--json')).output)).toEqual({ cartridges: [summary, draft] })
  })

  test('says how to begin where there is none, and what to do without a node', async () => {
    const none = await runOnNode(['cartridge', 'list'], (_, response) => sendJson(response, { cartridges: [] }))
    expect(none.output).toBe('No cartridges yet: salp cartridge new, then salp cartridge push\n')
    using temporary = temporaryHome()
    const { io, errors } = createMemoryIo()
    expect(await runCli(['--home', temporary.home.path, 'cartridge', 'list'], io)).toBe(1)
    expect(errors()).toContain('No node runs')
  })
})

describe('salp cartridge push', () => {
  const manifest = { name: 'Visits', kind: 'backend' } as const
  const content = {
    name: 'Visits',
    description: '',
    source: sources.backend,
    capabilities: [],
    callTargets: [],
    httpHosts: [],
    tests: [],
  }

  test('changes the draft that is there, and says how to make it answer', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const ran = await run('push', folder.path)
    expect(asked(ran)).toEqual([
      ['GET', '/api/cartridges/visits'],
      ['PATCH', '/api/cartridges/visits', { ...content, page: null, port: null }],
      ['GET', '/api/cartridges/visits'],
    ])
    expect(ran.errors).toContain('--build')
    expect(ran.output.replace(/:\d+\//, ':PORT/')).toMatchInlineSnapshot(`
      "Cartridge  visits (Visits)
      Kind       backend, assemblyscript
      Version    3, draft differs
      Published  http://127.0.0.1:PORT/c/visits
      Price      $0.01
      "
    `)
  })

  test('begins one that is not there, under the id that is given', async () => {
    using folder = projectFolder(manifest, sources.backend)
    folder.write('page.html', '<p>')
    const { requests } = await run('push', folder.path, '--id', 'other')
    expect(requests[1]).toMatchObject({
      ...{ method: 'POST', path: '/api/cartridges' },
      body: { id: 'other', kind: 'backend', language: 'assemblyscript', ...content, page: '<p>' },
    })
    expect((await run('push', folder.path, '--id', 'No id')).exitCode).toBe(2)
  })

  test('with --build makes it answer, and shows what failed where it stands', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const ran = await run('push', folder.path, '--build')
    expect(asked(ran)[2]).toEqual(['POST', '/api/cartridges/visits/build'])
    expect([ran.exitCode, ran.output]).toEqual([
      0,
      expect.stringMatching(/^✓ answers\n\n1 test passed\n\nVersion 4 answers/),
    ])
    const failed: BuildView = {
      ...{ status: 'failed', stage: 'compile', message: 'It does not compile: one error', tests: [] },
      diagnostics: [
        {
          ...{ code: 'AS1', severity: 'error', message: 'Not so', hint: null },
          ...{ line: 2, column: 1, endLine: 2, endColumn: 4, excerpt: 'abc' },
        },
      ],
    }
    const broken = await runOnNode(['cartridge', 'push', folder.path, '--build'], (request, response) =>
      request.path.endsWith('/build') ? sendJson(response, failed) : answer(request, response),
    )
    expect(broken).toMatchObject({
      exitCode: 1,
      output: '',
      errors: expect.stringContaining('main.ts:2:1 error AS1: Not so'),
    })
  })

  test('with --build shows tests that failed, once', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const failed: BuildView = {
      ...{ status: 'failed', stage: 'tests', message: '1 of 1 tests failed', diagnostics: [] },
      tests: [{ name: 'answers', passed: false, detail: 'status 404' }],
    }
    const { exitCode, errors } = await runOnNode(['cartridge', 'push', folder.path, '--build'], (request, response) =>
      request.path.endsWith('/build') ? sendJson(response, failed) : answer(request, response),
    )
    expect([exitCode, errors]).toEqual([1, '✗ answers\n    status 404\n\n1 of 1 test failed\n'])
  })

  test('does not turn a cartridge into one of another kind', async () => {
    using folder = projectFolder({ name: 'Visits', kind: 'frontend' }, '')
    const { exitCode, errors, requests } = await run('push', folder.path)
    expect([exitCode, requests.length]).toEqual([2, 1])
    expect(errors).toContain('"visits" is backend in assemblyscript on the node. Choose another id: --id')
  })
})

describe('salp cartridge publish, rollback', () => {
  test('tell the node, and show what came of it', async () => {
    const at = '/api/cartridges/visits'
    const ran = await run('publish', 'visits', '--price', '$0.01')
    expect(asked(ran)[0]).toEqual(['POST', `${at}/publish`, { published: true, price: '$0.01' }])
    expect(ran.output).toContain('Published  http://127.0.0.1')
    expect(asked(await run('publish', 'visits'))[0]).toEqual([
      'POST',
      `${at}/publish`,
      { published: true, price: null },
    ])
    const off = asked(await run('publish', 'visits', '--off'))[0]
    expect(off).toEqual(['POST', `${at}/publish`, { published: false, price: null }])
    expect((await run('publish', 'visits', '--off', '--price', '1')).exitCode).toBe(2)
    expect(asked(await run('rollback', 'visits'))[0]).toEqual(['POST', `${at}/rollback`])
    expect(await run('rollback', 'x')).toMatchObject({ exitCode: 1, errors: 'salp: There is no cartridge "x"\n' })
  })
})

describe('salp cartridge inspect', () => {
  test('looks at the module of a cartridge of the node, and says of a script that it has none', async () => {
    const ran = await runOnNode(['cartridge', 'inspect', 'visits'], (request, response) =>
      request.path.endsWith('/module') ? void response.end('no module') : answer(request, response),
    )
    expect([ran.exitCode, ran.output]).toEqual([1, expect.stringContaining('it does not begin as WebAssembly 1 does')])
    const script = await runOnNode(['cartridge', 'inspect', 'visits'], (_, response) =>
      sendJson(response, { ...view, language: 'script' }),
    )
    expect([script.exitCode, script.errors]).toEqual([2, expect.stringContaining('"visits" is a script')])
  })
})

describe('salp cartridge call', () => {
  test('sends what fits the kind, and prints the answer', async () => {
    const ran = await run('call', 'visits', '--request', 'GET /a?x=1', '--stats')
    expect(asked(ran)[1]).toEqual([
      ...['POST', '/api/cartridges/visits/call'],
      { request: { method: 'GET', path: '/a', query: 'x=1', headers: {}, body: '' } },
    ])
    expect([ran.exitCode, ran.output]).toEqual([0, 'no\n'])
    expect(ran.errors).toBe('HTTP 404\ncontent-type: text/plain\n0.40 ms, 900 fuel, 64 KiB of memory, version 3\n')
    expect((await run('call', 'visits', '--value', '1')).exitCode).toBe(2)
  })
})

describe('salp cartridge logs', () => {
  test('shows lines, and obeys nothing in them', async () => {
    expect((await run('logs', 'visits')).output).toBe('00:00:00 info  begun\n00:01:01 error no ␛[31mway\n')
    const silent = await runOnNode(['cartridge', 'logs', 'visits'], (_, response) => sendJson(response, { lines: [] }))
    expect([silent.output, silent.errors]).toEqual(['', 'It said nothing yet\n'])
  })

  test('with --follow asks for what is new, until Ctrl-C', async () => {
    const clock = stoppedClock()
    const process = createMemoryIo({ clock })
    using temporary = temporaryHome()
    await using server = await serve(({ path }, response) => {
      if (path === '/api/status') return sendJson(response, {})
      if (path.endsWith('after=0')) {
        sendJson(response, { lines })
        return void wait(2).then(() => clock.advance(1_000))
      }
      sendJson(response, { lines: [{ number: 3, at: 0, level: 'warn', text: 'more' }] })
      return void wait(3).then(() => process.signal('SIGINT'))
    })
    const wait = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (process.output().split('\n').length <= count) return
          process.io.stdout.off('data', look)
          setImmediate(resolve)
        }
        process.io.stdout.on('data', look)
        look()
      })
    temporary.announce(server.url)
    const exitCode = await runCli(
      ['--home', temporary.home.path, 'cartridge', 'logs', 'visits', '--follow'],
      process.io,
    )
    expect([exitCode, process.output().split('\n')[2]]).toEqual([0, '00:00:00 warn  more'])
    expect(server.requests.map(({ path }) => path).slice(1)).toEqual([
      '/api/cartridges/visits/logs?after=0',
      '/api/cartridges/visits/logs?after=2',
    ])
  })
})
