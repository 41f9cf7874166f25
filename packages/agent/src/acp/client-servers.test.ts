import { expect, test } from 'vitest'
import { clientServers } from './client-servers.js'

const program = { command: '/usr/bin/x', args: ['-v'], env: [{ name: 'KEY', value: '1' }] }

test('clientServers() names each differently, and trusts none', () => {
  const { acp_my_tools, acp_my_tools_1, ...rest } = clientServers(
    [
      { name: 'My Tools!', ...program },
      { name: 'my-tools', type: 'http', url: 'https://x.test/', headers: [{ name: 'A', value: 'b' }] },
      { name: '名前', ...program },
    ],
    '/work',
  )
  expect(acp_my_tools).toEqual({ ...program, env: { KEY: '1' }, trust: 'none', enabled: true })
  expect(acp_my_tools_1).toEqual({ url: 'https://x.test/', headers: { A: 'b' }, trust: 'none', enabled: true })
  expect(Object.keys(rest)).toEqual(['acp_server'])
})

test('clientServers() refuses a transport that is not spoken', () => {
  expect(() => clientServers([{ name: 'x', type: 'sse', url: 'https://x.test/', headers: [] }], '/work')).toThrow(
    expect.objectContaining({ code: 'agent/place' }),
  )
})
