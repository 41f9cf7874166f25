import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { embedderSuite } from '../../testing/internal/embedder-suite.js'
import { convertWordVectors } from './convert.js'
import { decodeEntries, decodeRow, encodeEntry, encodeRow } from './format.js'
import { createWordVectorEmbedder } from './word-vector-embedder.js'
import { openWordVectorFile } from './word-vector-file.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-words-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Frequent words first, as the real files have them. */
const text = [
  'the 0.1 0.1 0.1 0.1',
  'and 0.1 0.12 0.1 0.09',
  'cat 1 0.9 0 0',
  'dog 0.9 1 0.1 0',
  'ship 0 0.1 1 0.8',
  'harbour 0 0 0.8 1',
  'Paris -1 0 0 1',
  "don't 0 -1 0.5 0",
].join('\n')

async function converted(content: string, into = folder): Promise<string> {
  const [input, output] = [join(into, 'vectors.txt'), join(into, 'vectors.salp')]
  await writeFile(input, content)
  await convertWordVectors({ input, output })
  return output
}

function cosine(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  const [x, y] = [Array.from(a), Array.from(b)]
  return x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0) / Math.hypot(...x) / Math.hypot(...y)
}

describe('createWordVectorEmbedder()', () => {
  const kept: string[] = []
  afterEach(async () => {
    for (const path of kept.splice(0)) await rm(path, { recursive: true, force: true })
  })
  embedderSuite({
    name: 'as an Embedder',
    create: async () => {
      const own = await mkdtemp(join(tmpdir(), 'salp-words-'))
      kept.push(own)
      return createWordVectorEmbedder({ file: await converted(text, own) })
    },
  })

  test('knows words with like vectors as related', async () => {
    await using embedder = await createWordVectorEmbedder({ file: await converted(text) })
    const [cat, dog, ship] = await embedder.embed(['the cat', 'the Dog', 'a ship'])
    expect(cosine(cat, dog)).toBeGreaterThan(cosine(cat, ship) + 0.5)
  })

  test('weights each word by a / (a + p), with p by Zipf’s law', async () => {
    await using embedder = await createWordVectorEmbedder({ file: await converted(text) })
    const [vector] = await embedder.embed(['the cat cat'])
    const harmonic = Math.log(8) + 0.5772
    const weight = (rank: number): number => 1e-3 / (1e-3 + 1 / ((rank + 1) * harmonic))
    const expected = [1, 0.9, 0, 0].map((cat) => weight(0) * 0.1 + 2 * weight(2) * cat)
    expect(cosine(vector, expected)).toBeCloseTo(1, 4)
  })

  test('takes a word as it is written before its lower case', async () => {
    await using embedder = await createWordVectorEmbedder({ file: await converted(text) })
    const [paris, shouted] = await embedder.embed(['Paris', "DON'T"])
    expect(cosine(paris, [-1, 0, 0, 1])).toBeCloseTo(1, 4)
    expect(cosine(shouted, [0, -1, 0.5, 0])).toBeCloseTo(1, 4)
  })

  test('gives a word it lacks a direction of its own', async () => {
    await using embedder = await createWordVectorEmbedder({ file: await converted(text) })
    const [one, same, other] = await embedder.embed(['Zyx', 'zyx', 'xyz'])
    expect(one).toEqual(same)
    expect(cosine(one, other)).toBeLessThan(0.99)
  })

  test('names its space by the content of the file', async () => {
    await using embedder = await createWordVectorEmbedder({ file: await converted(text) })
    await using changed = await createWordVectorEmbedder({ file: await converted(text.replace('0.9', '0.8')) })
    expect(embedder.modelId).toMatch(/^vectors\.salp@[0-9a-f]{12}$/)
    expect(changed.modelId).not.toBe(embedder.modelId)
  })

  test('refuses a file that is none, or was cut off', async () => {
    const path = join(folder, 'other')
    await expect(createWordVectorEmbedder({ file: path })).rejects.toMatchObject({ code: 'models/embedder', path })
    await writeFile(path, text)
    await expect(createWordVectorEmbedder({ file: path })).rejects.toMatchObject({ code: 'models/embedder' })
    const file = await converted(text)
    const { length } = await readFile(file)
    for (const sizeBytes of [0, 500, 1_024, length - 1]) {
      await truncate(file, sizeBytes)
      await expect(createWordVectorEmbedder({ file })).rejects.toThrow('not made by convertWordVectors')
      await converted(text)
    }
  })
})

