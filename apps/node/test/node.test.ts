import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@salp/core/node'
import { type FakeOpenAi, startFakeOpenAi } from '@salp/models/testing/node'
import OpenAI from 'openai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  makePlace,
  type Place,
  type RunningNode,
  replyOf,
  runNode,
  type StartOptions,
  say,
  startNode,
} from './start-node.js'

/** A change of a file is seen when the system tells of it. */
const waiting = { timeout: 20_000, interval: 100 }

const nodes: RunningNode[] = []
const places: Place[] = []
const servers: FakeOpenAi[] = []

const place = (): Place => {
  const made = makePlace()
  places.push(made)
  return made
}
const start = async (options: StartOptions): Promise<RunningNode> => {
  const node = await startNode(options)
  nodes.push(node)
  return node
}
const fakeModel: typeof startFakeOpenAi = async (script) => {
  const server = await startFakeOpenAi(script)
  servers.push(server)
  return server
}

afterEach(async () => {
  for (const node of nodes.splice(0))
    if (node.child.exitCode === null && node.child.signalCode === null) await node.stop('SIGKILL')
  for (const server of servers.splice(0)) await server.close()
  for (const made of places.splice(0)) made.remove()
})

describe('a node with no configuration', () => {
  test('remembers, and after a restart answers from memory with provenance', async () => {
    const where = place()
    const first = await start({ place: where })
    await say(first, 'remember that the deploy key rotates on Fridays')
    expect(await first.stop()).toBe(0)
    const second = await start({ place: where })
    const events = await say(second, 'when does the deploy key rotate?')
    expect(replyOf(events)).toContain('deploy key rotates on Fridays')
    expect(replyOf(events)).toMatch(/you told me|told/i)
    const recalled = events.find(({ name }) => name === 'memory:recalled')?.data.hits
    expect(recalled).toMatchObject([{ source: { author: 'user', channel: 'test' }, verification: 'stated' }])
  })

  test('creates tasks, lists files, and asks before it runs a command', async () => {
    const where = place()
    mkdirSync(join(where.workspace, 'docs'))
    writeFileSync(join(where.workspace, 'docs', 'guide.md'), '# Guide')
    const node = await start({ place: where })
    await say(node, 'create a task to review the README')
    expect(await (await node.call('/api/tasks')).json()).toMatchObject({
      tasks: [{ title: expect.stringMatching(/review the README/i) }],
    })
    expect(replyOf(await say(node, 'list the files in docs'))).toContain('guide.md')
    let asked = 0
    const events = await say(node, 'run ls', {
      async onEvent({ name, data }) {
        if (name !== 'approval:requested') return
        asked++
        const { id } = data.approval as { id: string }
        await node.call(`/api/approvals/${id}`, { json: { decision: 'approve' } })
      },
    })
    expect(asked).toBe(1)
    expect(replyOf(events)).toContain('docs')
    expect(await (await node.call('/api/audit')).json()).toMatchObject({ chain: { intact: true } })
  })

  test('gives vectors to what it remembers, when a sentence model is named', async () => {
    const where = place()
    const folder = fileURLToPath(new URL('../../../fixtures/tiny-embedder', import.meta.url))
    const node = await start({ place: where, environment: { SALP_MEMORY_SENTENCE_MODEL: folder } })
    await say(node, 'remember that the deploy key rotates on Fridays')
    using db = openDatabase(join(where.home, 'salp.db'))
    const vectors = db.prepare<{ count: number }>('SELECT count(*) AS count FROM memory_vectors')
    await until(() => vectors.get()?.count === 1)
    expect(replyOf(await say(node, 'when does the deploy key rotate?'))).toContain('rotates on Fridays')
    expect(await node.stop()).toBe(0)
  })

  test('follows a folder of notes, both ways', async () => {
    const where = place()
    const notes = join(where.workspace, 'notes')
    mkdirSync(notes)
    writeFileSync(join(notes, 'ops.md'), '# Office\n\nThe alarm code is on the blue card.\n')
    const node = await start({ place: where, environment: { SALP_MEMORY_NOTES: notes } })
    const found = async (query: string): Promise<unknown> =>
      (await node.call(`/api/memory?query=${encodeURIComponent(query)}`)).json()
    await vi.waitFor(async () => {
      expect(await found('where is the alarm code?')).toMatchObject({
        hits: [{ content: 'Office\n\nThe alarm code is on the blue card.', source: { channel: 'wiki' } }],
      })
    }, waiting)
    await say(node, 'remember that I prefer short answers')
    const pages = (): string =>
      readdirSync(notes, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => readFileSync(join(notes, name), 'utf8'))
        .join('\n')
    await vi.waitFor(() => expect(pages()).toContain('short answers'), waiting)
    writeFileSync(join(notes, 'ops.md'), '# Office\n\nThe alarm code is on the red card.\n')
    await vi.waitFor(async () => {
      expect(JSON.stringify(await found('where is the alarm code?'))).toContain('red card')
    }, waiting)
    expect(await node.stop()).toBe(0)
  })

  test('answers a stock OpenAI client', async () => {
    const where = place()
    const node = await start({ place: where })
    const client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: readFileSync(join(where.home, 'token'), 'utf8') })
    const whole = await client.chat.completions.create({
      model: 'salp',
      messages: [{ role: 'user', content: 'what can you do?' }],
    })
    expect(whole.choices[0]?.message.content).toMatch(/remember/i)
    const stream = await client.chat.completions.create({
      model: 'salp',
      stream: true,
      messages: [{ role: 'user', content: 'what can you do?' }],
    })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe(whole.choices[0]?.message.content)
  })
})

