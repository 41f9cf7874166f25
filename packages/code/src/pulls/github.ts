/** Pull requests on GitHub, by its REST API. */

import { SalpError } from '@salp/core'
import { z } from 'zod'

/** What it asks of the application. */
export interface GithubDeps {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** A token that may write pull requests. It is sent in a header alone, and never to another host. */
  readonly token: string
}

/** Which repository. */
export interface GithubOptions {
  readonly owner: string
  readonly name: string
  /** @defaultValue `https://api.github.com` */
  readonly api?: string | undefined
}

/** A pull request. */
export interface PullRequest {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly head: string
  readonly base: string
  /** Commit at its head. */
  readonly commit: string
}

/** What to open. */
export interface NewPullRequest {
  readonly title: string
  readonly body: string
  /** Branch with the changes; of a fork `owner:branch`. */
  readonly head: string
  /** Branch they are for. */
  readonly base: string
  readonly draft?: boolean | undefined
}

/** Pull requests of one repository. */
export interface Github {
  /** Opens one, or gives the open one of the same branches. @throws {@link GithubError} (`code/github`) if GitHub refuses. */
  openPullRequest(request: NewPullRequest, options?: { signal?: AbortSignal | undefined }): Promise<PullRequest>
  /** The open ones, newest first, at most 100. */
  pullRequests(options?: {
    head?: string | undefined
    signal?: AbortSignal | undefined
  }): Promise<readonly PullRequest[]>
}

const pullSchema = z
  .object({
    number: z.int(),
    html_url: z.string(),
    title: z.string(),
    state: z.enum(['open', 'closed']),
    head: z.object({ ref: z.string(), sha: z.string() }),
    base: z.object({ ref: z.string() }),
  })
  .transform(
    ({ number, html_url: url, title, state, head, base }): PullRequest => ({
      number,
      url,
      title,
      state,
      head: head.ref,
      base: base.ref,
      commit: head.sha,
    }),
  )

const refusalSchema = z.object({
  message: z.string(),
  errors: z
    .array(z.object({ message: z.string().optional() }).catch({}))
    .catch([])
    .default([]),
})

/** Talks to GitHub about one repository. */
export function createGithub(
  { fetch, token }: GithubDeps,
  { owner, name, api = 'https://api.github.com' }: GithubOptions,
): Github {
  const ask = async <T>(
    schema: z.ZodType<T>,
    {
      method,
      path,
      body,
      signal,
    }: { method: 'GET' | 'POST'; path: string; body?: unknown; signal?: AbortSignal | undefined },
  ): Promise<T> => {
    const url = `${api}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}${path}`
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'salp',
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const init = { method, headers, redirect: 'error' as const, ...(signal && { signal }) }
    const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) }).catch(
      (cause) => {
        signal?.throwIfAborted()
        throw new GithubError(`${owner}/${name}`, { status: undefined, why: 'it does not answer' }, cause)
      },
    )
    const text = await response.text()
    if (!response.ok)
      throw new GithubError(`${owner}/${name}`, { status: response.status, why: without(token, refusalIn(text)) })
    const parsed = schema.safeParse(jsonIn(text))
    if (!parsed.success)
      throw new GithubError(`${owner}/${name}`, { status: response.status, why: 'its answer is not of the known form' })
    return parsed.data
  }

  const pullRequests: Github['pullRequests'] = ({ head, signal } = {}) => {
    const query = new URLSearchParams({ state: 'open', per_page: '100', ...(head === undefined ? {} : { head }) })
    return ask(z.array(pullSchema), { method: 'GET', path: `/pulls?${query}`, signal })
  }

  return {
    pullRequests,
    async openPullRequest({ title, body, head, base, draft = false }, { signal } = {}) {
      const qualified = head.includes(':') ? head : `${owner}:${head}`
      const known = (await pullRequests({ head: qualified, signal })).find((pull) => pull.base === base)
      if (known !== undefined) return known
      return ask(pullSchema, { method: 'POST', path: '/pulls', body: { title, body, head, base, draft }, signal })
    },
  }
}

/**
 * Reads owner and name out of the address of a remote: `https://host/owner/name`, `git@host:owner/name.git`, `ssh://…`.
 *
 * @returns Nothing for an address of another form. A password in the address is passed over.
 */
export function parseRemote(address: string): { host: string; owner: string; name: string } | undefined {
  const [, host, owner, name] =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|(?:[^@/:]+@)?)([\w.-]+)(?::\d+)?[:/]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      address.trim(),
    ) ?? []
  return host === undefined || owner === undefined || name === undefined ? undefined : { host, owner, name }
}

function refusalIn(text: string): string {
  const parsed = refusalSchema.safeParse(jsonIn(text))
  if (!parsed.success) return 'it says nothing of why'
  const details = parsed.data.errors.flatMap(({ message }) => message ?? [])
  return [parsed.data.message, ...details].join(': ').slice(0, 500)
}

function without(token: string, text: string): string {
  return token === '' ? text : text.replaceAll(token, '…')
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Told apart by the schema, which wants an object.
    return undefined
  }
}

/** GitHub refused, or does not answer: `code/github`. */
export class GithubError extends SalpError {
  /** Of HTTP; absent if there was no answer. */
  readonly status: number | undefined
  constructor(repository: string, { status, why }: { status: number | undefined; why: string }, cause?: unknown) {
    const code = status === undefined ? '' : ` (${status})`
    super('code/github', `Cannot ask GitHub about "${repository}": ${why}${code}`, {
      cause,
      retryable: status === undefined || status >= 500 || status === 429,
    })
    this.status = status
  }
}
