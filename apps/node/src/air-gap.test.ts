import { describe, expect, test } from 'vitest'
import { keptOffline } from './air-gap.js'
import { settingsSchema } from './settings.js'

const parse = (agent: object, model: object = {}) =>
  settingsSchema.parse({
    ...{
      agent,
      model,
      mcp: { servers: { git: { command: 'mcp-git' } } },
      a2a: { peers: { ann: 'https://ann.example' } },
    },
    cartridges: { httpHosts: ['api.example.com'] },
  })

describe('keptOffline()', () => {
  test('leaves settings alone that want the network', () => {
    const settings = parse({})
    expect(keptOffline(settings)).toBe(settings)
  })

  test('leaves no server, agent, money, host or network of commands', () => {
    const { agent, wallet, cartridges, mcp, a2a } = keptOffline(
      parse({ airGap: true }, { url: 'http://127.0.0.1:11434/v1' }),
    )
    expect([agent.sandboxNetwork, wallet.chain, cartridges.httpHosts, mcp.servers, a2a.peers, a2a.taskPrice]).toEqual([
      false,
      'off',
      [],
      {},
      {},
      undefined,
    ])
  })

  test.each(['https://api.example.com/v1', 'http://192.168.1.7/v1', 'http://127.evil.example/v1'])(
    'does not start with the model at %s',
    (url) => {
      expect(() => keptOffline(parse({ airGap: true }, { url }))).toThrow(
        expect.objectContaining({ code: 'node/air-gap' }),
      )
    },
  )
})
