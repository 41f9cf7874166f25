import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { createApproval, createEventMaker, endOf } from '../testing/agent-events.js'
import { collect } from '../testing/collect.js'
import { sendEvents, sendJson, serve } from '../testing/serve.js'
import { createApi } from './api.js'
import { runningTurnEvents, turnEvents } from './turn-events.js'

const signal = new AbortController().signal
const clock = { sleep: async () => undefined }
const apiOf = (url: string) => createApi({ fetch: globalThis.fetch }, { url, token: 'secret' })
const request = { text: 'hi', unattended: false }

describe('turnEvents()', () => {
  test('ends with the turn, even when the connection stays open', async () => {
    const event = createEventMaker()
    const events = [event('turn:started', { input: 'hi', channel: 'cli' }), event('turn:finished', endOf('x'))]
    await using server = await serve((_, response) => sendEvents(response, events, 'open'))
    expect(await collect(turnEvents({ api: apiOf(server.url), clock }, request, signal))).toEqual(events)
  })

  test('goes on after a broken connection, where it was, without saying anything twice', async () => {
    const event = createEventMaker()
    const other = createEventMaker({ turnId: 'turn-2' })
    const before = [
      event('step:started', { step: 1, regime: 'balanced', tier: 'fast' }),
      event('text:streamed', { delta: 'Hel' }),
    ]
    const whole = event('text:streamed', { delta: 'Hello' })
    const end = event('turn:finished', endOf('Hello'))
    await using server = await serve(({ path }, response) => {
      if (path === '/api/turns') return sendEvents(response, before, 'break')
      sendEvents(response, [other('turn:finished', endOf('')), whole, end], 'open')
    })
    const seen = await collect(turnEvents({ api: apiOf(server.url), clock }, request, signal))
    expect(seen).toEqual([...before, { ...whole, data: { delta: 'lo' } }, end])
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/turns', `/api/events?after=${before[1]?.sequence}`])
  })

  test('gives up when the node stays away', async () => {
    let calls = 0
    await using server = await serve((_, response) => {
      if (calls++ === 0) sendEvents(response, [createEventMaker()('turn:resumed', {})], 'break')
      else response.destroy()
    })
    await expect(collect(turnEvents({ api: apiOf(server.url), clock }, request, signal))).rejects.toMatchObject({
      code: 'cli/node-silent',
    })
    expect(calls).toBe(21)
  })

  test('throws what refuses the turn', async () => {
    const problem = { detail: 'A turn runs already', code: 'agent/session-busy' }
    await using server = await serve((_, response) => sendJson(response, problem, 409))
    await expect(
      collect(turnEvents({ api: apiOf(server.url), clock: stoppedClock() }, request, signal)),
    ).rejects.toMatchObject({ code: 'agent/session-busy' })
  })
})

describe('runningTurnEvents()', () => {
  const session = { id: 'session-1', title: 't', createdAt: 0, updatedAt: 0, messageCount: 1 }

  test('begins with what waits for a person, and ends with the turn', async () => {
    const event = createEventMaker()
    const end = event('turn:finished', endOf('Done'))
    const question = {
      id: 'q',
      sessionId: 'session-1',
      turnId: 'turn-1',
      callId: 'c',
      question: 'Which?',
      options: [],
      askedAt: 0,
    }
    await using server = await serve(({ path }, response) => {
      if (path === '/api/events') return sendEvents(response, [event('text:streamed', { delta: 'half' }), end], 'open')
      if (path === '/api/approvals')
        return sendJson(response, { approvals: [createApproval(), createApproval({ sessionId: 'other' })] })
      if (path === '/api/questions') return sendJson(response, { questions: [question] })
      sendJson(response, { session: { ...session, active: true }, messages: [] })
    })
    const seen = await collect(runningTurnEvents({ api: apiOf(server.url) }, 'session-1', signal))
    expect(seen.map(({ name }) => name)).toEqual([
      'call:requested',
      'approval:requested',
      'question:asked',
      'turn:finished',
    ])
  })

  test('ends at once when nothing runs', async () => {
    await using server = await serve(({ path }, response) => {
      if (path === '/api/events') return sendEvents(response, [], 'open')
      sendJson(response, { session: { ...session, active: false }, messages: [] })
    })
    expect(await collect(runningTurnEvents({ api: apiOf(server.url) }, 'session-1', signal))).toEqual([])
  })
})
