/** The built program as an editor runs it: by the official client, and by an independent one. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import {
  type ClientConnection,
  client,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk'
import { echoScript, startFakeOpenAi } from '@salp/models/testing/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPlace, type Place, program } from './salp.js'

const require = createRequire(import.meta.url)

let place: Place
beforeEach(() => {
  place = createPlace()
})
afterEach(() => place[Symbol.dispose]())

/** An editor with `salp acp` as its child. */
interface Editor extends AsyncDisposable {
  readonly child: ChildProcess
  readonly agent: ClientConnection['agent']
  readonly updates: SessionUpdate[]
}

async function openEditor(
  onPermission: (request: RequestPermissionRequest) => RequestPermissionResponse | Promise<RequestPermissionResponse>,
): Promise<Editor> {
  const child = spawn(process.execPath, [program, 'acp'], {
    cwd: place.workspace,
    env: { ...place.environment },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const updates: SessionUpdate[] = []
  const connection = client({ name: 'editor' })
    .onNotification(methods.client.session.update, ({ params }) => void updates.push(params.update))
    .onRequest(methods.client.session.requestPermission, ({ params }) => onPermission(params))
    .connect(ndJsonStream(Writable.toWeb(child.stdin), Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>))
  await connection.agent.request(methods.agent.initialize, { protocolVersion: 1, clientCapabilities: {} })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  return {
    child,
    agent: connection.agent,
    updates,
    async [Symbol.asyncDispose]() {
      child.stdin?.end()
      await exited
    },
  }
}

const allow = ({ options }: RequestPermissionRequest): RequestPermissionResponse => ({
  outcome: { outcome: 'selected', optionId: options[0]?.optionId ?? '' },
})

const textOf = (updates: readonly SessionUpdate[]): string =>
  updates
    .map((update) =>
      update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? update.content.text : '',
    )
    .join('')

describe('salp acp', () => {
  test('serves the official client, with a node of its own', async () => {
    await using editor = await openEditor(allow)
    const { sessionId } = await editor.agent.request(methods.agent.session.new, {
      cwd: place.workspace,
      mcpServers: [],
    })
    const say = (text: string) =>
      editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text }] })
    expect(await say('read hello.txt')).toMatchObject({ stopReason: 'end_turn' })
    expect(textOf(editor.updates)).toContain('hello')
    await say('write "from the editor" to the file new.txt')
    expect(readFileSync(join(place.workspace, 'new.txt'), 'utf8')).toBe('from the editor')
  })

  test('a session outlives the editor, which is killed while it asks: the answer is no', async () => {
    const node = place.terminal('run', '--port', '0')
    await node.see(/Salp is ready: http:/)
    const asked = Promise.withResolvers<void>()
    const editor = await openEditor(() => {
      asked.resolve()
      return new Promise(() => undefined)
    })
    const { sessionId } = await editor.agent.request(methods.agent.session.new, {
      cwd: place.workspace,
      mcpServers: [],
    })
    const lost = editor.agent
      .request(methods.agent.session.prompt, {
        sessionId,
        prompt: [{ type: 'text', text: 'write "never" to the file never.txt' }],
      })
      .catch((error: unknown) => error)
    await asked.promise
    editor.child.kill('SIGKILL')
    expect(await lost).toBeInstanceOf(Error)

    await using later = await openEditor(allow)
    await later.agent.request(methods.agent.session.load, { sessionId, cwd: place.workspace, mcpServers: [] })
    const { sessions } = await later.agent.request(methods.agent.session.list, { cwd: place.workspace })
    expect(sessions).toMatchObject([{ sessionId, title: 'write "never" to the file never.txt' }])
    expect(later.updates.map(({ sessionUpdate }) => sessionUpdate)).toEqual(
      expect.arrayContaining(['user_message_chunk', 'tool_call']),
    )
    expect(existsSync(join(place.workspace, 'never.txt'))).toBe(false)
    node.type('\u0003')
    await node.ended()
  })

  test('uses the servers of tools that the editor brings, and asks before each call', async () => {
    await using model = await startFakeOpenAi(echoScript)
    place[Symbol.dispose]()
    place = createPlace({ SALP_MODEL_URL: model.url, SALP_MODEL: 'echo' })
    const asked: string[] = []
    await using editor = await openEditor((request) => {
      asked.push(request.toolCall.title ?? '')
      return allow(request)
    })
    const file = join(place.workspace, 'notes.db')
    const { sessionId } = await editor.agent.request(methods.agent.session.new, {
      cwd: place.workspace,
      mcpServers: [
        { name: 'Notes', command: process.execPath, args: [program, 'memory', 'mcp', '--file', file], env: [] },
      ],
    })
    const say = (text: string) =>
      editor.agent.request(methods.agent.session.prompt, { sessionId, prompt: [{ type: 'text', text }] })
    await say('call acp_notes__remember {"content": "The vault opens at nine"}')
    await say('call acp_notes__recall {"query": "when does the vault open?"}')
    expect(asked).toEqual([expect.stringMatching(/^acp notes: remember/), expect.stringMatching(/^acp notes: recall/)])
    expect(textOf(editor.updates)).toContain('The vault opens at nine')
    expect(existsSync(file)).toBe(true)
  })

  test('writes nothing but messages to standard output, whatever it is sent', async () => {
    const child = spawn(process.execPath, [program, 'acp'], {
      cwd: place.workspace,
      env: { ...place.environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let output = ''
    const answered = Promise.withResolvers<void>()
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.includes('"id":7')) answered.resolve()
    })
    child.stdin.write('not json\n\n{"jsonrpc":"2.0"}\n[1,2]\n\u0000\n')
    child.stdin.write('{"jsonrpc":"2.0","id":7,"method":"nothing/known"}\n')
    await answered.promise
    child.stdin.end()
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
    const lines = output.trimEnd().split('\n')
    expect(lines.every((line) => JSON.parse(line).jsonrpc === '2.0')).toBe(true)
  })
})

describe('an independent client (acpx)', () => {
  const acpx = (...words: string[]): Promise<string> =>
    new Promise((resolve) => {
      const agent = `"${process.execPath}" "${program}" acp`
      execFile(
        process.execPath,
        [require.resolve('acpx'), '--agent', agent, '--format', 'json', ...words],
        { cwd: place.workspace, env: { ...place.environment }, timeout: 60_000 },
        (_, output) => resolve(output),
      )
    })

  test('runs a command in its own terminal once it allows it', async () => {
    const output = await acpx('--approve-all', 'exec', 'run cat hello.txt')
    expect(output).toContain('"method":"terminal/create"')
    expect(output).toContain('"stopReason":"end_turn"')
  })

  test('reads through its own file system, and its refusal stands', async () => {
    writeFileSync(join(place.workspace, 'secret-plan.txt'), 'the plan')
    const output = await acpx('--deny-all', 'exec', 'write "changed" to the file secret-plan.txt')
    expect(output).toContain('"stopReason":"end_turn"')
    expect(output).not.toContain('fs/write_text_file')
    expect(readFileSync(join(place.workspace, 'secret-plan.txt'), 'utf8')).toBe('the plan')
  })
})
