/**
 * Derives the report of a study from its record: `pnpm --filter @salp/eval ab-report record.jsonl report.html`.
 *
 * Without a record it makes one of 10,000 trials up, and says how long its report takes.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { cellsOf } from '../../ab/plan.js'
import { analyseStudy, cellName, type Plan, parseStudy, reportHtml, type StudyRecord, sealPlan } from '../../index.js'

const { positionals } = parseArgs({ allowPositionals: true })
const [record, page] = positionals
const text = record === undefined ? await madeUp() : await readFile(record, 'utf8')
const began = systemClock.monotonic()
const usedBefore = process.cpuUsage()
const study = await parseStudy(text)
const report = reportHtml(analyseStudy(study))
const tookMs = systemClock.monotonic() - began
const { user, system } = process.cpuUsage(usedBefore)
if (page !== undefined) await writeFile(page, report)
console.log(
  `${study.trials.length} trials, ${report.length} characters of report, ${tookMs.toFixed(0)} ms by the clock, ` +
    `${((user + system) / 1_000).toFixed(0)} ms of processor (goal: 2,000 for 10,000 trials)`,
)

/** A study of 10,000 trials: 500 tasks, four seeds, two cells and the control. */
async function madeUp(): Promise<string> {
  const plan: Plan = {
    study: 'Made up',
    question: 'Is a coin better than another?',
    hypothesis: 'It is',
    factors: [{ name: 'coin', levels: ['old', 'new'] }],
    tasks: Array.from({ length: 625 }, (_, index) => `task-${index}`),
    seeds: ['1', '2', '3', '4'],
    primary: { factor: 'coin', axis: 'correct' },
    controlMargin: 0.1,
    looks: [0.5, 0.75, 1],
    alpha: 0.05,
    exclusions: 0.1,
    judges: ['first', 'second'],
  }
  const sealed = await sealPlan(plan)
  const records: StudyRecord[] = [{ type: 'plan', ...sealed }]
  const arms = [
    ...['a', 'b'].map((cell) => ['control', cell] as const),
    ...cellsOf(plan).map((cell) => ['main', cellName(cell)] as const),
  ]
  const rng = createRng('made up')
  const bit = (share: number): 0 | 1 => (rng() < share ? 1 : 0)
  for (const task of plan.tasks)
    for (const seed of plan.seeds)
      for (const [phase, cell] of arms)
        records.push({
          type: 'trial',
          phase,
          task,
          seed,
          cell,
          correct: bit(cell.endsWith('new') ? 0.56 : 0.5),
          hallucinated: bit(0.02),
          attempted: bit(0.95),
          costUsd: rng() / 100,
          latencyMs: 500 + 1_000 * rng(),
          calls: Math.floor(4 * rng()),
          scores: { first: rng(), second: rng() },
          preview: 'x'.repeat(200),
          at: 0,
        })
  return records.map((line) => `${JSON.stringify(line)}\n`).join('')
}
