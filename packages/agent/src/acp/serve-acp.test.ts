import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { methods, type PromptResponse, RequestError } from '@agentclientprotocol/sdk/unstable'
import { scriptedModel } from '@salp/models/testing'
import { wrapLanguageModel } from 'ai'
import { describe, expect, test, vi } from 'vitest'
import { withoutImages } from '../images.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { choose, createTestAcp, type TestAcp } from '../testing/test-acp.js'
import { eventOf } from '../testing/test-agent.js'
import { createAskTool } from '../tools/self-tools.js'
import { createTaskTools } from '../tools/task-tools.js'

/** The least PNG that shows what it is. */
const image = { type: 'image' as const, mimeType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUg==' }
const write = { name: 'write_file', input: { path: 'a.txt', content: 'new' } }
const command = { name: 'run_command', input: { command: 'echo out; exit 3' } }

describe('initialize', () => {
  test('offers what is there, and asks for no sign-in', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    expect(acp.initialized).toMatchInlineSnapshot(`
      {
        "agentCapabilities": {
          "loadSession": true,
          "mcpCapabilities": {
            "http": true,
          },
          "promptCapabilities": {
            "embeddedContext": true,
            "image": true,
          },
          "sessionCapabilities": {
            "close": {},
            "delete": {},
            "fork": {},
            "list": {},
            "resume": {},
          },
        },
        "agentInfo": {
          "name": "salp",
          "title": "Salp",
          "version": "1.2.3",
        },
        "authMethods": [],
        "protocolVersion": 1,
      }
    `)
    await expect(acp.editor.agent.request(methods.agent.authenticate, { methodId: 'x' })).rejects.toMatchObject({
      code: -32602,
    })
  })
})

