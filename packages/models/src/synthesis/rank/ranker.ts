/** Which of the programs that fit the examples is right: a linear score over their marks, learnt from tasks whose tests are known. */

import type { Fragments } from '../language/fragment.js'
import type { Asked } from '../search/constants.js'
import type { Solution } from '../search/search.js'
import { type Marks, markNames, marksOf } from './marks.js'

/** Weights of the marks, in nats: the lower the sum, the better. Plain data. */
export type Ranker = Readonly<Record<(typeof markNames)[number], number>>

/** Ranks by cost alone. */
export const unlearnedRanker: Ranker = rankerOf(markNames.map((name) => Number(name === 'cost')))

/** Ranks nothing: all weights are 0. */
export const silentRanker: Ranker = rankerOf([])

/** The programs that fit one task, and which of them are right. */
export interface Ranking {
  readonly marks: readonly Marks[]
  readonly right: readonly boolean[]
}

/** The score of a program, in nats; the lowest is the best. */
export function scoreOf(ranker: Ranker, marks: Marks): number {
  return markNames.reduce((sum, name, index) => sum + ranker[name] * (marks[index] ?? 0), 0)
}

/** Programs that fit, those with the lowest score first; equal ones stay in order. */
export function ranked(
  ranker: Ranker,
  fitting: readonly Solution[],
  asked: Asked,
  options: { readonly fragments: Fragments; readonly seed: number },
): Solution[] {
  return marksOf(fitting, asked, options)
    .map((marks, index) => ({ score: scoreOf(ranker, marks), solution: fitting[index] }))
    .sort((a, b) => a.score - b.score)
    .flatMap(({ solution }) => solution ?? [])
}

/**
 * Learns the weights under which the right programs are likeliest, where the probability of a program falls with its score. Weights
 * are drawn towards those of {@link unlearnedRanker}. Tasks where all programs are right, or none, say nothing.
 *
 * @param shrink - Inverse variance of what is expected of a weight, of marks in units of their deviation.
 */
export function learnRanker(rankings: readonly Ranking[], { shrink = 0.1, steps = 300 } = {}): Ranker {
  const telling = rankings.filter(({ right }) => right.includes(true) && right.includes(false))
  if (telling.length === 0) return unlearnedRanker
  const scales = markNames.map((_, mark) =>
    deviation(telling.flatMap(({ marks }) => marks.map((one) => one[mark] ?? 0))),
  )
  const start = markNames.map((name, mark) => unlearnedRanker[name] * (scales[mark] ?? 1))
  const weights = start.slice()
  const squares = weights.map(() => 0.01)
  for (let step = 0; step < steps; step++) {
    const slopes = weights.map((weight, mark) => shrink * ((start[mark] ?? 0) - weight))
    for (const { marks, right } of telling) {
      const scaled = marks.map((one) => one.map((value, mark) => value / (scales[mark] ?? 1)))
      const all = likelihoods(weights, scaled)
      const good = normal(all.map((value, index) => (right[index] === true ? value : 0)))
      for (const [index, one] of scaled.entries()) {
        const excess = (all[index] ?? 0) - (good[index] ?? 0)
        for (const [mark, value] of one.entries()) slopes[mark] = (slopes[mark] ?? 0) + excess * value
      }
    }
    for (const [mark, slope] of slopes.entries()) {
      squares[mark] = (squares[mark] ?? 0) + slope ** 2
      weights[mark] = (weights[mark] ?? 0) + (0.3 * slope) / Math.sqrt(squares[mark] ?? 1)
    }
  }
  return rankerOf(weights.map((weight, mark) => weight / (scales[mark] ?? 1)))
}

/** The mean of what several have learnt; nothing of none. */
export function mergeRankers(all: readonly Ranker[]): Ranker | undefined {
  if (all.length === 0) return undefined
  return rankerOf(markNames.map((name) => all.reduce((sum, ranker) => sum + ranker[name], 0) / all.length))
}

/** Probabilities of programs under weights of their marks. */
function likelihoods(weights: readonly number[], marks: readonly Marks[]): number[] {
  const scores = marks.map((one) => one.reduce((sum, value, mark) => sum + value * (weights[mark] ?? 0), 0))
  const least = scores.reduce((lowest, score) => Math.min(lowest, score), Number.POSITIVE_INFINITY)
  return normal(scores.map((score) => Math.exp(least - score)))
}

function normal(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0)
  return values.map((value) => (total === 0 ? 0 : value / total))
}

/** Standard deviation; 1 where there is none. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1
}

function rankerOf(weights: readonly number[]): Ranker {
  return Object.fromEntries(markNames.map((name, mark) => [name, weights[mark] ?? 0])) as Ranker
}
