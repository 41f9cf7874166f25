import { createHmac } from 'node:crypto'
import type { Routine, RoutineRun } from '@salp/agent'
import { startFakeOpenAi } from '@salp/models/testing/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makePlace, type RunningNode, startNode } from './start-node.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Shown {
  readonly routine: Routine
  readonly runs: readonly RoutineRun[]
}

describe('what a node does by itself', { timeout: 60_000 }, () => {
  test('a webhook is taken once and gone on with after kill -9; what was missed is done once', async () => {
    const place = makePlace()
    cleanups.push(place.remove)
    const server = await startFakeOpenAi(() => ({ text: 'It is about a bug.', delayMs: 400 }))
    cleanups.push(() => server[Symbol.asyncDispose]())
    const environment = { SALP_MODEL_URL: server.url }
    let node: RunningNode = await startNode({ place, environment })
    cleanups.push(() => node.stop('SIGKILL'))
    const json = async <T>(path: string, body?: object): Promise<T> =>
      (await (await node.call(path, body === undefined ? {} : { json: body })).json()) as T
    const shown = (id: number) => json<Shown>(`/api/routines/${id}`)
    const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 20 })

    const hook = await json<{ routine: Routine; secret: string }>('/api/routines', {
      ...{ title: 'Issues', trigger: { type: 'webhook' }, action: { type: 'turn', text: 'What is it about?' } },
    })
    const missed = await json<{ routine: Routine }>('/api/routines', {
      ...{ title: 'Briefing', action: { type: 'briefing', period: 'day' } },
      trigger: { type: 'at', at: Date.now() + 1_500 },
    })
    const body = JSON.stringify({ action: 'opened', title: 'It does not start' })
    const deliver = async (id: string, secret = hook.secret): Promise<unknown> => {
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      const headers = { 'x-hub-signature-256': `sha256=${signature}`, 'x-github-delivery': id }
      const answered = await fetch(`${node.url}/api/hooks/${hook.routine.id}`, { method: 'POST', body, headers })
      return answered.ok ? answered.json() : answered.status
    }
    expect(await deliver('d1', 'another')).toBe(401)
    expect(await deliver('d1')).toEqual({ status: 'taken' })
    expect(await deliver('d1')).toEqual({ status: 'known' })
    await until(() => expect(server.requests.length).toBeGreaterThan(0))
    await node.stop('SIGKILL')
    // The time of the briefing passes while nothing runs.
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    node = await startNode({ place, environment })

    await until(async () => expect((await shown(hook.routine.id)).runs).toMatchObject([{ state: 'done' }]))
    await until(async () => expect((await shown(missed.routine.id)).runs).toMatchObject([{ state: 'done' }]))
    const sessionId = (await shown(hook.routine.id)).runs[0]?.sessionId ?? ''
    const { messages } = await json<{ messages: { role: string }[] }>(`/api/sessions/${sessionId}`)
    expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1)
    expect(JSON.stringify(messages)).toContain('It is about a bug.')
    expect(JSON.stringify(server.requests.at(-1)?.body)).toContain('It does not start')
  })
})
