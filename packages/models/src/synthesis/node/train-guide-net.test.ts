import { systemClock } from '@salp/core/node'
import { expect, test } from 'vitest'
import { featuresOf } from '../guide/features.js'
import { evidenceOf } from '../guide/net.js'
import type { Expression } from '../language/expression.js'
import type { SolvedTraining } from '../learn.js'
import { unlearned } from '../state.js'
import { trainGuideNet } from './train-guide-net.js'

const list: Expression = { kind: 'input', type: 'number[]', index: 0 }
const lists = [
  [3, 1, 2],
  [9, 4],
  [5, 8, 6, 7],
]

function solved(name: string, apply: (values: number[]) => number[]): SolvedTraining {
  return {
    task: {
      id: name,
      signature: { name, parameters: [{ name: 'values', type: 'number[]' }], returns: 'number[]' },
      examples: lists.map((values) => ({ args: [values], returns: apply(values) })),
    },
    program: { kind: 'call', type: 'number[]', name, arguments: [list] },
  }
}

test('trainGuideNet() learns to see from the examples what a program is made of, the same for a seed', async () => {
  const tasks = [
    solved('sort', (values) => values.toSorted((a, b) => a - b)),
    solved('reverse', (values) => values.toReversed()),
  ]
  const train = () => trainGuideNet({ clock: systemClock }, tasks, unlearned, { seed: 1, fantasies: 120, steps: 240 })
  const net = await train()
  const [sort, reverse] = tasks.map(({ task }) => evidenceOf(net, featuresOf(task)))
  expect(sort?.get('sort')).toBeGreaterThan(reverse?.get('sort') ?? 0)
  expect(reverse?.get('reverse')).toBeGreaterThan(sort?.get('reverse') ?? 0)
  expect(await train()).toEqual(net)
}, 60_000)
