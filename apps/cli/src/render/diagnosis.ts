/** What the doctor found. */

import type { CheckResult } from '../doctor/check.js'
import type { Diagnosis } from '../doctor/doctor.js'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { visible } from './visible.js'

const words = { pass: 'Pass', warn: 'Warn', fail: 'Fail', skip: 'Skip' } as const

/** Lists the findings, each with what to do, and sums them up. */
export function renderDiagnosis({ checks, healthy }: Diagnosis, style: Style): string {
  const { paint } = style
  const width = Math.max(...checks.map(({ title }) => title.length))
  const count = (status: CheckResult['status']): number => checks.filter((check) => check.status === status).length
  const parts = [
    `${count('pass')} passed`,
    ...(count('warn') > 0 ? [plural(count('warn'), 'warning')] : []),
    ...(count('fail') > 0 ? [`${count('fail')} failed`] : []),
    ...(count('skip') > 0 ? [`${count('skip')} skipped`] : []),
  ]
  const verdict = healthy ? paint.green('Salp can run') : paint.red('Something must be mended')
  return [...checks.map((check) => renderCheck(check, style, width)), '', `${verdict}: ${parts.join(', ')}`].join('\n')
}

function renderCheck({ status, title, detail, fix }: CheckResult, { paint }: Style, width: number): string {
  const look = { pass: paint.green, warn: paint.yellow, fail: paint.red, skip: paint.dim }[status]
  const [first = '', ...more] = visible(detail).split('\n')
  const margin = ' '.repeat(width + 8)
  const advice = fix === undefined || status === 'pass' ? [] : [`${margin}${paint.dim('→')} ${visible(fix)}`]
  return [
    `${look(words[status])}  ${title.padEnd(width)}  ${first}`,
    ...more.map((line) => margin + line),
    ...advice,
  ].join('\n')
}
