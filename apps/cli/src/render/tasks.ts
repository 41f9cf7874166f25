/** Tasks as lines. */

import type { Task, Work, WorkReview } from '@salp/agent'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

const planMarks = { open: '○', in_progress: '◐', done: '●', dropped: '✕' } as const
const marks = { open: '○', in_progress: '◐', done: '●', abandoned: '✕' } as const

/** Lists tasks, with their notes below, and how far the agent is with those it does alone. */
export function renderTasks(tasks: readonly Task[], style: Style, work: readonly Work[] = []): string {
  const digits = Math.max(0, ...tasks.map(({ id }) => String(id).length))
  const lines = tasks.flatMap((task) => {
    const own = work.find(({ taskId }) => taskId === task.id)
    const below = own === undefined ? [] : [' '.repeat(digits + 4) + headOf(own, style)]
    return [renderTask(task, style, digits), ...below]
  })
  return lines.join('\n')
}

/** Work on a task: how far it is, what was checked, and what to do with it. */
export function renderWork(work: Work, style: Style): string {
  const { paint } = style
  const { checks, files = [], place, summary, state, judged, used } = work
  const checked = checks.map(({ command, exitCode, output }) => {
    const passed = exitCode === 0
    const tail = passed
      ? []
      : output
          .trim()
          .split('\n')
          .slice(-shownLines)
          .map((line) => `      ${paint.dim(oneLine(line, 200))}`)
    const mark = passed ? paint.green('✓') : paint.red('✕')
    return [
      `  ${mark} ${oneLine(command, 200)}${passed ? '' : paint.dim(exitCode === null ? '  ended' : `  exit ${exitCode}`)}`,
      ...tail,
    ].join('\n')
  })
  return [
    headOf(work, style),
    ...checked,
    ...(judged === undefined ? [] : renderReview(judged, style)),
    ...(files.length > 0 ? [`  ${paint.dim('changed')} ${files.join(', ')}`] : []),
    ...(summary === undefined ? [] : [`  ${paint.dim('said')} ${oneLine(summary, 500)}`]),
    ...(used === undefined
      ? []
      : [
          `  ${paint.dim('used')} ${used.calls} calls, ${used.tokens} tokens${used.costUsd === 0 ? '' : `, $${used.costUsd.toFixed(4)}`}`,
        ]),
    ...(state === 'done' && place !== undefined
      ? [`  ${paint.dim('take it over with')} git merge ${place.branch}`]
      : []),
  ].join('\n')
}

/** What a second model found, or why none did. */
function renderReview({ verdicts, model, independent, reason }: WorkReview, { paint }: Style): string[] {
  if (model === undefined) return [`  ${paint.yellow('not judged')} ${oneLine(reason ?? '', 200)}`]
  const who = `${oneLine(model, 80)}${independent ? '' : ', which did the work itself'}`
  return [
    `  ${paint.dim(`judged by ${who}`)}`,
    ...verdicts.map(
      ({ criterion, holds, why }) =>
        `  ${holds ? paint.green('✓') : paint.red('✕')} ${oneLine(criterion, 200)}${holds ? '' : paint.dim(`: ${oneLine(why, 200)}`)}`,
    ),
  ]
}

/** Lines of a failed command that are shown. */
const shownLines = 12

const states: Readonly<Record<Work['state'], string>> = {
  queued: 'waits for its turn',
  working: 'the agent works on it',
  verifying: 'is being verified',
  waiting: 'waits for its parts',
  done: 'done alone',
  blocked: 'needs you',
  stopped: 'stopped',
}

function headOf({ state, rounds, reason }: Work, { paint }: Style): string {
  const turns = rounds === 0 ? '' : `, ${rounds === 1 ? 'one turn' : `${rounds} turns`}`
  const colour = state === 'done' ? paint.green : state === 'blocked' ? paint.yellow : paint.dim
  return `${colour(states[state])}${paint.dim(turns)}${reason === undefined ? '' : `: ${oneLine(reason, 300)}`}`
}

/** One task as a line. `digits`: width of the number, for several below each other. */
export function renderTask(task: Task, { paint }: Style, digits = 1): string {
  const closed = task.status === 'done' || task.status === 'abandoned'
  const title = oneLine(task.title, 300)
  const priority = task.priority === 0 ? '' : paint.yellow(`  priority ${task.priority}`)
  const status = task.status === 'open' ? '' : paint.dim(`  ${task.status.replace('_', ' ')}`)
  const head = `${paint.cyan(`#${task.id}`.padEnd(digits + 1))} ${marks[task.status]} ${closed ? paint.dim(title) : title}${priority}${status}`
  const plan = (task.plan ?? [])
    .map(({ text, status }) => `\n${' '.repeat(digits + 4)}${planMarks[status]} ${paint.dim(oneLine(text, 300))}`)
    .join('')
  const notes = task.notes.trim() === '' ? '' : `\n${' '.repeat(digits + 4)}${paint.dim(oneLine(task.notes, 300))}`
  return head + notes + plan
}
