/** Tables of Markdown, aligned. */

import stringWidth from 'string-width'
import { renderInline } from './inline.js'
import type { Style } from './style.js'

/** Renders rows as they were written, each with its bars; ones that are no table, or too wide, come back as text. */
export function renderTable(lines: readonly string[], style: Style): string {
  const rows = lines.map(cells)
  const separator = rows.findIndex((row) => row.length > 0 && row.every((cell) => /^:?-+:?$/.test(cell)))
  const shown = rows
    .filter((_, index) => index !== separator)
    .map((row) => row.map((cell) => renderInline(cell, style)))
  const widths = Array.from({ length: Math.max(...shown.map((row) => row.length)) }, (_, column) =>
    Math.max(...shown.map((row) => stringWidth(row[column] ?? ''))),
  )
  const total = widths.reduce((sum, width) => sum + width + 3, -3)
  if (separator !== 1 || total > style.width) return lines.map((line) => `${line}\n`).join('')
  const { dim, bold } = style.paint
  const alignments = rows[separator]?.map((cell) => cell.endsWith(':') && !cell.startsWith(':')) ?? []
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        const padding = ' '.repeat(width - stringWidth(cell))
        return alignments[column] === true ? padding + cell : cell + padding
      })
      .join(dim(' │ '))
      .trimEnd()
  const [head = [], ...body] = shown
  const rule = dim(widths.map((width) => '─'.repeat(width)).join('─┼─'))
  return [line(head.map(bold)), rule, ...body.map(line), ''].join('\n')
}

function cells(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}
