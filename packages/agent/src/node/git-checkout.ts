/** Copies of git repositories, as worktrees below a folder of ours. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Clock, SalpError } from '@salp/core'
import { z } from 'zod'
import type { Checkout } from '../autonomy/checkout.js'
import type { WorkCheck } from '../protocol-work.js'
import { ToolError } from '../tool.js'
import type { Sandbox } from './sandbox.js'
import { withoutSecrets } from './secret-variables.js'
import { createCommandTool } from './tools/command-tool.js'
import { createWorkspace } from './tools/workspace.js'

/** What it asks of the application. */
export interface GitCheckoutDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Variables of the process; those that look secret are not handed to commands. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Keeps commands to the copy that they check. */
  readonly sandbox?: Sandbox | undefined
  /** Nothing may leave the machine: without a sandbox no command runs. @defaultValue `false` */
  readonly airGap?: boolean | undefined
}

/** Where copies are made. */
export interface GitCheckoutOptions {
  /** Absolute; made when it is needed. */
  readonly folder: string
  /** Repository that is meant where none is named. */
  readonly repository: string
  /** Longest time of one command, in ms. @defaultValue 30 minutes */
  readonly commandMs?: number | undefined
}

const run = promisify(execFile)

/** Who commits. Hooks are programs of the repository's, which nobody asked for here. */
const settings = [
  ...['-c', 'user.name=Salp', '-c', 'user.email=salp@localhost'],
  ...['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=/dev/null'],
]

const outputSchema = z.object({ exitCode: z.int(), stdout: z.string(), stderr: z.string() })

/** Characters of a command's output that are kept, from its end. */
const keptOutput = 20_000

/** Opens it. Nothing of the repository's own folder is touched, save for its branches. */
export function openGitCheckout(
  { clock, environment, sandbox, airGap = false }: GitCheckoutDeps,
  { folder, repository, commandMs = 1_800_000 }: GitCheckoutOptions,
): Checkout {
  const env = Object.fromEntries(
    Object.entries(withoutSecrets(environment)).filter(([name]) => !name.startsWith('GIT_')),
  )
  const git = async (cwd: string, ...parameters: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await run('git', [...settings, ...parameters], { cwd, env, maxBuffer: 64_000_000 })
      return stdout.trim()
    } catch (cause) {
      const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : ''
      throw new CheckoutError(cwd, said === '' ? 'git does not run here' : said, cause)
    }
  }

  /** Removes a worktree, or what is left of one. */
  const drop = async (from: string, path: string): Promise<void> => {
    await rm(path, { recursive: true, force: true })
    await git(from, 'worktree', 'prune')
  }

  return {
    async open({ id, attempt, folder: named = repository, from = 'HEAD' }) {
      const name = attempt === 1 ? `task-${id}` : `task-${id}-${attempt}`
      const place = join(folder, name)
      const branch = `salp/${name}`
      const root = await git(named, 'rev-parse', '--show-toplevel')
      // Written last: a copy without it was cut off while it was made, and what it lacks is no change.
      const whole = `${place}.whole`
      if (!existsSync(whole)) {
        await mkdir(folder, { recursive: true })
        await drop(root, place)
        const known = await git(root, 'branch', '--list', branch)
        await git(root, 'worktree', 'add', ...(known === '' ? ['-b', branch, place, from] : [place, branch]))
        await writeFile(whole, '')
      }
      return {
        folder: place,
        branch,
        base: await git(place, 'merge-base', branch, await git(root, 'rev-parse', from)),
      }
    },
    async keep({ folder: place, base }, { message }) {
      // Left by a commit that was cut off; nobody else works here.
      await rm(await git(place, 'rev-parse', '--path-format=absolute', '--git-path', 'index.lock'), { force: true })
      await git(place, 'add', '--all')
      if ((await git(place, 'status', '--porcelain')) !== '') await git(place, 'commit', '--no-verify', '-m', message)
      const files = await git(place, 'diff', '--name-only', base, 'HEAD')
      return { commit: await git(place, 'rev-parse', 'HEAD'), files: files === '' ? [] : files.split('\n') }
    },
    async merge({ folder: place }, branch) {
      try {
        await git(place, 'merge', '--no-edit', '--no-verify', branch)
        return []
      } catch (error) {
        const files = await git(place, 'diff', '--name-only', '--diff-filter=U')
        if (files === '') throw error
        await git(place, 'merge', '--abort')
        return files.split('\n')
      }
    },
    async diff({ folder: place, base }, commit, { maxLength }) {
      const text = await git(place, 'diff', '--no-ext-diff', '--no-textconv', base, commit)
      return text.length <= maxLength
        ? text
        : `${text.slice(0, maxLength).toWellFormed()}\n[${text.length - maxLength} more characters]`
    },
    async verify({ folder: place }, commit, { commands, signal }) {
      const copy = `${place}-check`
      await drop(place, copy)
      await git(place, 'worktree', 'add', '--detach', copy, commit)
      try {
        const tool = createCommandTool({ workspace: await createWorkspace(copy), environment, sandbox })
        const checks: WorkCheck[] = []
        for (const command of commands) checks.push(await check(tool, command, signal))
        return checks
      } finally {
        await drop(place, copy)
      }
    },
    close: async ({ folder: place, branch }) => {
      const root = await git(place, 'rev-parse', '--path-format=absolute', '--git-common-dir')
      await drop(root, place)
      await rm(`${place}.whole`, { force: true })
      if (!(await git(root, 'branch', '--list', branch))) throw new CheckoutError(root, `the branch ${branch} is gone`)
    },
  }

  /** Runs one command as `run_command` would. */
  async function check(
    tool: ReturnType<typeof createCommandTool>,
    command: string,
    signal: AbortSignal,
  ): Promise<WorkCheck> {
    const began = clock.monotonic()
    const context = { signal, callId: 'check', sessionId: 'check', turnId: 'check', channel: 'task', request: command }
    const durationMs = (): number => Math.round(clock.monotonic() - began)
    try {
      if (airGap && sandbox === undefined)
        throw new ToolError('It was not run: the agent is kept off the network, and no sandbox works here')
      const input = tool.input.parse({ command, timeoutMs: commandMs })
      const { exitCode, stdout, stderr } = outputSchema.parse(
        await tool.run(input, { ...context, progress: () => undefined }),
      )
      return { command, exitCode, output: `${stdout}${stderr}`.slice(-keptOutput), durationMs: durationMs() }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ToolError)) throw error
      return { command, exitCode: null, output: error.message.slice(-keptOutput), durationMs: durationMs() }
    }
  }
}

/** A repository that cannot be worked on: `agent/checkout`. */
export class CheckoutError extends SalpError {
  constructor(folder: string, why: string, cause?: unknown) {
    super('agent/checkout', `Cannot work on a copy of "${folder}": ${why}`, { cause })
  }
}
