/** The quality net: whether a change of code will turn out well. */

import { fitRidge } from '../evaluation/ridge.js'
import { diffCounts } from '../experience/diff-counts.js'
import { feedForward } from '../layers.js'
import { defineNet, float32, type Net } from '../net.js'
import { tanh } from '../ops/activations.js'
import { squaredError } from '../ops/losses.js'
import { encodeFeatures, type Feature, type NetTask } from './task.js'

/** Counts of a change, by name; what is missing is 0. */
export type DiffCounts = Readonly<Record<string, number>>

/** What the quality net reads, in order: each count over its unit, kept within ±4 so that one huge change is no outlier. */
export const qualityFeatures: readonly Feature<DiffCounts>[] = diffCounts.map(({ name, meaning, unit }) => ({
  name,
  meaning: `${meaning}; in units of ${unit}, within ±4`,
  value: (counts) => Math.max(-4, Math.min(4, (counts[name] ?? 0) / unit)),
}))

/** The quality net: 32 → 1024 → 1024 → 1. */
export const qualityNet: Net = defineNet({
  name: 'quality',
  sizes: { batch: 1 },
  inputs: { x: float32('batch', qualityFeatures.length) },
  targets: { score: float32('batch', 1), weight: float32('batch', 1) },
  forward: ({ x }) => ({
    score: tanh(feedForward(x, 'quality', { widths: [1_024, 1_024, 1], activation: 'silu', drop: 0.1 })),
  }),
  loss: ({ score }, targets) => squaredError(score, targets.score, targets.weight),
})

/** How much a judgement counts: a person's word more than a measured plan. */
const judgeWeights = { benchmark: 1, plan: 0.3, 'good-button': 3, 'bad-button': 3 } as const

/** Learns from changes and what became of them. */
export const qualityTask: NetTask = {
  name: 'quality',
  net: qualityNet,
  sizes: { batch: 128 },
  purpose:
    'Tells whether a change of code will turn out well: −1 to 1. Trained by changes of the benchmark and by the good and bad buttons.',
  reads: qualityFeatures,
  limits:
    'It reads counts, not code: a wrong change that looks tidy passes it. It is one voice beside tests, never instead of them.',
  weights: ['weight'],
  rates: [0.0003, 0.001, 0.003],
  metric: 'squared error of the score',
  examples: (records) =>
    Array.from(records).flatMap((record) =>
      record.type === 'diff'
        ? [
            {
              group: record.group,
              example: {
                x: encodeFeatures(qualityFeatures, record.counts),
                score: [record.score],
                weight: [judgeWeights[record.judge]],
              },
            },
          ]
        : [],
    ),
  error: ({ score }, example) => ((score?.[0] ?? 0) - (example.score?.[0] ?? 0)) ** 2,
  baseline(training) {
    const rows = training.map(({ x = [], score, weight }) => ({ x, y: score?.[0] ?? 0, weight: weight?.[0] ?? 0 }))
    const line = fitRidge(rows)
    return {
      name: 'linear regression on the same features',
      error: ({ x = [], score }) => (Math.max(-1, Math.min(1, line(x))) - (score?.[0] ?? 0)) ** 2,
    }
  },
}
