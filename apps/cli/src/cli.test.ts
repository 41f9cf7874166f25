import { describe, expect, test } from 'vitest'
import { runCli } from './cli.js'
import { createApproval, createEventMaker, endOf } from './testing/agent-events.js'
import { createMemoryIo } from './testing/memory-io.js'
import { runOnNode as run } from './testing/run-on-node.js'
import { type ServedRequest, sendEvents, sendJson, type serve } from './testing/serve.js'

const offline = async (words: readonly string[]) => {
  const { io, output, errors } = createMemoryIo()
  return { exitCode: await runCli(words, io), output: output(), errors: errors() }
}

describe('runCli()', () => {
  test('suggests a command for an unknown one', async () => {
    const { exitCode, errors } = await offline(['taks'])
    expect([exitCode, errors]).toEqual([
      2,
      'error: unknown command \'taks\'\n(Did you mean tasks?)\n(see "salp --help")\n',
    ])
  })

  test('gives help for each command, with examples', async () => {
    for (const name of [
      'run',
      'chat',
      'ask',
      'doctor',
      'status',
      'config',
      'memory',
      'tasks',
      'sessions',
      'wallet',
      'pay',
      'gateway',
      'models',
      'cognition',
      'synth',
      'bench',
      'ab',
    ]) {
      const { exitCode, output } = await offline([name, '--help'])
      expect(exitCode).toBe(0)
      expect(output).toContain('Examples:')
    }
  })

  test('refuses wrong values', async () => {
    for (const words of [
      ['tasks', 'done', 'x'],
      ['memory', 'add', 'x', '--kind', 'y'],
      ['memory', 'list', '--limit', '0'],
      ['tasks', 'edit', '3'],
      ['chat', '--last', '--session', 'x'],
      ['nothing', 'here'],
    ]) {
      expect([words, (await offline(words)).exitCode]).toEqual([words, 2])
    }
  })

  test('tells its version', async () => {
    expect((await offline(['--version'])).output).toBe('1.2.3\n')
    expect(JSON.parse((await offline(['version', '--json'])).output)).toMatchObject({ salp: '1.2.3' })
  })

  test('tells failures as JSON when asked to', async () => {
    const { exitCode, errors, output } = await run(['memory', 'forget', 'x', '--json'], (_, response) =>
      sendJson(response, { detail: 'There is no memory "x"', code: 'agent/memory-unknown' }, 404),
    )
    expect([exitCode, output]).toEqual([1, ''])
    expect(JSON.parse(errors)).toEqual({ error: { code: 'agent/memory-unknown', message: 'There is no memory "x"' } })
  })
})

describe('salp memory', () => {
  test('search prints what was found, as text or as JSON', async () => {
    const answer: Parameters<typeof serve>[0] = (_, response) => sendJson(response, { hits: [] })
    const text = await run(['memory', 'search', 'deploy', 'key'], answer)
    expect([text.output, text.requests[0]?.path]).toEqual(['Nothing found\n', '/api/memory?query=deploy+key&limit=10'])
    expect(JSON.parse((await run(['memory', 'search', 'x', '--json'], answer)).output)).toEqual({ hits: [] })
  })
})

describe('salp tasks', () => {
  const task = { id: 3, title: 'Review', notes: '', status: 'done', priority: 0, createdAt: 0, updatedAt: 0 }

  test('done finishes each task', async () => {
    const { output, requests } = await run(['tasks', 'done', '3', '#4'], (_, response) => sendJson(response, task))
    expect(output).toBe('#3 ● Review  done\n#3 ● Review  done\n')
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['PATCH', '/api/tasks/3', { status: 'done' }],
      ['PATCH', '/api/tasks/4', { status: 'done' }],
    ])
  })
})

describe('salp config', () => {
  const entries = [{ path: 'server.port', value: 4023, source: 'default', origin: 'Port to listen on' }]
  const answer: Parameters<typeof serve>[0] = (_, response) => sendJson(response, { entries })

  test('get prints the value, and where it came from beside it', async () => {
    const { output, errors } = await run(['config', 'get', 'server.port'], answer)
    expect([output, errors]).toEqual(['4023\n', 'default: Port to listen on\n'])
  })

  test('get suggests a setting for an unknown one', async () => {
    const { exitCode, errors } = await run(['config', 'get', 'server.prot'], answer)
    expect([exitCode, errors]).toEqual([
      2,
      'salp: There is no setting "server.prot". Did you mean "server.port"? All of them: salp config list\n',
    ])
  })
})

