/** Works with a git repository: looks, commits, takes snapshots and goes back to them, pushes. */

import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import { type Clock, SalpError } from '@salp/core'
import { createGitRunner } from './run-git.js'

/** What it asks of the application. */
export interface GitRepositoryDeps {
  readonly clock: Pick<Clock, 'now'>
  /** Variables of the process; secrets are the caller's to leave out. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Which repository, and who commits where git knows nobody. */
export interface GitRepositoryOptions {
  /** A folder of it; absolute. */
  readonly folder: string
  /** @defaultValue Salp */
  readonly author?: { readonly name: string; readonly email: string } | undefined
}

/** A file that differs from the last commit, or that git does not know. */
export interface ChangedFile {
  readonly path: string
  /** Two letters, of the index and of the work tree, as `git status --porcelain` has them; `??` for a file not known. */
  readonly state: string
  /** What it was called before, where it was renamed. */
  readonly from?: string | undefined
}

/** How a repository stands. */
export interface GitStatus {
  /** Absent where no branch is checked out. */
  readonly branch: string | undefined
  /** Absent before the first commit. */
  readonly head: string | undefined
  readonly upstream: string | undefined
  /** Commits that the upstream lacks, and that it has beyond ours. */
  readonly ahead: number
  readonly behind: number
  readonly files: readonly ChangedFile[]
}

/** A commit. */
export interface GitCommit {
  readonly id: string
  readonly author: string
  /** ISO 8601. */
  readonly date: string
  readonly subject: string
}

/** Who last changed a line. */
export interface BlamedLine {
  readonly line: number
  readonly commit: string
  readonly author: string
  readonly text: string
}

/** A snapshot of the whole work tree. */
export interface GitCheckpoint {
  readonly id: string
  readonly commit: string
  /** ISO 8601. */
  readonly date: string
  readonly label: string
}

/** What a restore changed. */
export interface RestoredFiles {
  /** Snapshot of what was there before: the way back. */
  readonly before: GitCheckpoint
  readonly files: readonly string[]
}

/** How a question or a change may be narrowed or stopped. */
interface Scope {
  readonly paths?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** A repository. Names and paths are taken literally. Every method rejects with `code/git` where git refuses. */
export interface GitRepository {
  /** Absolute, links resolved. */
  readonly root: string
  status(scope?: Scope): Promise<GitStatus>
  /** A unified diff of tracked files: of the work tree against `from` (HEAD), or of `to` against `from`. */
  diff(scope?: Scope & { from?: string | undefined; to?: string | undefined }): Promise<string>
  log(scope?: Scope & { from?: string | undefined; limit?: number | undefined }): Promise<readonly GitCommit[]>
  blame(
    path: string,
    scope?: Scope & { first?: number | undefined; last?: number | undefined },
  ): Promise<readonly BlamedLine[]>
  /** Commits the work tree, or some paths of it, and checks that nothing of it is left. @throws {@link GitStateError} */
  commit(message: string, scope?: Scope): Promise<GitCommit>
  /** Makes a branch here and checks it out; changes in the work tree stay. */
  branch(name: string, scope?: Scope): Promise<void>
  /** Commits from `base` on, as mails that `git am` takes. */
  patch(base: string, scope?: Scope): Promise<string>
  /** Keeps the work tree as it is, files that git does not know among it, ignored ones not. Index and branch stay. */
  checkpoint(label: string, scope?: Scope): Promise<GitCheckpoint>
  /** Newest first. */
  checkpoints(scope?: Scope): Promise<readonly GitCheckpoint[]>
  /** Brings the work tree back to a checkpoint; files that came since then go. Branch and commits stay. */
  restore(id: string, scope?: Scope): Promise<RestoredFiles>
  /** Pushes a branch, and asks the remote whether it has it. @throws {@link GitStateError} if the remote has another commit. */
  push(options?: {
    remote?: string | undefined
    branch?: string | undefined
    signal?: AbortSignal | undefined
  }): Promise<{ remote: string; branch: string; commit: string }>
}

const checkpointRefs = 'refs/salp/checkpoints/'
const format = '%H%x00%an%x00%aI%x00%s'

/** Opens the repository that holds a folder. @throws `code/git` if there is none. */
export async function openGitRepository(
  { clock, environment }: GitRepositoryDeps,
  { folder, author = { name: 'Salp', email: 'salp@localhost' } }: GitRepositoryOptions,
): Promise<GitRepository> {
  const top = (await createGitRunner({ folder, environment })(['rev-parse', '--show-toplevel'])).replace(/\n$/, '')
  const root = await realpath(top)
  const within = relative(root, await realpath(folder))
  // A setting of the repository could point its work tree at any folder.
  if (within.startsWith('..') || isAbsolute(within))
    throw new GitStateError('open', `"${root}" does not hold "${folder}"`)
  const git = createGitRunner({ folder: root, environment })

  const identity = async (signal: AbortSignal | undefined): Promise<string[]> => {
    const known = await git(['config', 'user.email'], { signal }).catch(() => '')
    return known === '' ? ['-c', `user.name=${author.name}`, '-c', `user.email=${author.email}`] : []
  }
  const resolve = async (name: string, signal?: AbortSignal): Promise<string> =>
    (await git(['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`], { signal })).trim()
  const head = (signal?: AbortSignal): Promise<string | undefined> => resolve('HEAD', signal).catch(() => undefined)

  /** The tree of all files as they are, written through an index of its own. */
  const snapshot = async (signal: AbortSignal | undefined): Promise<string> => {
    const place = await mkdtemp(join(tmpdir(), 'salp-index-'))
    try {
      const options = { environment: { GIT_INDEX_FILE: join(place, 'index') }, signal }
      // A copy of the index knows which files are as they were, so that only changed ones are read.
      const index = (await git(['rev-parse', '--path-format=absolute', '--git-path', 'index'], { signal })).trim()
      if (existsSync(index)) await copyFile(index, options.environment.GIT_INDEX_FILE)
      await git(['add', '--all', '--', '.'], options)
      return (await git(['write-tree'], options)).trim()
    } finally {
      await rm(place, { recursive: true, force: true })
    }
  }

  const status = async ({ paths = [], signal }: Scope = {}): Promise<GitStatus> => {
    const parameters = [
      'status',
      '--porcelain=v2',
      '--branch',
      '--untracked-files=all',
      '-z',
      '--',
      ...paths.map(literal),
    ]
    return parseStatus(await git(parameters, { signal }))
  }

  const checkpoint = async (label: string, signal: AbortSignal | undefined): Promise<GitCheckpoint> => {
    const [tree, parent] = [await snapshot(signal), await head(signal)]
    const parents = parent === undefined ? [] : ['-p', parent]
    const who = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
    }
    const at = `${Math.floor(clock.now() / 1_000)} +0000`
    const environmentOfCommit = { ...who, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }
    const made = await git(['commit-tree', tree, ...parents, '-F', '-'], {
      environment: environmentOfCommit,
      input: label,
      signal,
    })
    const commit = made.trim()
    const id = `${clock.now().toString(36)}-${commit.slice(0, 8)}`
    await git(['update-ref', `${checkpointRefs}${id}`, commit], { signal })
    return { id, commit, date: new Date(Math.floor(clock.now() / 1_000) * 1_000).toISOString(), label }
  }

  return {
    root,
    status,
    async diff({ from = 'HEAD', to, paths = [], signal } = {}) {
      const range = [await resolve(from, signal), ...(to === undefined ? [] : [await resolve(to, signal)])]
      return git(['diff', '--no-ext-diff', '--no-textconv', '--no-color', ...range, '--', ...paths.map(literal)], {
        signal,
      })
    },
    async log({ from = 'HEAD', limit = 20, paths = [], signal } = {}) {
      const start = await resolve(from, signal)
      const parameters = ['log', '-z', `--format=${format}`, `--max-count=${limit}`, start, '--', ...paths.map(literal)]
      return commitsIn(await git(parameters, { signal }))
    },
    async blame(path, { first, last, signal } = {}) {
      const range = first === undefined ? [] : ['-L', `${first},${last ?? ''}`]
      return blameIn(await git(['blame', '--line-porcelain', '--no-textconv', ...range, '--', path], { signal }))
    },
    async commit(message, { paths, signal } = {}) {
      const chosen = (paths ?? ['.']).map(paths === undefined ? (path) => path : literal)
      await git(['add', '--all', '--', ...chosen], { signal })
      const only = paths === undefined ? [] : ['--only', '--', ...chosen]
      await git([...(await identity(signal)), 'commit', '--no-verify', '--quiet', '-F', '-', ...only], {
        input: message,
        signal,
      })
      const { files } = await status({ paths, signal })
      if (files.length > 0) throw new GitStateError('commit', `${files.length} files are still changed`)
      const [made] = commitsIn(await git(['log', '-z', `--format=${format}`, '--max-count=1', 'HEAD'], { signal }))
      if (made === undefined) throw new GitStateError('commit', 'there is no commit')
      return made
    },
    async branch(name, { signal } = {}) {
      await git(['check-ref-format', '--branch', name], { signal })
      await git(['switch', '--quiet', '--create', name], { signal })
    },
    async patch(base, { signal } = {}) {
      return git(['format-patch', '--stdout', '--no-ext-diff', `${await resolve(base, signal)}..HEAD`], { signal })
    },
    checkpoint: (label, { signal } = {}) => checkpoint(label, signal),
    async checkpoints({ signal } = {}) {
      const listed = await git(
        [
          'for-each-ref',
          '--sort=-refname',
          `--format=%(refname)%00%(objectname)%00%(committerdate:unix)%00%(contents:subject)`,
          checkpointRefs,
        ],
        { signal },
      )
      return listed
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [name = '', commit = '', seconds, label = ''] = line.split('\0')
          return {
            id: name.slice(checkpointRefs.length),
            commit,
            date: new Date(Number(seconds) * 1_000).toISOString(),
            label,
          }
        })
    },
    async restore(id, { signal } = {}) {
      const wanted = await resolve(`${checkpointRefs}${id}`, signal)
      const before = await checkpoint(`before going back to ${id}`, signal)
      const listed = await git(['diff', '--name-status', '--no-renames', '-z', before.commit, wanted], { signal })
      const changes = pairs(listed.split('\0'))
      const written = changes.filter(([state]) => state !== 'D').map(([, path]) => path)
      const place = await mkdtemp(join(tmpdir(), 'salp-index-'))
      try {
        const options = { environment: { GIT_INDEX_FILE: join(place, 'index') }, signal }
        await git(['read-tree', wanted], options)
        // Files first go away: a folder may stand where a file belongs, and the other way round.
        for (const [state, path] of changes) if (state === 'D') await rm(join(root, path), { force: true })
        await git(['checkout-index', '--force', '-z', '--stdin'], {
          ...options,
          input: written.map((path) => `${path}\0`).join(''),
        })
      } finally {
        await rm(place, { recursive: true, force: true })
      }
      const [now, then] = [await snapshot(signal), (await git(['rev-parse', `${wanted}^{tree}`], { signal })).trim()]
      if (now !== then)
        throw new GitStateError('restore', `the work tree is not as it was; ${before.id} holds what was there before`)
      return { before, files: changes.map(([, path]) => path).sort() }
    },
    async push({ remote = 'origin', branch, signal } = {}) {
      const name = branch ?? (await git(['symbolic-ref', '--short', 'HEAD'], { signal })).trim()
      await git(['check-ref-format', '--branch', name], { signal })
      await git(['check-ref-format', `refs/remotes/${remote}/x`], { signal })
      if (remote.startsWith('-')) throw new GitStateError('push', `"${remote}" is no remote`)
      const local = await resolve(`refs/heads/${name}`, signal)
      await git(['push', '--no-verify', '--quiet', remote, `refs/heads/${name}:refs/heads/${name}`], { signal })
      const there = (await git(['ls-remote', remote, `refs/heads/${name}`], { signal })).split('\t')[0]
      if (there !== local)
        throw new GitStateError(
          'push',
          `"${remote}" has ${there === '' ? 'no such branch' : there} for "${name}", not ${local}`,
        )
      return { remote, branch: name, commit: local }
    },
  }
}

/** Paths with wildcards mean themselves. */
function literal(path: string): string {
  return `:(literal,top)${path}`
}

function parseStatus(text: string): GitStatus {
  const fields = text.split('\0')
  const found: { branch?: string; head?: string; upstream?: string; ahead: number; behind: number } = {
    ahead: 0,
    behind: 0,
  }
  const files: ChangedFile[] = []
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] ?? ''
    const [kind, ...words] = field.split(' ')
    if (kind === '#') {
      const [name, value = ''] = words
      if (name === 'branch.oid' && value !== '(initial)') found.head = value
      if (name === 'branch.head' && value !== '(detached)') found.branch = value
      if (name === 'branch.upstream') found.upstream = value
      const [, ahead, behind] = /^# branch\.ab \+(\d+) -(\d+)$/.exec(field) ?? []
      if (ahead !== undefined) [found.ahead, found.behind] = [Number(ahead), Number(behind)]
    } else if (kind === '?') files.push({ path: field.slice(2), state: '??' })
    else if (kind === '1' || kind === 'u')
      files.push({ path: words.slice(kind === '1' ? 7 : 9).join(' '), state: words[0] ?? '' })
    else if (kind === '2') files.push({ path: words.slice(8).join(' '), state: words[0] ?? '', from: fields[++index] })
  }
  const { branch, head, upstream, ahead, behind } = found
  return { branch, head, upstream, ahead, behind, files }
}

function commitsIn(text: string): GitCommit[] {
  const fields = text.split('\0')
  const commits: GitCommit[] = []
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [id = '', author = '', date = '', subject = ''] = fields.slice(index, index + 4)
    commits.push({ id: id.trim(), author, date, subject })
  }
  return commits
}

function blameIn(text: string): BlamedLine[] {
  const lines: BlamedLine[] = []
  let current = { line: 0, commit: '', author: '' }
  for (const line of text.split('\n')) {
    const [, commit, number] = /^([\da-f]{40,64}) \d+ (\d+)/.exec(line) ?? []
    if (commit !== undefined) current = { line: Number(number), commit, author: '' }
    else if (line.startsWith('author ')) current.author = line.slice(7)
    else if (line.startsWith('\t')) lines.push({ ...current, text: line.slice(1) })
  }
  return lines
}

function pairs(fields: readonly string[]): [state: string, path: string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < fields.length; index += 2) found.push([fields[index] ?? '', fields[index + 1] ?? ''])
  return found
}

/** A repository that is not as it should be after a command: `code/git-state`. */
export class GitStateError extends SalpError {
  constructor(command: string, why: string) {
    super('code/git-state', `Cannot ${command}: ${why}`)
  }
}
