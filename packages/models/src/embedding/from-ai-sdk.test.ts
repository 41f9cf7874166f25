import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { afterEach, describe, expect, test } from 'vitest'
import { hashingEmbedder } from '../testing/hashing-embedder.js'
import { embedderSuite } from '../testing/internal/embedder-suite.js'
import { embedderFromAiSdk } from './from-ai-sdk.js'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Answer = { status: number; headers?: Record<string, string>; body: unknown }

/** A server with an OpenAI-compatible `/embeddings`; `answer` may take the place of its own. */
async function serve(answer?: (texts: string[], call: number) => Answer | undefined) {
  const calls: string[][] = []
  const inner = hashingEmbedder({ dimensions: 8 })
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { input }: { input: string[] } = JSON.parse(body)
    calls.push(input)
    const vectors = await inner.embed(input)
    const made = answer?.(input, calls.length) ?? {
      status: 200,
      // Twice as long as a unit, as some providers give them.
      body: { data: vectors.map((vector) => ({ embedding: Array.from(vector, (value) => value * 2) })) },
    }
    response.writeHead(made.status, { 'content-type': 'application/json', ...made.headers })
    response.end(JSON.stringify(made.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const provider = createOpenAICompatible({
    name: 'local',
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: 'sk-secret-secret-secret',
  })
  return { model: provider.embeddingModel('tiny'), calls }
}

embedderSuite({
  name: 'embedderFromAiSdk()',
  create: async () => {
    const { model } = await serve()
    const close = closers.pop()
    return { ...embedderFromAiSdk(model, { dimensions: 8 }), close: async () => close?.() }
  },
})

describe('embedderFromAiSdk()', () => {
  test('asks for no more at once than the model takes', async () => {
    const { model, calls } = await serve()
    const texts = Array.from({ length: 2_049 }, (_, index) => `text ${index}`)
    const embedder = embedderFromAiSdk(model, { dimensions: 8 })
    const vectors = await embedder.embed(texts)
    expect(embedder.modelId).toBe('local.embedding:tiny')
    expect(calls.map((call) => call.length).sort((a, b) => a - b)).toEqual([1, 2_048])
    expect(vectors.at(-1)).toEqual((await embedder.embed(['text 2048']))[0])
  })

  test('puts the prompt of its purpose before a text', async () => {
    const { model, calls } = await serve()
    const embedder = embedderFromAiSdk(model, { dimensions: 8, prompts: { query: 'query: ' } })
    await embedder.embed(['cat'], { purpose: 'query' })
    await embedder.embed(['cat'])
    expect(calls).toEqual([['query: cat'], ['cat']])
  })

  test('says so when the width is another, the count is, or a vector has no direction', async () => {
    const { model } = await serve()
    const wide = embedderFromAiSdk(model, { dimensions: 384 }).embed(['cat'])
    await expect(wide).rejects.toMatchObject({ code: 'models/embedding', embedder: 'local.embedding:tiny' })
    await expect(wide).rejects.toThrow('it gave 8 dimensions where 384 were expected')
    const few = await serve(() => ({ status: 200, body: { data: [{ embedding: [1, 0] }] } }))
    await expect(embedderFromAiSdk(few.model, { dimensions: 2 }).embed(['a', 'b'])).rejects.toThrow(
      'Expected 2 embeddings, but received 1',
    )
    const none = await serve(() => ({ status: 200, body: { data: [{ embedding: [0, 0] }] } }))
    await expect(embedderFromAiSdk(none.model, { dimensions: 2 }).embed(['a'])).rejects.toThrow('no direction')
  })

  test('tries again what may succeed', async () => {
    const busy: Answer = { status: 429, headers: { 'retry-after-ms': '1' }, body: { error: { message: 'Busy' } } }
    const { model, calls } = await serve((_, call) => (call === 1 ? busy : undefined))
    expect(await embedderFromAiSdk(model, { dimensions: 8 }).embed(['cat'])).toHaveLength(1)
    expect(calls).toHaveLength(2)
  })

  test('fails with what the provider said, and without texts or key', async () => {
    const { model } = await serve(() => ({ status: 401, body: { error: { message: 'Bad key' } } }))
    const error: unknown = await embedderFromAiSdk(model, { dimensions: 8 })
      .embed(['a private thought'])
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'models/embedding', retryable: false })
    expect(String(error)).toContain('Bad key')
    expect(JSON.stringify(error, [...Object.getOwnPropertyNames(error), 'message'])).not.toMatch(/private|sk-secret/)
  })

  test('rejects with the reason of a signal during a call', async () => {
    const reason = new Error('enough')
    const stop = new AbortController()
    const { model } = await serve(() => {
      stop.abort(reason)
      return undefined
    })
    await expect(embedderFromAiSdk(model, { dimensions: 8 }).embed(['cat'], { signal: stop.signal })).rejects.toBe(
      reason,
    )
  })
})
