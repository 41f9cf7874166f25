import { describe, expect, test } from 'vitest'
import { unlearnedGuide } from '../guide/guide.js'
import { printProgram } from '../language/print.js'
import { runProgram } from '../language/program.js'
import { Values } from '../language/values.js'
import { choicesIn } from './choices.js'
import { constantsFor } from './constants.js'
import { Grammar } from './grammar.js'
import { Search } from './search.js'

const lists = [
  [3, 1, 2],
  [9, 4],
  [5, 8, 6, 7],
]
const asked = {
  signature: { name: 'f', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number' },
  examples: lists.map((values) => ({ args: [values], returns: Math.max(...values) - Math.min(...values) })),
}

describe('Search', () => {
  const search = () => new Search({ ...asked, library: [], guide: unlearnedGuide, budget: 60_000, seed: 0 })

  test('finds nothing that costs less than what it has settled', () => {
    const searching = search()
    const known = new Set<unknown>()
    for (const _ of searching.run()) {
      for (const { program, cost } of searching.fitting) {
        if (!known.has(program)) expect(cost).toBeGreaterThanOrEqual(searching.settled)
        known.add(program)
      }
    }
    expect(known.size).toBeGreaterThan(0)
  })

  test('spends no more than its budget', () => {
    const searching = search()
    for (const _ of searching.run());
    expect(searching.candidates).toBe(60_000)
  })
})

describe('Deductions', () => {
  const found = (
    [parameter, returns]: readonly [string, string],
    examples: readonly (readonly [unknown, unknown])[],
    budget: number,
  ) => {
    const signature = { name: 'f', parameters: [{ name: 'a', type: parameter }], returns }
    const searching = new Search({
      ...{ signature, library: [], guide: unlearnedGuide, budget, seed: 0 },
      examples: examples.map(([arg, result]) => ({ args: [arg], returns: result })),
    })
    for (const _ of searching.run());
    return searching.fitting.map(({ program }) => ({
      source: printProgram(program, signature),
      run: (input: unknown) => runProgram(program, signature, [input]),
    }))
  }

  test('find what is missing to a sum within a lambda', () => {
    const all = found(
      ['number[]', 'number[]'],
      [
        [
          [1, 2, 3],
          [4, 11, 22],
        ],
        [
          [5, 0],
          [56, 1],
        ],
        [[], []],
      ],
      160_000,
    )
    expect(all[0]?.run([4, 10])).toEqual([37, 211])
  })

  test('find the end of a list whose beginning is there', () => {
    const all = found(
      ['number[]', 'number[]'],
      [
        [
          [0, 3, 0, 1],
          [3, 1, 4, 0, 3, 0, 1, 0],
        ],
        [[5], [5, 1, 5]],
        [
          [7, 0, 2],
          [7, 2, 3, 7, 0, 2, 0],
        ],
      ],
      10_000,
    )
    expect(all.length).toBeGreaterThan(0)
  })

  test('look behind join() where a text is empty', () => {
    const all = found(
      ['string', 'string'],
      [
        ['ab cde fg', 'ab CDE fg'],
        ['', ''],
        ['x', 'x'],
      ],
      160_000,
    )
    expect(all.some(({ source }) => source.includes("a.split(' ').map(") && source.includes(".join(' ')"))).toBe(true)
  })
})

describe('choicesIn()', () => {
  test('adds up to what the search says that a program costs', () => {
    const searching = new Search({ ...asked, library: [], guide: unlearnedGuide, budget: 20_000, seed: 0 })
    for (const _ of searching.run());
    const [best] = searching.fitting
    if (best === undefined) throw new Error('nothing was found')
    const options = { signature: asked.signature, constants: constantsFor(asked), library: [], guide: unlearnedGuide }
    const choices = choicesIn(best.program, new Grammar(new Values(), options))
    const total = choices.reduce((sum, { costs, chosen }) => sum + (costs[chosen] ?? Number.NaN), 0)
    expect(total).toBeCloseTo(best.cost, 12)
  })
})
