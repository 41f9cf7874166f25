/** A turn, as an editor follows it: what it shows, what it asks the person, and how it ends. */

import {
  type PromptResponse,
  RequestError,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionUpdate,
} from '@agentclientprotocol/sdk/unstable'
import { type Logger, SalpError } from '@salp/core'
import type { Agent } from '../agent.js'
import type { AgentEvent, Approval, Decision, Question, TurnEvents } from '../protocol.js'
import type { LiveTurn } from '../turn/live-turns.js'
import { pathOf, viewCall } from './call-view.js'
import { answerByMode, type ModeId } from './modes.js'
import { permissionOptions, toDecision } from './permission.js'
import type { Place } from './places.js'
import { createUpdateWriter, type UpdateWriter } from './updates.js'

/** A session that an editor has open. */
export interface OpenSession {
  readonly id: string
  readonly place: Place
  mode: ModeId
  /** How far the editor has seen the turn that runs. */
  seen?: SeenTurn | undefined
}

interface SeenTurn {
  readonly turnId: string
  readonly writer: UpdateWriter
  /** Sequence of the last event that was shown. */
  upTo: number
}

/** An editor, in whichever version of the protocol it speaks. Requests reject when it is gone, or cannot answer. */
export interface Editor {
  tell(sessionId: string, update: SessionUpdate): Promise<void>
  askPermission(request: RequestPermissionRequest, signal: AbortSignal): Promise<RequestPermissionResponse>
  /** Asks in a form with one field, `answer`; `callId` names the call that waits. @returns Nothing if the person gave none. */
  askForm(
    form: {
      readonly sessionId: string
      readonly callId?: string
      readonly message: string
      readonly options: readonly string[]
    },
    signal: AbortSignal,
  ): Promise<string | undefined>
}

/** What following asks of the connection. */
export interface FollowDeps {
  readonly agent: Pick<Agent, 'approvals' | 'questions'>
  readonly editor: Editor
  /** Aborts when the editor is gone. */
  readonly gone: AbortSignal
  /** Whether the editor can show a form. */
  readonly forms: boolean
  /** Tokens that the model reads at most. */
  readonly contextTokens: number
  readonly log: Logger
}

/**
 * Shows a turn to its end, or to a question that the editor has no form for: the next prompt answers that.
 *
 * Rejects when the editor leaves; the turn itself goes on.
 */
export async function followTurn(deps: FollowDeps, session: OpenSession, turn: LiveTurn): Promise<PromptResponse> {
  const { agent, editor, contextTokens } = deps
  const seen = seenOf(session, turn, contextTokens)
  const asked = new Map<string, AbortController>()
  try {
    for await (const event of turn.events()) {
      const known = event.sequence <= seen.upTo
      const updates = seen.writer.write(event, known ? undefined : await textBefore(session.place, event))
      for (const update of known ? [] : updates) await editor.tell(session.id, update)
      seen.upTo = Math.max(seen.upTo, event.sequence)
      // What was asked before the editor looked, and still waits, is asked now.
      if (event.name === 'approval:requested') {
        if (agent.approvals.pending().some(({ id }) => id === event.data.approval.id))
          void approve(deps, session, event.data.approval, asked)
      } else if (event.name === 'approval:resolved') asked.get(event.data.approvalId)?.abort()
      else if (event.name === 'question:answered') asked.get(event.data.questionId)?.abort()
      else if (event.name === 'question:asked') {
        const { question } = event.data
        if (!agent.questions.open().some(({ id }) => id === question.id)) continue
        if (!deps.forms) return await leaveQuestion(deps, session, question)
        void putQuestion(deps, question, asked)
      } else if (event.name === 'turn:finished') return toResponse(event.data)
    }
  } finally {
    for (const controller of asked.values()) controller.abort()
  }
  throw RequestError.internalError(undefined, 'The node is stopping; the turn goes on when it starts again')
}

