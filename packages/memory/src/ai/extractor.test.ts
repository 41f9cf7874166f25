import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, test } from 'vitest'
import { createExtractor } from './extractor.js'

/** A model that answers with a text, whatever it is asked, and keeps the question. */
function answering(text: string) {
  return new MockLanguageModelV4({
    modelId: 'scribe',
    doGenerate: {
      content: [{ type: 'text', text }],
      finishReason: { unified: 'stop', raw: undefined },
      usage: {
        inputTokens: { total: 1, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: 1, text: undefined, reasoning: undefined },
      },
      warnings: [],
    },
  })
}

describe('createExtractor()', () => {
  test('asks for JSON of the schema, with the texts as data', async () => {
    const readings = [{ names: [{ name: 'Ann', aliases: [] }], relations: [] }]
    const model = answering(JSON.stringify({ readings }))
    const extractor = createExtractor({ model })
    expect(await extractor.extract(['Ann "left"'], {})).toEqual(readings)
    const [call] = model.doGenerateCalls
    expect(call?.responseFormat).toMatchObject({ type: 'json' })
    expect(JSON.stringify(call?.prompt.at(-1)?.content)).toContain(
      JSON.stringify(JSON.stringify(['Ann "left"'])).slice(1, -1),
    )
    expect(extractor.modelId).toBe('scribe@1')
  })

  test('gives facts, and rejects an answer that is not of the schema', async () => {
    const facts = [{ content: 'Ann runs the pumps', confidence: 0.7 }]
    const good = createExtractor({ model: answering(JSON.stringify({ facts })) })
    expect(await good.consolidate(['x'], {})).toEqual(facts)
    const bad = createExtractor({ model: answering('{"facts":[{"content":""}]}') })
    await expect(bad.consolidate(['x'], {})).rejects.toThrow()
    await expect(createExtractor({ model: answering('I would rather not') }).extract(['x'], {})).rejects.toThrow()
  })
})
