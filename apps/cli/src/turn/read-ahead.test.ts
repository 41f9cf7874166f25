import { expect, test } from 'vitest'
import { readAhead } from './read-ahead.js'

test('readAhead() notices what arrives while the reader is busy, and keeps the order', async () => {
  const noticed: number[] = []
  const read: number[] = []
  const busy = Promise.withResolvers<void>()
  async function* source() {
    yield 1
    yield 2
    yield 3
    busy.resolve()
  }
  for await (const item of readAhead(source(), (one) => noticed.push(one))) {
    if (item === 1) {
      await busy.promise
      expect(noticed).toEqual([1, 2, 3])
    }
    read.push(item)
  }
  expect(read).toEqual([1, 2, 3])
})

test('readAhead() gives what came before a failure, then fails', async () => {
  const read: number[] = []
  async function* source() {
    yield 1
    throw new RangeError('broken')
  }
  await expect(async () => {
    for await (const item of readAhead(source(), () => undefined)) read.push(item)
  }).rejects.toThrow('broken')
  expect(read).toEqual([1])
})
