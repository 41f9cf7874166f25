/** Rows below each other, each value below its name. */

import stringWidth from 'string-width'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

/** One value of each row. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  /** Numbers stand at the right. @defaultValue `'left'` */
  readonly align?: 'left' | 'right' | undefined
}

/** Longest value that is shown whole. */
const maxWidth = 120

/** Renders rows under their titles; nothing for no rows. Lines may be wider than the terminal: values are not broken. */
export function renderColumns<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint }: Pick<Style, 'paint'>,
): string {
  if (rows.length === 0) return ''
  const body = rows.map((row) => columns.map(({ cell }) => oneLine(cell(row), maxWidth)))
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...body.map((cells) => stringWidth(cells[index] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align = 'left' }, index) => {
        const cell = cells[index] ?? ''
        const padding = ' '.repeat((widths[index] ?? 0) - stringWidth(cell))
        return align === 'right' ? padding + cell : cell + padding
      })
      .join('  ')
      .trimEnd()
  return [paint.dim(line(columns.map(({ title }) => title))), ...body.map(line)].join('\n')
}