describe('session/prompt', () => {
  test('streams thoughts and words, and gives the stop reason and usage', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ reasoning: 'Hm', text: ['Hel', 'lo'], usage: { input: 10, output: 5 } }],
    })
    const session = await acp.session()
    expect(await session.prompt('hi')).toEqual({
      stopReason: 'end_turn',
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
    })
    const shown = acp.told.map(({ update }) => update).filter(({ sessionUpdate }) => /chunk|usage/.test(sessionUpdate))
    expect(shown).toEqual([
      { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'Hm' } },
      { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'Hel' } },
      { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'lo' } },
      { sessionUpdate: 'usage_update', used: 15, size: 32_768 },
    ])
  })

  test('shows a call with its kind, place and diff, and asks before it runs', async () => {
    await using folder = await temporaryFolder({ 'a.txt': 'old' })
    await using acp = await createTestAcp({ folder: folder.path, script: [{ calls: [write] }, { text: 'Done' }] })
    const session = await acp.session()
    await session.prompt('write it')
    const path = join(folder.path, 'a.txt')
    const diff = { type: 'diff', path, oldText: 'old', newText: 'new' }
    expect(acp.updates('tool_call')).toEqual([
      {
        sessionUpdate: 'tool_call',
        toolCallId: 'call-1',
        title: 'Write a.txt',
        name: 'write_file',
        kind: 'edit',
        status: 'pending',
        locations: [{ path }],
        content: [diff],
        rawInput: write.input,
      },
    ])
    expect(acp.permissions).toMatchObject([
      {
        sessionId: session.sessionId,
        toolCall: { toolCallId: 'call-1', title: 'Write a.txt' },
        options: [{ kind: 'allow_once' }, { kind: 'allow_always' }, { kind: 'reject_once' }],
      },
    ])
    expect(acp.updates('tool_call_update').map(({ status }) => status)).toEqual(['in_progress', 'completed'])
    expect(acp.updates('tool_call_update').at(-1)?.content).toEqual([diff])
    expect(await readFile(path, 'utf8')).toBe('new')
  })

  test('tells a command that failed by its output', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ calls: [command] }, { text: 'Done' }] })
    await (await acp.session()).prompt('run it')
    const { status, content, rawOutput } = acp.updates('tool_call_update').at(-1) ?? {}
    expect({ status, content }).toEqual({
      status: 'completed',
      content: [{ type: 'content', content: { type: 'text', text: 'out\n\n[exit code 3]' } }],
    })
    expect(rawOutput).toMatchObject({ exitCode: 3 })
  })

  test('shows tasks that the turn touches as a plan', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      tools: ({ tasks }) => [...createTaskTools({ tasks })],
      script: [
        { calls: [{ name: 'create_task', input: { title: 'First', priority: 5 } }] },
        { calls: [{ name: 'create_task', input: { title: 'Second' } }] },
        { calls: [{ name: 'update_task', input: { id: 1, status: 'done' } }] },
        { text: 'Planned' },
      ],
    })
    await (await acp.session()).prompt('plan')
    expect(acp.updates('plan').at(-1)?.entries).toEqual([
      { content: 'First', priority: 'high', status: 'completed' },
      { content: 'Second', priority: 'medium', status: 'pending' },
    ])
  })

  test('refuses content that was not offered, sessions that are not open, and too much text', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const session = await acp.session()
    await expect(session.prompt({ type: 'audio', data: '', mimeType: 'audio/wav' })).rejects.toMatchObject({
      code: -32602,
    })
    await expect(session.prompt('x'.repeat(100_001))).rejects.toMatchObject({ code: -32602 })
    await expect(session.prompt('  ')).rejects.toMatchObject({ code: -32602, data: { code: 'agent/input' } })
    const elsewhere = { sessionId: 'nowhere', prompt: [{ type: 'text' as const, text: 'hi' }] }
    await expect(acp.editor.agent.request(methods.agent.session.prompt, elsewhere)).rejects.toMatchObject({
      code: -32002,
    })
  })

  test('takes images to the model, and shows them again in the session and in a fork of it', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ text: 'A dot' }] })
    const session = await acp.session()
    await session.prompt([{ type: 'text', text: 'What is ' }, image, { type: 'text', text: '?' }])
    expect(acp.model.calls[0]?.prompt.at(-1)?.content).toMatchObject([
      {},
      { type: 'text', text: 'What is [image 1]?' },
      { type: 'file', mediaType: 'image/png' },
    ])
    const { sessionId } = session
    const place = { cwd: folder.path, mcpServers: [] }
    const { agent } = acp.editor
    const fork = await agent.request(methods.agent.session.fork, { sessionId, ...place })
    for (const id of [sessionId, fork.sessionId]) {
      const other = await acp.connect()
      await other.editor.agent.request(methods.agent.session.load, { sessionId: id, ...place })
      const shown = other.told.flatMap(({ update }) => (/message_chunk/.test(update.sessionUpdate) ? [update] : []))
      expect(shown).toEqual([
        { sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'What is [image 1]?' } },
        { sessionUpdate: 'user_message_chunk', content: image },
        { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'A dot' } },
      ])
      await other.leave()
    }
  })

  test('shows the image of a turn that still runs to an editor that joins, once', async () => {
    await using folder = await temporaryFolder()
    const held = Promise.withResolvers<void>()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ text: 'A dot', when: () => held.promise }],
    })
    const session = await acp.session()
    const done = session.prompt([image])
    const { sessionId } = session
    await vi.waitUntil(() => acp.model.calls.length === 1, { interval: 1, timeout: 10_000 })
    const other = await acp.connect()
    await other.editor.agent.request(methods.agent.session.load, { sessionId, cwd: folder.path, mcpServers: [] })
    held.resolve()
    await done
    const said = other.told.flatMap(({ update }) =>
      update.sessionUpdate === 'user_message_chunk' ? [update.content] : [],
    )
    expect(said).toEqual([{ type: 'text', text: '[image 1]' }, image])
    await other.leave()
  })

  test('tells the person in the reply where the model cannot look at images', async () => {
    await using folder = await temporaryFolder()
    const blind = wrapLanguageModel({ model: scriptedModel([{ text: 'I cannot tell' }]), middleware: withoutImages() })
    await using acp = await createTestAcp({ folder: folder.path, model: blind })
    const session = await acp.session()
    expect(await session.prompt([image])).toMatchObject({ stopReason: 'end_turn' })
    const text = acp.updates('agent_message_chunk').map(({ content }) => content.type === 'text' && content.text)
    expect(text.join('')).toMatch(/cannot look at images\. Yours are kept.*\n\nI cannot tell$/)
    expect(acp.agent.store.messages(session.sessionId)[0]?.message.content).toHaveLength(2)
  })

  test('refuses images that are none, or too many, and keeps nothing of them', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const session = await acp.session()
    for (const prompt of [
      [{ ...image, mimeType: 'image/svg+xml' }],
      [{ ...image, data: 'AAAA' }],
      Array(11).fill(image),
    ])
      await expect(session.prompt(prompt)).rejects.toMatchObject({ code: -32602, data: { code: 'agent/input' } })
    expect(acp.agent.store.messages(session.sessionId)).toEqual([])
  })

  test('fails with the reason when the model does', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ error: new Error('no such model') }] })
    await expect((await acp.session()).prompt('hi')).rejects.toMatchObject({ code: -32603, message: /no such model/ })
  })
})

