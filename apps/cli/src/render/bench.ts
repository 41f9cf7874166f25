/** Runs of the benchmark, for a reader. */

import type { Interval } from '@salp/core'
import type { BenchmarkRun, ProblemResult, RunReport, TierReport } from '@salp/eval'
import type { ComparedRuns, ShownRun } from '../bench/history.js'
import { renderColumns } from './columns.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { ago, duration } from './time.js'

/** Renders rates by tier, with what they took. */
export function renderRun({ run, report, results }: ShownRun, style: Style): string {
  const rows = [...report.tiers, ...(report.tiers.length > 1 ? [report.all] : [])]
  const table = renderColumns<TierReport>(
    rows,
    [
      { title: 'tier', cell: ({ tier }) => (tier === undefined ? 'all' : String(tier)) },
      { title: 'problems', cell: ({ problems }) => String(problems), align: 'right' },
      { title: 'pass@1', cell: ({ passAt1 }) => rate(passAt1) },
      ...(report.k === 1 ? [] : [{ title: `pass@${report.k}`, cell: ({ passAtK }: TierReport) => rate(passAtK) }]),
    ],
    style,
  )
  const { unavailable } = report.all
  const lines = [
    `${style.paint.bold(`Run ${run.id}`)}, ${run.solver}`,
    ...(run.endedAt === undefined
      ? [`Cut off at ${results.length} of ${run.plan.length}: the same command goes on`]
      : []),
    table,
    ...(unavailable > 0 ? [`${plural(unavailable, 'problem')} could not be tried, and are in no rate`] : []),
    ...(asksModel(results) ? [style.paint.dim(perSolve(report))] : []),
    style.paint.dim(
      `Intervals are Wilson's, of 95 %. Solving took ${duration(results.reduce((sum, { solveMs }) => sum + solveMs, 0))}`,
    ),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

/** Renders runs, newest first. */
export function renderHistory(runs: readonly ShownRun[], style: Style, now: number): string {
  if (runs.length === 0) return 'No runs yet'
  return renderColumns(
    runs,
    [
      { title: 'run', cell: ({ run }) => run.id, align: 'right' },
      { title: 'begun', cell: ({ run }) => ago(run.begunAt, now) },
      {
        title: 'problems',
        cell: ({ run, results }) =>
          run.endedAt === undefined ? `${results.length} of ${run.plan.length}` : String(run.plan.length),
        align: 'right',
      },
      { title: 'pass@1', cell: ({ report }) => rate(report.all.passAt1) },
      { title: 'solver', cell: ({ run }) => run.solver },
    ],
    style,
  )
}

/** Renders each problem of a run on a line. */
export function renderResults(results: readonly ProblemResult[], style: Style): string {
  return renderColumns(
    results,
    [
      { title: 'tier', cell: ({ tier }) => String(tier), align: 'right' },
      { title: 'problem', cell: ({ problem }) => problem },
      { title: 'verdict', cell: verdictOf },
      { title: 'took', cell: ({ solveMs }) => duration(solveMs), align: 'right' },
    ],
    style,
  )
}

/** Renders what was tried of one problem, in one run. */
export function renderAttempts({ id, solver }: BenchmarkRun, result: ProblemResult, { paint }: Style): string {
  const head = `${paint.bold(`Run ${id}`)}, ${solver}: ${verdictOf(result)}`
  const attempts = result.attempts.map(
    ({ source, verdict, message }, index) =>
      `${paint.dim(`Answer ${index + 1}: ${verdict}${message === '' ? '' : `, ${message}`}`)}\n${source.trimEnd()}`,
  )
  return [head, ...attempts].join('\n')
}

/** Renders a comparison of two runs. */
export function renderComparison({
  earlier,
  later,
  comparison: { problems, gained, lost, change, p },
}: ComparedRuns): string {
  return [
    `Run ${later.id} (${later.solver})`,
    `against run ${earlier.id} (${earlier.solver}), ${plural(problems, 'problem')} in both:`,
    `pass@1 ${points(change.estimate)} points [${points(change.low)}, ${points(change.high)}], ${gained} gained, ${lost} lost, p ${probability(p)} by McNemar's exact test`,
  ].join('\n')
}

/** Writes a run as a page in Markdown, with a run that it is held against. */
export function benchMarkdown(
  { run, report, results }: ShownRun,
  baseline: (ShownRun & Pick<ComparedRuns, 'parts'>) | undefined,
): string {
  const cells = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const table = (shown: RunReport): string =>
    [
      ['tier', 'problems', 'solved', 'pass@1 [95 %]', ...(shown.k === 1 ? [] : [`pass@${shown.k} [95 %]`])],
      ['---', '---:', '---:', '---', ...(shown.k === 1 ? [] : ['---'])],
      ...[...shown.tiers, shown.all].map(({ tier, problems, unavailable, passAt1, passAtK }) => [
        tier === undefined ? 'all' : String(tier),
        String(problems),
        String(Math.round(passAt1.estimate * (problems - unavailable))),
        rate(passAt1),
        ...(shown.k === 1 ? [] : [rate(passAtK)]),
      ]),
    ]
      .map(cells)
      .join('\n')
  const solved = (tier: number, from: number, to: number): string =>
    results
      .filter((result) => result.tier === tier)
      .filter(({ attempts }) => {
        const at = attempts.findIndex(({ verdict }) => verdict === 'pass')
        return at >= from && at < to
      })
      .map(({ problem }) => `\`${problem}\``)
      .join(', ') || 'none'
  const further = (tier: number): string =>
    report.k === 1 ? '' : ` By a further one of ${report.k} answers: ${solved(tier, 1, report.k)}.`
  const tiers = report.tiers.flatMap(({ tier }) => (tier === undefined || tier === 0 ? [] : [tier]))
  const parts = [
    asksModel(results) ? '# The coding benchmark' : '# The coding benchmark, with no language model',
    'Printed by `salp bench report`; do not edit. A problem is solved if the first answer passes its hidden tests in the sandbox; pass@k counts the first k answers. ' +
      'Intervals are of 95 %: those of rates are Wilson’s, those of differences the bootstrap’s over problems.',
    `## \`${run.solver}\`\n\nBegun ${new Date(run.begunAt).toISOString().slice(0, 10)}.\n\n${table(report)}`,
    ...(run.endedAt === undefined ? [`The run was cut off at ${results.length} of ${run.plan.length} problems.`] : []),
    ...(asksModel(results) ? [`${perSolve(report)}.`] : []),
    ...tiers.map((tier) => `Solved of tier ${tier}: ${solved(tier, 0, 1)}.${further(tier)}`),
  ]
  if (baseline !== undefined) {
    const compared = [
      ['tier', 'answers', 'problems', 'change in points [95 %]', 'gained', 'lost', 'p'],
      ['---', '---:', '---:', '---', '---:', '---:', '---'],
      ...baseline.parts.map(({ tier, k, comparison: { problems, change, gained, lost, p } }) => [
        ...[String(tier), String(k), String(problems)],
        `${points(change.estimate)} [${points(change.low)}, ${points(change.high)}]`,
        ...[String(gained), String(lost), probability(p)],
      ]),
    ]
    parts.push(
      `## Against \`${baseline.run.solver}\``,
      table(baseline.report),
      'Problem by problem, on those that both tried, by how many answers count; p is of McNemar’s exact test.',
      compared.map(cells).join('\n'),
    )
  }
  return `${parts.join('\n\n')}\n`
}

function verdictOf({ status, reason, attempts: [first] }: ProblemResult): string {
  if (status === 'unavailable') return `not tried: ${reason}`
  return first?.verdict ?? 'no answer'
}

function asksModel(results: readonly ProblemResult[]): boolean {
  return results.some(({ attempts }) => attempts.some(({ tokens }) => tokens > 0))
}

/** All that was spent, by what was solved at the first answer. */
function perSolve({ perSolve: { tokens, costUsd } }: RunReport): string {
  if (!Number.isFinite(tokens)) return 'Nothing was solved at the first answer'
  return `A problem that the first answer solved took ${Math.round(tokens).toLocaleString('en')} tokens, and $${costUsd.toFixed(4)} as far as prices are known, failures included`
}

function rate({ estimate, low, high }: Interval): string {
  if (Number.isNaN(estimate)) return '–'
  const percent = (share: number): string => (100 * share).toFixed(1)
  return `${percent(estimate)} % [${percent(low)}, ${percent(high)}]`
}

function points(difference: number): string {
  return `${difference > 0 ? '+' : ''}${(100 * difference).toFixed(1)}`
}

function probability(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : p.toFixed(4)
}
