/** The agent's own work as activities: its turns from every surface, calls without a turn, and tasks done alone. */

import type { Agent } from '../agent.js'
import type { Autonomy } from '../autonomy/autonomy.js'
import type { Activity } from '../protocol-activity.js'
import type { ActivitySource } from './activities.js'

/** Whose work it is. */
export interface AgentSourcesDeps {
  readonly agent: Agent
  /** Does tasks alone, if it may. */
  readonly autonomy?: Pick<Autonomy, 'list' | 'stop'> | undefined
}

/** Characters of what was said that are shown. */
const shownLength = 200

/** Gives the sources of an agent. A turn of a task that is done alone stands for itself only as that task. */
export function agentSources({ agent, autonomy }: AgentSourcesDeps): ActivitySource[] {
  return [turnSource({ agent, autonomy }), callSource(agent), ...(autonomy ? [workSource(agent, autonomy)] : [])]
}

function turnSource({ agent, autonomy }: AgentSourcesDeps): ActivitySource {
  return {
    list() {
      const alone = new Set(autonomy?.list().map(({ sessionId }) => sessionId))
      const waiting = new Set([...agent.approvals.pending(), ...agent.questions.open()].map(({ turnId }) => turnId))
      return agent.store.openTurns().flatMap(({ id, sessionId, input, channel, startedAt }): Activity[] => {
        if (alone.has(sessionId)) return []
        const title = agent.store.get(sessionId)?.title ?? ''
        return [
          {
            ...{ id: `turn:${sessionId}`, kind: 'turn', title: title || 'A conversation', channel, sessionId },
            ...{ detail: input.slice(0, shownLength).toWellFormed(), since: startedAt },
            state: waiting.has(id) ? 'waiting' : 'running',
          },
        ]
      })
    },
    stop: (id) => void agent.stop(id.slice('turn:'.length)),
  }
}

function callSource(agent: Agent): ActivitySource {
  return {
    list() {
      const waiting = new Set(agent.approvals.pending().map(({ turnId }) => turnId))
      return agent.calls().map(({ turnId, sessionId, tool, channel, startedAt }) => ({
        ...{ id: `call:${turnId}`, kind: 'call', title: tool, channel, sessionId, since: startedAt },
        state: waiting.has(turnId) ? 'waiting' : 'running',
      }))
    },
    stop: (id) => void agent.stopCall(id.slice('call:'.length)),
  }
}

const workStates: Readonly<Record<string, Activity['state']>> = {
  queued: 'queued',
  working: 'running',
  verifying: 'running',
  waiting: 'queued',
  blocked: 'blocked',
}

const workWords: Readonly<Record<string, string>> = {
  queued: 'Waits for its turn',
  working: 'Is being worked on',
  verifying: 'Is being verified',
  waiting: 'Waits for its parts',
}

function workSource(agent: Agent, autonomy: Pick<Autonomy, 'list' | 'stop'>): ActivitySource {
  return {
    list() {
      const open = new Map(agent.tasks.list('open').map((task) => [task.id, task]))
      const asking = agent.questions.open()
      return autonomy.list().flatMap((work): Activity[] => {
        const { taskId, sessionId, startedAt, finishedAt, queuedAt } = work
        const state = workStates[work.state]
        const task = open.get(taskId)
        if (state === undefined) return []
        // What asks its person is among the questions.
        const isAsked = asking.some(({ turnId }) => turnId.startsWith(`work-${taskId}-`))
        if (state === 'blocked' && (task === undefined || isAsked)) return []
        return [
          {
            ...{ id: `task:${taskId}`, kind: 'task', title: task?.title ?? `Task ${taskId}`, state },
            detail: workWords[work.state] ?? work.reason,
            since: finishedAt ?? startedAt ?? queuedAt,
            ...(sessionId !== undefined && { sessionId }),
          },
        ]
      })
    },
    stop: (id) => void autonomy.stop(Number(id.slice('task:'.length))),
  }
}