describe('a node with an OpenAI-compatible endpoint in one variable', () => {
  test('uses its tools through the model', async () => {
    const where = place()
    writeFileSync(join(where.workspace, 'note.txt'), 'the tide is at noon')
    const model = await fakeModel((_, index) =>
      index === 0
        ? { calls: [{ name: 'read_file', arguments: { path: 'note.txt' } }] }
        : { text: 'High tide at noon', usage: { input: 100, output: 5 } },
    )
    const node = await start({ place: where, environment: { SALP_MODEL_URL: model.url } })
    expect(replyOf(await say(node, 'When is the tide?'))).toBe('High tide at noon')
    expect(JSON.stringify(model.requests[1]?.body.messages)).toContain('the tide is at noon')
    expect(await (await node.call('/api/status')).json()).toMatchObject({
      model: { reflex: false },
      usage: { inputTokens: 100, outputTokens: 5 },
    })
  })

  test.each([
    ['a revoked key', { status: 401, message: 'Invalid key' }, /refused the key; check it/],
    ['a reply that breaks off', { text: ['Hal'], end: 'disconnect' }, /Cannot finish the reply/],
    ['a reply that is no JSON', { end: 'malformed' }, /sent a malformed reply/],
  ] as const)(
    'says what is wrong with %s, and goes on afterwards',
    async (_, reply, reason) => {
      let broken = true
      const model = await fakeModel(() => (broken ? reply : { text: 'Back' }))
      const environment = { SALP_MODEL_URL: model.url, SALP_MODEL: 'some-model' }
      const where = place()
      const first = await start({ place: where, environment })
      const events = await say(first, 'Hello')
      expect(events.at(-1)?.data).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) })
      await first.stop()
      broken = false
      const second = await start({ place: where, environment })
      expect(replyOf(await say(second, 'Again', { sessionId: events[0]?.sessionId ?? '' }))).toBe('Back')
    },
    60_000,
  )

  test('can be stopped while the model does not stop', async () => {
    const model = await fakeModel([{ text: ['on ', 'and ', 'on '], end: 'endless', pieceDelayMs: 5 }])
    const node = await start({ place: place(), environment: { SALP_MODEL_URL: model.url } })
    let stopped = false
    const events = await say(node, 'Go', {
      async onEvent({ name, sessionId }) {
        if (name !== 'text:streamed' || stopped) return
        stopped = true
        await node.call(`/api/sessions/${sessionId}/stop`, { method: 'POST' })
      },
    })
    expect(events.at(-1)?.data).toMatchObject({ status: 'cancelled' })
  })

  test('says that an endpoint is not there, and starts all the same', async () => {
    const node = await start({ place: place(), environment: { SALP_MODEL_URL: 'http://127.0.0.1:9/v1' } })
    expect((await say(node, 'Hello')).at(-1)?.data).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('127.0.0.1:9'),
    })
  })
})

