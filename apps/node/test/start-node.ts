/** Runs the built node as a process of its own, on an empty home in a folder with a space in its name. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Folders of one test. */
export interface Place {
  readonly home: string
  readonly workspace: string
  remove(): void
}

/** Makes an empty home and an empty workspace. */
export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'salp test '))
  return {
    home: join(folder, 'home'),
    workspace: mkdtempSync(join(folder, 'work ')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** How to run a node. */
export interface StartOptions {
  readonly place: Place
  readonly flags?: readonly string[] | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** A node that runs. */
export interface RunningNode {
  readonly url: string
  readonly child: ChildProcess
  /** Calls its API with its token; `json` makes it a POST. */
  call(path: string, init?: RequestInit & { json?: unknown }): Promise<Response>
  /** Ends it with a signal, and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts a node that asks no one for models but those that the environment names. */
export async function startNode({ place, flags = [], environment = {} }: StartOptions): Promise<RunningNode> {
  const child = launch({
    place,
    flags: ['--port', '0', '--ready-json', '--set', 'model.detect=false', ...flags],
    environment,
  })
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout?.once('data', (data: Buffer) => resolve(data.toString()))),
    exitOf(child).then(({ code, errors }) => Promise.reject(new Error(`The node ended with ${code}: ${errors}`))),
  ])
  const { url } = JSON.parse(line) as { url: string }
  const token = readFileSync(join(place.home, 'token'), 'utf8')
  return {
    url,
    child,
    call: (path, { json, ...init } = {}) =>
      fetch(url + path, {
        ...init,
        ...(json !== undefined && { method: init.method ?? 'POST', body: JSON.stringify(json) }),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers },
      }),
    async stop(signal = 'SIGTERM') {
      const ended = exitOf(child)
      child.kill(signal)
      return (await ended).code
    },
  }
}

/** Runs a node that is expected to end by itself. */
export function runNode(options: StartOptions): Promise<{ code: number | null; errors: string; output: string }> {
  return exitOf(launch(options))
}

function launch({ place, flags = [], environment = {} }: StartOptions): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [main, '--home', place.home, '--workspace', place.workspace, ...flags], {
    // Without money, unless a test is about it: a chain of its own takes a moment.
    env: { PATH, HOME, SALP_WALLET_CHAIN: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const outputs = new WeakMap<ChildProcess, Promise<{ code: number | null; errors: string; output: string }>>()

function exitOf(child: ChildProcess): Promise<{ code: number | null; errors: string; output: string }> {
  const known = outputs.get(child)
  if (known !== undefined) return known
  let errors = ''
  let output = ''
  child.stderr?.on('data', (data: Buffer) => {
    errors += data.toString()
  })
  child.stdout?.on('data', (data: Buffer) => {
    output += data.toString()
  })
  const ended = new Promise<{ code: number | null; errors: string; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, errors, output })),
  )
  outputs.set(child, ended)
  return ended
}

/** One event of a streamed turn. */
export interface SeenEvent {
  readonly name: string
  readonly sessionId: string
  readonly turnId: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Says something, calling `onEvent` for everything that happens, and gives all of it when the turn has ended. */
export async function say(
  node: RunningNode,
  text: string,
  {
    sessionId,
    unattended,
    onEvent,
  }: { sessionId?: string; unattended?: boolean; onEvent?: (event: SeenEvent) => void | Promise<void> } = {},
): Promise<SeenEvent[]> {
  const response = await node.call('/api/turns', { json: { text, channel: 'test', sessionId, unattended } })
  if (!response.ok || response.body === null)
    throw new Error(`The node answered ${response.status}: ${await response.text()}`)
  const seen: SeenEvent[] = []
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    rest += chunk
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(rest.slice(0, end))?.[1]
      rest = rest.slice(end + 2)
      if (data === undefined) continue
      const event = JSON.parse(data) as SeenEvent
      seen.push(event)
      await onEvent?.(event)
    }
  }
  return seen
}

/** The text that a turn ended with. */
export function replyOf(events: readonly SeenEvent[]): string {
  const text = events.find(({ name }) => name === 'turn:finished')?.data.text
  return typeof text === 'string' ? text : ''
}
