import { expect, test } from 'vitest'
import * as root from './index.js'
import * as node from './node/index.js'
import * as testing from './testing/index.js'

test('@salp/core exports', () => {
  expect(Object.keys(root).sort()).toMatchInlineSnapshot(`
    [
      "ConfigError",
      "MigrationError",
      "SalpError",
      "bootstrapCi",
      "brierScore",
      "calibrationError",
      "checkUrl",
      "classifyAddress",
      "configSources",
      "createEventBus",
      "createIdSource",
      "createRedactor",
      "createRng",
      "createTurns",
      "cut",
      "describeError",
      "environmentLayer",
      "flagLayer",
      "holm",
      "logLoss",
      "mean",
      "migrate",
      "oneLine",
      "redact",
      "reliabilityDiagram",
      "resolveConfig",
      "signFlipTest",
      "silentLogger",
      "toHex",
      "wilson",
    ]
  `)
})

test('@salp/core/node exports', () => {
  expect(Object.keys(node).sort()).toMatchInlineSnapshot(`
    [
      "DatabaseError",
      "createLogger",
      "createSystemRng",
      "loadConfig",
      "openDatabase",
      "syncFolder",
      "systemClock",
      "writeFileAtomically",
      "writeFileDurably",
    ]
  `)
})

test('@salp/core/testing exports', () => {
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "recordingLogger",
      "recordingPublisher",
      "stoppedClock",
    ]
  `)
})