describe('convertWordVectors()', () => {
  test('keeps every word of any vocabulary, to a 127th of its largest value', async () => {
    const word = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((word) => !/[ \n\r]/.test(word) && Buffer.from(word).toString() === word)
    const value = fc.integer({ min: -1_000, max: 1_000 }).map((value) => value / 100)
    const vector = fc.array(value, { minLength: 5, maxLength: 5 })
    const rows = fc.uniqueArray(fc.tuple(word, vector), { minLength: 1, maxLength: 300, selector: ([word]) => word })
    await fc.assert(
      fc.asyncProperty(rows, async (rows) => {
        if (rows.every(([, vector]) => vector.every((value) => value === 0))) return
        const file = await openWordVectorFile(
          await converted(rows.map(([word, vector]) => `${word} ${vector.join(' ')}`).join('\n')),
        )
        for (const [rank, [word, vector]] of rows.entries()) {
          const found = await file.find(word)
          expect(found?.rank).toBe(rank)
          const step = Math.max(...vector.map(Math.abs)) / 127
          for (const [at, value] of vector.entries()) {
            expect(Math.abs((found?.vector[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(step * 0.501 + 1e-6)
          }
        }
        expect(await file.find('a word it lacks')).toBeUndefined()
        await file.close()
      }),
      { seed: 11, numRuns: 25 },
    )
  })

  test('reads the header of word2vec, spaces and returns at the end of a line, and skips what cannot be looked up', async () => {
    const long = 'x'.repeat(300)
    const file = await openWordVectorFile(
      await converted(`5 2\r\na 1 2 \r\nat home 3 4\r\na 5 6\r\n${long} 1 1\r\nb\u2028c 7 8\r\n`),
    )
    expect(file.header).toMatchObject({ words: 2, dimensions: 2 })
    expect(await file.find('a')).toEqual({ rank: 0, vector: expect.anything() })
    expect((await file.find('b\u2028c'))?.rank).toBe(1)
    await file.close()
  })

  test.each([
    ['nothing', '', 1],
    ['a header alone', '2 3\n', 1],
    ['a short line', 'a 1 2 3\nb 1 2\n', 2],
    ['an empty line', 'a 1 2 3\n\nb 1 2 3\n', 2],
    ['text', 'a 1 2 3\nb 1 two 3\n', 2],
    ['a number that is none', 'a 1 NaN 3\n', 1],
    ['a line without an end', 'x'.repeat(2_200_000), 1],
    ['prose', 'Once upon a time\n', 1],
  ])('refuses %s, and leaves nothing behind', async (_, content, line) => {
    await expect(converted(content)).rejects.toMatchObject({ code: 'models/word-vectors', line })
    expect(await readdir(folder)).toEqual(['vectors.txt'])
  })

  test('tells how far it is, and leaves the old file when it is stopped', async () => {
    const output = await converted(text)
    const before = await readFile(output)
    const input = join(folder, 'large.txt')
    await writeFile(input, Array.from({ length: 200_000 }, (_, index) => `w${index} 0.25 0.5 ${index}`).join('\n'))
    const reason = new Error('enough')
    const stop = new AbortController()
    const seen: number[] = []
    const converting = convertWordVectors({
      input,
      output,
      signal: stop.signal,
      onProgress: ({ readBytes, totalBytes, words }) => {
        seen.push(readBytes / totalBytes, words)
        if (seen.length === 4) stop.abort(reason)
      },
    })
    await expect(converting).rejects.toBe(reason)
    expect(seen).toHaveLength(4)
    expect(await readFile(output)).toEqual(before)
    expect((await readdir(folder)).sort()).toEqual(['large.txt', 'vectors.salp', 'vectors.txt'])
  })
})

describe('encodeRow() and encodeEntry()', () => {
  test('are undone by their decoders', () => {
    expect([...decodeRow(encodeRow([127, -127, 0, 64]))]).toEqual([127, -127, 0, 64])
    expect([...decodeRow(encodeRow([0, 0]))]).toEqual([0, 0])
    const entries = [
      { number: 0, word: 'a' },
      { number: 4_000_000_000, word: '日本' },
    ]
    expect(decodeEntries(Buffer.concat(entries.map(encodeEntry)))).toEqual(entries)
  })
})
