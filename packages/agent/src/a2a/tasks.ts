/** What other agents ask for, as tasks: each is a turn of a session, told as it goes. */

import { Message, type StreamResponse, type Task } from '@a2a-js/sdk'
import { RequestMalformedError, UnsupportedOperationError } from '@a2a-js/sdk/errors'
import { type Clock, type IdSource, type Logger, SalpError } from '@salp/core'
import type { ActivitySource } from '../activity/activities.js'
import type { Agent } from '../agent.js'
import type { AgentEvent, Approval, Question } from '../protocol.js'
import type { StrangerTask } from '../protocol-strangers.js'
import { createInbox } from './inbox.js'
import { agentMessage, answerOf, isFinal, textOf, toStatus, toTask } from './message.js'
import { createStrangerTasks, maxStrangerText, type Strangers } from './strangers.js'
import type { Caller, Standing, StoredTask, TaskStateName, TaskStore } from './task-store.js'

/** What tasks ask of the application. */
export interface TasksDeps {
  readonly agent: Agent
  readonly store: TaskStore
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  /** What strangers may have; nothing where it is absent. */
  readonly strangers?: Strangers | undefined
  /** Why nothing may run now. */
  paused?(): string | undefined
}

/** A task as it is now. */
export interface TaskView {
  readonly standing: Standing
  /** The final text, where the caller may have it. */
  readonly answer?: string | undefined
  readonly history: Message[]
}

/** Tasks of other agents. */
export interface A2aTasks {
  /** A task of that caller. */
  find(id: string, caller: Caller): StoredTask | undefined
  /** Begins a task. @throws An error of the protocol if it cannot be begun. */
  begin(caller: Caller, message: Message): StoredTask
  /** Says something to a task that waits for it. @throws UnsupportedOperationError if it does not wait. */
  say(task: StoredTask, message: Message): void
  /** Calls a task off, and waits until it has ended. */
  cancel(task: StoredTask): Promise<void>
  view(task: StoredTask): TaskView
  /** The task on the wire, as it is now. */
  show(task: StoredTask): Task
  /** The task as it is, then what changes, until it has ended or waits for somebody. */
  watch(task: StoredTask, options: { readonly signal: AbortSignal }): AsyncGenerator<StreamResponse, void, undefined>
  /** The newest tasks of strangers, for the owner. */
  ofStrangers(limit: number): StrangerTask[]
  /** What strangers are having done. */
  readonly strangerSource: ActivitySource
  /** Hears of each change of a state. @returns Stops that. */
  onChange(listener: (task: StoredTask) => void): () => void
  /** Goes on with what an earlier process left; the agents go on with their turns by themselves. */
  start(): void
  close(): Promise<void>
}

/** Events after which a task may stand elsewhere. */
const changing = [
  ...(['approval:requested', 'approval:resolved', 'question:asked', 'question:answered'] as const),
  'turn:finished' as const,
]

/** What a client answers to have a call run. */
const yes = 'approve'

