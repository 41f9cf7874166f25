/** What happens in a turn, as the updates that an editor shows. */

import type { PlanEntry, SessionUpdate, ToolCallContent } from '@agentclientprotocol/sdk/unstable'
import { z } from 'zod'
import { type AgentEvent, type Effect, type Outcome, type Task, taskSchema } from '../protocol.js'
import type { JsonValue } from '../tool.js'
import { type CallView, viewCall } from './call-view.js'

/** Makes the updates of one session, event by event. */
export interface UpdateWriter {
  /** @param before - Text of the file that a call of `write_file` replaces. */
  write(event: AgentEvent, before?: string): SessionUpdate[]
  /** Shows a terminal of the client as what a call puts out. */
  showTerminal(callId: string, terminalId: string): SessionUpdate
}

/** How updates are made. */
export interface UpdateOptions {
  /** Absolute folder of the session. */
  readonly folder: string
  /** Tokens that the model reads at most. */
  readonly contextTokens: number
}

interface ShownCall {
  readonly tool: string
  readonly effect: Effect
  view: CallView
  terminal?: ToolCallContent
}

/** Characters of a result that are shown; the rest is for the model alone. */
const shownLength = 20_000

/** Creates a writer. It keeps what is shown of each call, since an update of its content replaces all of it. */
export function createUpdateWriter({ folder, contextTokens }: UpdateOptions): UpdateWriter {
  const calls = new Map<string, ShownCall>()
  const plan = new Map<number, Task>()

  const begin = (
    { callId, tool, input, effect }: Extract<AgentEvent, { name: 'call:requested' }>['data'],
    before: string | undefined,
  ): SessionUpdate => {
    const view = viewCall({ tool, input, effect }, { folder, before })
    calls.set(callId, { tool, effect, view })
    const { diffs: content, ...shown } = view
    return {
      sessionUpdate: 'tool_call',
      toolCallId: callId,
      name: tool,
      status: 'pending',
      ...shown,
      ...(content.length > 0 && { content }),
      rawInput: input,
    }
  }
  /** The input as it runs may differ: it was checked, and a person may have changed it. */
  const start = (callId: string, input: JsonValue): SessionUpdate => {
    const call = calls.get(callId)
    const update: SessionUpdate = { sessionUpdate: 'tool_call_update', toolCallId: callId, status: 'in_progress' }
    if (call === undefined) return update
    const view = viewCall({ ...call, input }, { folder })
    const { title, kind, locations } = view
    // A second look could not know any more what a file held before it was written.
    if (call.tool !== 'write_file') call.view = view
    return { ...update, title, kind, locations }
  }
  const finish = (callId: string, outcome: Outcome): SessionUpdate => {
    const call = calls.get(callId)
    const shown = call?.terminal === undefined ? (call?.view.diffs ?? []) : [call.terminal]
    const failed = outcome.status === 'error' || outcome.verification?.passed === false
    return {
      sessionUpdate: 'tool_call_update',
      toolCallId: callId,
      status: failed ? 'failed' : 'completed',
      content: [...shown, ...(shown.length > 0 && !failed ? [] : [textContent(describe(outcome))])],
      rawOutput: outcome.status === 'ok' ? outcome.output : outcome.error,
    }
  }
  const planned = (outcome: Outcome): SessionUpdate[] => {
    const told = outcome.status === 'ok' ? taskResult.safeParse(outcome.output).data : undefined
    if (told === undefined) return []
    plan.set(told.task.id, told.task)
    return [{ sessionUpdate: 'plan', entries: [...plan.values()].map(toEntry) }]
  }

  return {
    write(event, before) {
      switch (event.name) {
        case 'text:streamed':
          return [{ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: event.data.delta } }]
        case 'reasoning:streamed':
          return [{ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: event.data.delta } }]
        case 'call:requested':
          return [begin(event.data, before)]
        case 'call:started':
          return [start(event.data.callId, event.data.input)]
        case 'call:progressed': {
          const { callId, text } = event.data
          const call = calls.get(callId)
          if (call?.terminal !== undefined) return []
          const content = [...(call?.view.diffs ?? []), textContent(text)]
          return [{ sessionUpdate: 'tool_call_update', toolCallId: callId, content }]
        }
        case 'call:finished':
          return [
            finish(event.data.callId, event.data.outcome),
            ...(/_task$/.test(event.data.tool) ? planned(event.data.outcome) : []),
          ]
        case 'call:refuted':
          return [finish(event.data.callId, event.data.outcome)]
        case 'step:finished': {
          const { inputTokens = 0, outputTokens = 0 } = event.data.usage
          const used = inputTokens + outputTokens
          return used === 0 ? [] : [{ sessionUpdate: 'usage_update', used, size: contextTokens }]
        }
        default:
          return []
      }
    },
    showTerminal(callId, terminalId) {
      const terminal: ToolCallContent = { type: 'terminal', terminalId }
      const call = calls.get(callId)
      if (call !== undefined) call.terminal = terminal
      return { sessionUpdate: 'tool_call_update', toolCallId: callId, content: [terminal] }
    },
  }
}

const commandResult = z.object({ exitCode: z.number().nullable(), stdout: z.string(), stderr: z.string() })
const taskResult = z.object({ task: taskSchema })

function toEntry({ title, status, priority }: Task): PlanEntry {
  return {
    content: title,
    priority: priority > 0 ? 'high' : priority < 0 ? 'low' : 'medium',
    status: status === 'in_progress' ? 'in_progress' : status === 'open' ? 'pending' : 'completed',
  }
}

function textContent(text: string): ToolCallContent {
  return { type: 'content', content: { type: 'text', text: text.slice(0, shownLength).toWellFormed() } }
}

function describe(outcome: Outcome): string {
  if (outcome.status === 'error') return [outcome.error.message, outcome.error.hint].filter(Boolean).join('\n')
  const { output, verification } = outcome
  const command = commandResult.safeParse(output).data
  const text =
    command === undefined
      ? typeof output === 'string'
        ? output
        : JSON.stringify(output, null, 2)
      : `${command.stdout}${command.stderr}${command.exitCode === 0 ? '' : `\n[exit code ${command.exitCode}]`}`
  return verification?.passed === false ? `Not verified: ${verification.detail}\n\n${text}` : text
}
