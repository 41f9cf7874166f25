import { afterEach, describe, expect, test } from 'vitest'
import { createTestApi, type TestApi } from '../../testing/test-api.js'

const open: TestApi[] = []
afterEach(async () => {
  for (const api of open.splice(0)) await api.close()
})

/** An API after a turn with two calls. */
async function afterTurn(): Promise<{ api: TestApi; sessionId: string }> {
  const api = createTestApi({
    script: [{ calls: ['a', 'b'].map((value) => ({ name: 'look', input: { value } })) }, { text: 'Seen' }],
  })
  open.push(api)
  const turn = api.agent.stream({ text: 'Look at both', channel: 'test' })
  await turn.result
  return { api, sessionId: turn.sessionId }
}

const get = async (api: TestApi, path: string) => (await api.request(path)).json()

describe('GET /api/cognition/record', () => {
  test('gives what was made of the newest calls, in order', async () => {
    const { api, sessionId } = await afterTurn()
    const { events } = await get(api, '/api/cognition/record?limit=1')
    expect(events).toMatchObject([{ name: 'call:observed', data: { callId: 'call-2', outcome: 'ok', rank: 2 } }])
    expect((await get(api, `/api/cognition/record?session=${sessionId}`)).events).toHaveLength(2)
    expect((await get(api, '/api/cognition/record?session=other')).events).toEqual([])
  })
})

describe('GET /api/cognition/replay/{session}', () => {
  test('replays with modules switched off and on', async () => {
    const { api, sessionId } = await afterTurn()
    const report = await get(api, `/api/cognition/replay/${sessionId}?without=surprise,belief&with=integration`)
    expect(report.modules).toMatchObject({ surprise: false, belief: false, integration: true, precision: true })
    expect(report.turns).toMatchObject([{ input: 'Look at both', status: 'completed', calls: [{}, {}] }])
  })

  test('refuses a module and a session that do not exist', async () => {
    const { api, sessionId } = await afterTurn()
    expect((await api.request(`/api/cognition/replay/${sessionId}?without=soul`)).status).toBe(400)
    expect((await api.request('/api/cognition/replay/nowhere')).status).toBe(404)
  })
})
