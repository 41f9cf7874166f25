/** The brain: whether a step will succeed, how it will fail if it fails, and what the agent is able to do. */

import type { Example } from '../data/batches.js'
import { fitRidge } from '../evaluation/ridge.js'
import { hashText } from '../experience/hash-text.js'
import {
  capabilities,
  type ErrorClass,
  type Experience,
  errorClasses,
  type StepContext,
  type StepExperience,
  type StepKind,
  stepKinds,
} from '../experience/record.js'
import { feedForward } from '../layers.js'
import { defineNet, float32, int32, type Net } from '../net.js'
import { weightedSum } from '../ops/arithmetic.js'
import { binaryCrossEntropy, crossEntropy } from '../ops/losses.js'
import { reshape, split } from '../ops/shapes.js'
import { encodeFeatures, type Feature, type GroupedExample, greatest, logistic, type NetTask } from './task.js'

/** A step that may be taken. */
export interface StepQuestion {
  readonly kind: StepKind
  readonly context: StepContext
}

const feature = (
  name: string,
  meaning: string,
  value: (context: StepContext, kind: StepKind) => number,
): Feature<StepQuestion> => ({
  name,
  meaning,
  value: ({ context, kind }) => value(context, kind),
})
const flag = (value: boolean): number => (value ? 1 : 0)
const perKind = (
  name: string,
  meaning: string,
  value: (context: StepContext, kind: StepKind) => number,
): Feature<StepQuestion>[] =>
  stepKinds.map((each) => feature(`${name}: ${each}`, meaning, (context) => value(context, each)))

/** Words of the goal are counted in this many places, by hash. */
const goalPlaces = 8

