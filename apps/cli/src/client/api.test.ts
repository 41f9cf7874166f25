import { describe, expect, test } from 'vitest'
import { createEventMaker, endOf } from '../testing/agent-events.js'
import { collect } from '../testing/collect.js'
import { sendEvents, sendJson, serve } from '../testing/serve.js'
import { createApi } from './api.js'
import { ApiError, NodeSilentError } from './api-error.js'

const { fetch } = globalThis

describe('createApi()', () => {
  test('sends the token, and what was asked for', async () => {
    await using server = await serve((_, response) => sendJson(response, { hits: [] }))
    const api = createApi({ fetch }, { url: server.url, token: 'secret' })
    await api.memories({ query: 'a & b', limit: 3 })
    await api.changeTask(3, { status: 'done' })
    await api.stop('a/b')
    expect(server.requests).toEqual([
      { method: 'GET', path: '/api/memory?query=a+%26+b&limit=3', authorization: 'Bearer secret', body: undefined },
      { method: 'PATCH', path: '/api/tasks/3', authorization: 'Bearer secret', body: { status: 'done' } },
      { method: 'POST', path: '/api/sessions/a%2Fb/stop', authorization: 'Bearer secret', body: undefined },
    ])
  })

  test('gives nothing for an empty answer', async () => {
    await using server = await serve((_, response) => void response.writeHead(204).end())
    expect(await createApi({ fetch }, { url: server.url, token: '' }).forget('x')).toBeUndefined()
  })

  test('throws ApiError with the code and the detail of a problem', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      detail: 'There is no memory "x"',
      code: 'agent/memory-unknown',
    }
    await using server = await serve((_, response) => sendJson(response, problem, 404))
    const error = await createApi({ fetch }, { url: server.url, token: '' })
      .forget('x')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'agent/memory-unknown', message: 'There is no memory "x"', status: 404 })
  })

  test('throws ApiError for a failure that explains nothing', async () => {
    await using server = await serve((_, response) => void response.writeHead(502).end('<html>'))
    await expect(createApi({ fetch }, { url: server.url, token: '' }).settings()).rejects.toMatchObject({
      code: 'cli/request-refused',
      message: 'The node refused the request (HTTP 502)',
    })
  })

  test('throws NodeSilentError when nobody is there', async () => {
    let url = ''
    {
      await using server = await serve(() => undefined)
      url = server.url
    }
    await expect(createApi({ fetch }, { url, token: '' }).settings()).rejects.toThrow(NodeSilentError)
  })

  test('streams the events of a turn', async () => {
    const event = createEventMaker()
    const events = [event('text:streamed', { delta: 'ü\n\nx' }), event('turn:finished', endOf('ü'))]
    await using server = await serve((_, response) => sendEvents(response, events))
    const api = createApi({ fetch }, { url: server.url, token: '' })
    const seen = await collect(api.turn({ text: 'hi', unattended: true }))
    expect(seen).toEqual(events)
    expect(server.requests[0]?.body).toEqual({ text: 'hi', unattended: true, channel: 'cli' })
  })
})
