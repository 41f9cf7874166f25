import { systemClock } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import { ExampleError } from './language/values.js'
import { createSynthesizer, type SynthesisTask } from './synthesizer.js'

const deps = { clock: systemClock }

const doubled: SynthesisTask = {
  signature: { name: 'doubled', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
  examples: [
    { args: [[1, 2, 3]], returns: [2, 4, 6] },
    { args: [[7, -5]], returns: [14, -10] },
    { args: [[]], returns: [] },
  ],
}

describe('createSynthesizer()', () => {
  test('finds a program and prints it', async () => {
    const found = await createSynthesizer(deps).solve(doubled)
    expect(found).toMatchObject({ status: 'found' })
    expect(found.status === 'found' && found.source).toMatchInlineSnapshot(`
      "export function doubled(values: number[]): number[] {
        return values.map((x) => x + x)
      }
      "
    `)
  })

  test('finds the same program with the same effort each time', async () => {
    const [first, second] = await Promise.all([1, 2].map(() => createSynthesizer(deps).solve(doubled)))
    expect({ ...first, ms: 0 }).toEqual({ ...second, ms: 0 })
  })

  test('puts cases together that no single expression covers', async () => {
    const examples = [-8, -1, 1, 9, 50, -30].map((value) => ({ args: [value], returns: value < 0 ? 'below' : 'above' }))
    const signature = { name: 'side', parameters: [{ name: 'n', type: 'number' }], returns: 'string' }
    const found = await createSynthesizer(deps).solve({ signature, examples })
    expect(found.status === 'found' && found.source).toMatchInlineSnapshot(`
      "export function side(n: number): string {
        return /^\\d+$/.test(String(n)) ? 'above' : 'below'
      }
      "
    `)
  })

  test('finds the condition within a lambda from the elements that are kept', async () => {
    const examples = [
      { args: [[5, 12, 7, 30]], returns: [12, 30] },
      { args: [[9, 10, 11, 44, -2, 3]], returns: [11, 44] },
      { args: [[100, 1]], returns: [100] },
    ]
    const signature = { name: 'large', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' }
    const found = await createSynthesizer(deps).solve({ signature, examples })
    expect(found.status === 'found' && found.source).toContain('filter')
  })

  test('ends with its budget where nothing fits', async () => {
    const examples = [1, 2, 3, 4, 5, 6].map((value) => ({ args: [value], returns: (value * 7_919_317) % 65_537 }))
    const signature = { name: 'odd', parameters: [{ name: 'n', type: 'number' }], returns: 'number' }
    const result = await createSynthesizer(deps, { budget: 2_000 }).solve({ signature, examples })
    expect(result).toMatchObject({ status: 'exhausted', candidates: 2_000 })
  })

  test('reports progress, and rejects with the reason it is stopped for', async () => {
    const controller = new AbortController()
    const examples = [1, 2, 3, 4, 5, 6].map((value) => ({ args: [value], returns: (value * 7_919_317) % 65_537 }))
    const signature = { name: 'odd', parameters: [{ name: 'n', type: 'number' }], returns: 'number' }
    const searching = createSynthesizer(deps, { budget: 1e9 }).solve(
      { signature, examples },
      { signal: controller.signal, onProgress: ({ candidates }) => candidates > 0 && controller.abort('enough') },
    )
    await expect(searching).rejects.toBe('enough')
  })

  test('throws ExampleError for a value that is not of its type', async () => {
    const examples = [{ args: ['1'], returns: [] }]
    await expect(createSynthesizer(deps).solve({ ...doubled, examples })).rejects.toThrow(ExampleError)
  })

  test('throws RangeError without examples', async () => {
    await expect(createSynthesizer(deps).solve({ ...doubled, examples: [] })).rejects.toThrow(RangeError)
  })
})
