import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import type { Expression } from '../language/expression.js'
import { runProgram } from '../language/program.js'
import type { Signature } from '../language/types.js'
import { unlearned } from '../state.js'
import { addProgram, countGuide, mergeCounts } from './counts.js'
import { dreamTasks } from './fantasies.js'
import { featureNames, featuresOf } from './features.js'
import { adjusted } from './guide.js'
import { evidenceOf, guideNetOf, mergeNets, packGuideNet } from './net.js'

const list: Expression = { kind: 'input', type: 'number[]', index: 0 }
const sorted: Expression = { kind: 'call', type: 'number[]', name: 'sort', arguments: [list] }
const reversed: Expression = { kind: 'call', type: 'number[]', name: 'reverse', arguments: [sorted] }
const root = { parent: 'root', argument: 0, type: 'number[]' }
const sortDescending: Signature = {
  name: 'sortDescending',
  parameters: [{ name: 'values', type: 'number[]' }],
  returns: 'number[]',
}

describe('countGuide()', () => {
  const counts = addProgram(addProgram({}, reversed, 1), sorted, 2)

  test('holds for likely what was seen at a place', () => {
    const [reverse = 0, sort = 0, unique = 0] = countGuide(counts, { place: 3, type: 8 }).weigh(
      ['reverse', 'sort', 'unique'],
      root,
    )
    expect(reverse).toBeGreaterThan(2 * unique)
    expect(sort).toBeGreaterThan(2 * unique)
    expect(unique).toBeGreaterThan(0)
  })

  test('tells places apart that it knows', () => {
    const guide = countGuide(counts)
    const within = { parent: 'reverse', argument: 0, type: 'number[]' }
    expect([guide.knows(within), guide.knows({ ...within, parent: 'unique' })]).toEqual([true, false])
    const [reverse = 0, sort = 0] = guide.weigh(['reverse', 'sort'], within)
    expect(sort).toBeGreaterThan(reverse)
  })

  test('adds up to probabilities, names that come twice sharing theirs', () => {
    const weights = countGuide(counts).weigh(['sort', 'reverse', 'reverse'], root)
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
    expect(weights[1]).toBe(weights[2])
  })

  test('charges for an input that is ignored by how rarely one was', () => {
    const used = addProgram(addProgram({}, reversed, 1), reversed, 1)
    expect(countGuide(used).ignoring).toBeCloseTo(Math.log(3), 12)
    expect(countGuide({}).ignoring).toBe(0)
  })
})

describe('mergeCounts()', () => {
  test('gives the counts of all programs, whoever counted them', () => {
    const [one, other] = [addProgram({}, reversed, 1), addProgram({}, sorted, 1)]
    expect(mergeCounts([one, other])).toEqual(addProgram(one, sorted, 1))
  })
})

describe('featuresOf()', () => {
  test('gives one number from -1 to 1 for each name', () => {
    const examples = [
      { args: [[3, 1]], returns: [3, 1] },
      { args: [[1, 2]], returns: [2, 1] },
    ]
    const features = featuresOf({ signature: sortDescending, examples })
    expect(features.length).toBe(featureNames.length)
    expect(features.every((value) => value >= -1 && value <= 1)).toBe(true)
    expect(features[featureNames.indexOf('result falling')]).toBe(1)
    expect(features[featureNames.indexOf('result equal of argument 1')]).toBe(0)
  })
})

describe('dreamTasks()', () => {
  test('makes tasks up that their programs solve, the same for a seed', () => {
    const tasks = [
      {
        signature: sortDescending,
        examples: [
          { args: [[3, 1, 2]], returns: [3, 2, 1] },
          { args: [[5, 9]], returns: [9, 5] },
        ],
      },
    ]
    const dream = () => dreamTasks(unlearned, tasks, { count: 20, rng: createRng(1) })
    const dreams = dream()
    expect(dreams.length).toBe(20)
    expect(dream()).toEqual(dreams)
    for (const { task, program } of dreams) {
      for (const { args, returns } of task.examples) expect(runProgram(program, task.signature, args)).toEqual(returns)
    }
  })
})

describe('evidenceOf()', () => {
  const primitives = ['sort', 'reverse']
  const solved = [{ group: '', features: [], uses: [true, false] }]
  const { layout } = guideNetOf(primitives)

  test('is the odds of the net over those there are anyway, in nats', () => {
    const net = packGuideNet(primitives, new Float32Array(layout.length), solved)
    const evidence = evidenceOf(net, new Float32Array(featureNames.length))
    // A net of zeros gives even odds; rates are 2/3 and 1/3.
    expect(evidence.get('sort')).toBeCloseTo(-Math.log(2), 6)
    expect(evidence.get('reverse')).toBeCloseTo(Math.log(2), 6)
  })

  test('says nothing for a net that reads other features', () => {
    const net = { ...packGuideNet(primitives, new Float32Array(layout.length), solved), features: ['other'] }
    expect(evidenceOf(net, new Float32Array(1)).size).toBe(0)
  })

  test('averages nets that are alike', () => {
    const [one, other] = [0, 2].map((value) =>
      packGuideNet(primitives, new Float32Array(layout.length).fill(value), solved),
    )
    const wanted = packGuideNet(primitives, new Float32Array(layout.length).fill(1), solved)
    expect(one !== undefined && other !== undefined && mergeNets([one, other])).toEqual(wanted)
  })
})

describe('adjusted()', () => {
  test('multiplies the weights of what is spoken for, wherever it stands', () => {
    const [sort = 0, reverse = 1] = adjusted(countGuide({}), new Map([['sort', Math.log(4)]])).weigh(
      ['sort', 'reverse'],
      root,
    )
    expect(sort / reverse).toBeCloseTo(4, 12)
  })
})
