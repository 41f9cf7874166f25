import { afterAll, describe, expect, test } from 'vitest'
import { ExampleError } from '../language/values.js'
import type { SynthesisTask } from '../synthesizer.js'
import { createSynthesizerThread, SynthesisThreadError } from './synthesizer-thread.js'

const doubled: SynthesisTask = {
  signature: { name: 'doubled', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
  examples: [
    { args: [[1, 2, 3]], returns: [2, 4, 6] },
    { args: [[7, -5]], returns: [14, -10] },
  ],
}
const impossible: SynthesisTask = {
  signature: { name: 'odd', parameters: [{ name: 'n', type: 'number' }], returns: 'number' },
  examples: [1, 2, 3, 4, 5, 6].map((value) => ({ args: [value], returns: (value * 7_919_317) % 65_537 })),
}

describe('createSynthesizerThread()', () => {
  const thread = createSynthesizerThread({ budget: 1e9 })
  afterAll(() => thread.close())

  test('finds what a synthesizer finds', async () => {
    const found = await thread.solve(doubled)
    expect(found.status === 'found' && found.source).toContain('x * 2')
  }, 30_000)

  test('leaves this thread free, tells how far it is, and stops when told to', async () => {
    const controller = new AbortController()
    let told = 0
    const onProgress = (): void => {
      told++
      if (told === 2) controller.abort('enough')
    }
    await expect(thread.solve(impossible, { signal: controller.signal, onProgress })).rejects.toBe('enough')
    // It searches again behind a search that was stopped.
    expect(await thread.solve(doubled)).toMatchObject({ status: 'found' })
  }, 30_000)

  test('asks here whether a program is right, and goes on behind one that is not', async () => {
    const seen: string[] = []
    const found = await thread.solve(doubled, {
      accepts: (source) => {
        seen.push(source)
        return seen.length === 3
      },
    })
    expect(found).toMatchObject({ status: 'found', refused: 2, source: seen[2] })
    expect(new Set(seen).size).toBe(3)
  }, 30_000)

  test('rejects with what the judge throws', async () => {
    const failing = thread.solve(doubled, { accepts: () => Promise.reject(new RangeError('no verifier')) })
    await expect(failing).rejects.toThrow('no verifier')
  }, 30_000)

  test('refuses examples that do not fit before it asks the thread', async () => {
    await expect(thread.solve({ ...doubled, examples: [{ args: [1], returns: [] }] })).rejects.toThrow(ExampleError)
  })

  test('rejects what was not done when it is closed', async () => {
    const closing = createSynthesizerThread({ budget: 1e9 })
    const searching = closing.solve(impossible, { onProgress: () => void closing.close() })
    await expect(searching).rejects.toThrow(SynthesisThreadError)
    await expect(closing.solve(doubled)).rejects.toThrow(SynthesisThreadError)
  }, 30_000)
})