describe('salp ask', () => {
  const event = createEventMaker()
  const finished =
    (change: Parameters<typeof endOf>[1] = {}): Parameters<typeof serve>[0] =>
    (_, response) =>
      sendEvents(response, [event('text:streamed', { delta: 'Hello' }), event('turn:finished', endOf('Hello', change))])

  test('prints the answer alone, and says that nobody can be asked', async () => {
    const { exitCode, output, errors, requests } = await run(['ask', 'say', 'hello'], finished())
    expect([exitCode, output, errors]).toEqual([0, 'Hello\n', ''])
    expect(requests[0]?.body).toEqual({ text: 'say hello', unattended: true, channel: 'cli' })
  })

  test('reads standard input where it is asked to', async () => {
    const said = async (words: string[]): Promise<unknown> =>
      (await run(['ask', ...words], finished(), { input: 'the input\n' })).requests[0]?.body
    expect(await said([])).toMatchObject({ text: 'the input' })
    expect(await said(['explain', '-'])).toMatchObject({ text: 'explain \n\nthe input' })
    expect((await run(['ask'], finished())).exitCode).toBe(2)
  })

  test('ends with the code of the turn', async () => {
    const codes = []
    for (const status of ['completed', 'failed', 'stopped', 'cancelled'] as const)
      codes.push((await run(['ask', 'x'], finished({ status }))).exitCode)
    expect(codes).toEqual([0, 1, 4, 130])
  })

  test('prints events as lines of JSON', async () => {
    const { output } = await run(['ask', 'x', '--json'], finished())
    expect(
      output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).name),
    ).toEqual(['text:streamed', 'turn:finished'])
  })

  test('with --yes approves low and medium risks, and denies high ones', async () => {
    const approvals = (['low', 'medium', 'high'] as const).map((level) =>
      createApproval({ id: level, risk: { level, reasons: [] } }),
    )
    const decide = ({ path }: ServedRequest): boolean => path.startsWith('/api/approvals/')
    const events = [
      ...approvals.map((approval) => event('approval:requested', { approval })),
      event('turn:finished', endOf('')),
    ]
    const { errors, requests } = await run(['ask', '--yes', 'x'], (request, response) =>
      decide(request) ? sendJson(response, createApproval()) : sendEvents(response, events),
    )
    expect(requests.filter(decide).map(({ path, body }) => [path, (body as { decision: string }).decision])).toEqual([
      ['/api/approvals/low', 'approve'],
      ['/api/approvals/medium', 'approve'],
      ['/api/approvals/high', 'deny'],
    ])
    expect(errors).toContain('its risk is high')
    expect(requests[0]?.body).toMatchObject({ unattended: false })
  })
})

describe('salp chat', () => {
  test('takes lines of standard input as turns of one conversation', async () => {
    const event = createEventMaker()
    const { exitCode, output, requests } = await run(
      ['chat'],
      (_, response) =>
        sendEvents(response, [event('text:streamed', { delta: 'Yes' }), event('turn:finished', endOf('Yes'))]),
      { input: 'one\n\ntwo\n' },
    )
    expect([exitCode, output]).toEqual([0, 'Yes\nYes\n'])
    expect(requests.map(({ body }) => body)).toEqual([
      { text: 'one', unattended: true, channel: 'cli' },
      { sessionId: 'session-1', text: 'two', unattended: true, channel: 'cli' },
    ])
  })
})

describe('salp cognition', () => {
  test('replay names the modules to switch off and on', async () => {
    const report = { sessionId: 's', modules: {}, learntBefore: 0, turns: [], scores: { calls: 0 }, limits: ['None'] }
    const words = ['cognition', 'replay', 'a b', '--without', 'surprise,belief', '--with', 'integration']
    const { output, requests } = await run(words, (_, response) => sendJson(response, report))
    expect(requests[0]?.path).toBe('/api/cognition/replay/a%20b?without=surprise%2Cbelief&with=integration')
    expect(output).toContain('No forecast can be scored')
    expect(JSON.parse((await run([...words, '--json'], (_, response) => sendJson(response, report))).output)).toEqual(
      report,
    )
  })
})
