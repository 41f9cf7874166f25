/** A node started for the time of one command. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import { exitCodes } from '../exit-codes.js'

/** A node that is ready. */
export interface NodeProcess {
  readonly url: string
  /** Stops it in order; by force after a while. May be called twice. */
  stop(): Promise<void>
}

/** How to start one. */
export interface NodeProcessOptions {
  /** The program that runs a node. */
  readonly program: string
  readonly home: string
  readonly workspace: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `PATH=VALUE`, above what the folder and the environment say. @defaultValue none */
  readonly settings?: readonly string[] | undefined
  readonly signal: AbortSignal
}

const readySchema = z.object({ ready: z.literal(true), url: z.url() })

/** How long it may take to get ready, in ms: a first start makes the database, a large one is checked. */
const readyTimeoutMs = 60_000
/**
 * What the runtime is told of a node: to collect what is young earlier than its default of 16 MB. An idle node then takes about a
 * quarter less memory.
 */
export const runtimeFlags: readonly string[] = ['--max-semi-space-size=8']

/** How long it may take to stop, in ms. */
const stopTimeoutMs = 10_000

/**
 * Starts a node on a free port, and waits until it answers.
 *
 * @throws {@link NodeStartError} (`cli/node-taken` if another process has the home folder, `cli/node-start`).
 * @throws The signal's reason if it aborts.
 */
export async function startNode({
  program,
  home,
  workspace,
  environment,
  settings = [],
  signal,
}: NodeProcessOptions): Promise<NodeProcess> {
  signal.throwIfAborted()
  const overrides = settings.flatMap((setting) => ['--set', setting])
  const child = spawn(
    process.execPath,
    [...runtimeFlags, program, '--home', home, '--workspace', workspace, '--port', '0', '--ready-json', ...overrides],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
      // In a group of its own: Ctrl-C is for the turn, and this program stops the node itself.
      detached: true,
      windowsHide: true,
    },
  )
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await exited
    clearTimeout(force)
  }
  try {
    return { url: await readyUrl(child, exited, signal), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function readyUrl(
  child: ChildProcessByStdio<null, Readable, Readable>,
  exited: Promise<number | null>,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    for (const line of output.split('\n').slice(0, -1)) {
      const ready = readySchema.safeParse(parseJson(line))
      if (ready.success) resolve(ready.data.url)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4_000)
  })
  child.once('error', (error) => reject(new NodeStartError('start', error.message)))
  void exited.then((code) =>
    reject(
      new NodeStartError(
        code === exitCodes.taken ? 'taken' : 'start',
        complaint.trim() || `it ended with code ${code}`,
      ),
    ),
  )
  const deadline = AbortSignal.timeout(readyTimeoutMs)
  const abort = (): void => reject(signal.reason)
  const expire = (): void =>
    reject(new NodeStartError('start', `it was not ready within ${readyTimeoutMs / 1_000} s. ${complaint.trim()}`))
  signal.addEventListener('abort', abort, { once: true })
  deadline.addEventListener('abort', expire, { once: true })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', abort)
    deadline.removeEventListener('abort', expire)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A node that did not start: `cli/node-start` or `cli/node-taken`. */
export class NodeStartError extends SalpError {
  constructor(condition: 'start' | 'taken', why: string) {
    super(`cli/node-${condition}`, `Cannot start a node: ${why.replace(/\s*\n\s*/g, ' ')}`, {
      retryable: condition === 'taken',
    })
  }
}
