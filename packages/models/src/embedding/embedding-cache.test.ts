import { describe, expect, test } from 'vitest'
import { hashingEmbedder } from '../testing/hashing-embedder.js'
import { embedderSuite } from '../testing/internal/embedder-suite.js'
import type { Embedder } from './embedder.js'
import { withEmbeddingCache } from './embedding-cache.js'

/** A double that keeps what it was asked. */
function counting(): Embedder & { readonly asked: string[][] } {
  const inner = hashingEmbedder()
  const asked: string[][] = []
  return {
    ...inner,
    asked,
    embed(texts, options) {
      asked.push([...texts])
      return inner.embed(texts, options)
    },
  }
}

embedderSuite({ name: 'hashingEmbedder()', create: () => hashingEmbedder() })
embedderSuite({ name: 'withEmbeddingCache()', create: () => withEmbeddingCache(hashingEmbedder(), { entries: 3 }) })

describe('withEmbeddingCache()', () => {
  test('asks for each text once', async () => {
    const inner = counting()
    const embedder = withEmbeddingCache(inner)
    const first = await embedder.embed(['a', 'b', 'a'])
    const second = await embedder.embed(['b', 'c', 'a'])
    expect(inner.asked).toEqual([['a', 'b'], ['c']])
    expect([second[0], second[2]]).toEqual([first[1], first[2]])
  })

  test('asks anew for another purpose', async () => {
    const inner = counting()
    const embedder = withEmbeddingCache(inner)
    await embedder.embed(['a'], { purpose: 'document' })
    await embedder.embed(['a'])
    await embedder.embed(['a'], { purpose: 'query' })
    expect(inner.asked).toEqual([['a'], ['a']])
  })

  test('forgets the text unused for longest, and keeps no long one', async () => {
    const inner = counting()
    const embedder = withEmbeddingCache(inner, { entries: 2 })
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await embedder.embed([text])
    expect(inner.asked.flat()).toEqual(['a', 'b', 'c', 'b'])
    const long = 'x'.repeat(1_025)
    await embedder.embed([long])
    await embedder.embed([long])
    expect(inner.asked.flat().filter((text) => text === long)).toHaveLength(2)
  })
})