describe('permission', () => {
  const run = async (
    answer: Parameters<typeof createTestAcp>[0]['onPermission'],
    text = 'write it',
  ): Promise<{ written: string | undefined; response: PromptResponse }> => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { text: 'Done' }],
      ...(answer && { onPermission: answer }),
    })
    const response = await (await acp.session()).prompt(text)
    const written = await readFile(join(folder.path, 'a.txt'), 'utf8').catch(() => undefined)
    return { written, response }
  }

  test('allows once', async () => {
    expect((await run(({ options }) => choose(options, 'allow_once'))).written).toBe('new')
  })

  test.each([
    ['a rejection', ({ options }) => choose(options, 'reject_once')],
    ['an option that was not offered', () => ({ outcome: { outcome: 'selected', optionId: 'allow-everything' } })],
    ['a dismissal', () => ({ outcome: { outcome: 'cancelled' } })],
    ['an error', () => Promise.reject(new RequestError(-32603, 'broken'))],
    ['an answer that makes no sense', () => ({ outcome: { outcome: 'maybe' } }) as never],
  ] satisfies [string, Parameters<typeof createTestAcp>[0]['onPermission']][])('%s denies', async (_, answer) => {
    expect(await run(answer)).toMatchObject({ written: undefined, response: { stopReason: 'end_turn' } })
  })

  test('of the session covers the next call of the same kind', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { calls: [write] }, { text: 'Done' }],
      onPermission: ({ options }) => choose(options, 'allow_always'),
    })
    await (await acp.session()).prompt('write it twice')
    expect(acp.permissions).toHaveLength(1)
    expect(acp.updates('tool_call_update').filter(({ status }) => status === 'completed')).toHaveLength(2)
  })

  test('is denied when the editor vanishes in the middle of it, and the turn goes on', async () => {
    await using folder = await temporaryFolder()
    const asked = Promise.withResolvers<void>()
    const acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { text: 'Without it, then' }],
      onPermission: () => {
        asked.resolve()
        return new Promise(() => undefined)
      },
    })
    const prompted = (await acp.session()).prompt('write it').catch((error: unknown) => error)
    await asked.promise
    await acp.leave()
    expect(await prompted).toBeInstanceOf(Error)
    await expect(readFile(join(folder.path, 'a.txt'))).rejects.toThrow()
    expect((await eventOf(acp, 'turn:finished')).data).toMatchObject({ status: 'completed', text: 'Without it, then' })
    expect((await eventOf(acp, 'approval:resolved')).data).toMatchObject({
      status: 'denied',
      reason: 'the editor left, or could not ask',
    })
    await acp.agent.close()
    acp.db.close()
  })

  test('is withdrawn when another surface answers first', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { text: 'Done' }],
      onPermission: (_, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ outcome: { outcome: 'cancelled' } })),
        ),
    })
    const prompted = (await acp.session()).prompt('write it')
    const { data } = await eventOf(acp, 'approval:requested')
    acp.agent.approvals.decide(data.approval.id, { decision: 'approve', scope: 'once' })
    expect((await prompted).stopReason).toBe('end_turn')
    expect(await readFile(join(folder.path, 'a.txt'), 'utf8')).toBe('new')
  })
})

