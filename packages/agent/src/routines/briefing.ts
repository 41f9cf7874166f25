/** What happened and what waits, told from what is on record; no model has a word in it. */

import { oneLine } from '@salp/core'
import type { Approval, Question, Task, TurnEvents } from '../protocol.js'
import type { Routine, RoutineRun } from '../protocol-routines.js'
import type { Work } from '../protocol-work.js'

/** What a briefing tells. */
export interface BriefingFacts {
  /** From and to, in ms since the epoch. */
  readonly since: number
  readonly now: number
  readonly tasks: readonly Task[]
  readonly work: readonly Work[]
  readonly approvals: readonly Approval[]
  readonly questions: readonly Question[]
  readonly routines: readonly Routine[]
  /** Since then. */
  readonly runs: readonly RoutineRun[]
  /** How turns ended since then. */
  readonly turns: readonly TurnEvents['turn:finished'][]
  /** What the application has to tell, one line each. */
  readonly more: readonly string[]
}

/** Lines of one section that are told. */
const toldLines = 20

/** Writes a briefing in Markdown: first what waits for the person, then what was done, then what comes. */
export function briefing(facts: BriefingFacts): string {
  const { since, now, tasks, work, approvals, questions, routines, runs, turns, more } = facts
  const title = (taskId: number): string => tasks.find(({ id }) => id === taskId)?.title ?? 'a task that is gone'
  const ended = work.filter(({ finishedAt = 0 }) => finishedAt >= since)
  const open = tasks.filter(({ status }) => status === 'open' || status === 'in_progress')
  const alone = new Set(work.map(({ taskId }) => taskId))
  const closed = tasks.filter(
    ({ id, status, updatedAt }) =>
      (status === 'done' || status === 'abandoned') && updatedAt >= since && !alone.has(id),
  )
  const soon = now + (now - since)
  const sections = [
    section('Waits for you', [
      ...approvals.map(({ tool, grant }) => `May it call ${tool}? (${grant})`),
      ...questions.map(({ question }) => question),
      ...work
        .filter(({ state }) => state === 'blocked')
        .map(({ taskId, reason = '' }) => `#${taskId} ${title(taskId)}: ${reason}`),
    ]),
    section('Done', [
      ...ended
        .filter(({ state }) => state === 'done')
        .map(({ taskId, files = [], place }) => {
          const where = place === undefined ? '' : `, on \`${place.branch}\``
          return `#${taskId} ${title(taskId)}: ${count(files.length, 'file')} changed${where}`
        }),
      ...closed.map(({ id, title: text, status }) => `#${id} ${text}${status === 'abandoned' ? ' (given up)' : ''}`),
    ]),
    section(
      'Went wrong',
      runs
        .filter(({ state }) => state === 'failed')
        .map(({ routineId, reason = '' }) => `${routines.find(({ id }) => id === routineId)?.title}: ${reason}`),
    ),
    section(
      'News',
      runs.flatMap(({ news }) => news),
    ),
    section(
      'Open',
      open.map(({ id, title: text, status }) => `#${id} ${text}${status === 'in_progress' ? ' (in progress)' : ''}`),
    ),
    section(
      'Coming',
      routines
        .filter(
          ({ nextAt = Infinity, trigger }) => nextAt <= soon && (trigger.type === 'cron' || trigger.type === 'at'),
        )
        .sort((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0))
        .map(({ title: text, nextAt = 0 }) => `${minute(nextAt)} ${text}`),
    ),
    section('Figures', [...(turns.length === 0 ? [] : [figures(turns)]), ...more]),
  ].filter((part) => part !== '')
  const head = `From ${minute(since)} to ${minute(now)} (UTC)`
  return [head, ...(sections.length === 0 ? ['Nothing happened, and nothing waits.'] : sections)].join('\n\n')
}

function section(heading: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const told = lines.slice(0, toldLines).map((line) => `- ${oneLine(line).slice(0, 300).toWellFormed()}`)
  const rest = lines.length - told.length
  return [`**${heading}**`, '', ...told, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')
}

function figures(turns: readonly TurnEvents['turn:finished'][]): string {
  const sum = (pick: (turn: TurnEvents['turn:finished']) => number): number =>
    turns.reduce((total, turn) => total + pick(turn), 0)
  const failed = turns.filter(({ status }) => status === 'failed').length
  const tokens = sum(({ usage }) => (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0))
  const parts = [
    `${count(turns.length, 'turn')}${failed === 0 ? '' : `, ${failed} of them failed`}`,
    count(
      sum(({ calls }) => calls),
      'call',
    ),
    ...(tokens === 0 ? [] : [`${tokens} tokens as providers reported them`]),
  ]
  return parts.join(', ')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}
