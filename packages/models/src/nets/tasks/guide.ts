/** The guide of a synthesizer: which primitives a program that fits the examples is likely to use. */

import { feedForward } from '../layers.js'
import { defineNet, float32, type Net } from '../net.js'
import { binaryCrossEntropy } from '../ops/losses.js'
import { type Feature, logistic, type NetTask } from './task.js'

/** A task that was solved: features of its examples, and the primitives of the program. */
export interface SolvedTask {
  readonly group: string
  /** As long as the guide's features. */
  readonly features: ArrayLike<number>
  /** For each primitive, in order: whether the program uses it. */
  readonly uses: readonly boolean[]
}

/** What a guide is for. */
export interface GuideOptions {
  /** What is read of a task's examples; the synthesizer says how it is made of them. */
  readonly features: readonly Pick<Feature<unknown>, 'name' | 'meaning'>[]
  /** Names of the primitives. */
  readonly primitives: readonly string[]
}

/** A guide: features → 256 → 256 → one score a primitive. */
export function defineGuide({ features, primitives }: GuideOptions): Net {
  return defineNet({
    name: 'guide',
    sizes: { batch: 1 },
    inputs: { x: float32('batch', features.length) },
    targets: { uses: float32('batch', primitives.length), weight: float32('batch', primitives.length) },
    forward: ({ x }) => ({
      uses: feedForward(x, 'guide', { widths: [256, 256, primitives.length], activation: 'silu', drop: 0.1 }),
    }),
    loss: ({ uses }, targets) => binaryCrossEntropy(uses, targets.uses, targets.weight),
  })
}

/** Learns from tasks that were solved, or made up by running programs forward. Records of the log have no part in it. */
export function guideTask(options: GuideOptions, solved: readonly SolvedTask[]): NetTask {
  const { features, primitives } = options
  return {
    name: 'guide',
    net: defineGuide(options),
    sizes: { batch: 128 },
    purpose:
      'Tells a synthesizer which primitives a program that fits the examples is likely to use, so that likely programs are tried first.',
    reads: features,
    limits: 'It orders a search and decides nothing: what it holds for unlikely is found later, not missed.',
    weights: ['weight'],
    rates: [0.0003, 0.001, 0.003],
    metric: 'cross-entropy of which primitives are used, in nats a primitive',
    examples: () =>
      solved.map(({ group, features: x, uses }) => ({
        group,
        example: { x, uses: uses.map(Number), weight: uses.map(() => 1) },
      })),
    error({ uses }, { uses: truth }) {
      const each = primitives.map((_, index) => binaryAt(logistic(uses?.[index] ?? 0), truth?.[index] ?? 0))
      return each.reduce((sum, value) => sum + value, 0) / primitives.length
    },
    baseline(training) {
      const rates = primitives.map(
        (_, index) => (training.reduce((sum, { uses }) => sum + (uses?.[index] ?? 0), 0) + 1) / (training.length + 2),
      )
      return {
        name: 'how often each primitive is used at all',
        error: ({ uses }) =>
          rates.reduce((sum, rate, index) => sum + binaryAt(rate, uses?.[index] ?? 0), 0) / primitives.length,
      }
    },
  }
}

function binaryAt(probability: number, happened: number): number {
  const kept = Math.min(1 - 1e-7, Math.max(1e-7, probability))
  return -Math.log(happened === 1 ? kept : 1 - kept)
}
