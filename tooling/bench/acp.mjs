/** How quick the agent is in an editor. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { client, methods, ndJsonStream } from '@agentclientprotocol/sdk'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createSessionPlaces, placesMigrations, serveAcp } from '@salp/agent/acp'
import { migrate, silentLogger } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { startFakeOpenAi } from '@salp/models/testing/node'
import { createBenchAgent } from './bench-agent.mjs'
import { timeRaw } from './first-chunk.mjs'
import { spread } from './spread.mjs'

const program = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url))
const rounds = 40
const sessions = 200
const messages = 10_000

/** Prompts the program as an editor does, and asks the same model server directly, in turn. */
export async function measureEditor() {
  const server = await startFakeOpenAi(() => ({ text: ['Hello', ' there'] }))
  const raw = createOpenAICompatible({ name: 'bench', baseURL: server.url })('bench')
  const home = mkdtempSync(join(tmpdir(), 'salp bench '))
  const child = spawn(process.execPath, [program, 'acp', '--home', join(home, 'home')], {
    cwd: home,
    env: { ...process.env, SALP_MODEL_URL: server.url, SALP_MODEL: 'bench', SALP_WALLET_CHAIN: 'off' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let arrived = () => undefined
  const { agent } = connect(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout), ({ update }) => {
    if (update.sessionUpdate === 'agent_message_chunk') arrived()
  })
  await agent.request(methods.agent.initialize, { protocolVersion: 1, clientCapabilities: {} })
  const { sessionId } = await agent.request(methods.agent.session.new, { cwd: home, mcpServers: [] })
  const added = []
  for (let round = 0; round < rounds; round++) {
    const base = await timeRaw(raw)
    const begunAt = performance.now()
    let firstMs
    arrived = () => (firstMs ??= performance.now() - begunAt)
    await agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text: 'Hi' }] })
    added.push(firstMs - base)
  }
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdin.end()
  await ended
  await server.close()
  rmSync(home, { recursive: true })
  return spread(added.slice(rounds / 4))
}

/** Opens a long session again, with and without showing what was said in it. */
export async function measureLongSession() {
  const { agent: bench, editor, close } = await serveHere(() => 'Hello')
  const id = bench.store.create({ title: 'long' }).id
  bench.store.transaction(() => {
    for (let at = 0; at < messages / 2; at++) {
      const turnId = `turn-${at}`
      const place = { at: 0, sessionId: id, turnId }
      bench.store.openTurn({ id: turnId, sessionId: id, channel: 'bench', input: `Question ${at}`, startedAt: at })
      bench.store.addMessage(id, turnId, { role: 'user', content: [{ type: 'text', text: `Question ${at}` }] })
      bench.store.addMessage(id, turnId, { role: 'assistant', content: [{ type: 'text', text: `Answer ${at}` }] })
      const started = { input: `Question ${at}`, channel: 'bench' }
      bench.store.addEvent({ ...place, sequence: 3 * at + 1, name: 'turn:started', data: started })
      bench.store.addEvent({ ...place, sequence: 3 * at + 2, name: 'text:streamed', data: { delta: `Answer ${at}` } })
      const end = { status: 'completed', text: '', steps: 1, calls: 0, usage: {}, durationMs: 1 }
      bench.store.addEvent({ ...place, sequence: 3 * at + 3, name: 'turn:finished', data: end })
      bench.store.closeTurn(turnId, end)
    }
  })
  const resumed = []
  const loaded = []
  for (let round = 0; round < 5; round++) {
    const request = { sessionId: id, cwd: tmpdir(), mcpServers: [] }
    resumed.push(await time(() => editor.agent.request(methods.agent.session.resume, request)))
    loaded.push(await time(() => editor.agent.request(methods.agent.session.load, request)))
  }
  await close()
  return { resumedMs: spread(resumed), loadedMs: spread(loaded) }
}

/** How late what a model says reaches the editor, with many sessions at once in one process, editor and model included. */
export async function measureManySessions() {
  const delays = []
  const { editor, close } = await serveHere(
    () => `${performance.now()} `,
    ({ update }) => {
      if (update.sessionUpdate === 'agent_message_chunk') delays.push(performance.now() - Number(update.content.text))
    },
  )
  const opened = await Promise.all(
    Array.from({ length: sessions }, () =>
      editor.agent.request(methods.agent.session.new, { cwd: tmpdir(), mcpServers: [] }),
    ),
  )
  await Promise.all(
    opened.map(({ sessionId }) =>
      editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text: 'Hi' }] }),
    ),
  )
  const residentMb = process.memoryUsage().rss / 1_048_576
  await close()
  const sorted = delays.sort((a, b) => a - b)
  return { p99Ms: spread([sorted[Math.floor(sorted.length * 0.99)]]), residentMb: spread([residentMb]) }
}

/** Serves an agent to an editor in this process; its model says twenty pieces, one each 50 ms. */
async function serveHere(say, onUpdate = () => undefined) {
  const db = openDatabase(':memory:')
  const agent = createBenchAgent({ db, model: pacedModel(say), tools: [] })
  migrate(db, 'agent-places', placesMigrations)
  const place = {
    folder: tmpdir(),
    tools: async () => [],
    readText: async () => undefined,
    close: async () => undefined,
  }
  const places = createSessionPlaces({ db, folder: place.folder, open: async () => place })
  const up = new TransformStream()
  const down = new TransformStream()
  const serving = serveAcp(
    { agent, places, clock: systemClock, log: silentLogger, version: '0', status: unasked, memory: {} },
    ndJsonStream(down.writable, up.readable),
    { contextTokens: 32_768 },
  )
  const editor = connect(up.writable, down.readable, onUpdate)
  await editor.agent.request(methods.agent.initialize, { protocolVersion: 1, clientCapabilities: {} })
  return {
    agent,
    editor,
    async close() {
      serving.close()
      await serving.closed
      await agent.close()
      db.close()
    },
  }
}

function pacedModel(say) {
  return {
    ...{ specificationVersion: 'v4', provider: 'bench', modelId: 'paced', supportedUrls: {}, doGenerate: unasked },
    async doStream() {
      async function* parts() {
        yield { type: 'stream-start', warnings: [] }
        yield { type: 'text-start', id: '1' }
        for (let piece = 0; piece < 20; piece++) {
          await systemClock.sleep(50)
          yield { type: 'text-delta', id: '1', delta: say() }
        }
        yield { type: 'text-end', id: '1' }
        const usage = { inputTokens: { total: 1 }, outputTokens: { total: 20 } }
        yield { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage }
      }
      return { stream: ReadableStream.from(parts()) }
    },
  }
}

function connect(writable, readable, onUpdate) {
  return client({ name: 'bench' })
    .onNotification(methods.client.session.update, ({ params }) => onUpdate(params))
    .connect(ndJsonStream(writable, readable))
}

async function time(work) {
  const begunAt = performance.now()
  await work()
  return performance.now() - begunAt
}

function unasked() {
  return Promise.reject(new Error('Not asked for here'))
}
