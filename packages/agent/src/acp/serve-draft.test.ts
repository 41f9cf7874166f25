import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ClientApp,
  type ClientCapabilities,
  client,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk/experimental/v2'
import { createIdSource, createRng } from '@salp/core'
import { describe, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { createTestAcp, type TestAcp } from '../testing/test-acp.js'
import { createAskTool } from '../tools/self-tools.js'
import { serveAcpDraft } from './serve-draft.js'

const write = { name: 'write_file', input: { path: 'a.txt', content: 'new' } }
const image = { type: 'image' as const, mimeType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUg==' }
const say = (text: string) => [{ type: 'text' as const, text }]

interface DraftEditorOptions {
  readonly capabilities?: ClientCapabilities
  readonly add?: (app: ClientApp) => ClientApp
  readonly answer?: (request: RequestPermissionRequest) => Promise<RequestPermissionResponse>
}

/** An editor of the official SDK that speaks the draft, beside the one of the test. */
async function connect({ deps, clock }: TestAcp, { capabilities = {}, add, answer }: DraftEditorOptions = {}) {
  const up = new TransformStream<Uint8Array, Uint8Array>()
  const down = new TransformStream<Uint8Array, Uint8Array>()
  const ids = createIdSource({ clock, rng: createRng('draft') })
  const serving = serveAcpDraft({ ...deps, ids }, ndJsonStream(down.writable, up.readable), { contextTokens: 1_000 })
  const told: SessionUpdate[] = []
  const app = client({ name: 'editor' })
    .onNotification(methods.client.session.update, ({ params }) => void told.push(params.update))
    .onRequest(methods.client.session.requestPermission, ({ params }) => (answer ?? allowOnce)(params))
  const editor = (add?.(app) ?? app).connect(ndJsonStream(up.writable, down.readable))
  const initialized = await editor.agent.request(methods.agent.initialize, {
    ...{ protocolVersion: 2, capabilities },
    info: { name: 'test', version: '1' },
  })
  /** Waits for the end of what runs. */
  const idle = () => vi.waitUntil(() => states().at(-1)?.state === 'idle', { interval: 1, timeout: 10_000 })
  const states = () =>
    told.flatMap(({ sessionUpdate, ...update }) =>
      sessionUpdate === 'state_update' ? [update as { state: string; stopReason?: string; error?: object }] : [],
    )
  return {
    ...{ agent: editor.agent, initialized, told, states, idle, serving },
    of: (...kinds: readonly string[]) => told.filter(({ sessionUpdate }) => kinds.includes(sessionUpdate)),
    async leave() {
      editor.close()
      await up.writable.close().catch(() => undefined)
      await serving.closed
    },
  }
}

async function allowOnce({ options }: RequestPermissionRequest): Promise<RequestPermissionResponse> {
  const optionId = options.find(({ kind }) => kind === 'allow_once')?.optionId ?? ''
  return { outcome: { outcome: 'selected', optionId } }
}

describe('serveAcpDraft()', () => {
  test('tells the editor of the draft what is there', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const editor = await connect(acp)
    expect(editor.initialized).toMatchObject({
      protocolVersion: 2,
      info: { name: 'salp', version: '1.2.3' },
      capabilities: {
        session: { prompt: { image: {}, embeddedContext: {} }, mcp: { stdio: {}, http: {} }, delete: {} },
      },
    })
    const opened = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    expect(opened.configOptions).toMatchObject([{ configId: 'mode', type: 'select', currentValue: 'ask' }])
    expect(opened.availableCommands?.map(({ name }) => name)).toContain('help')
    await editor.leave()
  })

  test('takes a prompt at once, shows the turn as it goes, and ends it as a state', async () => {
    await using folder = await temporaryFolder()
    const script = [{ reasoning: 'Hm', text: 'Writing', calls: [write] }, { text: ['Do', 'ne'] }]
    await using acp = await createTestAcp({ folder: folder.path, script })
    const editor = await connect(acp)
    const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    const prompt = [...say('write it, see '), image]
    const { messageId } = await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt })
    await editor.idle()
    expect(editor.of('user_message')).toEqual([{ sessionUpdate: 'user_message', messageId, content: prompt }])
    expect(editor.of('agent_message_chunk', 'agent_thought_chunk')).toEqual([
      { sessionUpdate: 'agent_thought_chunk', messageId: `${messageId}-0`, content: { type: 'text', text: 'Hm' } },
      { sessionUpdate: 'agent_message_chunk', messageId: `${messageId}-0`, content: { type: 'text', text: 'Writing' } },
      { sessionUpdate: 'agent_message_chunk', messageId: `${messageId}-1`, content: { type: 'text', text: 'Do' } },
      { sessionUpdate: 'agent_message_chunk', messageId: `${messageId}-1`, content: { type: 'text', text: 'ne' } },
    ])
    const path = join(folder.path, 'a.txt')
    expect(editor.of('tool_call_update')[0]).toMatchObject({
      ...{ toolCallId: 'call-1', title: 'Write a.txt', kind: 'edit', status: 'pending', locations: [{ path }] },
      content: [
        { type: 'diff', changes: [{ operation: 'add', path }] },
        { type: 'content', content: { type: 'text', text: '```diff\n+new\n```' } },
      ],
    })
    expect(editor.of('tool_call_update').map((update) => 'status' in update && update.status)).toEqual([
      'pending',
      'in_progress',
      'completed',
    ])
    expect(editor.states()).toEqual([
      { state: 'running' },
      { state: 'requires_action' },
      { state: 'running' },
      { state: 'idle', stopReason: 'end_turn' },
    ])
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(acp.model.calls[0]?.prompt.at(-1)?.content).toMatchObject([{}, {}, { type: 'file' }])

    const later = await connect(acp)
    const known = { sessionId, cwd: folder.path }
    await later.agent.request(methods.agent.session.resume, { ...known, replayFrom: { type: 'start' } })
    expect(later.of('user_message_chunk')).toEqual([
      { sessionUpdate: 'user_message_chunk', messageId, content: { type: 'text', text: 'write it, see' } },
      { sessionUpdate: 'user_message_chunk', messageId, content: image },
    ])
    expect(later.of('agent_message_chunk')).toEqual([
      { sessionUpdate: 'agent_message_chunk', messageId: `${messageId}-0`, content: { type: 'text', text: 'Writing' } },
      { sessionUpdate: 'agent_message_chunk', messageId: `${messageId}-1`, content: { type: 'text', text: 'Done' } },
    ])
    expect(later.states()).toEqual([{ state: 'idle' }])
    const silent = await connect(acp)
    await silent.agent.request(methods.agent.session.resume, known)
    expect(silent.told).toEqual([{ sessionUpdate: 'state_update', state: 'idle' }])
    for (const each of [editor, later, silent]) await each.leave()
  })

  test.each([
    ['says no', async () => ({ outcome: { outcome: 'selected' as const, optionId: 'reject' } })],
    ['dismisses it', async () => ({ outcome: { outcome: 'cancelled' as const } })],
    ['gives an answer of its own', async () => ({ outcome: { outcome: 'selected' as const, optionId: 'yes!' } })],
    ['fails', () => Promise.reject(new Error('no window'))],
  ])('runs nothing where the person %s', async (_, answer) => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ calls: [write] }, { text: 'Well' }] })
    const editor = await connect(acp, { answer })
    const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('write it') })
    await editor.idle()
    await expect(readFile(join(folder.path, 'a.txt'))).rejects.toThrow()
    expect(editor.states().at(-1)).toEqual({ state: 'idle', stopReason: 'end_turn' })
    await editor.leave()
  })

  test('denies what was asked when the editor vanishes, and the turn ends without it', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ calls: [write] }, { text: 'Well' }] })
    const asked = Promise.withResolvers<void>()
    const editor = await connect(acp, {
      answer: () => {
        asked.resolve()
        return new Promise(() => undefined)
      },
    })
    const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('write it') })
    await asked.promise
    const turn = acp.agent.running(sessionId)
    await editor.leave()
    expect(await turn?.result).toMatchObject({ status: 'completed' })
    await expect(readFile(join(folder.path, 'a.txt'))).rejects.toThrow()
  })

  test('stops at once when asked to, and a session that is closed tells its end first', async () => {
    await using folder = await temporaryFolder()
    const never = () => new Promise<void>(() => undefined)
    await using acp = await createTestAcp({ folder: folder.path, script: () => ({ when: never, text: 'x' }) })
    const editor = await connect(acp)
    const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    for (const stop of [
      () => editor.agent.notify(methods.agent.session.cancel, { sessionId }),
      () => editor.agent.request(methods.agent.session.close, { sessionId }),
    ]) {
      await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('go') })
      await stop()
      await editor.idle()
      expect(editor.states().at(-1)).toEqual({ state: 'idle', stopReason: 'cancelled' })
    }
    const prompt = { sessionId, prompt: say('more') }
    await expect(editor.agent.request(methods.agent.session.prompt, prompt)).rejects.toMatchObject({ code: -32002 })
    await editor.leave()
  })

  test('puts a question in a form, or leaves it for the next prompt', async () => {
    await using folder = await temporaryFolder()
    const ask = { calls: [{ name: 'ask_human', input: { question: 'Which?', options: ['a', 'b'] } }] }
    const options = {
      folder: folder.path,
      tools: ({ questions }: { questions: Parameters<typeof createAskTool>[0]['human'] }) => [
        createAskTool({ human: questions }),
      ],
    }
    await using acp = await createTestAcp({ ...options, script: [ask, { text: 'b it is' }, ask, { text: 'a it is' }] })
    const asked: unknown[] = []
    const withForms = await connect(acp, {
      capabilities: { elicitation: { form: {} } },
      add: (app) =>
        app.onRequest(methods.client.elicitation.create, ({ params }) => {
          asked.push(params.message)
          return { action: 'accept', content: { answer: 'b' } }
        }),
    })
    const plain = await connect(acp)
    for (const editor of [withForms, plain]) {
      const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
      await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('go') })
      await editor.idle()
      if (editor === plain) {
        await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('a') })
        await vi.waitUntil(() => editor.states().length === 4, { interval: 1, timeout: 10_000 })
      }
      const text = editor.of('agent_message_chunk').map((update) => JSON.stringify(update))
      expect(text.at(-1)).toContain(editor === plain ? 'a it is' : 'b it is')
    }
    expect(asked).toEqual(['Which?'])
    expect(JSON.stringify(plain.of('agent_message_chunk')[0])).toContain('Which?')
    for (const editor of [withForms, plain]) await editor.leave()
  })

  test('tells a failure of the model as the end of the turn, and refuses what it does not take', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ error: new Error('no such model') }] })
    const editor = await connect(acp)
    const { agent } = editor
    const { sessionId } = await agent.request(methods.agent.session.new, { cwd: folder.path })
    await agent.request(methods.agent.session.prompt, { sessionId, prompt: say('hi') })
    await editor.idle()
    expect(editor.states().at(-1)).toMatchObject({
      ...{ state: 'idle', stopReason: 'error' },
      error: { message: expect.stringContaining('no such model') },
    })
    const bad = { code: -32602 }
    const prompts = [
      [{ type: 'audio' as const, data: '', mimeType: 'audio/wav' }],
      say(' '),
      [{ ...image, data: 'AAAA' }],
    ]
    for (const prompt of prompts)
      await expect(agent.request(methods.agent.session.prompt, { sessionId, prompt })).rejects.toMatchObject(bad)
    const option = { sessionId, configId: 'mode', type: 'id' as const, value: 'always' }
    await expect(agent.request(methods.agent.session.setConfigOption, option)).rejects.toMatchObject(bad)
    const quiet = await agent.request(methods.agent.session.setConfigOption, { ...option, value: 'quiet' })
    expect(quiet.configOptions).toMatchObject([{ currentValue: 'quiet' }])
    const from = { sessionId, cwd: folder.path, replayFrom: { type: '_end' as const } }
    await expect(agent.request(methods.agent.session.resume, from)).rejects.toMatchObject(bad)
    const elsewhere = { sessionId: 'nowhere', cwd: folder.path }
    await expect(agent.request(methods.agent.session.resume, elsewhere)).rejects.toMatchObject({ code: -32002 })
    await agent.request(methods.agent.session.delete, { sessionId })
    expect((await agent.request(methods.agent.session.list, {})).sessions).toEqual([])
    await editor.leave()
  })

  test('answers commands without the model', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const editor = await connect(acp)
    const { sessionId } = await editor.agent.request(methods.agent.session.new, { cwd: folder.path })
    await editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: say('/tasks') })
    expect(editor.told.map(({ sessionUpdate }) => sessionUpdate)).toEqual([
      'state_update',
      'user_message',
      'agent_message',
      'state_update',
    ])
    expect(JSON.stringify(editor.of('agent_message'))).toContain('No task is open')
    await editor.leave()
  })
})
