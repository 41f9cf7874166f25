/** Turns as the AI SDK's user interfaces read them: events become chunks, and chunks become messages. */

import { readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai'
import type { AgentEvent, TurnEvents } from '../protocol.js'

/** Makes the chunks of one turn, event by event. */
interface ChunkWriter {
  write(event: AgentEvent): UIMessageChunk[]
}

/** Creates a writer. It keeps what the chunks' grammar asks for: which text is open, whether a step is. */
function createChunkWriter(): ChunkWriter {
  let open: { id: string; kind: 'text' | 'reasoning' } | undefined
  let inStep = false
  let last: { model: string; regime: string } = { model: '', regime: '' }

  const closeText = (): UIMessageChunk[] => {
    const closing = open
    open = undefined
    return closing === undefined ? [] : [{ type: `${closing.kind}-end`, id: closing.id }]
  }
  const addText = (kind: 'text' | 'reasoning', id: string, delta: string): UIMessageChunk[] => {
    const before = open?.kind === kind ? [] : closeText()
    const start: UIMessageChunk[] = open === undefined ? [{ type: `${kind}-start`, id }] : []
    open ??= { id, kind }
    return [...before, ...start, { type: `${kind}-delta`, id: open.id, delta }]
  }
  const endStep = (): UIMessageChunk[] => {
    const ending: UIMessageChunk[] = inStep ? [{ type: 'finish-step' }] : []
    inStep = false
    return [...closeText(), ...ending]
  }
  const finish = (turnId: string, data: TurnEvents['turn:finished']): UIMessageChunk[] => [
    ...endStep(),
    { type: 'data-turn', id: turnId, data: { turnId, ...last, ...withoutText(data) } },
    ...(data.status === 'failed' ? [{ type: 'error' as const, errorText: data.reason ?? 'The turn failed' }] : []),
    data.status === 'cancelled' ? { type: 'abort', reason: data.reason ?? '' } : { type: 'finish' },
  ]

  return {
    write({ name, data, turnId, sequence }) {
      const id = String(sequence)
      switch (name) {
        case 'turn:started':
          return [{ type: 'start', messageId: turnId }]
        case 'memory:recalled':
          return data.hits.length === 0 ? [] : [{ type: 'data-recall', id: turnId, data }]
        case 'step:started': {
          const before = endStep()
          inStep = true
          last = { ...last, regime: data.regime }
          return [...before, { type: 'start-step' }]
        }
        case 'text:streamed':
          return addText('text', id, data.delta)
        case 'reasoning:streamed':
          return addText('reasoning', id, data.delta)
        case 'call:requested':
          return [
            ...closeText(),
            {
              type: 'tool-input-available',
              toolCallId: data.callId,
              toolName: data.tool,
              input: data.input,
              dynamic: true,
            },
          ]
        case 'approval:requested':
          return [{ type: 'tool-approval-request', approvalId: data.approval.id, toolCallId: data.approval.callId }]
        case 'approval:resolved':
          return [
            {
              type: 'tool-approval-response',
              approvalId: data.approvalId,
              approved: data.status === 'approved',
              ...(data.reason !== undefined && { reason: data.reason }),
            },
          ]
        case 'call:progressed':
          return [
            { type: 'data-progress', id: data.callId, data: { callId: data.callId, text: data.text }, transient: true },
          ]
        case 'call:finished':
          return [finishCall(data)]
        case 'call:refuted':
          return [finishCall(data)]
        case 'step:finished':
          last = { ...last, model: data.model }
          return closeText()
        case 'turn:finished':
          return finish(turnId, data)
        default:
          return []
      }
    },
  }
}

/** The result, with what a card shows of the call beside it. */
function finishCall({
  callId,
  outcome,
  durationMs,
}: Pick<TurnEvents['call:finished'], 'callId' | 'outcome'> & { readonly durationMs?: number }): UIMessageChunk {
  const taken = durationMs === undefined ? {} : { durationMs }
  if (outcome.status === 'ok') {
    const toolMetadata = {
      ...taken,
      ...(outcome.verification !== undefined && { verification: outcome.verification }),
    }
    return { type: 'tool-output-available', toolCallId: callId, output: outcome.output, dynamic: true, toolMetadata }
  }
  const { kind, message, hint } = outcome.error
  if (kind === 'denied') return { type: 'tool-output-denied', toolCallId: callId }
  const toolMetadata = { ...taken, failure: { kind, ...(hint !== undefined && { hint }) } }
  return { type: 'tool-output-error', toolCallId: callId, errorText: message, dynamic: true, toolMetadata }
}

function withoutText({ text: _, ...rest }: TurnEvents['turn:finished']): Omit<TurnEvents['turn:finished'], 'text'> {
  return rest
}

/** Streams the chunks of a turn. */
export async function* toChunks(events: AsyncIterable<AgentEvent>): AsyncGenerator<UIMessageChunk> {
  const writer = createChunkWriter()
  for await (const event of events) yield* writer.write(event)
}

/** Makes the messages of a session from its events: for each turn what was said, and what came of it. */
export async function toMessages(events: readonly AgentEvent[]): Promise<UIMessage[]> {
  const turns = Map.groupBy(events, ({ turnId }) => turnId)
  const pairs = await Promise.all([...turns].map(([turnId, own]) => toPair(turnId, own)))
  return pairs.flat()
}

async function toPair(turnId: string, events: readonly AgentEvent[]): Promise<UIMessage[]> {
  const started = events.find((event) => event.name === 'turn:started')
  if (started === undefined) return []
  const question: UIMessage = {
    id: `${turnId}-input`,
    role: 'user',
    parts: [{ type: 'text', text: started.data.input }],
  }
  const writer = createChunkWriter()
  const chunks = events
    .flatMap((event) => writer.write(event))
    .filter(({ type }) => type !== 'error' && type !== 'abort')
  let answer: UIMessage | undefined
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  for await (const message of readUIMessageStream({ stream })) answer = message
  return answer === undefined || answer.parts.length === 0 ? [question] : [question, answer]
}
