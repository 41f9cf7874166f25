import { describe, expect, test } from 'vitest'
import { createApi } from './client.js'
import { ApiError } from './problem.js'

const answering = (answer: (request: Request) => Response | Promise<Response>) =>
  createApi({ fetch: async (input, init) => answer(new Request(new URL(String(input), 'http://node.test'), init)) })

describe('createApi()', () => {
  test('sends JSON and escapes what goes into the path', async () => {
    const seen: unknown[] = []
    const api = answering(async (request) => {
      seen.push([request.method, new URL(request.url).pathname, await request.json()])
      return Response.json({})
    })
    await api.decide('a/1', { decision: 'approve', scope: 'session' })
    expect(seen).toEqual([['POST', '/api/approvals/a%2F1', { decision: 'approve', scope: 'session' }]])
  })

  test('leaves out an empty query', async () => {
    const urls: string[] = []
    const api = answering(({ url }) => {
      urls.push(url)
      return Response.json({ hits: [] })
    })
    await api.memories({ query: '', tag: undefined, limit: 50 })
    await api.memories({ query: 'a&b', limit: 50 })
    expect(urls.map((url) => new URL(url).search)).toEqual(['?limit=50', '?query=a%26b&limit=50'])
  })

  test('takes an answer without a body', async () => {
    await expect(answering(() => new Response(null, { status: 204 })).deleteSession('s1')).resolves.toBeUndefined()
  })

  test('rejects with the detail and code of a problem', async () => {
    const problem = { title: 'Conflict', detail: 'It is already approved', code: 'agent/approval-decided' }
    const denied = answering(() => Response.json(problem, { status: 409 })).decide('a1', { decision: 'deny' })
    await expect(denied).rejects.toBeInstanceOf(ApiError)
    await expect(denied).rejects.toMatchObject({ status: 409, message: problem.detail, code: problem.code })
  })

  test('rejects with status 0 when no answer comes', async () => {
    const api = createApi({ fetch: () => Promise.reject(new TypeError('Failed to fetch')) })
    await expect(api.status()).rejects.toMatchObject({ name: 'ApiError', status: 0 })
  })

  test('rejects with the reason of the signal when it aborts', async () => {
    const signal = AbortSignal.abort('gone')
    await expect(createApi({ fetch: () => Promise.reject(signal.reason) }).status({ signal })).rejects.toBe('gone')
  })
})
