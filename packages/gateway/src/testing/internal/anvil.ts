/** Anvil on loopback, out of the npm package that the wallet depends on. */

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A running anvil. */
export interface Anvil {
  readonly url: string
  /** Ends it at once. */
  stop(): Promise<void>
}

/** Starts anvil on a free port. @throws Error if it ends before it answers. */
export async function startAnvil(options: readonly string[]): Promise<Anvil> {
  const child = spawn(program(), ['--host', '127.0.0.1', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {},
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /^Listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
      if (address !== undefined) resolve(`http://${address}`)
    })
    child.once('error', reject)
    void exited.then(() => reject(new Error('anvil ended before it answered')))
  })
  return {
    url,
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The program itself: its launcher forks, and outlives a kill. */
function program(): string {
  const wallet = createRequire(import.meta.url).resolve('@salp/wallet/package.json')
  const launcher = createRequire(wallet).resolve('@foundry-rs/anvil/package.json')
  const cpu = process.arch === 'x64' ? 'amd64' : process.arch
  const platform = createRequire(launcher).resolve(`@foundry-rs/anvil-${process.platform}-${cpu}/package.json`)
  return join(dirname(platform), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
}
