/** What every {@link Embedder} must do. */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Embedder } from '../../embedding/embedder.js'

/** One that the suite may have to close. */
type Closable = Embedder & { close?(): Promise<void> }

/** Declares the tests of an embedder. @param create - Makes one; the suite closes it. */
export function embedderSuite({ name, create }: { name: string; create: () => Closable | Promise<Closable> }): void {
  describe(name, () => {
    let embedder: Closable
    beforeAll(async () => {
      embedder = await create()
    })
    afterAll(() => embedder.close?.())

    test('names its space', () => {
      expect(embedder.modelId).not.toBe('')
      expect(Number.isInteger(embedder.dimensions) && embedder.dimensions > 0).toBe(true)
    })

    test('gives nothing for no texts', async () => {
      expect(await embedder.embed([])).toEqual([])
    })

    test('gives a vector of unit length for any text, in order', async () => {
      const odd = [
        '',
        ' ',
        '\0',
        '\ud800',
        '日本語',
        '👩‍👩‍👧',
        '[CLS] [PAD]',
        '— ! —',
        'word '.repeat(5_000),
        'x'.repeat(200_000),
      ]
      const vectors = await embedder.embed(odd)
      expect(vectors.map((vector) => vector.length)).toEqual(odd.map(() => embedder.dimensions))
      for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      const single = await embedder.embed(odd.slice(4, 5))
      expect(cosine(single[0], vectors[4])).toBeCloseTo(1, 5)
    })

    test('gives a text the same vector whatever it is embedded with', async () => {
      const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { minLength: 1, maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(texts, async (texts) => {
          const together = await embedder.embed(texts)
          const last = await embedder.embed(texts.slice(-1))
          expect(cosine(together.at(-1), last[0])).toBeCloseTo(1, 5)
        }),
        { seed: 3, numRuns: 20 },
      )
    })

    test('gives vectors that the caller may change', async () => {
      const [first] = await embedder.embed(['the river'])
      const kept = first?.slice()
      first?.fill(0)
      expect((await embedder.embed(['the river']))[0]).toEqual(kept)
    })

    test('puts a text nearer to one that shares its words than to another', async () => {
      const [one, like, other] = await embedder.embed([
        'the cat and the dog',
        'a dog and a cat',
        'ships in the harbour',
      ])
      expect(cosine(one, like)).toBeGreaterThan(cosine(one, other) + 0.1)
    })

    test('rejects with the reason of a signal', async () => {
      const reason = new Error('enough')
      await expect(embedder.embed(['a cat'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })
  })
}

function cosine(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}
