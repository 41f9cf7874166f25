import { stoppedClock } from '@salp/core/testing'
import { learntSynthesizer, unlearned } from '@salp/models/synthesis'
import { describe, expect, test } from 'vitest'
import { toolContext } from '../testing/tool-context.js'
import { createSynthesisTool } from './synthesis-tool.js'

const run = (input: unknown, { budget = 20_000, signal }: { budget?: number; signal?: AbortSignal } = {}) => {
  const tool = createSynthesisTool({ synthesizer: learntSynthesizer({ clock: stoppedClock() }, unlearned, { budget }) })
  return tool.run(tool.input.parse(input), toolContext({ signal }))
}

const doubled = {
  name: 'doubled',
  parameters: [{ name: 'values', type: 'number []' }],
  returns: 'number[]',
  examples: [
    { args: [[1, 2, 3]], returns: [2, 4, 6] },
    { args: [[7, -5]], returns: [14, -10] },
  ],
}

describe('synthesize_function', () => {
  test('gives the source of a function that agrees with the examples', async () => {
    expect(await run(doubled)).toEqual({
      source: expect.stringContaining('export function doubled(values: number[]): number[]'),
      candidates: expect.any(Number),
    })
  })

  test('goes by what is said of the function where the examples leave it open', async () => {
    const open = { name: 'f', parameters: [{ name: 'a', type: 'number[]' }], returns: 'number' }
    const examples = [
      { args: [[3, 1, 2]], returns: 3 },
      { args: [[1, 4, 2, 0]], returns: 4 },
    ]
    const of = (statement: string) => run({ ...open, statement, examples })
    expect(await of('How many numbers has the list?')).toMatchObject({ source: expect.stringContaining('.length') })
    expect(await of('Give the largest number.')).toMatchObject({ source: expect.stringContaining('Math.max') })
  })

  test('fails where the budget is spent, and says what may help', async () => {
    await expect(run(doubled, { budget: 1 })).rejects.toMatchObject({
      kind: 'failed',
      hint: 'Ask for a simpler part of it, or write it yourself',
    })
  })

  test('refuses types and examples that cannot be searched over', async () => {
    expect(() => run({ ...doubled, returns: 'Date' })).toThrow('is not made of number, boolean, string')
    const odd = { args: [['x']], returns: [] }
    await expect(run({ ...doubled, examples: [odd] })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('"values" of example 1'),
    })
  })

  test('is stopped with the turn', async () => {
    await expect(run(doubled, { signal: AbortSignal.abort('stopped') })).rejects.toBe('stopped')
  })
})