/** What the brain reads, in order. */
export const brainFeatures: readonly Feature<StepQuestion>[] = [
  ...stepKinds.map((each) =>
    feature(`kind: ${each}`, 'one if the step is of this kind', (_, kind) => flag(kind === each)),
  ),
  feature('needs model', 'one if the step asks a language model', ({ needsModel }) => flag(needsModel)),
  feature('plan progress', 'share of the plan that is done', ({ planProgress }) => planProgress),
  feature('replans', 'plans given up for this goal, in units of 3', ({ replans }) => replans / 3),
  feature('success rate', 'share of all steps so far that succeeded', ({ successRate }) => successRate),
  feature(
    'own rate',
    'share of steps of this kind that succeeded; 0.5 if unknown',
    ({ rates }, kind) => rates[kind] ?? 0.5,
  ),
  feature('failures in a row', 'in units of 5', ({ consecutiveFailures }) => consecutiveFailures / 5),
  feature('cycles', 'ln(1 + cycles of the agent) / 10', ({ cycles }) => Math.log1p(cycles) / 10),
  feature('hours since commit', 'in days', ({ hoursSinceCommit }) => hoursSinceCommit / 24),
  feature('goals', 'open goals, in units of 3', ({ goals }) => goals / 3),
  feature('steps left', 'of the plan, in units of 20', ({ stepsLeft }) => stepsLeft / 20),
  feature('endpoints', 'of the agent, in units of 10', ({ endpoints }) => endpoints / 10),
  feature('fitness', 'of the agent, 0 to 1', ({ fitness }) => fitness),
  feature('Elo', 'of the agent on the benchmark: (Elo − 800) / 800', ({ elo }) => (elo - 800) / 800),
  feature('pass rate', 'first attempts that pass', ({ passRate }) => passRate),
  feature('peers', 'in units of 10', ({ peers }) => peers / 10),
  feature('peer pass rate', 'first attempts of all peers that pass', ({ peerPassRate }) => peerPassRate),
  feature('trivial share', 'share of recent steps that changed nothing', ({ trivialShare }) => trivialShare),
  feature('attempts', 'at the benchmark, in units of 100', ({ attempts }) => attempts / 100),
  feature('solved', 'problems, in units of 100', ({ solved }) => solved / 100),
  feature('alone', 'one if there are no peers', ({ peers }) => flag(peers === 0)),
  feature(
    'training steps',
    'ln(1 + training steps of this net) / 15',
    ({ trainingSteps }) => Math.log1p(trainingSteps) / 15,
  ),
  feature('generation', 'of the agent, in units of 5', ({ generation }) => generation / 5),
  feature('easy', 'one for a problem of tier 1 or 2', ({ tier }) => flag(tier === 1 || tier === 2)),
  feature('medium', 'one for a problem of tier 3 or 4', ({ tier }) => flag(tier === 3 || tier === 4)),
  feature('hard', 'one for a problem of tier 5 or 6', ({ tier }) => flag(tier >= 5)),
  feature('retries', 'of this step, in units of 3', ({ retries }) => retries / 3),
  feature('peer context', 'one if a peer sent something to go by', ({ peerContext }) => flag(peerContext)),
  feature('peer review', 'one if a peer looked at it', ({ peerReview }) => flag(peerReview)),
  feature('type checked', 'one if what is at hand passed the type check', ({ typeChecked }) => flag(typeChecked)),
  ...Array.from({ length: 14 }, (_, each) =>
    feature(`category ${each}`, 'one if the problem is of this category', ({ category }) => flag(category === each)),
  ),
  feature('solution length', 'ln(1 + characters) / 10', ({ solutionChars }) => Math.log1p(solutionChars) / 10),
  feature('examples', 'visible ones, in units of 50', ({ visibleExamples }) => visibleExamples / 50),
  feature('starter', 'one if there was code to begin with', ({ hasStarter }) => flag(hasStarter)),
  feature('peer fitness', 'mean over peers', ({ peerFitness }) => peerFitness),
  feature('hours since benchmark', 'in days', ({ hoursSinceBenchmark }) => hoursSinceBenchmark / 24),
  feature('sessions', 'open ones, in units of 20', ({ sessions }) => sessions / 20),
  feature('paid', 'one if somebody pays for it', ({ paid }) => flag(paid)),
  ...perKind(
    'rate',
    'share of steps of this kind that succeeded, less a half; 0 if unknown',
    ({ rates }, kind) => (rates[kind] ?? 0.5) - 0.5,
  ),
  ...perKind('tries', 'ln(1 + steps of this kind) / 5', ({ tries }, kind) => Math.log1p(tries[kind] ?? 0) / 5),
  ...errorClasses.map((each) =>
    feature(
      `recent error: ${each}`,
      'share of the last failures that were of this class',
      ({ errors }) => errors[each] ?? 0,
    ),
  ),
  ...capabilities.map((each) =>
    feature(
      `capability: ${each}`,
      'how often it was shown, less a half; 0 if unknown',
      ({ capabilityRates }) => (capabilityRates[each] ?? 0.5) - 0.5,
    ),
  ),
  feature('hour, sine', 'of the local hour', ({ hour }) => Math.sin((hour * Math.PI) / 12)),
  feature('hour, cosine', 'of the local hour', ({ hour }) => Math.cos((hour * Math.PI) / 12)),
  feature('last duration', 'ln(1 + ms of the last step) / 10', ({ lastStepMs }) => Math.log1p(lastStepMs) / 10),
  feature('last output', 'ln(1 + bytes of its output) / 15', ({ lastOutputBytes }) => Math.log1p(lastOutputBytes) / 15),
  feature('input', 'ln(1 + bytes of this step’s input) / 15', ({ inputBytes }) => Math.log1p(inputBytes) / 15),
  feature('context used', 'share of the window of the language model', ({ contextUsed }) => contextUsed),
  ...Array.from({ length: goalPlaces }, (_, place) =>
    feature(
      `goal words ${place}`,
      'words of the goal that fall on this place by hash, each +1 or −1, over √words',
      ({ goal }) => goalWords(goal)[place] ?? 0,
    ),
  ),
]

function goalWords(goal: string): number[] {
  const sums = Array<number>(goalPlaces).fill(0)
  const words = goal.toLowerCase().match(/\p{L}+/gu) ?? []
  for (const word of words) {
    const hash = hashText(word)
    const place = hash % goalPlaces
    sums[place] = (sums[place] ?? 0) + (hash >>> 31 === 0 ? 1 : -1) / Math.sqrt(words.length)
  }
  return sums
}

/** Scores: success, classes of error, capabilities. */
const scores = [1, errorClasses.length, capabilities.length] as const

