/** The events of one turn, to its end, over connections that break. */

import type { AgentEvent } from '@salp/agent'
import { type Clock, SalpError } from '@salp/core'
import type { Api, TurnRequest } from './api.js'
import { NodeSilentError } from './api-error.js'

/** What following a turn asks of the application. */
export interface TurnEventsDeps {
  readonly api: Api
  readonly clock: Pick<Clock, 'sleep'>
}

/** How often a broken connection is made again before giving up, with this pause, in ms. */
const attempts = 20
const pauseMs = 500

/**
 * Begins a turn and follows it. A connection that breaks is made again, after the last event that was seen.
 *
 * @throws {@link ApiError} if the node refuses it, NodeSilentError if it stays away, the signal's reason if it aborts.
 */
export async function* turnEvents(
  { api, clock }: TurnEventsDeps,
  request: TurnRequest,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  let last: AgentEvent | undefined
  let said = ''
  try {
    for await (const event of api.turn(request, { signal })) {
      last = event
      if (event.name === 'step:started') said = ''
      if (event.name === 'text:streamed') said += event.data.delta
      yield event
      if (event.name === 'turn:finished') return
    }
  } catch (error) {
    if (last === undefined || !(error instanceof NodeSilentError)) throw error
  }
  if (last === undefined) throw new SalpError('cli/turn-lost', 'The node ended the turn without a word')
  yield* followAgain({ api, clock }, { from: last, said, signal })
}

/** `said`: what the step that broke off had said; the node tells the text of a step again, as a whole. */
async function* followAgain(
  { api, clock }: TurnEventsDeps,
  { from, said, signal }: { from: AgentEvent; said: string; signal: AbortSignal },
): AsyncGenerator<AgentEvent> {
  let last = from
  let heard = said
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const event of api.events({ after: last.sequence, signal })) {
        if (event === 'connected' || event.turnId !== last.turnId) continue
        attempt = 1
        last = event
        yield withoutHeard(event, heard)
        if (event.name === 'text:streamed' || event.name === 'step:started') heard = ''
        if (event.name === 'turn:finished') return
      }
    } catch (error) {
      if (!(error instanceof NodeSilentError) || attempt >= attempts) throw error
    }
    await clock.sleep(pauseMs, { signal })
  }
}

function withoutHeard(event: AgentEvent, heard: string): AgentEvent {
  if (event.name !== 'text:streamed' || heard === '' || !event.data.delta.startsWith(heard)) return event
  return { ...event, data: { delta: event.data.delta.slice(heard.length) } }
}

/**
 * Follows the turn that runs in a session already, such as one that a restart interrupted. Ends at once if none does.
 *
 * What was said before is not said again: the text comes as a whole, at the end. What waits for a person comes first.
 */
export async function* runningTurnEvents(
  { api }: Pick<TurnEventsDeps, 'api'>,
  sessionId: string,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  for await (const event of api.events({ signal })) {
    if (event === 'connected') {
      const { session } = await api.session(sessionId)
      if (!session.active) return
      yield* waiting(api, sessionId)
    } else if (event.sessionId === sessionId && event.name !== 'text:streamed') {
      yield event
      if (event.name === 'turn:finished') return
    }
  }
}

/** What waits for a person in a session, as the events that said so. */
async function* waiting(api: Api, sessionId: string): AsyncGenerator<AgentEvent> {
  const { approvals } = await api.approvals()
  for (const approval of approvals.filter((one) => one.sessionId === sessionId)) {
    const { turnId, callId, tool, input, effect, requestedAt: at } = approval
    const place = { sequence: 0, at, sessionId, turnId }
    yield { ...place, name: 'call:requested', data: { callId, tool, input, effect } }
    yield { ...place, name: 'approval:requested', data: { approval } }
  }
  const { questions } = await api.questions()
  for (const question of questions.filter((one) => one.sessionId === sessionId)) {
    yield {
      sequence: 0,
      at: question.askedAt,
      sessionId,
      turnId: question.turnId,
      name: 'question:asked',
      data: { question },
    }
  }
}