function seenOf(session: OpenSession, { turnId }: LiveTurn, contextTokens: number): SeenTurn {
  if (session.seen?.turnId !== turnId) {
    const writer = createUpdateWriter({ folder: session.place.folder, contextTokens })
    session.seen = { turnId, writer, upTo: 0 }
  }
  return session.seen
}

/** What a file held that is about to be written. A call that did not wait for a person may have written it by now. */
async function textBefore(place: Place, event: AgentEvent): Promise<string | undefined> {
  if (event.name !== 'call:requested' || event.data.tool !== 'write_file') return undefined
  const path = pathOf(event.data.input)
  return path === undefined ? undefined : place.readText(path)
}

/** Answers by the session's mode, or asks the person. Never leaves an approval that was put to this editor without an answer. */
async function approve(
  deps: FollowDeps,
  session: OpenSession,
  approval: Approval,
  asked: Map<string, AbortController>,
): Promise<void> {
  const { id, callId: toolCallId, input: rawInput, tool, risk } = approval
  const byMode = answerByMode(session.mode, approval)
  if (byMode !== undefined) {
    decide(deps, id, byMode)
    return
  }
  const controller = new AbortController()
  asked.set(id, controller)
  const { diffs: content, ...shown } = viewCall(approval, { folder: session.place.folder })
  // What was shown of a written file holds its text before, which is better than this.
  const change = tool === 'write_file' || content.length === 0 ? {} : { content }
  const decision = await deps.editor
    .askPermission(
      {
        sessionId: session.id,
        toolCall: { toolCallId, status: 'pending', rawInput, ...shown, ...change, _meta: { 'salp/risk': risk } },
        options: permissionOptions(approval),
      },
      controller.signal,
    )
    .then(toDecision, () => toDecision(undefined))
  if (!controller.signal.aborted || deps.gone.aborted) decide(deps, id, decision)
}

/** Decides, unless somebody else was quicker. What cannot be written down stays undecided, and so does not run. */
function decide({ agent, log }: FollowDeps, id: string, decision: Decision): void {
  try {
    agent.approvals.decide(id, decision)
  } catch (error) {
    if (!SalpError.is(error, 'agent/approval-decided')) log.error('An answer could not be kept', { error })
  }
}

/** Puts a question in a form. One that the editor leaves with stays open for other surfaces. */
async function putQuestion(
  { agent, editor, gone, log }: FollowDeps,
  { id, sessionId, callId, question: message, options }: Question,
  asked: Map<string, AbortController>,
): Promise<void> {
  const controller = new AbortController()
  asked.set(id, controller)
  const form = { sessionId, callId, message, options }
  const given = await editor.askForm(form, controller.signal).catch(() => undefined)
  if (controller.signal.aborted || gone.aborted) return
  try {
    agent.questions.answer(id, given === undefined || given === '' ? 'The person gave no answer' : given)
  } catch (error) {
    if (!SalpError.is(error, 'agent/question-unknown')) log.error('An answer could not be kept', { error })
  }
}

/** Says a question as text, and lets the person have the next word. */
async function leaveQuestion(
  { editor }: FollowDeps,
  session: OpenSession,
  { question, options }: Question,
): Promise<PromptResponse> {
  const text = [question, ...options.map((option) => `- ${option}`)].join('\n')
  await editor.tell(session.id, {
    sessionUpdate: 'agent_message_chunk',
    content: { type: 'text', text: `\n\n${text}` },
  })
  return { stopReason: 'end_turn' }
}

const stopReasons = { completed: 'end_turn', stopped: 'max_turn_requests', cancelled: 'cancelled' } as const

function toResponse({ status, reason, code, usage }: TurnEvents['turn:finished']): PromptResponse {
  if (status === 'failed') throw RequestError.internalError({ code }, reason)
  const { inputTokens = 0, outputTokens = 0 } = usage
  const totalTokens = inputTokens + outputTokens
  return {
    stopReason: stopReasons[status],
    ...(totalTokens > 0 && { usage: { inputTokens, outputTokens, totalTokens } }),
  }
}