describe('kill -9', () => {
  test('loses no request to a person; the next process goes on when it is answered', async () => {
    const where = place()
    const first = await start({ place: where })
    const lost = say(first, 'run echo tide > tide.txt', {
      async onEvent({ name }) {
        if (name === 'approval:requested') await first.stop('SIGKILL')
      },
    })
    await expect(lost).rejects.toThrow()
    const second = await start({ place: where })
    const { approvals } = await (await second.call('/api/approvals')).json()
    expect(approvals).toHaveLength(1)
    expect(existsSync(join(where.workspace, 'tide.txt'))).toBe(false)
    await second.call(`/api/approvals/${approvals[0].id}`, { json: { decision: 'approve' } })
    await until(
      async () => !(await (await second.call(`/api/sessions/${approvals[0].sessionId}`)).json()).session.active,
    )
    expect(readFileSync(join(where.workspace, 'tide.txt'), 'utf8')).toBe('tide\n')
  })

  test('in the middle of a command leaves its effect unknown, and says so', async () => {
    const where = place()
    const first = await start({ place: where })
    const lost = say(first, 'run `echo begun > begun.txt; sleep 30`', {
      async onEvent({ name, data }) {
        if (name === 'approval:requested')
          await first.call(`/api/approvals/${(data.approval as { id: string }).id}`, { json: { decision: 'approve' } })
        if (name === 'call:started') {
          await until(() => existsSync(join(where.workspace, 'begun.txt')))
          await first.stop('SIGKILL')
        }
      },
    })
    await expect(lost).rejects.toThrow()
    const second = await start({ place: where })
    const { sessions } = await (await second.call('/api/sessions')).json()
    await until(async () => !(await (await second.call(`/api/sessions/${sessions[0].id}`)).json()).session.active)
    const { messages } = await (await second.call(`/api/sessions/${sessions[0].id}`)).json()
    expect(JSON.stringify(messages)).toContain('whether it took effect is unknown')
  })

  test('at any moment of writing keeps every memory that was acknowledged', async () => {
    const where = place()
    const first = await start({ place: where })
    const acknowledged: string[] = []
    const writing = (async () => {
      for (let index = 0; ; index++) {
        const content = `The code of locker ${index} is ${index * 7}`
        const response = await first.call('/api/memory', { json: { content } })
        if (response.ok) acknowledged.push(content)
        if (index === 40) first.child.kill('SIGKILL')
      }
    })()
    await expect(writing).rejects.toThrow()
    const second = await start({ place: where })
    const { hits } = await (await second.call('/api/memory?limit=200')).json()
    const kept = hits.map(({ content }: { content: string }) => content)
    expect(acknowledged.length).toBeGreaterThan(40)
    expect(kept).toEqual(expect.arrayContaining(acknowledged))
  })
})

describe('a node that cannot start', () => {
  test('names the process that has its home', async () => {
    const where = place()
    const node = await start({ place: where })
    const { code, errors } = await runNode({ place: where, flags: ['--port', '0'] })
    expect(code).toBe(3)
    expect(errors).toContain(`an agent already runs there, ${node.url}`)
  })

  test('names the port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { code, errors } = await runNode({ place: place(), flags: ['--port', String(port)] })
    other.close()
    expect(code).toBe(3)
    expect(errors).toContain(`Cannot listen on port ${port}: another program has it`)
  })

  test('leaves a corrupt database as it is', async () => {
    const where = place()
    mkdirSync(where.home, { recursive: true })
    const garbage = 'not a database, '.repeat(1_000)
    writeFileSync(join(where.home, 'salp.db'), garbage)
    const { code, errors } = await runNode({ place: where, flags: ['--port', '0'] })
    expect(code).toBe(1)
    expect(errors).toContain('restore a backup')
    expect(readFileSync(join(where.home, 'salp.db'), 'utf8')).toBe(garbage)
  })

  test('says what is wrong with a sentence model that is none', async () => {
    const where = place()
    const { code, errors } = await runNode({
      place: where,
      flags: ['--port', '0', '--set', `memory.sentenceModel=${where.workspace}`],
    })
    expect(code).toBe(1)
    expect(errors).toContain(where.workspace)
  })

  test('refuses a database of a newer version', async () => {
    const where = place()
    await (await start({ place: where })).stop()
    const db = openDatabase(join(where.home, 'salp.db'))
    db.exec("UPDATE core_migrations SET version = 99 WHERE owner = 'agent'")
    db.close()
    const { code, errors } = await runNode({ place: where, flags: ['--port', '0'] })
    expect(code).toBe(1)
    expect(errors).toContain('the database is at version 99')
  })

  test('names every setting that is wrong, and where it came from', async () => {
    const where = place()
    mkdirSync(where.home, { recursive: true })
    writeFileSync(join(where.home, 'config.json'), '{ "server": { "prot": 1 } }')
    const { code, errors } = await runNode({
      place: where,
      flags: ['--port', 'many'],
      environment: { SALP_LOG_LEVEL: 'loud' },
    })
    expect(code).toBe(2)
    expect(errors).toContain('config.json: "server.prot" is not a setting')
    expect(errors).toContain('--server.port: "server.port"')
    expect(errors).toContain('SALP_LOG_LEVEL: "log.level"')
  })
})

describe('SIGINT', () => {
  test('ends a node in order', async () => {
    const where = place()
    const node = await start({ place: where })
    expect(existsSync(join(where.home, 'node.json'))).toBe(true)
    expect(await node.stop('SIGINT')).toBe(0)
    expect(existsSync(join(where.home, 'node.json'))).toBe(false)
  })
})

/** Waits until something holds, looking often; fails after ten seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('It did not come to hold in ten seconds')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
