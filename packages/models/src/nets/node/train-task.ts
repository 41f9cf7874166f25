/** Trains a net for its purpose: splits its experience, finds a rate, trains, calibrates, and measures once. */

import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, createRng } from '@salp/core'
import { type Batch, type Example, orderedBatches, shuffledBatches } from '../data/batches.js'
import { calibrationBins, calibrationError, fitTemperature, type Scored } from '../evaluation/calibration.js'
import type { TaskReport } from '../evaluation/card.js'
import { bootstrapMean, type Interval } from '../evaluation/statistics.js'
import type { Experience } from '../experience/record.js'
import { type Split, splitOf } from '../experience/split.js'
import { sizeOf } from '../graph/graph.js'
import { createPredictor, type OnnxRuntime, type Predictor } from '../inference/predictor.js'
import { architectureHash, shapeOf } from '../net.js'
import { warmupCosine } from '../schedule.js'
import type { GroupedExample, NetTask, RowOutputs } from '../tasks/task.js'
import { type TrainOptions, type TrainProgress, train } from './train.js'
import { TrainingError } from './trainer.js'

/** What training a net for its purpose asks of the application. */
export interface TrainTaskDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Such as `onnxruntime-node`. */
  readonly runtime: OnnxRuntime
}

/** How a net is trained for its purpose. */
export interface TrainTaskOptions {
  readonly records: readonly Experience[]
  /** Weights to go on from. @defaultValue drawn by `seed` */
  readonly weights?: Float32Array | undefined
  /** Steps at most; held-out data may end it earlier. */
  readonly steps: number
  /** @defaultValue `0` */
  readonly seed?: number | undefined
  /** Ends the run after so long; the search for a rate takes up to a third of it. */
  readonly budgetMs?: number | undefined
  readonly threads?: TrainOptions['threads']
  /** Where a run that was stopped can go on, if its examples and options are the same; removed once it is done. */
  readonly checkpoints?: { readonly folder: string; readonly every: number } | undefined
  readonly onProgress?: ((progress: TrainProgress & { readonly phase: 'search' | 'train' }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains a net for its purpose.
 *
 * Groups are split by name. The rate is the one that does best on the validation part in a short run; the same part chooses
 * the weights and fits the temperature. The test part is looked at once, at the end.
 *
 * @throws {@link TrainingError} (`models/training`) if a part has too few groups, or for the reasons of {@link train}.
 * @throws The signal's reason if it aborts.
 */
export async function trainTask(
  deps: TrainTaskDeps,
  task: NetTask,
  options: TrainTaskOptions,
): Promise<{ readonly weights: Float32Array<ArrayBuffer>; readonly report: TaskReport }> {
  const { records, steps, seed = 0, budgetMs = Number.POSITIVE_INFINITY, signal } = options
  const parts = splitExamples(task, records)
  const examplesOf = (split: Split): Example[] => parts[split].map(({ example }) => example)
  const [training, validation] = [examplesOf('train'), examplesOf('validation')]
  const rows = task.sizes.batch ?? 1
  const { weights: weightNames } = task
  const dataDigest = digestOf(training)
  const run = (
    rate: number,
    count: number,
    phase: 'search' | 'train',
    more: Partial<TrainOptions>,
  ): ReturnType<typeof train> =>
    train(deps, {
      ...{
        net: task.net,
        sizes: task.sizes,
        seed,
        signal,
        dataDigest,
        threads: options.threads,
        weights: options.weights,
        steps: count,
      },
      data: shuffledBatches(training, { seed, weights: weightNames }),
      schedule: warmupCosine({
        peak: rate,
        warmup: Math.max(1, Math.round(count / 20)),
        steps: count,
        floor: rate / 20,
      }),
      onProgress: (progress) => options.onProgress?.({ ...progress, phase }),
      evaluation: {
        batches: orderedBatches(thinned(validation, maxEvaluationBatches * rows), { rows, weights: weightNames }),
        every: Math.max(1, Math.round(count / (phase === 'search' ? 2 : 25))),
        ...(phase === 'train' ? { patience: 8 } : {}),
      },
      ...more,
    })

  const started = deps.clock.monotonic()
  let [rate, least]: [number, number] = [task.rates[0], Number.POSITIVE_INFINITY]
  if (task.rates.length > 1) {
    for (const candidate of task.rates) {
      const { heldOut = least } = await run(candidate, Math.max(10, Math.round(steps / 8)), 'search', {
        budgetMs: budgetMs / 3 / task.rates.length,
      })
      if (heldOut < least) [rate, least] = [candidate, heldOut]
    }
  }
  const left = budgetMs - (deps.clock.monotonic() - started)
  const { checkpoints } = options
  const own = createHash('sha256').update(`${dataDigest} ${rate} ${steps} ${seed}`).digest('hex').slice(0, 16)
  const trained = await run(rate, steps, 'train', {
    budgetMs: left,
    checkpoints: checkpoints && { ...checkpoints, folder: join(checkpoints.folder, own) },
  })
  if (checkpoints !== undefined) await rm(checkpoints.folder, { recursive: true, force: true })

  const predictor = await createPredictor(deps, { net: task.net, sizes: task.sizes, weights: trained.weights })
  try {
    const [fitted, scored]: [Scored[], Scored[]] = [[], []]
    await predictEach(predictor, task, validation, (outputs, example) =>
      fitted.push(...scoredSuccess(outputs, example)),
    )
    const confusion = task.classes && {
      names: task.classes.names,
      counts: task.classes.names.map(() => task.classes?.names.map(() => 0) ?? []),
    }
    const errors = await predictEach(predictor, task, examplesOf('test'), (outputs, example) => {
      scored.push(...scoredSuccess(outputs, example))
      const row = confusion?.counts[task.classes?.truth(example) ?? -1]
      const column = task.classes?.said(outputs) ?? 0
      if (row !== undefined) row[column] = (row[column] ?? 0) + 1
      return task.error(outputs, example)
    })
    const baseline = task.baseline(training)
    const baselineErrors = parts.test.map(({ example }) => baseline.error(example))
    const rng = createRng(seed).fork('bootstrap')
    const interval = (values: readonly number[], name: string): Interval =>
      bootstrapMean(grouped(parts.test, values), rng.fork(name))
    const report: TaskReport = {
      examples: { train: training.length, validation: validation.length, test: errors.length },
      origins: originsOf(records),
      ...{ steps: trained.steps, rate, seed, dataDigest },
      error: interval(errors, 'net'),
      baseline: { name: baseline.name, error: interval(baselineErrors, 'baseline') },
      gain: interval(
        baselineErrors.map((error, index) => error - (errors[index] ?? 0)),
        'gain',
      ),
      calibration: calibrated(fitted, scored),
      ...{ curve: trained.curve, confusion },
      architecture: await architectureHash(task.net),
    }
    return { weights: trained.weights, report }
  } finally {
    await predictor.close()
  }
}

/** Errors of weights on the test part of records, group by group: what two sets of weights are compared by. */
export async function taskErrors(
  { runtime }: Pick<TrainTaskDeps, 'runtime'>,
  task: NetTask,
  weights: Float32Array,
  records: readonly Experience[],
): Promise<number[][]> {
  const { test } = splitExamples(task, records)
  const predictor = await createPredictor({ runtime }, { net: task.net, sizes: task.sizes, weights })
  try {
    const examples = test.map(({ example }) => example)
    return grouped(test, await predictEach(predictor, task, examples, task.error))
  } finally {
    await predictor.close()
  }
}

/** So many batches of the validation part choose the weights; more would cost more than they tell. */
const maxEvaluationBatches = 32

/** At most `count` of the examples, spread evenly. */
function thinned(examples: readonly Example[], count: number): readonly Example[] {
  if (examples.length <= count) return examples
  return Array.from({ length: count }, (_, index) => examples[Math.floor((index * examples.length) / count)] ?? {})
}

/** Intervals over fewer groups are narrower than they should be, and chance would pass for progress. */
const fewestGroups = 20

function splitExamples(task: NetTask, records: readonly Experience[]): Record<Split, GroupedExample[]> {
  const parts: Record<Split, GroupedExample[]> = { train: [], validation: [], test: [] }
  for (const found of task.examples(records)) parts[splitOf(found.group)].push(found)
  for (const [split, examples] of Object.entries(parts)) {
    const groups = new Set(examples.map(({ group }) => group)).size
    if (groups < fewestGroups) {
      throw new TrainingError(
        task.name,
        `there is too little experience: ${groups} groups for the ${split} part, where ${fewestGroups} are needed`,
      )
    }
  }
  return parts
}

/** Runs the net over examples, a batch at a time: only what `visit` makes of each is kept. */
async function predictEach<T>(
  predictor: Predictor,
  { net, sizes, weights }: NetTask,
  examples: readonly Example[],
  visit: (outputs: RowOutputs, example: Example) => T,
): Promise<T[]> {
  const rows = sizes.batch ?? 1
  const { fill, count } = orderedBatches(
    examples.map((example) => onlyInputs(example, Object.keys(net.inputs))),
    { rows, weights: weights.filter((name) => name in net.inputs) },
  )
  const results: T[] = []
  for (let index = 0; index < count; index++) {
    const batch: Batch = Object.fromEntries(
      Object.entries(net.inputs).map(([name, spec]) => {
        const size = sizeOf(shapeOf(spec, sizes))
        return [name, spec.type === 'int32' ? new Int32Array(size) : new Float32Array(size)]
      }),
    )
    fill(batch, index)
    const outputs = Object.entries(await predictor.run(batch))
    for (const [row, example] of examples.slice(index * rows, (index + 1) * rows).entries()) {
      const own = outputs.map(([name, values]) => {
        const width = values.length / rows
        return [name, values.subarray(row * width, (row + 1) * width)] as const
      })
      results.push(visit(Object.fromEntries(own), example))
    }
  }
  return results
}

function onlyInputs(example: Example, names: readonly string[]): Example {
  return Object.fromEntries(Object.entries(example).filter(([name]) => names.includes(name)))
}

function grouped(examples: readonly GroupedExample[], values: readonly number[]): number[][] {
  const groups = new Map<string, number[]>()
  for (const [index, { group }] of examples.entries())
    groups.set(group, [...(groups.get(group) ?? []), values[index] ?? 0])
  return [...groups.values()]
}

/** Nets that give a probability of success have an output and a target of that name. */
function scoredSuccess({ success }: RowOutputs, example: Example): Scored[] {
  return success === undefined ? [] : [{ logit: success[0] ?? 0, happened: example.success?.[0] === 1 }]
}

function calibrated(fitted: readonly Scored[], scored: readonly Scored[]): TaskReport['calibration'] {
  if (fitted.length === 0) return undefined
  const temperature = fitTemperature(fitted)
  const bins = calibrationBins(scored, { temperature })
  return { temperature, bins, error: calibrationError(bins) }
}

function originsOf(records: readonly Experience[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { origin } of records) counts[origin] = (counts[origin] ?? 0) + 1
  return counts
}

function digestOf(examples: readonly Example[]): string {
  const hash = createHash('sha256')
  for (const example of examples)
    for (const [name, values] of Object.entries(example)) hash.update(name).update(Float32Array.from(values))
  return hash.digest('hex')
}
