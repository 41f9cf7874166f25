import { describe, expect, test } from 'vitest'
import { defaultLimits, lowestLimits } from './limits.js'
import { ManifestError, parseManifest } from './manifest.js'

const manifest = {
  id: 'hello-world',
  name: 'Hello',
  version: '1.0.0',
  kind: 'backend',
  abi: '1.0',
  capabilities: ['kv', 'call'],
  profile: 'default',
  targets: { call: ['other'] },
  limits: { fuel: 1_000 },
  price: '$0.01',
  source: { language: 'assemblyscript', sha256: 'a'.repeat(64) },
  wasm: { sha256: 'b'.repeat(64), bytes: 100 },
  rewriter: 1,
}

describe('parseManifest()', () => {
  test('reads a manifest', () => {
    expect(parseManifest(manifest)).toEqual(manifest)
    const asking = { ...manifest, capabilities: ['call', 'http'], targets: { http: ['a.test'] } }
    expect(parseManifest(asking)).toEqual(asking)
  })

  test.each([
    { id: '../secrets' },
    { id: '' },
    { id: 'Hello' },
    { version: 'latest' },
    { kind: 'driver' },
    { abi: '2.0' },
    { capabilities: ['files'] },
    { capabilities: ['kv'] },
    { targets: { call: ['../x'] } },
    { targets: { http: ['a.test'] } },
    { capabilities: ['call', 'http'], targets: { http: ['https://a.test/'] } },
    { limits: { fuel: 0 } },
    { limits: { minutes: 1 } },
    { wasm: { sha256: 'b', bytes: 100 } },
    { extra: 1 },
  ])('refuses %o', (change) => {
    expect(() => parseManifest({ ...manifest, ...change })).toThrow(ManifestError)
  })
})

describe('lowestLimits()', () => {
  test('lets nobody raise a limit', () => {
    const { fuel, kvKeys, ...rest } = lowestLimits(
      defaultLimits.backend,
      { fuel: 5, kvKeys: 10 ** 9 },
      { fuel: 9 },
      undefined,
    )
    expect({ fuel, kvKeys }).toEqual({ fuel: 5, kvKeys: 10_000 })
    expect(rest).toMatchObject({ stackWords: 65_536, memoryPages: 1_024 })
  })
})
