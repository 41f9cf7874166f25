import { expect, test } from 'vitest'
import * as entry from './index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "estimateTokens",
      "calibrate",
      "checkMemory",
      "EmbedderError",
      "eraseDeleted",
      "createExperience",
      "ExtractorError",
      "readForeign",
      "createMemory",
      "memoryMigrations",
      "MemoryInputError",
      "maxContentBytes",
      "recordInputSchema",
      "sensitivities",
      "verifications",
      "defaultTuning",
      "createWiki",
      "WikiError",
    ]
  `)
})
