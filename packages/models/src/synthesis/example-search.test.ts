import { systemClock } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import { exampleSearch, readTask } from './example-search.js'
import { createSynthesizer } from './synthesizer.js'

const doubled = {
  name: 'doubled',
  parameters: [{ name: 'value', type: 'number' }],
  returns: 'number',
  examples: [
    { args: [3], returns: 6 },
    { args: [5], returns: 10 },
    { args: [-7], returns: -14 },
  ],
}

describe('readTask()', () => {
  test('reads what the language knows, and nothing else', () => {
    expect(readTask(doubled)).toMatchObject({ signature: { name: 'doubled', returns: 'number' } })
    expect(readTask({ ...doubled, examples: [] })).toBeUndefined()
    expect(readTask({ ...doubled, returns: 'Date' })).toBeUndefined()
    expect(readTask({ ...doubled, examples: [{ args: ['three'], returns: 6 }] })).toBeUndefined()
    expect(readTask({ ...doubled, examples: [{ args: [3], returns: 0.5 }] })).toBeUndefined()
  })
})

describe('exampleSearch()', () => {
  const { search } = exampleSearch(createSynthesizer({ clock: systemClock }, { budget: 3_000 }), 'small')
  const { signal } = new AbortController()

  test('gives as many programs as are wanted, and says what it tried', async () => {
    const { sources, candidates } = await search(doubled, { most: 2, signal })
    expect(sources).toHaveLength(2)
    for (const source of sources) expect(source).toContain('export function doubled(value: number): number')
    expect(candidates).toBeGreaterThan(0)
    expect((await search(doubled, { most: 1, signal })).sources).toEqual(sources.slice(0, 1))
  })

  test('tries nothing for what it cannot read', async () => {
    expect(await search({ ...doubled, returns: 'Date' }, { most: 2, signal })).toEqual({ sources: [], candidates: 0 })
  })
})
