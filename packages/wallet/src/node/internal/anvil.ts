/** The program of a development chain, out of the npm package for this platform. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** An anvil that answers. */
export interface Anvil {
  readonly url: string
  /** Process id: that of the program itself. */
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
 * Starts anvil on loopback.
 *
 * @param port - 0 for a free one.
 * @returns Once it answers, or what it printed to stderr if it ended before.
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
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const abort = (): void => void child.kill('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const started = await listening(child, exited)
    signal?.throwIfAborted()
    if ('failure' in started || child.pid === undefined) return { failure: 'failure' in started ? started.failure : '' }
    return { url: started.url, pid: child.pid, exited, stop: ({ graceMs }) => stop(child, exited, graceMs) }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** The address of the chain, from the line that anvil prints once it answers. */
async function listening(child: ChildProcess, exited: Promise<void>): Promise<{ url: string } | { failure: string }> {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000)
  })
  return new Promise((resolve) => {
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const address = /^Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
        if (address !== undefined) resolve({ url: `http://${address}` })
      })
    }
    child.once('error', ({ message }) => resolve({ failure: message }))
    void exited.then(() => resolve({ failure: said.trim() }))
  })
}

async function stop(child: ChildProcess, exited: Promise<void>, graceMs: number): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exited
  clearTimeout(timer)
}
