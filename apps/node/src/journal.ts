/** What turns leave behind: an episode of each one in which something was done. */

import type { AgentEvent, Task, Work } from '@salp/agent'
import type { Logger } from '@salp/core'
import type { EpisodeInput, Experience } from '@salp/memory'

/** Tools whose use says nothing about how something is done. */
const silent = new Set(['remember', 'recall', 'forget', 'ask_human', 'agent_status'])

/** Letters of a request that stand for it. */
const summaryLength = 300

/** Writes an episode of each turn that used a tool; to be told of the events of every turn that ends. */
export function createJournal({
  experience,
  log,
}: {
  readonly experience: Pick<Experience, 'log'>
  readonly log: Logger
}): (turn: readonly AgentEvent[]) => void {
  return (turn) => {
    const episode = toEpisode(turn)
    if (episode === undefined) return
    experience.log(episode).catch((error: unknown) => log.warn('An episode could not be written', { error }))
  }
}

/** Writes an episode of each task that was done alone, or was not: here the outcome was verified. */
export function createWorkJournal({
  experience,
  log,
}: {
  readonly experience: Pick<Experience, 'log'>
  readonly log: Logger
}): (work: Work, task: Task) => void {
  return (work, { title }) => {
    const { state, taskId, sessionId, finishedAt = 0, rounds, checks, reason } = work
    if (state === 'stopped') return
    const how =
      state === 'done'
        ? `Done in ${rounds === 1 ? 'one turn' : `${rounds} turns`}; ${checks.map(({ command }) => command).join(', ')} passed`
        : `Not done: ${reason}`
    experience
      .log({
        summary: `${title}. ${how}`.slice(0, summaryLength).toWellFormed(),
        outcome: state === 'done' ? 'success' : 'failure',
        steps: checks.map(({ command, exitCode }) => ({
          tool: 'verify',
          detail: `${command}: ${exitCode ?? 'ended'}`,
        })),
        source: { author: 'agent', channel: 'task', ...(sessionId !== undefined && { sessionId }), at: finishedAt },
        thread: sessionId ?? `task-${taskId}`,
      })
      .catch((error: unknown) => log.warn('An episode could not be written', { error }))
  }
}

/**
 * Makes an episode of the events of a turn; none of a turn without tools, or one that a person broke off.
 *
 * How it went is a proxy: success means that the turn ended by itself and the last use of every tool went well.
 */
export function toEpisode(events: readonly AgentEvent[]): EpisodeInput | undefined {
  const started = events.find((event) => event.name === 'turn:started')
  const finished = events.findLast((event) => event.name === 'turn:finished')
  if (started === undefined || finished === undefined || finished.data.status === 'cancelled') return undefined
  const inputs = new Map(
    events.flatMap((event) => (event.name === 'call:requested' ? [[event.data.callId, event.data.input]] : [])),
  )
  const calls = events.flatMap((event) => (event.name === 'call:finished' ? [event.data] : []))
  const done = calls.filter(({ tool }) => !silent.has(tool))
  if (done.length === 0) return undefined
  const last = new Map(done.map(({ tool, outcome }) => [tool, outcome.status]))
  const wellEnded = finished.data.status === 'completed' && [...last.values()].every((status) => status === 'ok')
  const { input, channel } = started.data
  return {
    summary: input.replace(/\s+/g, ' ').trim().slice(0, summaryLength).toWellFormed(),
    outcome: wellEnded ? 'success' : finished.data.status === 'failed' ? 'failure' : 'partial',
    steps: done
      .filter(({ outcome }) => outcome.status === 'ok')
      .slice(0, 200)
      .map(({ callId, tool }) => ({ tool, detail: tellApart(tool, inputs.get(callId)) })),
    source: { author: 'agent', channel, sessionId: finished.sessionId, turnId: finished.turnId, at: started.at },
    thread: finished.sessionId,
  }
}

/** The program and its first word, of a command; what tells one use of another tool apart is of its moment. */
function tellApart(tool: string, input: unknown): string | undefined {
  if (tool !== 'run_command' || typeof input !== 'object' || input === null || !('command' in input)) return undefined
  return /^[\w./-]{1,60}(?: [a-z][\w:.-]{0,60})?/.exec(String(input.command))?.[0]
}
