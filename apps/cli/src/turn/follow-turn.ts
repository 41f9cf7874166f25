/** Takes part in a turn: shows it, decides what waits for a decision, stops it when told to. */

import type { AgentEvent, TurnEvents } from '@salp/agent'
import { CancelledError } from '../cli-errors.js'
import type { Api } from '../client/api.js'
import { ApiError } from '../client/api-error.js'
import type { Interrupts } from '../terminal/interrupts.js'
import type { Terminal } from '../terminal/terminal.js'
import type { Desk } from './desk.js'
import { readAhead } from './read-ahead.js'

/** What taking part asks of the application. */
export interface FollowTurnDeps {
  readonly api: Pick<Api, 'stop' | 'decide' | 'answer'>
  readonly desk: Desk
  readonly interrupts: Interrupts
  /** Ends everything. */
  readonly signal: AbortSignal
  /** The keyboard, if a person is at it. */
  readonly terminal?: Terminal | undefined
  /** Shows an event. */
  show(event: AgentEvent): void
  /** Says a line beside the turn. */
  note(line: string): void
}

/** How a turn ended, and what was typed meanwhile. */
export interface FollowedTurn {
  /** Absent if there was no turn to follow. */
  readonly end?: TurnEvents['turn:finished'] | undefined
  readonly sessionId?: string | undefined
  readonly typed: string
}

/**
 * Follows a turn to its end.
 *
 * @param begin - Gives its events; an abort of the signal leaves it.
 * @throws {@link CancelledError} if the person left before it ended.
 */
export async function followTurn(
  { api, desk, interrupts, signal, terminal, show, note }: FollowTurnDeps,
  begin: (signal: AbortSignal) => AsyncIterable<AgentEvent>,
): Promise<FollowedTurn> {
  const leaving = new AbortController()
  const ending = AbortSignal.any([signal, leaving.signal])
  const settled = new Set<string>()
  let prompt: { readonly id: string; readonly controller: AbortController } | undefined
  let sessionId: string | undefined
  let stopping = false
  let end: TurnEvents['turn:finished'] | undefined
  let typed = ''
  let release: (() => string) | undefined

  const stop = (): void => {
    if (stopping) {
      leaving.abort(new CancelledError('You left; a node of this command ends with it, another goes on'))
      return
    }
    stopping = true
    prompt?.controller.abort()
    note('Stopping; once more leaves at once')
    askToStop()
  }
  const askToStop = (): void => {
    if (sessionId === undefined) return
    api.stop(sessionId).catch((error: unknown) => leaving.abort(error))
  }
  const notice = (event: AgentEvent): void => {
    if (sessionId === undefined) {
      sessionId = event.sessionId
      if (stopping) askToStop()
    }
    const ids = settledBy(event)
    for (const id of ids) settled.add(id)
    if (prompt !== undefined && (settled.has(prompt.id) || event.name === 'turn:finished')) prompt.controller.abort()
  }
  const holdKeys = (): void => {
    release = terminal?.hold({
      interrupt: interrupts.raise,
      line(text) {
        if (text.trim() === '/stop') interrupts.raise()
        return text.trim() === '/stop'
      },
    })
  }
  const releaseKeys = (): void => {
    typed += release?.() ?? ''
    release = undefined
  }

  /** Puts something to the desk; keys go to its prompt meanwhile. */
  const settle = async (id: string, work: (signal: AbortSignal) => Promise<boolean>): Promise<void> => {
    if (settled.has(id) || stopping) return
    const controller = new AbortController()
    prompt = { id, controller }
    releaseKeys()
    const done = await work(AbortSignal.any([controller.signal, ending])).catch((error: unknown) => {
      // Somebody else was faster.
      if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return true
      throw error
    })
    prompt = undefined
    holdKeys()
    if (!done && !controller.signal.aborted && !ending.aborted) stop()
  }
  const settleEvent = async (event: AgentEvent): Promise<void> => {
    if (event.name === 'approval:requested') {
      const { approval } = event.data
      await settle(approval.id, async (signal) => {
        const decision = await desk.decide(approval, signal)
        if (decision !== undefined) await api.decide(approval.id, decision)
        return decision !== undefined
      })
    }
    if (event.name === 'question:asked') {
      const { question } = event.data
      await settle(question.id, async (signal) => {
        const answer = await desk.answer(question, signal)
        if (answer !== undefined) await api.answer(question.id, answer)
        return answer !== undefined
      })
    }
  }

  const unclaim = interrupts.claim(stop)
  holdKeys()
  try {
    for await (const event of readAhead(begin(ending), notice)) {
      show(event)
      await settleEvent(event)
      if (event.name === 'turn:finished') end = event.data
    }
  } catch (error) {
    ending.throwIfAborted()
    throw error
  } finally {
    releaseKeys()
    unclaim()
  }
  return { end, sessionId, typed }
}

/** Ids of what an event says needs no answer any more. */
function settledBy(event: AgentEvent): readonly string[] {
  if (event.name === 'approval:resolved') return [event.data.approvalId]
  return event.name === 'question:answered' ? [event.data.questionId] : []
}