describe('modes', () => {
  test('"edits" writes without asking and still asks about commands', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { calls: [command] }, { text: 'Done' }],
    })
    const session = await acp.session()
    expect(session.modes).toMatchObject({ currentModeId: 'ask' })
    await acp.editor.agent.request(methods.agent.session.setMode, { sessionId: session.sessionId, modeId: 'edits' })
    await session.prompt('go')
    expect(acp.permissions.map(({ toolCall }) => toolCall.title)).toEqual(['Run echo out; exit 3'])
    expect(acp.updates('config_option_update')).toMatchObject([{ configOptions: [{ currentValue: 'edits' }] }])
  })

  test('"edits" asks about a file that may hold secrets', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [{ name: 'write_file', input: { path: '.env', content: 'KEY=1' } }] }, { text: 'Done' }],
    })
    const { sessionId } = await acp.session()
    await acp.editor.agent.request(methods.agent.session.setConfigOption, {
      sessionId,
      configId: 'mode',
      value: 'edits',
    })
    const prompt = [{ type: 'text' as const, text: 'go' }]
    await acp.editor.agent.request(methods.agent.session.prompt, { sessionId, prompt })
    expect(acp.permissions).toHaveLength(1)
    expect(acp.updates('current_mode_update')).toMatchObject([{ currentModeId: 'edits' }])
  })

  test('"quiet" refuses what would be asked about', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script: [{ calls: [write] }, { text: 'Done' }] })
    const session = await acp.session()
    await acp.editor.agent.request(methods.agent.session.setMode, { sessionId: session.sessionId, modeId: 'quiet' })
    await session.prompt('go')
    expect(acp.permissions).toEqual([])
    expect(acp.updates('tool_call_update').at(-1)?.status).toBe('failed')
  })

  test('a mode that does not exist is refused', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const { sessionId } = await acp.session()
    const change = { sessionId, modeId: 'constructor' }
    await expect(acp.editor.agent.request(methods.agent.session.setMode, change)).rejects.toMatchObject({
      code: -32602,
    })
  })
})

describe('cancellation', () => {
  test('ends a prompt while the model thinks', async () => {
    await using folder = await temporaryFolder()
    const thinking = Promise.withResolvers<void>()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: (options) => ({
        when: () => {
          thinking.resolve()
          return new Promise((_, reject) =>
            options.abortSignal?.addEventListener('abort', () => reject(options.abortSignal?.reason)),
          )
        },
      }),
    })
    const session = await acp.session()
    const prompted = session.prompt('hi')
    await thinking.promise
    await acp.editor.agent.notify(methods.agent.session.cancel, { sessionId: session.sessionId })
    expect((await prompted).stopReason).toBe('cancelled')
  })

  test('ends a tool that runs', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [{ name: 'run_command', input: { command: 'sleep 60' } }] }],
    })
    const session = await acp.session()
    const prompted = session.prompt('wait')
    await eventOf(acp, 'call:started')
    await acp.editor.agent.notify(methods.agent.session.cancel, { sessionId: session.sessionId })
    expect((await prompted).stopReason).toBe('cancelled')
    expect(acp.updates('tool_call_update').at(-1)).toMatchObject({ status: 'failed' })
  })

  test('while a permission is asked for ends the turn, and runs nothing', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }],
      onPermission: () => new Promise(() => undefined),
    })
    const session = await acp.session()
    const prompted = session.prompt('write')
    await eventOf(acp, 'approval:requested')
    await acp.editor.agent.notify(methods.agent.session.cancel, { sessionId: session.sessionId })
    expect((await prompted).stopReason).toBe('cancelled')
    await expect(readFile(join(folder.path, 'a.txt'))).rejects.toThrow()
  })

  test('of the request itself stops the turn', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }],
      onPermission: () => new Promise(() => undefined),
    })
    const session = await acp.session()
    const controller = new AbortController()
    const prompted = session.prompt('write', { cancellationSignal: controller.signal })
    await eventOf(acp, 'approval:requested')
    controller.abort()
    expect((await prompted).stopReason).toBe('cancelled')
  })
})