/** Creates the tasks; nothing runs before the first message. */
export function createA2aTasks({ agent, store, clock, ids, log, strangers, paused }: TasksDeps): A2aTasks {
  const closing = new AbortController()
  const listeners = new Set<(task: StoredTask) => void>()
  const tell = (task: StoredTask | undefined): void => {
    if (task === undefined) return
    for (const listener of [...listeners]) listener(task)
  }
  const desk =
    strangers && createStrangerTasks({ strangers, store, clock, log, onChange: (taskId) => tell(store.get(taskId)) })
  const stops = changing.map((name) => agent.events.subscribe(name, ({ turnId }) => tell(store.ofTurn(turnId))))

  const waiting = (turnId: string): { question?: Question | undefined; approval?: Approval | undefined } => ({
    question: agent.questions.open().find((question) => question.turnId === turnId),
    approval: agent.approvals.pending().find((approval) => approval.turnId === turnId),
  })
  const ofTurn = (turnId: string, task: StoredTask): TaskView => {
    const finished = finishOf(agent.store.turnEvents(turnId))
    const history = historyOf(agent, task, turnId)
    if (finished !== undefined) {
      const { status, text, reason } = finished.data
      const standing = { state: stateOf[status], text: reason, at: finished.at }
      return { standing, answer: text === '' ? undefined : text, history }
    }
    if (agent.store.get(task.sessionId) === undefined)
      return { standing: { state: 'canceled', text: 'Its conversation was deleted', at: task.createdAt }, history }
    const { question, approval } = waiting(turnId)
    if (question !== undefined) {
      const text = [question.question, ...question.options.map((option) => `- ${option}`)].join('\n')
      return { standing: { state: 'input-required', text, at: question.askedAt }, history }
    }
    if (approval !== undefined) {
      const standing = { state: 'input-required' as const, text: requestOf(approval), at: approval.requestedAt }
      return { standing, history }
    }
    return { standing: { state: 'working', at: task.createdAt }, history }
  }
  const view = (task: StoredTask): TaskView => {
    if (task.turnId !== undefined) return ofTurn(task.turnId, task)
    const standing = task.standing ?? { state: 'working', at: task.createdAt }
    return { standing, answer: desk?.answer(task), history: [] }
  }
  const show = (task: StoredTask): Task => toTask(task, view(task))

  const beginOwn = (message: Message, text: string): StoredTask => {
    try {
      const sessionId = message.contextId === '' ? undefined : message.contextId
      const turn = agent.stream({ sessionId, text, channel: 'a2a' })
      const { sessionId: of, turnId } = turn
      return store.add({ id: ids(), sessionId: of, turnId, caller: 'owner', message: Message.toJSON(message) })
    } catch (error) {
      if (SalpError.is(error, 'agent/input')) throw new RequestMalformedError(error.message)
      if (SalpError.is(error, 'agent/session-busy')) throw new UnsupportedOperationError(error.message)
      throw error
    }
  }
  const beginFor = (caller: Caller, message: Message): StoredTask => {
    const text = textOf(message)
    const reason = paused?.()
    if (reason !== undefined) {
      const standing = { state: 'rejected' as const, text: `The agent is paused: ${reason}`, at: clock.now() }
      return store.add({ id: ids(), sessionId: ids(), caller, message: Message.toJSON(message), standing })
    }
    if (caller === 'owner') return beginOwn(message, text)
    if (desk?.open() !== true) throw new UnsupportedOperationError('Nothing is sold here now')
    if (text.trim() === '' || text.length > maxStrangerText)
      throw new RequestMalformedError(`Cannot take the message: send text, at most ${maxStrangerText} characters`)
    if (message.contextId !== '')
      throw new RequestMalformedError(
        'Cannot go on with a conversation: each task has one of its own. Leave contextId out',
      )
    const task = store.add({ id: ids(), sessionId: ids(), caller, message: Message.toJSON(message) })
    desk.advance(task, message.metadata ?? {})
    return task
  }

  const toStrangerTask = (task: StoredTask): StrangerTask => {
    const { standing, answer } = view(task)
    return {
      ...{
        id: task.id,
        text: textOf(Message.fromJSON(task.message)),
        state: standing.state,
        createdAt: task.createdAt,
      },
      ...(standing.text !== undefined && { detail: standing.text }),
      ...(answer !== undefined && { answer }),
    }
  }
  const strangerSource: ActivitySource = {
    list: () =>
      store.pending().map(({ task }) => ({
        ...{ id: `stranger:${task.id}`, kind: 'stranger', channel: 'a2a', state: 'running' as const },
        ...{ title: textOf(Message.fromJSON(task.message)).slice(0, 200).toWellFormed(), since: task.createdAt },
      })),
    async stop(id) {
      const task = store.get(id.slice('stranger:'.length))
      if (task !== undefined) await desk?.cancel(task)
    },
  }

  async function* watch(
    task: StoredTask,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<StreamResponse, void, undefined> {
    const inbox = createInbox<{ readonly delta?: string }>()
    const ends = [
      subscribeTo(listeners, ({ id }) => id === task.id && inbox.put({})),
      agent.events.subscribe('text:streamed', ({ turnId, data }) => {
        if (turnId === task.turnId) inbox.put(data)
      }),
    ]
    const place = { taskId: task.id, contextId: task.sessionId, metadata: undefined }
    const artifact = (text: string, how: { append: boolean; lastChunk: boolean }): StreamResponse => ({
      payload: { $case: 'artifactUpdate', value: { ...place, artifact: { ...answerOf(text) }, ...how } },
    })
    try {
      const first = store.get(task.id) ?? task
      // What changes while the reader takes this is in the inbox.
      const seen = view(first)
      let { state } = seen.standing
      yield { payload: { $case: 'task', value: toTask(first, seen) } }
      if (rests(state)) return
      let begun = false
      for await (const { delta } of inbox.read(AbortSignal.any([signal, closing.signal]))) {
        if (delta !== undefined) {
          yield artifact(delta, { append: begun, lastChunk: false })
          begun = true
          continue
        }
        const now = store.get(task.id) ?? task
        const { standing, answer } = view(now)
        if (standing.state === state && !rests(state)) continue
        state = standing.state
        if (isFinal(state) && answer !== undefined) yield artifact(answer, { append: false, lastChunk: true })
        yield { payload: { $case: 'statusUpdate', value: { ...place, status: toStatus(now, standing) } } }
        if (rests(state)) return
      }
    } finally {
      for (const end of ends) end()
    }
  }

  return {
    find(id, caller) {
      const task = store.get(id)
      return task?.caller === caller ? task : undefined
    },
    begin: beginFor,
    say(task, message) {
      const { state } = view(task).standing
      if (state !== 'input-required')
        throw new UnsupportedOperationError(`Cannot say something to task "${task.id}": it is ${state}`)
      if (task.turnId === undefined) {
        desk?.advance(task, message.metadata ?? {})
        return
      }
      const text = textOf(message).trim()
      const { question, approval } = waiting(task.turnId)
      if (question !== undefined) agent.questions.answer(question.id, text)
      else if (approval !== undefined)
        agent.approvals.decide(
          approval.id,
          text.toLowerCase() === yes
            ? { decision: 'approve', scope: 'once' }
            : { decision: 'deny', scope: 'once', reason: text.slice(0, 2_000) },
        )
    },
    async cancel(task) {
      if (task.turnId === undefined) {
        await desk?.cancel(task)
        return
      }
      const running = agent.running(task.sessionId)
      if (running?.turnId !== task.turnId) return
      agent.stop(task.sessionId)
      await running.result
    },
    view,
    show,
    watch,
    ofStrangers: (limit) => store.list('stranger', {}).slice(0, limit).map(toStrangerTask),
    strangerSource,
    onChange: (listener) => subscribeTo(listeners, listener),
    start: () => desk?.start(),
    async close() {
      closing.abort()
      for (const stop of stops) stop()
      await desk?.close()
    },
  }
}

const stateOf = { completed: 'completed', stopped: 'failed', cancelled: 'canceled', failed: 'failed' } as const

/** Whether nothing comes of itself any more. */
function rests(state: TaskStateName): boolean {
  return state !== 'working'
}

function finishOf(events: readonly AgentEvent[]) {
  const last = events.findLast(({ name }) => name === 'turn:finished')
  return last?.name === 'turn:finished' ? last : undefined
}

/** What the agent said in a turn, step by step. */
function historyOf(agent: Agent, task: StoredTask, turnId: string): Message[] {
  return agent.store.messages(task.sessionId).flatMap(({ turnId: of, message }, index) => {
    if (of !== turnId || message.role !== 'assistant') return []
    const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    return text === '' ? [] : [agentMessage(task, { messageId: `${task.id}-${index}`, text })]
  })
}

function requestOf({ tool, input, risk }: Approval): string {
  const reasons = risk.reasons.length === 0 ? '' : ` (${risk.reasons.join('; ')})`
  return `May I call ${tool} with ${JSON.stringify(input)}? Its risk is ${risk.level}${reasons}. Answer "${yes}"; anything else is a no.`
}

function subscribeTo<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
