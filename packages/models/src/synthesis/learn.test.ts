import { systemClock } from '@salp/core/node'
import { describe, expect, test } from 'vitest'
import type { Type } from './language/types.js'
import { learn, learntSynthesizer, type TrainingTask } from './learn.js'
import { mergeStates, parseState, SynthesizerStateError, unlearned } from './state.js'

const deps = { clock: systemClock }

function task(
  id: string,
  parameters: readonly Type[],
  returns: Type,
  cases: readonly (readonly [unknown[], unknown])[],
): TrainingTask {
  return {
    id,
    signature: { name: id, parameters: parameters.map((type, index) => ({ name: `p${index}`, type })), returns },
    examples: cases.map(([args, result]) => ({ args, returns: result })),
  }
}

const falling = (values: number[]): number[] => values.toSorted((a, b) => b - a)
const lists = [
  [4, 7, 10, 1, 2],
  [3, 9, -5, 6],
  [8, -6, 0, 3, 3, 1],
  [11, 12, 13, 14, -7, 30],
]
const over = (id: string, returns: Type, apply: (values: number[]) => unknown): TrainingTask =>
  task(
    id,
    ['number[]'],
    returns,
    lists.map((values) => [[values], apply(values)]),
  )
const tasks: readonly TrainingTask[] = [
  over('falling', 'number[]', falling),
  over('topThree', 'number[]', (values) => falling(values).slice(0, 3)),
]
const second = over('second', 'number', (values) => falling(values)[1])

describe('learn()', () => {
  test('solves with less effort what is like what it learnt from', async () => {
    const { state, rounds } = await learn(deps, tasks, { rounds: 2 })
    expect(rounds).toEqual([2, 2])
    const effort = async (known: typeof state | undefined): Promise<number> => {
      const synthesizer = learntSynthesizer(deps, known ?? unlearned)
      return (await synthesizer.solve(second)).candidates
    }
    expect(await effort(state)).toBeLessThan(await effort(undefined))
  }, 60_000)

  test('does not learn from what is refused', async () => {
    const refused = tasks.slice(0, 1).map((one) => ({ ...one, accepts: () => false }))
    const { state, solved } = await learn(deps, refused, { rounds: 1, budget: 5_000 })
    expect({ state, solved }).toMatchObject({ state: { library: [], counts: {} }, solved: [] })
  })

  test('makes a state that is read back, and joins with its like', async () => {
    const { state } = await learn(deps, tasks, { rounds: 1 })
    expect(parseState(JSON.parse(JSON.stringify(state)))).toEqual(state)
    const joined = mergeStates([state, state])
    expect(joined.library).toEqual(state.library)
    const used = state.counts['inputs/0 ']?.used ?? 0
    expect(used).toBeGreaterThan(0)
    expect(joined.counts['inputs/0 ']?.used).toBe(2 * used)
    expect(joined.wording?.hint).toBe(state.wording?.hint)
  })
})

describe('parseState()', () => {
  test.each([
    [{ version: 1, library: [], counts: {} }],
    [{ version: 2, library: [], counts: { 'root/0 number': { add: -1 } } }],
    [
      {
        version: 2,
        counts: {},
        library: [
          {
            ...{ name: 'learnt a', parameters: ['number'], returns: 'number' },
            body: {
              kind: 'call',
              type: 'number',
              name: 'learnt b',
              arguments: [{ kind: 'input', type: 'number', index: 0 }],
            },
          },
        ],
      },
    ],
  ])('refuses %j', (value) => {
    expect(() => parseState(value)).toThrow(SynthesizerStateError)
  })
})
