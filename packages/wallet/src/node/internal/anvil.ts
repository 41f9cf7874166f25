/** The program of a development chain, out of the npm package for this platform. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** An anvil that answers. */
export interface Anvil {
  readonly url: string
  /** Process id of the program itself. */
  readonly pid: number
  /** Settles when the program ended, whoever ended it. */
  readonly exited: Promise<void>
  /** Asks it to end, and ends it after `graceMs`; once done, it is gone. */
  stop(options: { readonly graceMs: number }): Promise<void>
}

/** Finds the program, not the launcher, which forks and outlives a kill by its id. @returns `undefined` where npm has none. */
export function anvilProgram(): string | undefined {
  const require = createRequire(import.meta.url)
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  try {
    const launcher = require.resolve('@foundry-rs/anvil/package.json')
    const platform = `@foundry-rs/anvil-${process.platform}-${cpu}`
    const folder = dirname(createRequire(launcher).resolve(`${platform}/package.json`))
    const program = join(folder, 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

/**
 * Starts anvil on loopback. It prints nothing: what it has to say of a failure is returned.
 *
 * @param port - 0 for a free one.
 * @throws The signal's reason if it aborts; the program is gone then.
 */
export async function spawnAnvil(
  program: string,
  port: number,
  options: readonly string[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Anvil | { readonly failure: string }> {
  signal?.throwIfAborted()
  const child = spawn(program, ['--host', '127.0.0.1', '--port', String(port), '--no-cors', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
    // In a group of its own: Ctrl-C at a terminal is for whoever started it, who saves before ending it.
    detached: true,
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000)
  })
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', ({ message }) => {
      said = message
      resolve()
    })
  })
  const stop: Anvil['stop'] = ({ graceMs }) => end(child, exited, graceMs)
  const abort = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  const url = await Promise.race([listening(child), exited])
  signal?.removeEventListener('abort', abort)
  if (signal?.aborted) await stop({ graceMs: 0 })
  signal?.throwIfAborted()
  if (url === undefined || child.pid === undefined) return { failure: said.trim() }
  return { url, pid: child.pid, exited, stop }
}

/** The address of the chain, from the line that anvil prints once it answers. What else it prints is read and dropped. */
async function listening({ stdout }: { readonly stdout: Readable }): Promise<string> {
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const address = /^Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
  })
}

async function end(child: ChildProcess, exited: Promise<void>, graceMs: number): Promise<void> {
  child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}
