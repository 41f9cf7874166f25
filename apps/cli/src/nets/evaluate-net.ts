/** How good weights are, on data they never saw. */

import { createRng } from '@salp/core'
import { bootstrapMean, splitOf } from '@salp/models/nets'
import { loadWeights, taskErrors } from '@salp/models/nets/node'
import * as runtime from 'onnxruntime-node'
import { showInterval } from './interval.js'
import type { Lesson } from './lab.js'

const interval = (groups: readonly (readonly number[])[], name: string): ReturnType<typeof bootstrapMean> =>
  bootstrapMean(groups, createRng(1).fork(name))

/** Measures weights against the baseline of their task: means with 95 % intervals over groups of the test part. */
export async function evaluateNet({ task, records }: Lesson, weights: Float32Array) {
  const net = await taskErrors({ runtime }, task, weights, records)
  const baseline = baselineErrors({ task, records })
  const gains = net.map((group, index) => group.map((error, at) => (baseline.errors[index]?.[at] ?? 0) - error))
  return {
    metric: task.metric,
    net: showInterval(interval(net, 'net')),
    baseline: { name: baseline.name, error: showInterval(interval(baseline.errors, 'baseline')) },
    gain: showInterval(interval(gains, 'gain')),
  }
}

/** Offers the weights of a file to the store: they must beat what is in use, or the baseline if nothing is. */
export async function offerWeights(
  lesson: Lesson,
  path: string,
): Promise<{ readonly outcome: 'adopted' | 'refused'; readonly gain: string }> {
  const { task, records, store } = lesson
  const { flat, steps, dataDigest } = await loadWeights(path, task.net)
  const current = await store.current()
  const theirs = await taskErrors({ runtime }, task, flat, records)
  const before =
    current === undefined ? baselineErrors(lesson).errors : await taskErrors({ runtime }, task, current, records)
  const gain = interval(
    theirs.map((group, index) => group.map((error, at) => (before[index]?.[at] ?? 0) - error)),
    'gain',
  )
  return { outcome: await store.offer(flat, { steps, dataDigest }, gain), gain: showInterval(gain) }
}

function baselineErrors({ task, records }: Pick<Lesson, 'task' | 'records'>): { name: string; errors: number[][] } {
  const all = task.examples(records)
  const training = all.filter(({ group }) => splitOf(group) === 'train').map(({ example }) => example)
  const baseline = task.baseline(training)
  const groups = Map.groupBy(
    all.filter(({ group }) => splitOf(group) === 'test'),
    ({ group }) => group,
  )
  return {
    name: baseline.name,
    errors: [...groups.values()].map((group) => group.map(({ example }) => baseline.error(example))),
  }
}
