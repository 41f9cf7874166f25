/** What the page knows of the running agent, folded from its events. */

import type { AgentEvent, Approval, FailureKind, Question } from '@salp/agent'

/** A tool call as the events tell it; the chat's message holds its input and output. */
export interface LiveCall {
  readonly phase: 'requested' | 'running' | 'finished'
  /** What it printed so far. */
  readonly progress: string
  readonly durationMs?: number
  /** What it ran with: a person may have edited what was asked about. */
  readonly input?: unknown
  /** Why it gave no result; the message carries the text alone. */
  readonly failure?: { readonly kind: FailureKind; readonly hint?: string | undefined }
}

/** Parts of the agent that may have changed. A view that shows one asks again when its number grows. */
export interface Revisions {
  readonly substrate: number
  readonly memory: number
  readonly tasks: number
  readonly sessions: number
  readonly status: number
  readonly cartridges: number
}

/** See the fields. */
export interface LiveState {
  /** Calls that wait for a person, oldest first. */
  readonly approvals: readonly Approval[]
  /** Questions that wait for an answer, oldest first. */
  readonly questions: readonly Question[]
  /** By call id; the oldest are forgotten. */
  readonly calls: Readonly<Record<string, LiveCall>>
  /** Newest last; streamed pieces of text are left out. */
  readonly events: readonly AgentEvent[]
  /** Session in which a turn last began, so that a page open on it can follow. */
  readonly lastStarted: { readonly sessionId: string; readonly turnId: string } | undefined
  readonly revisions: Revisions
}

/** What may happen to it. */
export type LiveAction =
  | { readonly type: 'received'; readonly event: AgentEvent }
  | { readonly type: 'loaded'; readonly approvals: readonly Approval[]; readonly questions: readonly Question[] }

/** Before anything is known. */
export const initialLiveState: LiveState = {
  approvals: [],
  questions: [],
  calls: {},
  events: [],
  lastStarted: undefined,
  revisions: { substrate: 0, memory: 0, tasks: 0, sessions: 0, status: 0, cartridges: 0 },
}

const keptEvents = 200
const keptCalls = 200
const keptProgressChars = 20_000

/** The state after an action; untouched parts keep their identity. */
export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  if (action.type === 'loaded') {
    const revisions = bump(state.revisions, ['substrate', 'memory', 'tasks', 'sessions', 'status', 'cartridges'])
    return { ...state, approvals: action.approvals, questions: action.questions, revisions }
  }
  const { event } = action
  const next = reduceEvent(state, event)
  return {
    ...next,
    events: isStreamed(event) ? state.events : [...state.events, event].slice(-keptEvents),
    revisions: bump(next.revisions, touchedBy(event)),
  }
}

function reduceEvent(state: LiveState, event: AgentEvent): LiveState {
  switch (event.name) {
    case 'turn:started':
      return { ...state, lastStarted: { sessionId: event.sessionId, turnId: event.turnId } }
    case 'approval:requested': {
      const { approval } = event.data
      return { ...state, approvals: [...state.approvals.filter(({ id }) => id !== approval.id), approval] }
    }
    case 'approval:resolved':
      return { ...state, approvals: state.approvals.filter(({ id }) => id !== event.data.approvalId) }
    case 'question:asked': {
      const { question } = event.data
      return { ...state, questions: [...state.questions.filter(({ id }) => id !== question.id), question] }
    }
    case 'question:answered':
      return { ...state, questions: state.questions.filter(({ id }) => id !== event.data.questionId) }
    case 'call:requested':
      return withCall(state, event.data.callId, { phase: 'requested' })
    case 'call:started':
      return withCall(state, event.data.callId, { phase: 'running', input: event.data.input })
    case 'call:progressed': {
      const { callId, text } = event.data
      const progress = ((state.calls[callId]?.progress ?? '') + text).slice(-keptProgressChars)
      return withCall(state, callId, { phase: 'running', progress })
    }
    case 'call:finished': {
      const { callId, outcome, durationMs } = event.data
      const failure = outcome.status === 'error' ? { failure: outcome.error } : {}
      return withCall(state, callId, { phase: 'finished', durationMs, ...failure })
    }
    case 'turn:finished': {
      const others = <Item extends { turnId: string }>(items: readonly Item[]) =>
        items.some(({ turnId }) => turnId === event.turnId)
          ? items.filter(({ turnId }) => turnId !== event.turnId)
          : items
      return { ...state, approvals: others(state.approvals), questions: others(state.questions) }
    }
    default:
      return state
  }
}

function withCall(state: LiveState, callId: string, change: Partial<LiveCall>): LiveState {
  const { [callId]: known, ...others } = state.calls
  const kept = Object.entries(others).slice(-(keptCalls - 1))
  const call: LiveCall = { phase: 'requested', progress: '', ...known, ...change }
  return { ...state, calls: { ...Object.fromEntries(kept), [callId]: call } }
}

function isStreamed({ name }: AgentEvent): boolean {
  return name === 'text:streamed' || name === 'reasoning:streamed' || name === 'call:progressed'
}

function touchedBy(event: AgentEvent): readonly (keyof Revisions)[] {
  switch (event.name) {
    case 'turn:started':
      return ['sessions', 'substrate']
    case 'step:started':
      return ['substrate']
    case 'call:finished':
      if (event.data.tool === 'remember' || event.data.tool === 'forget') return ['substrate', 'memory']
      if (event.data.tool.includes('cartridge')) return ['substrate', 'cartridges']
      return event.data.tool.endsWith('_task') ? ['substrate', 'tasks'] : ['substrate']
    case 'turn:finished':
      return ['sessions', 'status', 'substrate', 'memory']
    default:
      return []
  }
}

function bump(revisions: Revisions, names: readonly (keyof Revisions)[]): Revisions {
  if (names.length === 0) return revisions
  return { ...revisions, ...Object.fromEntries(names.map((name) => [name, revisions[name] + 1])) }
}
