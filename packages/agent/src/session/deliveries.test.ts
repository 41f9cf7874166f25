import { describe, expect, test } from 'vitest'
import { createTestApi } from '../testing/test-api.js'

const sent = { id: 'm-1', sessionId: 's', text: 'Written on a train' }

describe('/api/messages', () => {
  test('takes a message once, however often it comes, and makes its session', async () => {
    const { request, agent, close } = createTestApi({ script: [{ text: 'Here' }] })
    const send = async () => (await request('/api/messages', { json: sent })).json()
    const first = await send()
    expect(first).toMatchObject({ sessionId: 's', repeated: false })
    expect(await send()).toEqual({ ...(first as object), repeated: true })
    await agent.running('s')?.result
    expect(await send()).toEqual({ ...(first as object), repeated: true })
    expect(agent.store.messages('s').filter(({ message }) => message.role === 'user')).toHaveLength(1)
    await close()
  })

  test('leaves a message that was refused to come again', async () => {
    const { request, agent, close } = createTestApi({
      script: [{ calls: [{ name: 'change', input: { value: 'a' } }] }, { text: 'Second' }],
    })
    const busy = agent.stream({ sessionId: 's', text: 'First', channel: 'cli' })
    expect((await request('/api/messages', { json: sent })).status).toBe(409)
    agent.stop('s')
    await busy.result
    expect(await (await request('/api/messages', { json: sent })).json()).toMatchObject({ repeated: false })
    await agent.running('s')?.result
    await close()
  })

  test('and /api/chat know the same messages', async () => {
    const { request, agent, close } = createTestApi({ script: [{ text: 'Here' }] })
    const message = { id: sent.id, role: 'user', parts: [{ type: 'text', text: sent.text }] }
    const chat = async (): Promise<string> =>
      (await request('/api/chat', { json: { id: 's', messages: [message], once: true } })).text()
    const first = await chat()
    expect(first).toContain('Here')
    expect(await (await request('/api/messages', { json: sent })).json()).toMatchObject({ repeated: true })
    expect(await chat()).toContain('Here')
    expect(agent.store.messages('s').filter(({ message: { role } }) => role === 'user')).toHaveLength(1)
    await close()
  })
})

describe('/api/sign-out', () => {
  test('takes the cookie back', async () => {
    const { request, close } = createTestApi()
    const response = await request('/api/sign-out', { method: 'POST' })
    expect([response.status, response.headers.get('set-cookie')]).toEqual([204, 'salp=; Max-Age=0; Path=/'])
    await close()
  })
})
