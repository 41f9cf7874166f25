/** Trains a net on what was gone through since, and puts the result to use only if it is better. */

import { createRng } from '@salp/core'
import { modelCard, type TaskReport } from '../evaluation/card.js'
import { bootstrapMean, type Interval } from '../evaluation/statistics.js'
import type { NetTask } from '../tasks/task.js'
import type { NetStore } from './net-store.js'
import { type TrainTaskDeps, type TrainTaskOptions, taskErrors, trainTask } from './train-task.js'

/** What came of it. */
export interface Improvement {
  readonly outcome: 'adopted' | 'refused'
  /** Error of what was in use (the baseline, if nothing was) less that of the new weights, on the test part. */
  readonly gain: Interval
  readonly report: TaskReport
  /** As Markdown. */
  readonly card: string
}

/**
 * Trains from the weights in use, and offers the result to the store.
 *
 * Old and new are compared on the same examples of the test part. A first net has to beat the baseline of its task.
 *
 * @throws For the reasons of {@link trainTask}; nothing in the store has changed then.
 */
export async function improveNet(
  deps: TrainTaskDeps,
  { task, store, ...options }: { readonly task: NetTask; readonly store: NetStore } & Omit<TrainTaskOptions, 'weights'>,
): Promise<Improvement> {
  const current = await store.current()
  const { weights, report } = await trainTask(deps, task, { ...options, weights: current })
  const gain = current === undefined ? report.gain : await gainOver(deps, task, current, weights, options)
  const outcome = await store.offer(weights, { steps: report.steps, dataDigest: report.dataDigest }, gain)
  return { outcome, gain, report, card: modelCard(task, report) }
}

async function gainOver(
  deps: TrainTaskDeps,
  task: NetTask,
  before: Float32Array,
  after: Float32Array,
  { records, seed = 0 }: Pick<TrainTaskOptions, 'records' | 'seed'>,
): Promise<Interval> {
  const [old, fresh] = [await taskErrors(deps, task, before, records), await taskErrors(deps, task, after, records)]
  const differences = old.map((group, index) => group.map((error, at) => error - (fresh[index]?.[at] ?? 0)))
  return bootstrapMean(differences, createRng(seed).fork('improvement'))
}
