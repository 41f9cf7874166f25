import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as node from './node/index.js'
import * as testing from './testing/index.js'
import * as testingNode from './testing/node/index.js'

test('the entries export what they are meant to', () => {
  expect({
    '.': Object.keys(entry),
    './node': Object.keys(node),
    './testing': Object.keys(testing),
    './testing/node': Object.keys(testingNode),
  }).toMatchInlineSnapshot(`
    {
      ".": [
        "CascadeError",
        "createCascade",
        "ReplyInterruptedError",
        "PromptTooLongError",
        "modelsMigrations",
        "sqliteUsageStore",
        "mapUsageStore",
        "detectKeys",
        "detectServers",
        "EndpointError",
        "listModels",
        "keyProviders",
        "localServers",
        "detectSlots",
        "slotFromEndpoint",
        "slotsFromKeys",
        "slotsFromServers",
        "withEmbeddingCache",
        "embedderFromAiSdk",
        "EmbeddingError",
        "asTable",
        "compactTables",
        "joinTexts",
        "markCached",
        "stripReasoning",
        "reflexModel",
        "parseToolCalls",
        "repairToolCalls",
      ],
      "./node": [
        "EmbedderError",
        "GgufError",
        "openGgufModel",
        "slotFromGguf",
        "LlamaLibraryError",
        "createOnnxEmbedder",
        "EmbedderRuntimeError",
        "openEmbedder",
        "openTokenCounter",
        "convertWordVectors",
        "WordVectorsError",
        "createWordVectorEmbedder",
      ],
      "./testing": [
        "collect",
        "hashingEmbedder",
        "scriptedModel",
      ],
      "./testing/node": [
        "echoScript",
        "startFakeOpenAi",
      ],
    }
  `)
})
