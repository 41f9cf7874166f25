import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as rewrite from './rewrite/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "CartridgeRejected",
      "CartridgeTrap",
      "defaultLimits",
      "lowestLimits",
      "ManifestError",
      "manifestSchema",
      "parseManifest",
    ]
  `)
})

test('the rewrite entry exports', () => {
  expect(Object.keys(rewrite)).toMatchInlineSnapshot(`
    [
      "CartridgeRejected",
      "abiVersion",
      "moduleLimits",
      "prepare",
      "rewriterVersion",
    ]
  `)
})
