/** Routines as lines. */

import type { Routine, RoutineRun, Trigger } from '@salp/agent'
import { plural } from './quantity.js'
import type { Style } from './style.js'
import { oneLine } from './visible.js'

/** Lists routines: when each is due, what it does, and how it went last. */
export function renderRoutines(routines: readonly Routine[], style: Style): string {
  return routines.map((routine) => renderRoutine(routine, style)).join('\n')
}

/** One routine, as two lines. */
export function renderRoutine(routine: Routine, { paint }: Style): string {
  const { id, title, trigger, action, enabled, nextAt, lastRun } = routine
  const next = nextAt === undefined ? '' : paint.dim(`, next ${minute(nextAt)}`)
  const rests = enabled ? '' : paint.yellow('  rests')
  const last = lastRun === undefined ? '' : paint.dim(`  last ${stateOf(lastRun)} ${minute(lastRun.dueAt)}`)
  const does =
    action.type === 'turn'
      ? action.text
      : action.type === 'task'
        ? `task: ${action.title}`
        : `briefing of the ${action.period}`
  return [
    `${paint.cyan(`#${id}`)} ${oneLine(title, 200)}${rests}`,
    `   ${whenOf(trigger)}${next}${last}`,
    `   ${paint.dim(oneLine(does, 200))}`,
  ].join('\n')
}

/** A routine with the times that it was due. */
export function renderRuns({ routine, runs }: { routine: Routine; runs: readonly RoutineRun[] }, style: Style): string {
  const { paint } = style
  const lines = runs.map((run) => {
    const { dueAt, state, reason, sessionId, taskId, news } = run
    const mark = state === 'done' ? paint.green('✓') : state === 'failed' ? paint.red('✕') : paint.dim('·')
    const where = taskId === undefined ? (sessionId ?? '') : `task #${taskId}`
    const new_ = news.length === 0 ? '' : `, ${plural(news.length, 'thing')} new`
    return `   ${mark} ${minute(dueAt)} ${stateOf(run)}${new_} ${paint.dim(where)}${reason === undefined ? '' : `: ${oneLine(reason, 200)}`}`
  })
  return [renderRoutine(routine, style), ...lines].join('\n')
}

function stateOf({ state }: RoutineRun): string {
  return state === 'waiting' ? 'waits' : state === 'running' ? 'goes on' : state
}

function whenOf(trigger: Trigger): string {
  switch (trigger.type) {
    case 'cron':
      return `at ${trigger.cron}${trigger.timezone === undefined ? '' : ` in ${trigger.timezone}`}`
    case 'every':
      return `every ${plural(trigger.minutes, 'minute')}`
    case 'at':
      return `once, ${minute(trigger.at)}`
    case 'files':
      return `when ${trigger.glob} changes in ${oneLine(trigger.folder, 200)}`
    case 'feed':
      return `when ${oneLine(trigger.url, 200)} has something new`
    case 'webhook':
      return 'when its webhook is called'
  }
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
