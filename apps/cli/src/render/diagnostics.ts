/** What a compiler says, with the line it speaks of and a mark below it. */

import type { Diagnostic } from '@salp/cartridge/compile'
import stringWidth from 'string-width'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { visible } from './visible.js'

/** Renders messages in the order of their places; nothing for none. `file`: the source, as the reader may open it. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], file: string, style: Style): string {
  const ordered = diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return ordered.map((diagnostic) => renderDiagnostic(diagnostic, file, style)).join('\n\n')
}

/** Counts them: `2 errors, 1 warning`. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity'], name: string): string[] => {
    const found = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
    return found === 0 ? [] : [plural(found, name)]
  }
  return [...count('error', 'error'), ...count('warning', 'warning'), ...count('info', 'remark')].join(', ')
}

function renderDiagnostic(diagnostic: Diagnostic, file: string, { paint }: Style): string {
  const { severity, code, message, line, column, excerpt, hint } = diagnostic
  const mark = { error: paint.red, warning: paint.yellow, info: paint.cyan }[severity]
  // Without an excerpt it is about the whole.
  const place = excerpt === '' ? file : `${file}:${line}:${column}`
  const head = `${paint.bold(place)} ${mark(`${severity} ${code}`)}: ${visible(message)}`
  const margin = String(line).length
  const shown =
    excerpt === ''
      ? []
      : [
          `${paint.dim(`  ${line} │`)} ${expand(excerpt)}`,
          `${paint.dim(`  ${' '.repeat(margin)} │`)} ${mark(carets(diagnostic))}`,
        ]
  return [head, ...shown, ...(hint === null ? [] : [`  ${paint.dim('hint:')} ${visible(hint)}`])].join('\n')
}

/** Marks the part of the line; what goes on below it is marked to the end. */
function carets({ line, column, endLine, endColumn, excerpt }: Diagnostic): string {
  const end = endLine === line ? endColumn : excerpt.length + 1
  const before = stringWidth(expand(excerpt.slice(0, column - 1)))
  const marked = stringWidth(expand(excerpt.slice(column - 1, end - 1)))
  return ' '.repeat(before) + '^'.repeat(Math.max(1, marked))
}

function expand(text: string): string {
  return visible(text).replaceAll('\t', '  ')
}
