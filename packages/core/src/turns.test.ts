import { describe, expect, test } from 'vitest'
import { createTurns } from './turns.js'

describe('createTurns()', () => {
  test('begins a piece of work when the one before is done', async () => {
    const inTurn = createTurns()
    const first = Promise.withResolvers<string>()
    const seen: string[] = []
    const one = inTurn(async () => {
      seen.push('one begins')
      seen.push(await first.promise)
      return 1
    })
    const two = inTurn(() => seen.push('two'))
    await new Promise((resolve) => setTimeout(resolve))
    expect(seen).toEqual(['one begins'])
    first.resolve('one ends')
    expect([await one, await two]).toEqual([1, 3])
    expect(seen).toEqual(['one begins', 'one ends', 'two'])
  })

  test('tells whoever asked of a failure, and goes on with the next', async () => {
    const inTurn = createTurns()
    const failed = inTurn(() => {
      throw new Error('no')
    })
    const next = inTurn(() => 'yes')
    await expect(failed).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })
})
