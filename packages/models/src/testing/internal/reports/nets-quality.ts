/**
 * Trains the nets of the agent on simulated experience and on code that is installed here, and prints how much better than
 * their baselines they are: `pnpm quality [minutes a net] [names]`.
 */

import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@salp/core/node'
import * as runtime from 'onnxruntime-node'
import { beatsBaseline } from '../../../nets/evaluation/card.js'
import type { Interval } from '../../../nets/evaluation/statistics.js'
import type { Experience } from '../../../nets/experience/record.js'
import { simulateExperience } from '../../../nets/experience/simulate.js'
import { readSourceCorpus } from '../../../nets/node/source-corpus.js'
import { trainTask } from '../../../nets/node/train-task.js'
import { brainTask } from '../../../nets/tasks/brain.js'
import { plannerTask } from '../../../nets/tasks/planner.js'
import { qualityTask } from '../../../nets/tasks/quality.js'
import type { NetTask } from '../../../nets/tasks/task.js'
import { unifiedSpecials, unifiedTask } from '../../../nets/tasks/unified.js'
import { trainTokenizer } from '../../../nets/tokenizer/train-tokenizer.js'

const [minutes = '2', ...names] = process.argv.slice(2)
const budgetMs = Number(minutes) * 60_000

/** Packages that pnpm installed for this repository. */
async function installedPackages(): Promise<string[]> {
  const root = fileURLToPath(new URL('../../../../../../node_modules/.pnpm', import.meta.url))
  const found: string[] = []
  for (const entry of await readdir(root)) {
    const [, name] = /^((?:@[^+]+\+)?[^@]+)@\d/.exec(entry) ?? []
    if (name !== undefined) found.push(`${root}/${entry}/node_modules/${name.replace('+', '/')}`)
  }
  return found
}

async function unified(): Promise<{ task: NetTask; records: Experience[]; steps: number }> {
  const licences = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause']
  const corpus = await readSourceCorpus({ packages: await installedPackages(), licences, maxBytes: 4_000_000 })
  console.log(
    `\nCode of ${corpus.packages.length} packages, ${(corpus.packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(1)} MB:`,
  )
  console.log(corpus.packages.map(({ name, version, licence }) => `${name} ${version} (${licence})`).join(', '))
  const records = [...corpus.records, ...simulateExperience({ seed: 1, steps: 1_500, diffs: 1_500, plans: 1_000 })]
  const started = systemClock.monotonic()
  const texts = records.map((record) => (record.type === 'code' ? record.text : JSON.stringify(record)))
  const tokenizer = trainTokenizer(texts, { size: 8_192, specials: unifiedSpecials })
  console.log(`Tokenizer of ${tokenizer.size} in ${((systemClock.monotonic() - started) / 1_000).toFixed(1)} s\n`)
  return { task: unifiedTask(tokenizer, { reach: 96, length: 64 }), records, steps: 600 }
}

const all: Readonly<Record<string, () => Promise<{ task: NetTask; records: Experience[]; steps: number }>>> = {
  brain: async () => ({ task: brainTask, records: simulateExperience({ seed: 1, steps: 8_000 }), steps: 600 }),
  quality: async () => ({ task: qualityTask, records: simulateExperience({ seed: 1, diffs: 8_000 }), steps: 600 }),
  planner: async () => ({ task: plannerTask, records: simulateExperience({ seed: 1, plans: 3_000 }), steps: 200 }),
  unified,
}

const show = ({ mean, low, high }: Interval): string => `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
for (const [name, make] of Object.entries(all)) {
  if (names.length > 0 && !names.includes(name)) continue
  const { task, records, steps } = await make()
  const started = systemClock.monotonic()
  const { report } = await trainTask({ clock: systemClock, runtime }, task, { records, steps, seed: 1, budgetMs })
  const seconds = ((systemClock.monotonic() - started) / 1_000).toFixed(0)
  console.log(
    `${name}: ${task.net.parameterCount} weights, ${report.steps} steps at ${report.rate}, ${seconds} s in all`,
  )
  console.log(`  ${task.metric}\n  net ${show(report.error)}, ${report.baseline.name} ${show(report.baseline.error)}`)
  console.log(
    `  gain ${show(report.gain)}: ${beatsBaseline(report) ? 'beats its baseline' : 'does not beat its baseline'}`,
  )
  if (report.calibration !== undefined) {
    console.log(
      `  temperature ${report.calibration.temperature.toFixed(2)}, calibration error ${report.calibration.error.toFixed(3)}`,
    )
  }
}
