/** Keeps commands to their workspace: the rest of the machine can be read, save for secrets, and not be changed. */

import { execFile } from 'node:child_process'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What commands may reach. */
export interface SandboxOptions {
  /** Whether they reach the network. */
  readonly network: boolean
  /** Files and folders that they find empty, such as the home folder of the agent. Absolute. */
  readonly hide: readonly string[]
}

/** A way to run commands apart. */
export interface Sandbox {
  /** What holds them. */
  readonly name: 'bubblewrap'
  /** What that means, for a person who is asked: `it can write to the workspace alone`. */
  readonly promise: string
  /** Whether a command cannot start processes without end. */
  readonly limited: boolean
  /**
   * The program and its arguments that run another apart.
   *
   * @param place - `workspace`: the folder it may write to; `folder`: where it begins, within it.
   */
  wrap(
    program: readonly [file: string, ...parameters: string[]],
    place: { readonly workspace: string; readonly folder: string },
  ): { readonly file: string; readonly parameters: readonly string[] }
}

/** Folders and files below a person's own that hold keys. */
const secrets = [
  ...['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker', '.config/gcloud', '.config/gh', '.password-store'],
  ...['.netrc', '.pgpass', '.git-credentials', '.bash_history', '.zsh_history', '.node_repl_history'],
]

/** Where those lie for a person. @param home - Their own folder. */
export function secretPlaces(home: string | undefined): string[] {
  return home === undefined || home === '' ? [] : secrets.map((name) => join(home, name))
}

/**
 * Finds a sandbox that works here, by trying it: bubblewrap on Linux, where user namespaces are allowed.
 *
 * @param program - @defaultValue `bwrap`, on the path
 * @returns `undefined` where there is none; commands then run as whoever started the agent.
 */
export async function findSandbox(
  { network, hide }: SandboxOptions,
  { program = 'bwrap' }: { readonly program?: string | undefined } = {},
): Promise<Sandbox | undefined> {
  if (process.platform !== 'linux') return undefined
  const hidden = [...new Set(hide.flatMap(realPath))].flatMap((path) =>
    statSync(path).isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path],
  )
  const common = [
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp', ...hidden],
    ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    // Caches that cannot be written to where they lie begin empty.
    ...['--setenv', 'XDG_CACHE_HOME', '/tmp/cache', '--setenv', 'npm_config_cache', '/tmp/cache/npm'],
  ]
  const works = (...command: readonly string[]): Promise<boolean> =>
    new Promise((resolve) => {
      execFile(program, [...common, '--', ...command], { timeout: 10_000 }, (error) => resolve(error === null))
    })
  if (!(await works('true'))) return undefined
  // Not for root, nor where prlimit is missing: a limit counts if one too small keeps a shell from starting anything.
  const limited =
    (await works(...limit, 'true')) && !(await works('prlimit', '--nproc=1', '--', 'sh', '-c', 'true & wait'))
  const promises = [
    'it can write to the workspace alone',
    ...(network ? [] : ['reaches no network']),
    ...(limited ? [`runs at most ${maxProcesses} processes`] : []),
  ]
  return {
    name: 'bubblewrap',
    promise: promises
      .map((each, index) => (index > 0 && index === promises.length - 1 ? `and ${each}` : each))
      .join(', '),
    limited,
    wrap: (command, { workspace, folder }) => ({
      file: program,
      parameters: [
        ...[...common, '--bind', workspace, workspace, '--chdir', folder, '--'],
        ...(limited ? limit : []),
        ...command,
      ],
    }),
  }
}

/** Processes and threads of one command at once. */
const maxProcesses = 1_024
const limit = ['prlimit', `--nproc=${maxProcesses}`, '--']

/** A path without symbolic links, if there is something. */
function realPath(path: string): string[] {
  return existsSync(path) ? [realpathSync(path)] : []
}
