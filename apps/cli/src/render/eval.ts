/** Runs of cases, for a reader. */

import { type Interval, wilson } from '@salp/core'
import { type CaseResult, categories, median, type Regression, reportSuite } from '@salp/eval'
import type { ShownSuite } from '../eval/suite-runs.js'
import { renderColumns } from './columns.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { ago, duration } from './time.js'

/** Renders rates by category, what failed and why, and what it took. */
export function renderSuite(
  { run, results }: ShownSuite,
  { paint }: Style,
  { regression, against }: { readonly regression?: Regression | undefined; readonly against?: string | undefined } = {},
): string {
  const lines = [
    `${paint.bold(`Run ${run.id}`)}, ${run.subject}`,
    ...(run.endedAt === undefined
      ? [`Cut off at ${results.length} of ${run.plan.length * run.repeats}: the same command goes on`]
      : []),
    reportSuite(results, { least: 0, regression }).text,
    ...(against === undefined ? [] : [paint.dim(`Held against ${against}`)]),
    paint.dim(spent(results)),
  ]
  return lines.join('\n')
}

/** Renders runs, newest first. */
export function renderSuites(runs: readonly ShownSuite[], style: Style, now: number): string {
  if (runs.length === 0) return 'No runs yet'
  return renderColumns(
    runs,
    [
      { title: 'run', cell: ({ run }) => run.id, align: 'right' },
      { title: 'begun', cell: ({ run }) => ago(run.begunAt, now) },
      {
        title: 'trials',
        cell: ({ run, results }) => {
          const planned = run.plan.length * run.repeats
          return run.endedAt === undefined ? `${results.length} of ${planned}` : String(planned)
        },
        align: 'right',
      },
      { title: 'passed', cell: ({ results }) => rate(passed(results)) },
      { title: 'agent', cell: ({ run }) => run.subject },
    ],
    style,
  )
}

/** Writes a run as a page in Markdown. */
export function suiteMarkdown({ run, results }: ShownSuite): string {
  const cells = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const row = (name: string, own: readonly CaseResult[]): string[] => [
    name,
    String(own.length),
    String(own.filter(({ status }) => status === 'passed').length),
    rate(passed(own)),
  ]
  const rows = Object.keys(categories).flatMap((name) => {
    const own = results.filter(({ category }) => category === name)
    return own.length === 0 ? [] : [row(name, own)]
  })
  const listed = (status: CaseResult['status']): string[] =>
    results
      .filter((result) => result.status === status)
      .map(
        (result) =>
          `- \`${result.case}\`${run.repeats === 1 ? '' : `, trial ${result.repeat + 1}`}: ${plain(result.reason)}`,
      )
  const [failed, unavailable] = [listed('failed'), listed('unavailable')]
  const parts = [
    '# Property cases, tried on a real agent',
    'Printed by `salp eval report`; do not edit. Each case has an agent of its own, with an empty memory and the files of the case as its workspace; ' +
      'it passes if all properties of all its turns hold. Cases can be passed by luck, and what a case forbids is left undone by whoever does nothing. Intervals are Wilson’s, of 95 %.',
    `## \`${run.subject}\`\n\nBegun ${new Date(run.begunAt).toISOString().slice(0, 10)}; each case was tried ${run.repeats === 1 ? 'once' : plural(run.repeats, 'time')}.`,
    [['category', 'trials', 'passed', 'share [95 %]'], ['---', '---:', '---:', '---'], ...rows, row('all', results)]
      .map(cells)
      .join('\n'),
    ...(run.endedAt === undefined
      ? [`The run was cut off at ${results.length} of ${run.plan.length * run.repeats} trials.`]
      : []),
    ...(failed.length === 0 ? [] : [`## What failed\n\nThe first property that did not hold.\n\n${failed.join('\n')}`]),
    ...(unavailable.length === 0
      ? []
      : [`## What could not be tried\n\nIt counts neither way.\n\n${unavailable.join('\n')}`]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** On one line, with nothing that Markdown would read. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_<>|[\]]/g, '\\$&')
}

function passed(results: readonly CaseResult[]): Interval {
  const tried = results.filter(({ status }) => status !== 'unavailable')
  return wilson(tried.filter(({ status }) => status === 'passed').length, tried.length)
}

function rate({ estimate, low, high }: Interval): string {
  if (Number.isNaN(estimate)) return '–'
  const percent = (share: number): string => (100 * share).toFixed(1)
  return `${percent(estimate)} % [${percent(low)}, ${percent(high)}]`
}

function spent(results: readonly CaseResult[]): string {
  const turns = results.flatMap((result) => result.turns.map(({ trace }) => trace.cost))
  if (turns.length === 0) return 'No turn was done'
  const sum = (of: (cost: (typeof turns)[number]) => number): number =>
    turns.reduce((total, cost) => total + of(cost), 0)
  const tokens = sum((cost) => cost.tokens)
  const usd = sum((cost) => cost.costUsd)
  const model =
    tokens === 0 ? '' : `; ${tokens.toLocaleString('en')} tokens, $${usd.toFixed(4)} as far as prices are known`
  return `${plural(turns.length, 'turn')}, ${duration(median(turns.map(({ durationMs }) => durationMs)))} in the middle${model}`
}
