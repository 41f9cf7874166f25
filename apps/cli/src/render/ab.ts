/** What a study found, for a reader. */

import type { Interval } from '@salp/core'
import type { Analysis, CellSummary, Contrast, SequentialFinding } from '@salp/eval'
import { renderColumns } from './columns.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'

/** Renders the primary difference, the cells, the control, and what speaks against the study. */
export function renderAnalysis(
  { study: { plan, sha256, trials }, cells, control, contrasts, sequential, faults }: Analysis,
  style: Style,
): string {
  const { axis } = plan.primary
  const { paint } = style
  const parts = [
    `${paint.bold(plan.study)}: ${plan.question}\n${paint.dim(`${plural(trials.length, 'trial')}, plan sealed with ${sha256.slice(0, 12)}`)}`,
    renderColumns<CellSummary>(
      cells,
      [
        { title: 'cell', cell: ({ cell }) => cell },
        { title: 'trials', cell: (cell) => String(cell.trials), align: 'right' },
        { title: axis, cell: (cell) => interval(cell.axes[axis]) },
      ],
      style,
    ),
    `${paint.bold('Differences')}, the primary one first; p of the others is adjusted by Benjamini and Hochberg\n${differences(contrasts, style)}`,
    ...(sequential === undefined ? [] : [lookedAt(sequential)]),
    ...(control.length === 0
      ? []
      : [`${paint.bold('Control')}, where nothing differs\n${differences(control, style)}`]),
    faults.length === 0
      ? 'Nothing speaks against the study as it was done'
      : `${paint.bold('What speaks against it')}\n${faults.map((fault) => `- ${fault}`).join('\n')}`,
  ]
  return parts.join('\n\n')
}

function lookedAt({ observations, p, crossedAt }: SequentialFinding): string {
  const when = crossedAt === undefined ? 'it was never clear' : `it was clear after ${crossedAt}`
  return `The primary difference was looked at after each of ${plural(observations, 'task')}: ${when}. Its p of ${p.toFixed(4)} and its interval hold at any time`
}

function differences(contrasts: readonly Contrast[], style: Style): string {
  return renderColumns<Contrast>(
    contrasts,
    [
      { title: 'difference', cell: ({ name }) => name },
      { title: 'of', cell: ({ axis }) => axis },
      { title: 'tasks', cell: ({ tasks }) => String(tasks), align: 'right' },
      { title: 'mean [95 %]', cell: ({ difference }) => interval(difference) },
      { title: 'p', cell: ({ primary, p, adjustedP }) => (primary ? p : adjustedP).toFixed(4), align: 'right' },
    ],
    style,
  )
}

/** Rates as shares, all else in its unit. */
function interval({ estimate, low, high }: Interval): string {
  if (Number.isNaN(estimate)) return '–'
  const [mean, least, most] = [estimate, low, high].map((value) => String(Number(value.toPrecision(3))))
  return `${mean} [${least}, ${most}]`
}
