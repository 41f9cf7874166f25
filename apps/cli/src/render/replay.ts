/** A replayed session: what was, and what another configuration would have made of it. */

import type { ForecastScore, ReplayedCall, ReplayedStep, ReplayedTurn, ReplayReport, StepSteering } from '@salp/agent'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { duration } from './time.js'
import { oneLine } from './visible.js'
import { createWrapper } from './wrap.js'

/** Shows a replay; what differs stands as `recorded → replayed`. */
export function renderReplay(report: ReplayReport, style: Style): string {
  const { paint } = style
  const off = Object.entries(report.modules).flatMap(([name, on]) => (on ? [] : [name]))
  const head = [
    `Off in the replay: ${off.length === 0 ? 'nothing' : off.join(', ')}`,
    paint.dim(`Learnt first from ${plural(report.learntBefore, 'call')} of earlier sessions`),
  ]
  return [
    head.join('\n'),
    ...report.turns.map((turn) => renderTurn(turn, style)),
    renderScores(report, style),
    renderLimits(report, style),
  ].join('\n\n')
}

function renderTurn({ input, status, steps, calls }: ReplayedTurn, style: Style): string {
  const { paint } = style
  const width = Math.max(0, ...calls.map(({ tool }) => tool.length))
  return [
    `${paint.bold(`› ${oneLine(input, style.width - 20)}`)}  ${paint.dim(status ?? 'running')}`,
    ...steps.map((step) => renderStep(step, style)),
    ...calls.map((call) => renderCall(call, width, style)),
  ].join('\n')
}

/** What is told of a step; an empty text is nothing worth telling. */
const stepParts: readonly ((steering: StepSteering) => string)[] = [
  ({ regime }) => regime,
  ({ tier }) => `${tier} model`,
  ({ toolBudget }) => plural(toolBudget, 'call'),
  ({ retrievalLimit }) => plural(retrievalLimit, 'memory', 'memories'),
  ({ verification }) => (verification === 'strict' ? 'checks strictly' : ''),
  ({ askHuman }) => (askHuman ? 'asks you' : ''),
  ({ stop }) => (stop === undefined ? '' : `stops: ${oneLine(stop, 120)}`),
]

function renderStep({ step, recorded: was, replayed: is }: ReplayedStep, { paint }: Style): string {
  const parts = stepParts.flatMap((tell) => {
    const [before, after] = [was && tell(was), tell(is)]
    if (after === '' && !before) return []
    return [between(before === '' ? 'not so' : before, after === '' ? 'not so' : after, paint)]
  })
  return `  ${paint.dim(`step ${step}`)}  ${parts.join(paint.dim(' · '))}`
}

function renderCall({ tool, outcome, recorded, replayed }: ReplayedCall, width: number, { paint }: Style): string {
  const show = (of: (figures: typeof replayed) => string): string => between(of(recorded), of(replayed), paint)
  const parts = [
    show(({ rank }) => `#${rank}`),
    `works ${show(({ forecast }) => `${Math.round(100 * forecast)} %`)}`,
    `${show(({ bits }) => bits.toFixed(1))} bits`,
    ...(recorded.timeoutMs === undefined ? [] : [`limit ${show(({ timeoutMs = 0 }) => duration(timeoutMs))}`]),
    show(({ regime }) => regime),
  ]
  const mark = outcome === 'ok' ? paint.green('✓') : paint.red('✗')
  return `  ${mark} ${oneLine(tool, 40).padEnd(Math.min(40, width))}  ${parts.join(paint.dim(' · '))}`
}

/** One value where both are the same, else both. */
function between(was: string | undefined, is: string, paint: Style['paint']): string {
  if (was === undefined) return paint.yellow(is)
  return was === is ? paint.dim(is) : `${was} ${paint.yellow(`→ ${is}`)}`
}

function renderScores({ scores: { calls, recorded, replayed, baseRate } }: ReplayReport, { paint }: Style): string {
  if (recorded === undefined || replayed === undefined || baseRate === undefined) return 'No forecast can be scored'
  const line = (name: string, { brier, logLoss }: ForecastScore, note = ''): string =>
    `  ${name.padEnd(12)}${brier.toFixed(3).padStart(8)}${logLoss.toFixed(3).padStart(12)}  ${paint.dim(note)}`.trimEnd()
  return [
    `${paint.bold(`Forecasts of ${plural(calls, 'call')}`)}  ${paint.dim('lower is better')}`,
    paint.dim(`  ${''.padEnd(12)}${'Brier'.padStart(8)}${'log loss'.padStart(12)}`),
    line('recorded', recorded),
    line('replayed', replayed),
    line('base rate', baseRate, 'the share that worked, known only in hindsight'),
  ].join('\n')
}

function renderLimits({ limits }: ReplayReport, { paint, width }: Style): string {
  const wrapper = createWrapper(width)
  const lines = limits.map(
    (limit) => wrapper.beginLine('  · ', '    ') + wrapper.add(limit, (text) => text) + wrapper.endLine(),
  )
  return [paint.bold('What a replay cannot tell'), ...lines.map((line) => paint.dim(line.trimEnd()))].join('\n')
}