describe('questions', () => {
  const script = [
    { calls: [{ name: 'ask_human', input: { question: 'Which?', options: ['red', 'blue'] } }] },
    { text: 'Fine' },
  ]
  const tools: Parameters<typeof createTestAcp>[0]['tools'] = ({ questions }) => [createAskTool({ human: questions })]

  test('are put as text where the editor has no form, and the next prompt answers', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path, script, tools })
    const session = await acp.session()
    expect((await session.prompt('paint it')).stopReason).toBe('end_turn')
    expect(acp.updates('agent_message_chunk').at(-1)?.content).toMatchObject({ text: '\n\nWhich?\n- red\n- blue' })
    expect((await session.prompt('blue')).stopReason).toBe('end_turn')
    expect(acp.updates('tool_call_update').at(-1)?.rawOutput).toEqual({ answer: 'blue' })
    expect(acp.updates('tool_call')).toHaveLength(1)
    expect(acp.agent.store.list(10)).toMatchObject([{ messageCount: 1 }])
  })

  test('are put as a form where the editor has one', async () => {
    await using folder = await temporaryFolder()
    const forms: unknown[] = []
    await using acp = await createTestAcp({
      folder: folder.path,
      script,
      tools,
      capabilities: { elicitation: { form: {} } },
      editor: (app) =>
        app.onRequest(methods.client.elicitation.create, ({ params }) => {
          forms.push(params)
          return { action: 'accept', content: { answer: 'red' } }
        }),
    })
    expect((await (await acp.session()).prompt('paint it')).stopReason).toBe('end_turn')
    expect(forms).toMatchObject([
      { mode: 'form', message: 'Which?', requestedSchema: { properties: { answer: { enum: ['red', 'blue'] } } } },
    ])
    expect(acp.updates('tool_call_update').at(-1)?.rawOutput).toEqual({ answer: 'red' })
  })
})

describe('questions of work done alone', () => {
  const ask = (acp: TestAcp, sessionId: string, work = 'work-1') =>
    acp.agent.questions.ask('Which port?', ['Try again'], {
      ...{ sessionId, turnId: work, callId: work, channel: 'task', request: '' },
      ...{ signal: new AbortController().signal, progress: () => undefined },
    })

  test('are put as a form where the session is open, and stay open when it is left', async () => {
    await using folder = await temporaryFolder()
    const forms: unknown[] = []
    const replies = [{ action: 'cancel' as const }, { action: 'accept' as const, content: { answer: '8080' } }]
    await using acp = await createTestAcp({
      folder: folder.path,
      capabilities: { elicitation: { form: {} } },
      editor: (app) =>
        app.onRequest(methods.client.elicitation.create, ({ params }) => {
          forms.push(params)
          return replies.shift() ?? { action: 'cancel' }
        }),
    })
    const { sessionId } = await acp.session()
    void ask(acp, acp.agent.store.create().id, 'work-2')
    const answer = ask(acp, sessionId)
    await expect.poll(() => forms).toMatchObject([{ message: 'Which port?', sessionId }])
    expect(acp.agent.questions.open()).toHaveLength(2)
    await acp.leave()
    const later = await acp.connect()
    await later.editor.agent.request(methods.agent.session.resume, { sessionId, cwd: folder.path, mcpServers: [] })
    expect(await answer).toBe('8080')
    expect(forms).toHaveLength(2)
  })

  test('are told where the editor has no form, and answered by a command', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const session = await acp.session()
    const answer = ask(acp, session.sessionId)
    await expect
      .poll(() => acp.updates('agent_message_chunk'))
      .toMatchObject([{ content: { text: expect.stringContaining('Which port?') } }])
    await session.prompt('/answer use 8080')
    expect(await answer).toBe('use 8080')
    await session.prompt('/answer again')
    expect(acp.updates('agent_message_chunk').at(-1)).toMatchObject({
      content: { text: 'Nothing waits for an answer here' },
    })
  })
})

