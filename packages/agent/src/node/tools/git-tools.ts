/** Tools for git: looking, committing, a way back, publishing. */

import { createGithub, type Github, parseRemote } from '@salp/code'
import { createGitRunner, type GitRepository, openGitRepository } from '@salp/code/node'
import { type Clock, SalpError } from '@salp/core'
import { z } from 'zod'
import { createTool, type JsonValue, type Tool, ToolError, type Verification } from '../../tool.js'
import { forgiving, pathNames, pathSchema, plainJson } from '../../tools/input.js'
import { isSecretPath } from '../../tools/paths.js'
import { withoutSecrets } from '../secret-variables.js'
import type { Workspace } from './workspace.js'

/** What the tools work on. */
export interface GitToolDeps {
  readonly workspace: Workspace
  readonly clock: Pick<Clock, 'now'>
  /** Variables of the process; those that look secret are not handed on, the way to a person's SSH keys apart. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Opens pull requests. @defaultValue none: there is no tool for it */
  readonly github?: GithubAccess | undefined
}

/** The way to GitHub. */
export interface GithubAccess {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  readonly token: string
}

/** Most characters of a diff or a patch. */
const pageChars = 30_000

const refSchema = z.string().min(1).max(250)
const committed = z.object({ id: z.string() })
const pushed = z.object({ remote: z.string(), branch: z.string(), commit: z.string() })

