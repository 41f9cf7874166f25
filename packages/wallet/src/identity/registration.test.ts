import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAddress } from '../hex.js'
import { readDataUri } from '../internal/fetch-json.js'
import { namedWallet, namesAgent, parseRegistration, registrationUri, writeRegistration } from './registration.js'

const registry = parseAddress('0x8004A169FB4a3325136EB29fA0ceB6D2e539a432')
const agent = { chainId: 8453, registry, agentId: 7n }
const ours = {
  name: 'Salp',
  description: 'Žlutý kůň \u{1f40e}',
  services: [{ name: 'MCP', endpoint: 'https://a.example/mcp', version: '2025-06-18' }],
  x402Support: true,
  registrations: [{ agentId: 7, agentRegistry: `eip155:8453:${registry}` }],
}

test('what writeRegistration() writes is read back, and names its agent', () => {
  const fetched = readDataUri(registrationUri(ours), 10_000)
  const read = parseRegistration(fetched?.status === 'ok' ? fetched.value : undefined)
  expect(read).toMatchObject({ ...ours, registrations: [{ agentId: 7n }] })
  if (read === undefined) return
  expect([namesAgent(read, agent), namesAgent(read, { ...agent, agentId: 8n })]).toEqual([true, false])
  expect(namesAgent(read, { ...agent, chainId: 1 })).toBe(false)
  expect(
    namesAgent({ registrations: [{ agentId: 7n, agentRegistry: `eip155:8453:${registry.toLowerCase()}` }] }, agent),
  ).toBe(true)
})

test('writeRegistration() refuses what the standard does not know', () => {
  const wrong = [
    { ...ours, extra: 1 },
    { ...ours, name: '' },
    { ...ours, registrations: [{ agentId: -1, agentRegistry: '' }] },
  ]
  for (const registration of wrong) {
    expect(() => writeRegistration(registration)).toThrow(expect.objectContaining({ code: 'wallet/registration' }))
  }
})

test('parseRegistration() takes what makes sense of a file, and leaves out the rest', () => {
  const type = 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1'
  const services = [{ name: 'web' }, 7, { name: 'agentWallet', endpoint: `eip155:8453:${registry}` }]
  const read = parseRegistration({
    type,
    name: 'A',
    services,
    active: 'yes',
    registrations: [{ agentId: '5', agentRegistry: 'x' }],
    odd: 1,
  })
  expect(read).toEqual({
    type,
    name: 'A',
    description: '',
    services: [services[2]],
    registrations: [{ agentId: 5n, agentRegistry: 'x' }],
  })
  if (read === undefined) return
  expect([namedWallet(read, 8453), namedWallet(read, 1)]).toEqual([registry, undefined])
  for (const none of [undefined, null, 1, [], {}, { type }, { type: 'x', name: 'A' }]) {
    expect(parseRegistration(none)).toBeUndefined()
  }
})

test('parseRegistration() throws for no JSON at all', () => {
  const type = 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1'
  const fields = [
    'name',
    'description',
    'image',
    'services',
    'x402Support',
    'active',
    'registrations',
    'supportedTrust',
  ]
  const file = fc.record(Object.fromEntries(fields.map((field) => [field, fc.jsonValue()])), { requiredKeys: [] })
  fc.assert(fc.property(file, (value) => void parseRegistration({ type, ...value })))
  fc.assert(fc.property(fc.jsonValue(), (value) => void parseRegistration(value)))
})
