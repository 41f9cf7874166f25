import { createSynthesizer, type Json, type SynthesisTask, Values } from '@salp/models/synthesis'
import { expect, test } from 'vitest'
import { probesOf, variantsOf } from './probes.js'

const values: [type: string, value: Json][] = [
  ['number', 7],
  ['boolean', true],
  ['string', 'Ab c'],
  ['number[]', [3, 1]],
  ['string[]', []],
  ['number[][]', [[1], [2, 3]]],
  ['[number, string]', [1, 'a']],
  ['[number, string][]', [[1, 'a']]],
]

test.each(values)('variantsOf() keeps the type %s', (type, value) => {
  const known = new Values()
  expect(variantsOf(value).filter((variant) => Number.isNaN(known.encode(type, variant)))).toEqual([])
})

test('probesOf() tells what a function gives beyond its examples', async () => {
  const task: SynthesisTask = {
    signature: { name: 'f', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number' },
    examples: [
      { args: [[3, 9, 5]], returns: 6 },
      { args: [[-2, 7, 0, 1]], returns: 9 },
    ],
  }
  const clock = { monotonic: () => 0, sleep: () => Promise.resolve() }
  const found = await createSynthesizer({ clock }).solve(task)
  if (found.status !== 'found') throw new RangeError('Nothing was found')
  const probes = probesOf(found.program, task)
  expect(probes).toContainEqual({ args: [[5, 9, 3]], returns: 6 })
  expect(new Set(probes.map(({ args }) => JSON.stringify(args))).size).toBe(probes.length)
  expect(probes).not.toContainEqual(task.examples[0])
})
