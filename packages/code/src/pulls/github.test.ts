import { describe, expect, test } from 'vitest'
import { createGithub, parseRemote } from './github.js'

const token = 'ghp_averysecrettokenofsomebody'

/** A GitHub of one repository, which keeps to the documented requests and answers. */
function fakeGithub() {
  const pulls: { number: number; title: string; head: string; base: string; draft: boolean }[] = []
  const seen: { url: string; init: RequestInit }[] = []
  const show = ({ number, title, head, base }: (typeof pulls)[number]) => ({
    ...{ number, title, state: 'open', html_url: `https://github.com/ada/engine/pull/${number}`, extra: 1 },
    ...{ head: { ref: head, sha: 'c0ffee' }, base: { ref: base } },
  })
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    seen.push({ url, init })
    const { pathname, searchParams } = new URL(url)
    const headers = new Headers(init.headers)
    if (headers.get('authorization') !== `Bearer ${token}`)
      return Response.json({ message: 'Bad credentials' }, { status: 401 })
    if (pathname !== '/repos/ada/engine/pulls') return Response.json({ message: 'Not Found' }, { status: 404 })
    if (init.method === 'GET') {
      const head = searchParams.get('head')
      return Response.json(pulls.filter((pull) => head === null || head === `ada:${pull.head}`).map(show))
    }
    const body = JSON.parse(String(init.body))
    if (body.head === 'empty')
      return Response.json(
        { message: 'Validation Failed', errors: [{ message: `No commits between main and empty ${token}` }] },
        { status: 422 },
      )
    pulls.push({ ...body, number: pulls.length + 1 })
    const made = pulls.at(-1)
    return made === undefined ? Response.error() : Response.json(show(made), { status: 201 })
  }
  return { fetch, seen }
}

const request = { title: 'Faster', body: 'It is faster', head: 'topic', base: 'main' }

describe('createGithub()', () => {
  test('opens a pull request, and gives the open one of the same branches', async () => {
    const { fetch, seen } = fakeGithub()
    const github = createGithub({ fetch, token }, { owner: 'ada', name: 'engine' })
    const made = await github.openPullRequest(request)
    expect(made).toEqual({
      ...{ number: 1, url: 'https://github.com/ada/engine/pull/1', title: 'Faster', state: 'open' },
      ...{ head: 'topic', base: 'main', commit: 'c0ffee' },
    })
    expect(await github.openPullRequest(request)).toEqual(made)
    expect(await github.pullRequests()).toEqual([made])
    expect(seen.every(({ url }) => !url.includes(token))).toBe(true)
    expect(seen.every(({ init }) => init.redirect === 'error')).toBe(true)
  })

  test.each([
    ['a refusal', { ...request, head: 'empty' }, token, 422, 'No commits between main and empty'],
    ['a wrong token', request, 'ghp_other', 401, 'Bad credentials'],
  ])('says why, of %s, without the token', async (_, wanted, own, status, why) => {
    const github = createGithub({ fetch: fakeGithub().fetch, token: own }, { owner: 'ada', name: 'engine' })
    await expect(github.openPullRequest(wanted)).rejects.toMatchObject({
      code: 'code/github',
      status,
      retryable: false,
    })
    await expect(github.openPullRequest(wanted)).rejects.toThrow(why)
    await expect(github.openPullRequest(wanted)).rejects.toSatisfy((error) => !String(error).includes(own))
  })

  test.each([
    ['no answer', () => Promise.reject(new TypeError('fetch failed')), undefined],
    ['an answer of another form', async () => new Response('<html>'), 200],
    ['a failure without words', async () => new Response('oops', { status: 502 }), 502],
  ])('fails with a code on %s', async (_, fetch, status) => {
    const github = createGithub({ fetch, token }, { owner: 'ada', name: 'engine' })
    await expect(github.pullRequests()).rejects.toMatchObject({ code: 'code/github', status })
  })

  test('never leaves the path of its repository', async () => {
    const { fetch, seen } = fakeGithub()
    await createGithub({ fetch, token }, { owner: '../..', name: 'x?y' })
      .pullRequests()
      .catch(() => undefined)
    expect(seen[0]?.url).toMatch(/^https:\/\/api\.github\.com\/repos\/[^/]+\/x%3Fy\/pulls/)
  })

  test('stops when nobody waits any more', async () => {
    const reason = new Error('enough')
    const fetch = (_: string, { signal }: RequestInit) => Promise.reject(signal?.reason)
    const github = createGithub({ fetch, token }, { owner: 'ada', name: 'engine' })
    await expect(github.pullRequests({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

test.each([
  ['https://github.com/ada/engine', { host: 'github.com', owner: 'ada', name: 'engine' }],
  ['https://x:secret@github.com/ada/engine.git', { host: 'github.com', owner: 'ada', name: 'engine' }],
  ['git@github.com:ada/engine.js.git', { host: 'github.com', owner: 'ada', name: 'engine.js' }],
  ['ssh://git@git.example.com:2222/ada/engine', { host: 'git.example.com', owner: 'ada', name: 'engine' }],
  ['/srv/git/engine.git', undefined],
  ['../engine', undefined],
])('parseRemote() of %s', (address, wanted) => expect(parseRemote(address)).toEqual(wanted))
