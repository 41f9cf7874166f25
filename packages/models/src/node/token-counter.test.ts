import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openTokenCounter } from './token-counter.js'

const path = (name: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/tiny-embedder/${name}`, import.meta.url))

test('openTokenCounter() counts as the tokenizer of the model does', async () => {
  const count = await openTokenCounter(path('tokenizer.json'))
  expect(count('')).toBe(0)
  expect(count('one two')).toBeGreaterThanOrEqual(2)
  expect(count('one two one two')).toBe(2 * count('one two'))
})

test.each(['config.json', 'nothing.json'])('openTokenCounter() throws TokenizerError for %s', async (name) => {
  await expect(openTokenCounter(path(name))).rejects.toMatchObject({ code: 'models/tokenizer' })
})
