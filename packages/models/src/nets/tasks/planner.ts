/** The planner: which steps a goal takes, written one after the other, so that only valid plans come out. */

import type { Example } from '../data/batches.js'
import { hashText } from '../experience/hash-text.js'
import { type PlanExperience, type StepKind, stepKinds } from '../experience/record.js'
import { defineTransformer, type TransformerModel } from '../transformer.js'
import type { GroupedExample, NetTask } from './task.js'

/** Tokens: padding, start, end of goal, end of plan, kinds of steps, then places for words of goals. */
const [padding, start, goalEnd, planEnd] = [0, 1, 2, 3]
const firstStep = 4
const firstWord = firstStep + stepKinds.length
const vocabulary = 512
const length = 64
/** A goal is cut to so many words, a plan to so many steps. */
const [maxWords, maxSteps] = [16, 40]

/** The planner: a causal transformer of four layers, width 256, eight heads. */
export const plannerModel: TransformerModel = defineTransformer({
  ...{ name: 'planner', words: vocabulary, width: 256, heads: 8, inner: 512, layers: 4, longest: length, drop: 0.1 },
})

/**
 * The tokens before a plan: the words of the goal, each at a place that its hash gives.
 *
 * The place of a word is the same everywhere and always, so that the nets of two agents mean the same; two words may share one.
 */
export function planPrompt(goal: string): number[] {
  const words = goal.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return [start, ...words.slice(0, maxWords).map(wordToken), goalEnd]
}

function wordToken(word: string): number {
  return firstWord + (hashText(word) % (vocabulary - firstWord))
}

/** The token of a step, and of the end of a plan. */
export const planTokens: { of(kind: StepKind): number; readonly end: number } = {
  of: (kind) => firstStep + stepKinds.indexOf(kind),
  end: planEnd,
}

/** The step that a token stands for. */
export function stepOfToken(token: number): StepKind | undefined {
  return stepKinds[token - firstStep]
}

/** Why a step cannot come after others; `undefined` if it can. `end` asks whether the plan may end. */
export function planProblem(steps: readonly StepKind[], next: StepKind | 'end'): string | undefined {
  const done = (kind: StepKind): boolean => steps.includes(kind)
  const last = steps.at(-1)
  if (next === 'end') {
    if (steps.length === 0) return 'a plan has at least one step'
    return last === 'edit' || last === 'generate' || last === 'create-script'
      ? `what "${last}" made was not looked at`
      : undefined
  }
  if (steps.length === maxSteps) return `a plan has ${maxSteps} steps at most`
  if (next === 'edit' && !(done('read') || done('generate') || done('search') || done('list')))
    return 'nothing was read that could be edited'
  if (next === 'commit' && !(done('test-script') || done('type-check') || done('self-check')))
    return 'nothing was checked before the commit'
  if (next === 'commit' && last === 'commit') return 'there is nothing new to commit'
  if (next === 'delete-endpoint' && !(done('list') || done('self-check')))
    return 'nobody looked which endpoints there are'
  return next === last && steps.at(-2) === next ? `"${next}" three times in a row` : undefined
}

/**
 * The tokens that may come next: those after which the plan can still be valid. Given to a writer, only valid plans come out.
 *
 * @param written - The prompt and the steps so far.
 */
export function allowedPlanTokens(written: readonly number[]): number[] {
  const steps = written.slice(written.indexOf(goalEnd) + 1).flatMap((token) => stepOfToken(token) ?? [])
  // The last place is kept for a step after which a plan may end.
  const closing = steps.length >= maxSteps - 2
  const next = stepKinds.filter(
    (kind) =>
      planProblem(steps, kind) === undefined && !(closing && planProblem([...steps, kind], 'end') !== undefined),
  )
  return [...next.map(planTokens.of), ...(planProblem(steps, 'end') === undefined ? [planEnd] : [])]
}

function planExample({ goal, steps }: PlanExperience): Example {
  const prompt = planPrompt(goal)
  const tokens = [...prompt, ...steps.slice(0, maxSteps).map(planTokens.of), planEnd]
  const fill = (value: (at: number) => number): number[] => Array.from({ length }, (_, at) => value(at))
  return {
    ids: fill((at) => (at < tokens.length - 1 ? (tokens[at] ?? padding) : padding)),
    next: fill((at) => tokens[at + 1] ?? padding),
    // Only the plan is learnt, its end included.
    weights: fill((at) => (at >= prompt.length - 1 && at < tokens.length - 1 ? 1 : 0)),
  }
}

/** Learns from plans that worked. */
export const plannerTask: NetTask = {
  name: 'planner',
  net: plannerModel.net,
  sizes: { batch: 32, length },
  purpose: 'Writes plans for goals, step after step; only valid plans can come out.',
  reads: [
    {
      name: 'goal',
      meaning: `its words in order, at most ${maxWords}, each at one of ${vocabulary - firstWord} places by hash`,
    },
    { name: 'steps so far', meaning: 'the kinds of the steps before, in order' },
  ],
  limits:
    'It knows words of goals only as places of a table, so an unknown word is noise to it, and says what kinds of steps to take, not what is in them.',
  weights: ['weights'],
  rates: [0.0003, 0.001],
  metric: 'cross-entropy of the next step, in nats',
  examples: (records) =>
    Array.from(records).flatMap((record): GroupedExample[] =>
      record.type === 'plan' && record.success ? [{ group: record.group, example: planExample(record) }] : [],
    ),
  error: ({ logits }, { next, weights }) =>
    meanOver(weights, (at) =>
      crossEntropyAt((logits ?? new Float32Array()).subarray(at * vocabulary, (at + 1) * vocabulary), next?.[at] ?? 0),
    ),
  baseline(training) {
    // Which step follows which, over all goals, one count added to each step.
    const kinds = stepKinds.length + 1
    const counts = new Map<number, Float64Array>()
    const placeOf = (token: number): number => (token === planEnd ? kinds - 1 : token - firstStep)
    const rowOf = (token: number): Float64Array => {
      const row = counts.get(token) ?? new Float64Array(kinds).fill(1)
      counts.set(token, row)
      return row
    }
    const each = (example: Example, visit: (before: number, next: number, at: number) => void): void => {
      for (let at = 0; at < length; at++)
        if ((example.weights?.[at] ?? 0) > 0) visit(example.ids?.[at] ?? 0, example.next?.[at] ?? 0, at)
    }
    for (const example of training) {
      each(example, (before, next) => {
        const row = rowOf(before)
        row[placeOf(next)] = (row[placeOf(next)] ?? 0) + 1
      })
    }
    return {
      name: 'the frequency of each step after the one before (bigrams)',
      error(example) {
        let [sum, count] = [0, 0]
        each(example, (before, next) => {
          const row = rowOf(before)
          sum -= Math.log((row[placeOf(next)] ?? 1) / row.reduce((a, b) => a + b, 0))
          count++
        })
        return sum / count
      },
    }
  },
}

/** Cross-entropy of scores against a class, in nats. */
export function crossEntropyAt(scores: Float32Array, target: number): number {
  const most = Math.max(...scores)
  return most + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - most), 0)) - (scores[target] ?? 0)
}

/** Mean of what `value` gives at the places with weight. */
export function meanOver(weights: ArrayLike<number> | undefined, value: (at: number) => number): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at < (weights?.length ?? 0); at++) {
    if ((weights?.[at] ?? 0) <= 0) continue
    sum += value(at)
    count++
  }
  return sum / count
}
