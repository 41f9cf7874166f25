import { expect, test } from 'vitest'
import * as browser from './browser/index.js'
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
      "grantedHostSchema",
      "httpHostSchema",
      "defaultLimits",
      "lowestLimits",
      "ManifestError",
      "manifestSchema",
      "parseManifest",
      "slugSchema",
      "createPort",
      "openPortStore",
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
      "findTemplate",
      "templateManifestSchema",
      "guideTo",
      "WorkshopError",
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
      "readRequest",
      "toResponse",
    ]
  `)
})

test('the compile entry exports', () => {
  expect(Object.keys(compile)).toMatchInlineSnapshot(`
    [
      "assemblyScriptBackend",
      "rustBackend",
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
      "createFetcher",
      "openWorkshop",
      "openRust",
      "openScript",
      "scriptEngine",
      "openTemplates",
      "TemplateError",
      "openThreadHost",
      "openThreadPool",
    ]
  `)
})

test('the browser entry exports', () => {
  expect(Object.keys(browser)).toMatchInlineSnapshot(`
    [
      "connectPage",
      "openIndexedKvStore",
      "mountTree",
      "mountScreen",
      "serveCartridge",
      "openWorkerCartridge",
    ]
  `)
})
