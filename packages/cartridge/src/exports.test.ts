import { expect, test } from 'vitest'
import * as compile from './compile/index.js'
import * as host from './host/index.js'
import * as entry from './index.js'
import * as node from './node/index.js'
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
      "slugSchema",
      "callOrderSchema",
      "cartridgeTestSchema",
      "changeOrderSchema",
      "checkOrderSchema",
      "createOrderSchema",
      "draftSchema",
      "kvOrderSchema",
      "languages",
      "publishOrderSchema",
      "testRequestSchema",
      "capabilities",
      "kinds",
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

test('the host entry exports', () => {
  expect(Object.keys(host)).toMatchInlineSnapshot(`
    [
      "memoryKvStore",
      "sqliteKvStore",
      "cartridgeMigrations",
      "createScriptEngine",
      "runTests",
      "decodeResponse",
      "encodeRequest",
      "CartridgeMissingError",
      "createCartridgeHost",
      "parseTree",
    ]
  `)
})

test('the compile entry exports', () => {
  expect(Object.keys(compile)).toMatchInlineSnapshot(`
    [
      "assemblyScriptBackend",
      "scriptBackend",
    ]
  `)
})

test('the node entry exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "ArtifactError",
      "openArtifactFolder",
      "sha256Of",
      "openAssemblyScript",
      "openScript",
      "scriptEngine",
      "openThreadHost",
    ]
  `)
})