describe('sessions', () => {
  test('are loaded with what was said and done, after the editor came back', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ text: 'I shall', calls: [write] }, { text: 'Done' }, { text: 'Again' }],
    })
    const { sessionId } = await acp.session()
    const prompt = [{ type: 'text' as const, text: 'write it' }]
    await acp.editor.agent.request(methods.agent.session.prompt, { sessionId, prompt })
    await acp.leave()
    const later = await acp.connect()
    await later.editor.agent.request(methods.agent.session.load, { sessionId, cwd: folder.path, mcpServers: [] })
    const shown = later.told.map(({ update }) => update)
    expect(shown.map(({ sessionUpdate }) => sessionUpdate)).toEqual([
      'user_message_chunk',
      'agent_message_chunk',
      'tool_call',
      'tool_call_update',
      'agent_message_chunk',
    ])
    expect(shown[3]).toMatchObject({ status: 'completed' })
    const again: PromptResponse = await later.editor.agent.request(methods.agent.session.prompt, { sessionId, prompt })
    expect(again.stopReason).toBe('end_turn')
    await later.leave()
  })

  test('with a turn that runs are followed, and what waits is asked again', async () => {
    await using folder = await temporaryFolder()
    const asked = Promise.withResolvers<void>()
    await using acp = await createTestAcp({
      folder: folder.path,
      script: [{ calls: [write] }, { calls: [{ ...write, input: { path: 'b.txt', content: 'b' } }] }, { text: 'Done' }],
      onPermission: () => {
        asked.resolve()
        return new Promise(() => undefined)
      },
    })
    const session = await acp.session()
    void session.prompt('write both').catch(() => undefined)
    await asked.promise
    await acp.leave()
    await eventOf(acp, 'approval:resolved')
    const done = Promise.withResolvers<void>()
    acp.agent.events.subscribe('turn:finished', () => done.resolve())
    const later = await acp.connect({ onPermission: ({ options }) => choose(options, 'allow_once') })
    const load = { sessionId: session.sessionId, cwd: folder.path, mcpServers: [] }
    await later.editor.agent.request(methods.agent.session.load, load)
    await done.promise
    expect(await readFile(join(folder.path, 'b.txt'), 'utf8')).toBe('b')
    await expect(readFile(join(folder.path, 'a.txt'))).rejects.toThrow()
    await later.leave()
  })

  test('are listed by folder and page, forked, closed and deleted', async () => {
    await using folder = await temporaryFolder({ 'inner/x': '' })
    await using acp = await createTestAcp({ folder: folder.path, script: [{ text: 'Hello' }, { text: 'Forked' }] })
    const { agent } = acp.editor
    const session = await acp.session()
    await session.prompt('hi there')
    const inner = join(folder.path, 'inner')
    const fork = await agent.request(methods.agent.session.fork, {
      sessionId: session.sessionId,
      cwd: inner,
      mcpServers: [],
    })
    const list = await agent.request(methods.agent.session.list, {})
    expect(list.sessions.map(({ sessionId, cwd, title }) => ({ sessionId, cwd, title }))).toEqual(
      expect.arrayContaining([
        { sessionId: session.sessionId, cwd: folder.path, title: 'hi there' },
        { sessionId: fork.sessionId, cwd: inner, title: 'hi there' },
      ]),
    )
    expect((await agent.request(methods.agent.session.list, { cwd: inner })).sessions).toHaveLength(1)
    await expect(agent.request(methods.agent.session.list, { cursor: 'x' })).rejects.toMatchObject({ code: -32602 })
    const prompt = [{ type: 'text' as const, text: 'and now?' }]
    await agent.request(methods.agent.session.prompt, { sessionId: fork.sessionId, prompt })
    expect(JSON.stringify(acp.model.calls.at(-1)?.prompt)).toContain('hi there')
    await agent.request(methods.agent.session.close, { sessionId: fork.sessionId })
    await expect(agent.request(methods.agent.session.prompt, { sessionId: fork.sessionId, prompt })).rejects.toThrow()
    acp.told.length = 0
    await agent.request(methods.agent.session.load, { sessionId: fork.sessionId, cwd: inner, mcpServers: [] })
    const said = acp.told.flatMap(({ update }) => (/_chunk$/.test(update.sessionUpdate) ? [update] : []))
    expect(said).toMatchObject([
      { content: { text: 'hi there' } },
      { content: { text: 'Hello' } },
      { content: { text: 'and now?' } },
      { content: { text: 'Forked' } },
    ])
    await agent.request(methods.agent.session.delete, { sessionId: fork.sessionId })
    await expect(
      agent.request(methods.agent.session.resume, { sessionId: fork.sessionId, cwd: inner }),
    ).rejects.toMatchObject({ code: -32002 })
  })

  test('cannot be opened where nothing can work, and leave nothing behind then', async () => {
    await using folder = await temporaryFolder({ file: '' })
    await using acp = await createTestAcp({ folder: folder.path })
    for (const cwd of ['relative', join(folder.path, 'nowhere'), join(folder.path, 'file')]) {
      await expect(acp.editor.agent.buildSession(cwd).start()).rejects.toMatchObject({ code: -32602 })
    }
    expect(acp.agent.store.count()).toBe(0)
  })

  test('tell their commands, which are answered without the model', async () => {
    await using folder = await temporaryFolder()
    await using acp = await createTestAcp({ folder: folder.path })
    const session = await acp.session()
    const update = await session.nextUpdate()
    expect(update).toMatchObject({ update: { sessionUpdate: 'available_commands_update' } })
    await session.prompt('/remember the key is under the mat')
    await session.prompt('/remember')
    await session.prompt('/tasks')
    const said = acp.updates('agent_message_chunk').map(({ content }) => content)
    expect(said).toMatchObject([
      { text: 'Remembered: the key is under the mat' },
      { text: 'Say more: `/remember what to remember`' },
      { text: 'No task is open' },
    ])
    expect(acp.model.calls).toEqual([])
  })
})

