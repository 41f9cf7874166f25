/** Runs git in repositories whose own settings nobody checked. */

import { execFile } from 'node:child_process'
import { SalpError } from '@salp/core'

/**
 * Runs a command of git and gives what it printed.
 *
 * Rejects with {@link GitError} if it does not exit with 0, and with the signal's reason if it aborts.
 */
export type GitRunner = (parameters: readonly string[], options?: GitOptions) => Promise<string>

/** How one command runs. */
export interface GitOptions {
  /** Beside those of the runner. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly input?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What it asks of the application. */
export interface GitRunnerDeps {
  /** Folder in a repository; absolute. */
  readonly folder: string
  /** Variables of the process. Those that steer git are left out; secrets are the caller's to leave out. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Settings of a repository that name programs, which git would run. They are emptied; a person's own settings hold. */
const programs =
  /^(?:core\.(?:sshcommand|gitproxy|askpass|editor|alternaterefscommand)|sequence\.editor|diff\.external|diff\..+\.(?:command|textconv)|merge\..+\.driver|filter\..+\.(?:clean|smudge|process)|gpg\..*program|credential\.(?:.+\.)?helper|remote\..+\.(?:uploadpack|receivepack)|uploadpack\.packobjectshook|interactive\.difffilter)$/

const settings = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.pager=cat'],
  ...['-c', 'core.quotePath=false', '-c', 'protocol.ext.allow=never', '-c', 'gc.auto=0'],
  ...['-c', 'commit.gpgSign=false', '-c', 'tag.gpgSign=false'],
]

const unattended = { GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }

/** Largest output that is read. */
const maxOutputBytes = 64_000_000

/**
 * Prepares git for a folder.
 *
 * Hooks do not run, and neither does any program that the repository's own configuration names: such settings are emptied
 * for each command, so that a filter for large files leaves their stubs as they are.
 */
export function createGitRunner({ folder, environment }: GitRunnerDeps): GitRunner {
  const env = {
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('GIT_'))),
    ...unattended,
  }
  const run = (parameters: readonly string[], { environment: more, input, signal }: GitOptions = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        parameters,
        { cwd: folder, env: { ...env, ...more }, maxBuffer: maxOutputBytes, signal },
        (error, stdout, stderr) => {
          if (signal?.aborted) reject(signal.reason)
          else if (error === null) resolve(stdout)
          else reject(new GitError(parameters, stderr.trim() || error.message, error))
        },
      )
      // A child that ends before it has read everything says so by its exit code.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input ?? '')
    })
  return async (parameters, options = {}) => {
    const { signal } = options
    const keys = await run(['config', '--local', '--includes', '--list', '--name-only', '-z'], { signal }).catch(
      (error) => {
        if (GitError.is(error, 'code/git')) return ''
        throw error
      },
    )
    return run([...emptied(keys.split('\0')), ...settings, ...parameters], options)
  }
}

function emptied(keys: readonly string[]): string[] {
  const named = [...new Set(keys.filter((key) => programs.test(key.toLowerCase())))]
  const filters = new Set(named.flatMap((key) => /^filter\.(.+)\.[^.]+$/.exec(key)?.[1] ?? []))
  return [...named.map((key) => `${key}=`), ...[...filters].map((name) => `filter.${name}.required=false`)].flatMap(
    (setting) => ['-c', setting],
  )
}

/** A command of git that failed: `code/git`. */
export class GitError extends SalpError {
  /** Such as `push`. */
  readonly command: string
  /** Absent if it did not run. */
  readonly exitCode: number | undefined
  constructor(parameters: readonly string[], why: string, cause?: unknown) {
    const [command = ''] = parameters.filter((word, index) => word !== '-c' && parameters[index - 1] !== '-c')
    // The process' own error, the cause, quotes every parameter, addresses with passwords among them.
    super('code/git', `Cannot do "git ${command}": ${withoutPasswords(why)}`)
    this.command = command
    this.exitCode = cause instanceof Error && 'code' in cause && typeof cause.code === 'number' ? cause.code : undefined
  }
}

/** Takes names and passwords out of addresses. */
function withoutPasswords(text: string): string {
  return text.replace(/(\b[a-z][a-z+.-]*:\/\/)[^\s/@]+@/gi, '$1')
}