/** The brain: 128 → 1024 → 1024 → 23. */
export const brainNet: Net = defineNet({
  name: 'brain',
  sizes: { batch: 1 },
  inputs: { x: float32('batch', brainFeatures.length) },
  targets: {
    ...{ success: float32('batch', 1), successWeight: float32('batch', 1) },
    ...{ error: int32('batch'), errorWeight: float32('batch') },
    ...{ shown: float32('batch', capabilities.length), shownWeight: float32('batch', capabilities.length) },
  },
  forward({ x }) {
    const all = feedForward(x, 'brain', { widths: [1_024, 1_024, 23], activation: 'relu', drop: 0.2 })
    const [success = all, error = all, shown = all] = split(all, 1, scores)
    return { success, error, shown }
  },
  loss: ({ success, error, shown }, targets) =>
    weightedSum([
      [binaryCrossEntropy(success, reshape(targets.success, success.shape), targets.successWeight), 1],
      [crossEntropy(error, targets.error, targets.errorWeight), 0.5],
      [binaryCrossEntropy(shown, targets.shown, targets.shownWeight), 0.5],
    ]),
})

/** What the brain says of a step. */
export interface StepForecast {
  /** Probability of success, calibrated by temperature. */
  readonly success: number
  /** Probabilities of the classes of error, if it fails; likeliest first. */
  readonly errors: readonly { readonly error: ErrorClass; readonly probability: number }[]
}

/** Reads the outputs of the brain for one step. `temperature`: see `fitTemperature`. */
export function readForecast(
  outputs: { readonly success: Float32Array; readonly error: Float32Array },
  temperature = 1,
): StepForecast {
  const most = Math.max(...outputs.error)
  const powers = Array.from(outputs.error, (score) => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  const errors = errorClasses.map((error, index) => ({ error, probability: (powers[index] ?? 0) / sum }))
  return {
    success: logistic((outputs.success[0] ?? 0) / temperature),
    errors: errors.sort((a, b) => b.probability - a.probability),
  }
}

/** Makes an example of a step. */
function brainExample({ kind, context, success, error, shown }: StepExperience): Example {
  return {
    x: encodeFeatures(brainFeatures, { kind, context }),
    ...{ success: [success ? 1 : 0], successWeight: [1] },
    ...{
      error: [Math.max(0, errorClasses.indexOf(error ?? 'unknown'))],
      errorWeight: [success || error === undefined ? 0 : 1],
    },
    shown: capabilities.map((name) => (shown[name] === true ? 1 : 0)),
    shownWeight: capabilities.map((name) => (shown[name] === undefined ? 0 : 1)),
  }
}

/** Learns from steps. */
export const brainTask: NetTask = {
  name: 'brain',
  net: brainNet,
  sizes: { batch: 128 },
  purpose:
    'Tells before a step whether it will succeed, how it will fail if it fails, and what the agent is able to do; the gate of costly steps reads it.',
  reads: brainFeatures,
  limits:
    'It knows the kinds of steps and numbers about them, not what a step says. Probabilities are to be trusted only as far as the calibration shows, on experience like that it was trained on.',
  weights: ['successWeight', 'errorWeight', 'shownWeight'],
  rates: [0.0003, 0.001, 0.003],
  metric: 'Brier score of success: squared distance of the probability to what happened',
  examples: (records) => stepExamples(records),
  classes: {
    names: errorClasses,
    truth: ({ error, errorWeight }) => (errorWeight?.[0] === 1 ? error?.[0] : undefined),
    said: ({ error }) => greatest(error),
  },
  error: ({ success }, example) => (logistic(success?.[0] ?? 0) - (example.success?.[0] ?? 0)) ** 2,
  baseline(training) {
    // A line fitted to what happened gives probabilities, roughly, that know all that a line can know.
    const line = fitRidge(training.map(({ x = [], success }) => ({ x, y: success?.[0] ?? 0, weight: 1 })))
    return {
      name: 'linear regression on the same features',
      error: ({ x = [], success }) => (Math.max(0, Math.min(1, line(x))) - (success?.[0] ?? 0)) ** 2,
    }
  },
}

function stepExamples(records: Iterable<Experience>): GroupedExample[] {
  return Array.from(records).flatMap((record) =>
    record.type === 'step' ? [{ group: record.group, example: brainExample(record) }] : [],
  )
}