describe('the machine of the editor', () => {
  test('gives files with changes that were not saved, and takes what is written', async () => {
    await using folder = await temporaryFolder({ 'a.txt': 'on disk' })
    const path = join(folder.path, 'a.txt')
    const buffers = new Map([[path, 'in the editor']])
    await using acp = await createTestAcp({
      folder: folder.path,
      capabilities: { fs: { readTextFile: true, writeTextFile: true } },
      script: [
        { calls: [{ name: 'read_file', input: { path: 'a.txt' } }] },
        { calls: [{ name: 'edit_file', input: { path: 'a.txt', find: 'editor', replace: 'buffer' } }] },
        { text: 'Done' },
      ],
      editor: (app) =>
        app
          .onRequest(methods.client.fs.readTextFile, ({ params }) => {
            const content = buffers.get(params.path)
            if (content === undefined) throw RequestError.resourceNotFound(params.path)
            return { content }
          })
          .onRequest(methods.client.fs.writeTextFile, ({ params }) => {
            buffers.set(params.path, params.content)
            return {}
          }),
    })
    await (await acp.session()).prompt('edit it')
    expect(acp.updates('tool_call_update').map(({ rawOutput }) => rawOutput)).toContain('in the editor')
    expect(acp.updates('tool_call_update').at(-1)).toMatchObject({ status: 'completed' })
    expect(buffers.get(path)).toBe('in the buffer')
    expect(await readFile(path, 'utf8')).toBe('on disk')
  })

  test('that takes no write makes the call fail', async () => {
    await using folder = await temporaryFolder({ 'a.txt': 'on disk' })
    await using acp = await createTestAcp({
      folder: folder.path,
      capabilities: { fs: { writeTextFile: true } },
      script: [{ calls: [write] }, { text: 'Done' }],
      editor: (app) =>
        app.onRequest(methods.client.fs.writeTextFile, () => {
          throw RequestError.internalError(undefined, 'read-only')
        }),
    })
    await (await acp.session()).prompt('write')
    expect(acp.updates('tool_call_update').at(-1)).toMatchObject({
      status: 'failed',
      rawOutput: { kind: 'unavailable' },
    })
    expect(await readFile(join(folder.path, 'a.txt'), 'utf8')).toBe('on disk')
  })

  test('runs commands in a terminal that the call shows', async () => {
    await using folder = await temporaryFolder()
    const asked: unknown[] = []
    await using acp = await createTestAcp({
      folder: folder.path,
      capabilities: { terminal: true },
      script: [{ calls: [command] }, { text: 'Done' }],
      editor: (app) =>
        app
          .onRequest(methods.client.terminal.create, ({ params }) => {
            asked.push(params)
            return { terminalId: 'term-1' }
          })
          .onRequest(methods.client.terminal.waitForExit, () => ({ exitCode: 3 }))
          .onRequest(methods.client.terminal.output, () => ({ output: 'out', truncated: false }))
          .onRequest(methods.client.terminal.release, () => ({})),
    })
    await (await acp.session()).prompt('run')
    expect(asked).toMatchObject([{ command: '/bin/sh', args: ['-c', 'echo out; exit 3'], cwd: folder.path }])
    expect(acp.updates('tool_call_update').at(-1)).toMatchObject({
      status: 'completed',
      content: [{ type: 'terminal', terminalId: 'term-1' }],
      rawOutput: { exitCode: 3, stdout: 'out' },
    })
  })

  test('kills the terminal of a call that is cancelled', async () => {
    await using folder = await temporaryFolder()
    const created = Promise.withResolvers<void>()
    const killed = Promise.withResolvers<void>()
    await using acp = await createTestAcp({
      folder: folder.path,
      capabilities: { terminal: true },
      script: [{ calls: [command] }],
      editor: (app) =>
        app
          .onRequest(methods.client.terminal.create, () => ({ terminalId: 'term-1' }))
          .onRequest(methods.client.terminal.waitForExit, async () => {
            created.resolve()
            await killed.promise
            return { signal: 'SIGTERM' }
          })
          .onRequest(methods.client.terminal.kill, () => {
            killed.resolve()
            return {}
          })
          .onRequest(methods.client.terminal.output, () => ({ output: '', truncated: false }))
          .onRequest(methods.client.terminal.release, () => ({})),
    })
    const session = await acp.session()
    const prompted = session.prompt('run')
    await created.promise
    await acp.editor.agent.notify(methods.agent.session.cancel, { sessionId: session.sessionId })
    expect((await prompted).stopReason).toBe('cancelled')
    await killed.promise
  })
})

