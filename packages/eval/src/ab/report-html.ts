/** A study as one page that needs nothing else: tables, and plots as SVG. */

import type { Interval } from '@salp/core'
import type { SequentialFinding } from '../statistics/sequential.js'
import type { Analysis, Contrast, Look } from './analyse.js'
import { type Axis, axes, planText } from './plan.js'

const units: Readonly<Record<Axis, { readonly title: string; readonly show: (value: number) => string }>> = {
  correct: { title: 'correct', show: percent },
  hallucinated: { title: 'made-up tool markup', show: percent },
  attempted: { title: 'attempted', show: percent },
  costUsd: { title: 'cost, USD', show: (value) => value.toPrecision(3) },
  latencyMs: { title: 'latency, ms', show: (value) => value.toFixed(0) },
  calls: { title: 'tool calls', show: (value) => value.toFixed(2) },
}

/** Writes the page. The same analysis gives the same page, byte for byte. */
export function reportHtml(analysis: Analysis): string {
  const { study, cells, control, contrasts, looks, sequential, agreement, faults } = analysis
  const { plan, sha256, trials, excluded } = study
  const primary = contrasts.find((contrast) => contrast.primary)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${spelt(plan.study)}</title>
<style>
:root { color-scheme: light dark; --line: #8886; --mark: #1773c9; --quiet: #888 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line) }
svg text { font: 12px system-ui, sans-serif; fill: currentColor }
.fault { border-left: 4px solid #c33; padding-left: .75rem }
code { overflow-wrap: anywhere }
</style>
<h1>${spelt(plan.study)}</h1>
<p>${spelt(plan.question)}</p>
<p><b>Hypothesis</b>: ${spelt(plan.hypothesis)}</p>
<p><b>Primary</b>: ${primary === undefined ? 'none' : sentence(primary, plan.alpha)}</p>
${faults.map((fault) => `<p class="fault">${spelt(fault)}</p>`).join('\n')}
<p>${trials.length} trials, ${excluded.length} left out, ${plan.tasks.length} tasks, ${plan.seeds.length} seeds. Plan sealed as <code>${sha256}</code>.</p>
<h2>Cells</h2>
${table(
  ['cell', 'trials', ...axes.map((axis) => units[axis].title)],
  cells.map(({ cell, trials: count, axes: by }) => [
    cell,
    String(count),
    ...axes.map((axis) => interval(by[axis], units[axis].show)),
  ]),
)}
<h2>Differences</h2>
${axes.map((axis) => forest(axis, contrasts, control)).join('\n')}
${table(
  ['difference', 'axis', 'tasks', 'estimate', 'p', 'exact p', 'adjusted (BH)', 'adjusted (Holm)'],
  contrasts.map((contrast) => [
    `${contrast.name}${contrast.primary ? ' (primary)' : ''}`,
    units[contrast.axis].title,
    String(contrast.tasks),
    interval(contrast.difference, signed(units[contrast.axis].show)),
    probability(contrast.p),
    contrast.exactP === undefined ? '' : probability(contrast.exactP),
    contrast.primary ? '' : probability(contrast.adjustedP),
    contrast.primary ? '' : probability(contrast.holmP),
  ]),
)}
<h2>Control: the same cell twice</h2>
${table(
  ['axis', 'tasks', 'b − a', 'p'],
  control.map(({ axis, tasks, difference, p }) => [
    units[axis].title,
    String(tasks),
    interval(difference, signed(units[axis].show)),
    probability(p),
  ]),
)}
<h2>Looks</h2>
${sequential === undefined ? looksTable(looks) : sequentialTable(sequential)}
<h2>Judges</h2>
${
  agreement.length === 0
    ? '<p>One judge: nothing is known of how far its verdicts are its own.</p>'
    : table(
        ['judges', 'replies', 'agree', 'Cohen’s κ'],
        agreement.map(({ judges, items, share, kappa }) => [
          judges.join(', '),
          String(items),
          percent(share),
          kappa.toFixed(2),
        ]),
      )
}
<h2>Method</h2>
<p>Intervals are of 95 %: Wilson’s for rates of cells, the percentile bootstrap over tasks for means and differences. Trials are paired
by task and seed and averaged by task, since seeds of one task are not independent; p-values flip the signs of tasks at random. All but
the primary difference are exploratory.${
    sequential === undefined
      ? ''
      : ' One looked after every task: p and interval of the primary difference hold at any time, by betting; those of all others are of a number of tasks that was not fixed before.'
  }</p>
<details><summary>Plan</summary><code>${spelt(planText(plan))}</code></details>
</html>
`
}

function looksTable(looks: readonly Look[]): string {
  return table(
    ['share of tasks', 'tasks', 'z', '|z| that stops', 'stops'],
    looks.map(({ share, tasks, z, bound, crossed }) => [
      percent(share),
      String(tasks),
      z.toFixed(2),
      bound.toFixed(2),
      crossed ? 'yes' : 'no',
    ]),
  )
}

function sequentialTable({ observations, e, p, crossedAt, mean }: SequentialFinding): string {
  return table(
    ['tasks', 'capital of a fair bet', 'p at any time', 'difference at all times', 'stops'],
    [
      [
        String(observations),
        e.toPrecision(3),
        probability(p),
        interval(mean, signed(percent)),
        crossedAt === undefined ? 'no' : `after ${crossedAt}`,
      ],
    ],
  )
}

function sentence({ name, axis, difference, p }: Contrast, alpha: number): string {
  const { title, show } = units[axis]
  const verdict = p <= alpha ? 'a difference' : 'no difference that chance would not make'
  return `${spelt(name)} on ${spelt(title)}: ${interval(difference, signed(show))}, p ${probability(p)}: ${verdict}.`
}

/** Differences on one axis beside those of the control, each a point and its interval. */
function forest(axis: Axis, contrasts: readonly Contrast[], control: readonly Contrast[]): string {
  const known = (all: readonly Contrast[]): Contrast[] =>
    all.filter((contrast) => contrast.axis === axis && Number.isFinite(contrast.difference.estimate))
  const ofControl = known(control).length
  const rows = [...known(contrasts), ...known(control)]
  if (rows.length === 0) return ''
  const reach = Math.max(...rows.flatMap(({ difference: { low, high } }) => [Math.abs(low), Math.abs(high)]), 1e-12)
  const [left, width, line] = [260, 420, 24]
  const x = (value: number): string => (left + width / 2 + (value / reach) * (width / 2)).toFixed(1)
  const { title, show } = units[axis]
  const height = rows.length * line + 40
  const marks = rows.map(({ name, difference: { estimate, low, high } }, index) => {
    const y = 30 + index * line
    const color = index >= rows.length - ofControl ? 'var(--quiet)' : 'var(--mark)'
    return `<text x="0" y="${y + 4}">${spelt(name.slice(0, 40))}</text><line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="2"/><circle cx="${x(estimate)}" cy="${y}" r="4" fill="${color}"/>`
  })
  return `<svg viewBox="0 0 720 ${height}" role="img" aria-label="Differences on ${spelt(title)}">
<text x="0" y="14" font-weight="bold">${spelt(title)}</text>
<line x1="${x(0)}" x2="${x(0)}" y1="18" y2="${height - 18}" stroke="var(--line)"/>
${marks.join('\n')}
<text x="${left}" y="${height - 4}">${signed(show)(-reach)}</text><text x="${left + width}" y="${height - 4}" text-anchor="end">${signed(show)(reach)}</text>
</svg>`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (kind: 'th' | 'td', fields: readonly string[]): string =>
    `<tr>${fields.map((field) => `<${kind}>${spelt(field)}</${kind}>`).join('')}</tr>`
  return `<table>${[row('th', head), ...rows.map((fields) => row('td', fields))].join('\n')}</table>`
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}

function signed(show: (value: number) => string): (value: number) => string {
  return (value) => `${value > 0 ? '+' : ''}${show(value)}`
}

function interval({ estimate, low, high }: Interval, show: (value: number) => string): string {
  return Number.isNaN(estimate) ? 'none' : `${show(estimate)} (${show(low)} to ${show(high)})`
}

function probability(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

function spelt(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
