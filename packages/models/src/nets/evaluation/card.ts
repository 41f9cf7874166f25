/** The card of a net: what it is for, what it learnt from, how good it is, and what it cannot do. */

import type { NetTask } from '../tasks/task.js'
import type { CalibrationBin } from './calibration.js'
import type { Interval } from './statistics.js'

/** What became of training a net. */
export interface TaskReport {
  readonly examples: { readonly train: number; readonly validation: number; readonly test: number }
  /** Where they come from, with how many. */
  readonly origins: Readonly<Record<string, number>>
  readonly steps: number
  readonly rate: number
  readonly seed: number
  /** On the test part, once, after everything was chosen. */
  readonly error: Interval
  readonly baseline: { readonly name: string; readonly error: Interval }
  /** Error of the baseline less that of the net, example by example: above 0 the net is better. */
  readonly gain: Interval
  /** If the net gives probabilities: by what they are divided, and how they stand on the test part. */
  readonly calibration?:
    | { readonly temperature: number; readonly error: number; readonly bins: readonly CalibrationBin[] }
    | undefined
  /** Held-out loss after so many steps, as it was found while training. */
  readonly curve: readonly { readonly step: number; readonly heldOut: number }[]
  /** If the net tells classes apart: how often each (row) was held for each (column), on the test part. */
  readonly confusion?:
    | { readonly names: readonly string[]; readonly counts: readonly (readonly number[])[] }
    | undefined
  readonly architecture: string
  readonly dataDigest: string
}

/** Whether a net is better than its baseline, as far as the data can tell. */
export function beatsBaseline({ gain }: TaskReport): boolean {
  return gain.low > 0
}

/** Writes the card as Markdown. */
export function modelCard(task: NetTask, report: TaskReport): string {
  const show = ({ mean, low, high }: Interval): string => `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
  const { examples, origins, calibration } = report
  const simulated = (origins.simulated ?? 0) > 0
  return `# ${task.name}

${task.purpose}

- Parameters: ${task.net.parameterCount.toLocaleString('en')}. Architecture \`${report.architecture.slice(0, 16)}\`.
- Trained ${report.steps} steps at a peak rate of ${report.rate}, seed ${report.seed}, on ${examples.train} examples; ${examples.validation} chose the weights, ${examples.test} measured them once.
- Where they come from: ${Object.entries(origins)
    .map(([origin, count]) => `${count} ${origin}`)
    .join(', ')}. Digest \`${report.dataDigest.slice(0, 16)}\`.
${simulated ? '- **Simulated experience is from made-up worlds with hidden rules. It shows that the net can learn, and nothing about how good it is at real work.**\n' : ''}
## How good it is

Mean over test examples with 95 % intervals (bootstrap over groups); ${task.metric}; lower is better.

| | |
| --- | --- |
| the net | ${show(report.error)} |
| ${report.baseline.name} | ${show(report.baseline.error)} |
| gain | ${show(report.gain)} |

${beatsBaseline(report) ? 'It beats its baseline.' : '**It does not beat its baseline**, as far as these data can tell.'}
${calibration === undefined ? '' : calibrationPart(calibration)}${report.confusion === undefined ? '' : confusionPart(report.confusion)}
## What it cannot do

${task.limits}

## What it reads

${task.reads.map(({ name, meaning }, index) => `${index}. **${name}**: ${meaning}`).join('\n')}
`
}

function calibrationPart({ temperature, error, bins }: NonNullable<TaskReport['calibration']>): string {
  const rows = bins.map(({ said, happened, count }) => `| ${said.toFixed(2)} | ${happened.toFixed(2)} | ${count} |`)
  return `
## Calibration

Scores are divided by ${temperature.toFixed(2)}, fitted on the validation part. Mean distance between what is said and what happens: ${error.toFixed(3)}.

| said | happened | examples |
| --- | --- | --- |
${rows.join('\n')}
`
}

/** Classes that never came are left out of the rows. */
function confusionPart({ names, counts }: NonNullable<TaskReport['confusion']>): string {
  const said = names.map((_, column) => counts.some((row) => (row[column] ?? 0) > 0))
  const columns = [...names.keys()].filter((column) => said[column])
  const rows = names.flatMap((name, row) => {
    const own = counts[row] ?? []
    return own.some((count) => count > 0)
      ? [`| ${[name, ...columns.map((column) => own[column] ?? 0)].join(' | ')} |`]
      : []
  })
  return `
## Classes

What it was (rows), and what the net held for likeliest (columns).

| ${['', ...columns.map((column) => names[column])].join(' | ')} |
| ${['', ...columns].map(() => '---').join(' | ')} |
${rows.join('\n')}
`
}