test('a session works in its own folder, and goes on there without the editor', async () => {
  await using folder = await temporaryFolder({ 'inner/x': 'inside', x: 'outside' })
  await using acp = await createTestAcp({
    folder: folder.path,
    script: [{ calls: [{ name: 'read_file', input: { path: 'x' } }] }, { text: 'Done' }, { text: 'Later' }],
  })
  const session = await acp.editor.agent.buildSession(join(folder.path, 'inner')).start()
  await session.prompt('read')
  expect(acp.updates('tool_call_update').at(-1)?.rawOutput).toBe('inside')
  await acp.leave()
  await writeFile(join(folder.path, 'inner/x'), 'changed')
  await acp.agent.turn({ sessionId: session.sessionId, text: 'hi', channel: 'studio' })
  expect(JSON.stringify(acp.model.calls.at(-1)?.prompt)).toContain(`${folder.path}/inner`)
})

test('a session whose folder is gone works nowhere else, and says so', async () => {
  await using folder = await temporaryFolder({ 'inner/x': 'inside', x: 'outside' })
  await using acp = await createTestAcp({ folder: folder.path, script: [{ text: 'Never said' }, { text: 'Back' }] })
  const { sessionId } = await acp.editor.agent.buildSession(join(folder.path, 'inner')).start()
  await acp.leave()
  await rename(join(folder.path, 'inner'), join(folder.path, 'away'))
  const failed = await acp.agent.turn({ sessionId, text: 'read x', channel: 'studio' })
  expect(failed).toMatchObject({ status: 'failed', code: 'agent/place' })
  expect(acp.model.calls).toEqual([])
  await rename(join(folder.path, 'away'), join(folder.path, 'inner'))
  expect(await acp.agent.turn({ sessionId, text: 'and now?', channel: 'studio' })).toMatchObject({
    status: 'completed',
  })
})
