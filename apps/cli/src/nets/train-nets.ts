/** Training the nets of an agent, one after the other. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Improvement, improveNet } from '@salp/models/nets/node'
import * as runtime from 'onnxruntime-node'
import type { Invocation } from '../invocation.js'
import type { Style } from '../render/style.js'
import { showInterval } from './interval.js'
import type { openLab } from './lab.js'
import type { NetName } from './names.js'

/** What became of a net. */
export interface TrainedNet {
  readonly name: NetName
  readonly outcome: Improvement['outcome']
  readonly metric: string
  readonly report: Improvement['report']
  readonly gain: Improvement['gain']
  readonly seconds: number
}

/** Trains nets within `budgetMs` altogether, telling how far it is; a net that does not win changes nothing. */
export async function trainNets(
  { io, signal, statusLine }: Invocation,
  lab: ReturnType<typeof openLab>,
  {
    names,
    simulated,
    code,
    budgetMs,
    seed,
  }: {
    names: readonly NetName[]
    simulated: boolean
    code: readonly string[] | undefined
    budgetMs: number
    seed: number
  },
  onTrained: (trained: TrainedNet) => void,
): Promise<void> {
  const { clock } = io
  const end = clock.monotonic() + budgetMs
  const lessons = []
  for (const name of names) {
    statusLine.show(`${name}: gathering what it learns from`)
    lessons.push({ name, ...(await lab.lesson(name, { simulated, code, signal })) })
  }
  let shares = lessons.reduce((sum, { share }) => sum + share, 0)
  for (const { name, task, records, steps, share, store, folder } of lessons) {
    const startedAt = clock.monotonic()
    const losses: { step: number; loss: number }[] = []
    const improvement = await improveNet(
      { clock, runtime },
      {
        ...{ task, store, records, steps, seed, signal, threads: 'auto' },
        budgetMs: ((end - startedAt) * share) / shares,
        checkpoints: { folder: join(folder, 'run'), every: 50 },
        onProgress: ({ phase, step, steps: all, loss, remainingMs }) => {
          if (phase === 'train') losses.push({ step, loss })
          const what = phase === 'search' ? 'trying a rate' : 'training'
          const left = Math.round(Math.min(remainingMs, end - clock.monotonic()) / 1_000)
          statusLine.show(`${name}: ${what}, step ${step} of ${all}, loss ${loss.toFixed(3)}, ${left} s left at most`)
        },
      },
    )
    shares -= share
    const { outcome, report, gain, card } = improvement
    const seconds = Math.round((clock.monotonic() - startedAt) / 1_000)
    const last = { name, outcome, metric: task.metric, report, gain, seconds, at: clock.now() }
    await writeFile(join(folder, 'last-training.json'), `${JSON.stringify({ ...last, losses })}\n`)
    if (outcome === 'adopted') await writeFile(join(folder, 'CARD.md'), card)
    statusLine.clear()
    onTrained(last)
  }
}

/** Tells what became of a net. */
export function renderTrained({ name, outcome, metric, report, gain, seconds }: TrainedNet, { paint }: Style): string {
  const { error, baseline, steps, examples } = report
  return [
    `${paint.bold(name)}: ${outcome === 'adopted' ? paint.green('adopted') : paint.yellow('refused, what was in use stays')}`,
    `  ${metric}`,
    `  net ${showInterval(error)} · ${baseline.name} ${showInterval(baseline.error)}`,
    `  gain over what was in use ${showInterval(gain)}, 95 % interval, on ${examples.test} examples it never saw`,
    paint.dim(`  ${steps} steps in ${seconds} s, from ${examples.train} examples`),
  ].join('\n')
}
