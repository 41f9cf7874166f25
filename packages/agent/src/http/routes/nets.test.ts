import { describe, expect, test } from 'vitest'
import type { NetView } from '../../protocol-nets.js'
import { createTestApi } from '../../testing/test-api.js'

const gain = { mean: 0.1, low: 0.05, high: 0.15 }
const net: NetView = { name: 'brain', current: 2, adopted: [1, 2].map((number) => ({ number, at: number, gain })) }

describe('/api/nets', () => {
  test('lists the nets, and goes back to the version before', async () => {
    let current = 2
    const { request: call, close } = createTestApi({
      nets: () => ({
        list: async () => [{ ...net, current }],
        rollBack: async (name) => {
          expect(name).toBe('brain')
          return --current
        },
      }),
    })
    expect(await (await call('/api/nets')).json()).toEqual({ nets: [net] })
    expect(await (await call('/api/nets/brain/rollback', { method: 'POST' })).json()).toEqual({ current: 1 })
    expect(await (await call('/api/nets')).json()).toMatchObject({ nets: [{ current: 1 }] })
    const unknown = await call('/api/nets/heart/rollback', { method: 'POST' })
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'agent/net-unknown' }])
    await close()
  })

  test('has none to show where none are trained', async () => {
    const { request: call, close } = createTestApi()
    expect(await (await call('/api/nets')).json()).toEqual({ nets: [] })
    await close()
  })
})