/** Creates `inspect_git`, `commit_changes`, `save_checkpoint`, `restore_checkpoint`, `push_branch` and, with GitHub, `open_pull_request`. */
export function createGitTools({ workspace, clock, environment, github }: GitToolDeps): readonly Tool[] {
  const own = withoutSecrets(environment, ['SSH_AUTH_SOCK'])

  /** Does git's work, and tells mistakes from faults. */
  const withRepository = async (work: (repository: GitRepository) => Promise<JsonValue>): Promise<JsonValue> => {
    try {
      const repository = await openGitRepository({ clock, environment: own }, { folder: workspace.root })
      if (repository.root !== workspace.root)
        throw new ToolError(`Cannot use git here: the repository begins above the workspace, at "${repository.root}"`, {
          kind: 'invalid',
        })
      return await work(repository)
    } catch (error) {
      if (
        SalpError.is(error, 'code/git') ||
        SalpError.is(error, 'code/git-state') ||
        SalpError.is(error, 'code/github')
      )
        throw new ToolError(error.message, { kind: error.retryable ? 'unavailable' : 'failed', cause: error })
      throw error
    }
  }

  const inspect = createTool({
    name: 'inspect_git',
    description:
      'Looks into git: "status" of the work tree, "diff" against a commit (HEAD), "log", "blame" of the lines of a file, "patch" of the commits since "from" as mails, or the "checkpoints" that can be restored.',
    input: forgiving(
      z.object({
        what: z.enum(['status', 'diff', 'log', 'blame', 'patch', 'checkpoints']),
        path: pathSchema.optional(),
        from: refSchema.optional().describe('Commit or branch'),
        to: refSchema.optional().describe('Of a diff: commit or branch instead of the work tree'),
        firstLine: z.coerce.number().int().min(1).optional(),
        lastLine: z.coerce.number().int().min(1).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(20),
      }),
      { aliases: { what: ['action', 'command'], path: pathNames, from: ['ref', 'base', 'commit'] }, text: 'what' },
    ),
    effect: 'read',
    repeatable: true,
    timeoutMs: 60_000,
    async assess({ path }) {
      if (path !== undefined && isSecretPath(path))
        return { risk: { level: 'high', reasons: ['reads a file that may hold secrets'] }, ask: true }
      return { risk: { level: 'low', reasons: [] } }
    },
    run: ({ what, path, from, to, firstLine, lastLine, limit }, { signal }) =>
      withRepository(async (repository) => {
        const paths = path === undefined ? undefined : [path.replace(/^\.\//, '')]
        switch (what) {
          case 'status':
            return plainJson(await repository.status({ paths, signal }))
          case 'log':
            return plainJson([...(await repository.log({ from, limit, paths, signal }))])
          case 'checkpoints':
            return plainJson([...(await repository.checkpoints({ signal }))].slice(0, limit))
          case 'diff':
            return paged(
              withoutSecretParts(await repository.diff({ from, to, paths, signal }), path),
              'nothing differs',
            )
          case 'patch':
            if (from === undefined) throw new ToolError('Cannot make a patch: "from" is missing', { kind: 'invalid' })
            return paged(withoutSecretParts(await repository.patch(from, { signal }), path), 'there is no commit since')
          case 'blame': {
            if (path === undefined) throw new ToolError('Cannot blame: "path" is missing', { kind: 'invalid' })
            const lines = await repository.blame(path.replace(/^\.\//, ''), {
              first: firstLine,
              last: lastLine,
              signal,
            })
            return paged(
              lines
                .map(({ line, commit, author, text }) => `${line} ${commit.slice(0, 8)} ${author}: ${text}`)
                .join('\n'),
              'the file is empty',
            )
          }
        }
      }),
  })

  const commit = createTool({
    name: 'commit_changes',
    description:
      'Commits what changed in the work tree, or only "paths", first making "branch" if that is given. Hooks do not run. What git ignores is left out.',
    input: forgiving(
      z.object({
        message: z.string().trim().min(1).max(20_000),
        paths: z.array(pathSchema).min(1).max(500).optional(),
        branch: refSchema.optional(),
      }),
      { aliases: { paths: ['files'] }, text: 'message' },
    ),
    effect: 'write',
    timeoutMs: 120_000,
    async assess({ message, paths, branch }) {
      const reasons = [
        `commits ${paths === undefined ? 'every change' : paths.join(', ')}: ${message.split('\n')[0]?.slice(0, 100)}`,
      ]
      if (branch !== undefined) reasons.push(`makes the branch ${branch}`)
      try {
        const changed = await withRepository(async (repository) =>
          (await repository.status({ paths })).files.map(({ path }) => path),
        )
        const secret = z.array(z.string()).parse(changed).filter(isSecretPath)
        if (secret.length > 0)
          return {
            risk: {
              level: 'high',
              reasons: [`commits files that may hold secrets: ${secret.slice(0, 5).join(', ')}`, ...reasons],
            },
          }
      } catch (error) {
        // The run explains what is wrong with the repository.
        if (!(error instanceof ToolError)) throw error
      }
      return { risk: { level: 'medium', reasons }, grant: 'commit_changes' }
    },
    run: ({ message, paths, branch }, { signal }) =>
      withRepository(async (repository) => {
        if (branch !== undefined) await repository.branch(branch, { signal })
        return plainJson(
          await repository.commit(message, { paths: paths?.map((path) => path.replace(/^\.\//, '')), signal }),
        )
      }),
    async verify(_, output) {
      const { id } = committed.parse(output)
      const head = await headOf(withRepository)
      return head === id
        ? { passed: true, detail: `HEAD is ${id}` }
        : { passed: false, detail: `HEAD is ${head ?? 'nothing'}, not ${id}` }
    },
  })

  const save = createTool({
    name: 'save_checkpoint',
    description:
      'Keeps all files of the work tree as they are now, new ones too, so that restore_checkpoint can bring them back. Branch and index stay as they are. Use it before risky work.',
    input: forgiving(z.object({ label: z.string().trim().min(1).max(200) }), {
      aliases: { label: ['name', 'message'] },
      text: 'label',
    }),
    effect: 'self',
    // It changes no file, and its name decides nothing.
    contained: true,
    timeoutMs: 120_000,
    run: ({ label }, { signal }) =>
      withRepository(async (repository) => plainJson(await repository.checkpoint(label, { signal }))),
  })

  const restore = createTool({
    name: 'restore_checkpoint',
    description:
      'Brings all files of the work tree back to a checkpoint; files made since then go. What is there now is kept as another checkpoint first, so this can be undone too.',
    input: forgiving(z.object({ id: z.string().min(1).max(100) }), {
      aliases: { id: ['checkpoint', 'name'] },
      text: 'id',
    }),
    effect: 'write',
    timeoutMs: 120_000,
    assess: ({ id }) => ({ risk: { level: 'high', reasons: [`puts every file back to checkpoint ${id}`] } }),
    run: ({ id }, { signal }) =>
      workspace.exclusively(() =>
        withRepository(async (repository) => plainJson(await repository.restore(id, { signal }))),
      ),
  })

  const push = createTool({
    name: 'push_branch',
    description: 'Pushes a branch to a remote and checks that the remote has it. Nothing is ever forced.',
    input: forgiving(z.object({ branch: refSchema.optional(), remote: refSchema.default('origin') }), {
      text: 'branch',
    }),
    effect: 'network',
    timeoutMs: 300_000,
    assess: ({ branch, remote }) => ({
      risk: { level: 'high', reasons: [`publishes ${branch ?? 'the branch that is checked out'} on ${remote}`] },
      grant: `push_branch: ${branch ?? 'current'} to ${remote}`,
    }),
    run: ({ branch, remote }, { signal }) =>
      withRepository(async (repository) => plainJson(await repository.push({ branch, remote, signal }))),
    verify: async (_, output): Promise<Verification> => {
      const { remote, branch, commit: id } = pushed.parse(output)
      const git = createGitRunner({ folder: workspace.root, environment: own })
      const there = (await git(['ls-remote', remote, `refs/heads/${branch}`])).split('\t')[0]
      return there === id
        ? { passed: true, detail: `${remote} has ${id} for ${branch}` }
        : { passed: false, detail: `${remote} has ${there === '' ? 'nothing' : there} for ${branch}, not ${id}` }
    },
  })

  const pull = (access: GithubAccess): Tool =>
    createTool({
      name: 'open_pull_request',
      description:
        'Opens a pull request on GitHub for a branch that was pushed. Where one is open for the same branches, gives that.',
      input: z.object({
        title: z.string().trim().min(1).max(250),
        body: z.string().max(60_000).default(''),
        head: refSchema.optional().describe('Branch with the changes; the one that is checked out'),
        base: refSchema.default('main'),
        draft: z.boolean().default(false),
        remote: refSchema.default('origin'),
      }),
      effect: 'network',
      timeoutMs: 60_000,
      assess: ({ title, head, base }) => ({
        risk: {
          level: 'high',
          reasons: [`opens a pull request "${title}" from ${head ?? 'the current branch'} to ${base}`],
        },
      }),
      run: ({ title, body, head, base, draft, remote }, { signal }) =>
        withRepository(async (repository) => {
          const branch = head ?? (await repository.status({ signal })).branch
          if (branch === undefined)
            throw new ToolError('Cannot open a pull request: no branch is checked out', { kind: 'invalid' })
          const client = await githubOf(access, remote)
          return plainJson(await client.openPullRequest({ title, body, head: branch, base, draft }, { signal }))
        }),
    })

  const githubOf = async (access: GithubAccess, remote: string): Promise<Github> => {
    const git = createGitRunner({ folder: workspace.root, environment: own })
    const address = (await git(['remote', 'get-url', '--', remote])).trim()
    const found = parseRemote(address)
    if (found?.host !== 'github.com')
      throw new ToolError(`Cannot open a pull request: the remote "${remote}" is not on github.com`, {
        kind: 'invalid',
        hint: 'Use inspect_git with "patch" and send that',
      })
    return createGithub(access, found)
  }

  return [inspect, commit, save, restore, push, ...(github === undefined ? [] : [pull(github)])]
}

async function headOf(
  withRepository: (work: (repository: GitRepository) => Promise<JsonValue>) => Promise<JsonValue>,
): Promise<string | undefined> {
  const head = await withRepository(async (repository) => (await repository.status()).head ?? null)
  return typeof head === 'string' ? head : undefined
}

/** A diff without the files that may hold secrets, unless one of them was asked for. */
function withoutSecretParts(text: string, asked: string | undefined): string {
  if (asked !== undefined) return text
  return text
    .split(/^(?=diff --git )/m)
    .map((part) => {
      const [, from, to] = /^diff --git "?a\/(.+?)"? "?b\/(.+?)"?$/m.exec(part) ?? []
      const secret = [from, to].find((path) => path !== undefined && isSecretPath(path))
      return secret === undefined
        ? part
        : `[${secret} may hold secrets, so what changed in it is left out; ask for it by its path]\n`
    })
    .join('')
}

function paged(text: string, empty: string): string {
  if (text === '') return `[${empty}]`
  return text.length <= pageChars
    ? text
    : `${text.slice(0, pageChars).toWellFormed()}\n[there are ${text.length - pageChars} more characters; narrow it by "path"]`
}
