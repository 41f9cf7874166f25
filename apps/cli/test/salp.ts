/** The built program, as somebody runs it: in a pseudo-terminal, or from a script. */

import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { type IPty, spawn } from '@lydell/node-pty'

/** Path of the program. */
export const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** Longest time anything here may take, in ms. */
const patienceMs = 20_000

/** A new home, a folder to work in, and the program on both. */
export interface Place extends Disposable {
  readonly home: string
  readonly workspace: string
  /** Variables of the program. */
  readonly environment: Readonly<Record<string, string>>
  /** Runs a command as a script does. */
  salp(...words: string[]): Promise<{ readonly exitCode: number; readonly output: string; readonly errors: string }>
  /** Runs a command in a terminal. */
  terminal(...words: string[]): Terminal
}

/** A terminal that the test types into. */
export interface Terminal {
  type(keys: string): void
  /** Waits for something to show, after what was waited for before. */
  see(pattern: RegExp): Promise<string>
  /** Waits for the program to end. @returns Its exit code. */
  ended(): Promise<number>
  /** Closes the window. */
  close(): void
}

/** Makes a place without settings, keys, models or money; `variables` are added to its environment. */
export function createPlace(variables: Readonly<Record<string, string>> = {}): Place {
  const root = mkdtempSync(join(tmpdir(), 'salp cli e2e '))
  const home = join(root, 'home')
  const workspace = mkdtempSync(join(root, 'work '))
  writeFileSync(join(workspace, 'hello.txt'), 'hello\n')
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: root,
    SALP_HOME: home,
    SALP_MODEL_DETECT: 'false',
    SALP_WALLET_CHAIN: 'off',
    TERM: 'xterm-256color',
    ...variables,
  }
  const open: IPty[] = []
  return {
    home,
    workspace,
    environment,
    salp: (...words) =>
      new Promise((resolve) => {
        const child = execFile(
          process.execPath,
          [program, ...words],
          { cwd: workspace, env: environment, timeout: 6 * patienceMs },
          (_, output, errors) => resolve({ exitCode: child.exitCode ?? -1, output, errors }),
        )
        child.stdin?.end()
      }),
    terminal(...words) {
      const pty = spawn(process.execPath, [program, ...words], {
        cwd: workspace,
        env: environment,
        cols: 100,
        rows: 40,
      })
      open.push(pty)
      return createTerminal(pty)
    },
    [Symbol.dispose]() {
      for (const pty of open) pty.kill('SIGKILL')
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Whether a node says that it runs on the home. */
export function isAnnounced({ home }: Place): boolean {
  return existsSync(home) && readdirSync(home).includes('node.json')
}

function createTerminal(pty: IPty): Terminal {
  let text = ''
  let seen = 0
  let changed = Promise.withResolvers<void>()
  const exit = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
  pty.onData((data) => {
    text += data
    changed.resolve()
  })
  const shown = (): string => stripVTControlCharacters(text.slice(seen)).replaceAll('\r\n', '\n')
  return {
    type: (keys) => pty.write(keys),
    async see(pattern) {
      const late = AbortSignal.timeout(patienceMs)
      for (;;) {
        if (pattern.test(shown())) {
          const matched = shown()
          seen = text.length
          return matched
        }
        if (late.aborted) throw new Error(`${pattern} did not show within ${patienceMs} ms, but:\n${shown()}`)
        changed = Promise.withResolvers()
        await Promise.race([changed.promise, new Promise((resolve) => late.addEventListener('abort', resolve))])
      }
    },
    ended: () => exit,
    close: () => pty.kill('SIGHUP'),
  }
}
