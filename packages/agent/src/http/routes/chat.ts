/** Turns: for user interfaces of the AI SDK, and event by event for others. */

import { createUIMessageStreamResponse, type UIMessage, type UIMessageChunk } from 'ai'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { narrowingSchema } from '../../governance/capability.js'
import type { AgentEvent } from '../../protocol.js'
import type { TakenMessage } from '../../session/deliveries.js'
import type { LiveTurn } from '../../turn/live-turns.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'
import { toChunks } from '../ui-stream.js'

const partSchema = z.looseObject({ type: z.string() })
/** A client's name for a message, so that one that comes twice is taken once. */
const messageId = z.string().min(1).max(100)

const messageSchema = z.looseObject({
  id: messageId.optional(),
  role: z.enum(['user', 'assistant', 'system']),
  parts: z.array(partSchema),
})

const chatSchema = z.object({
  /** The session; one of that id is made when there is none. */
  id: z.string().min(1).max(200),
  /** Only the last one is read: the agent keeps the conversation itself. */
  messages: z.array(messageSchema).min(1),
  /** The message has an id of its own: it is taken once, however often it comes. */
  once: z.boolean().default(false),
})

const turnSchema = z.object({
  /** A new session when absent. */
  sessionId: z.string().min(1).max(200).optional(),
  text: z.string(),
  channel: z.string().min(1).max(50),
  /** Nobody can be asked: calls that need approval are denied. */
  unattended: z.boolean().default(false),
  /** Takes away of what the turn may do. */
  may: narrowingSchema.optional(),
})

const sentSchema = z.object({
  id: messageId,
  /** One of that id is made when there is none. */
  sessionId: z.string().min(1).max(200),
  text: z.string(),
})

type ChatMessage = z.infer<typeof messageSchema>

/** Routes under `/api/chat`, `/api/messages` and `/api/turns`. */
export function chatRoutes({ agent, deliveries }: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/chat',
      summary: 'Says something, or answers approvals as `useChat` does, and streams the turn',
      body: chatSchema,
      streams: 'UI message stream of the AI SDK',
      answer({ body: { id, messages, once } }) {
        const message = messages.at(-1)
        if (message?.role === 'assistant') return streamTurn(answerApprovals(id, message))
        if (message?.role !== 'user')
          throw new RequestError(400, 'agent/request-invalid', 'The last message is not of the user')
        const begin = () => agent.stream({ sessionId: id, text: textOf(message), channel: 'studio' })
        if (!once || message.id === undefined) return streamTurn(begin().events())
        return streamTurn(eventsOf(deliveries.take(message.id, begin)))
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/messages',
      summary: 'Says something without following the turn; a message that comes twice is taken once',
      body: sentSchema,
      response: z.object({ sessionId: z.string(), turnId: z.string(), repeated: z.boolean() }),
      answer: ({ body: { id, sessionId, text } }) =>
        deliveries.take(id, () => agent.stream({ sessionId, text, channel: 'studio' })),
    }),
    defineRoute({
      method: 'post',
      path: '/api/turns',
      summary:
        'Says something and streams the turn event by event, for clients that are no user interface of the AI SDK',
      body: turnSchema,
      streams: 'Server-sent events: `event` is the name, `data` the event as JSON',
      answer: ({ body, context }) => {
        const turn = agent.stream(body)
        return streamSSE(context, async (stream) => {
          for await (const event of turn.events()) {
            if (stream.aborted) return
            await stream.writeSSE({ id: String(event.sequence), event: event.name, data: JSON.stringify(event) })
          }
        })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/chat/{sessionId}/stream',
      summary: 'Streams the turn that runs in a session from its start; 204 when none does',
      streams: 'UI message stream of the AI SDK',
      answer({ params: { sessionId = '' } }) {
        const running = agent.running(sessionId)
        return running === undefined ? undefined : streamTurn(running.events())
      },
    }),
  ]

  /** What happened in the turn of a message, and what happens still. */
  function eventsOf({ sessionId, turnId }: TakenMessage): AsyncIterable<AgentEvent> {
    const running = agent.running(sessionId)
    return running?.turnId === turnId ? running.events() : ended(agent.store.turnEvents(turnId))
  }

  /** Takes the answers that a resubmitted message carries, and follows the turn from there. */
  function answerApprovals(sessionId: string, message: ChatMessage): AsyncIterable<AgentEvent> {
    const running = agent.running(sessionId)
    if (running === undefined)
      throw new RequestError(409, 'agent/turn-ended', 'No turn waits for an answer in this session')
    const answers = message.parts.flatMap((part) => approvalResponseSchema.safeParse(part).data ?? [])
    const pending = new Set(agent.approvals.pending().map(({ id }) => id))
    for (const { approval } of answers) {
      if (!pending.has(approval.id)) continue
      const { approved, reason } = approval
      agent.approvals.decide(approval.id, { decision: approved ? 'approve' : 'deny', scope: 'once', reason })
    }
    return fromAnswers(running, new Set(answers.map(({ approval }) => approval.id)))
  }
}

const approvalResponseSchema = z.looseObject({
  state: z.literal('approval-responded'),
  approval: z.looseObject({ id: z.string(), approved: z.boolean(), reason: z.string().optional() }),
})

async function* ended(events: readonly AgentEvent[]): AsyncGenerator<AgentEvent> {
  yield* events
}

/** The events of a turn after the given answers, begun like a message that goes on. */
async function* fromAnswers(running: LiveTurn, answered: ReadonlySet<string>): AsyncGenerator<AgentEvent> {
  let waitingFor = answered.size
  for await (const event of running.events()) {
    if (event.name === 'turn:started' || waitingFor <= 0) yield event
    if (event.name === 'approval:resolved' && answered.has(event.data.approvalId)) waitingFor--
  }
}

function streamTurn(events: AsyncIterable<AgentEvent>): Response {
  return createUIMessageStreamResponse({ stream: toStream(toChunks(events)) })
}

/** Reads from `chunks` as the client does; a client that leaves stops reading, and the turn goes on. */
function toStream(chunks: AsyncGenerator<UIMessageChunk>): ReadableStream<UIMessageChunk> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await chunks.return(undefined)
    },
  })
}

/** The text of a message; text files become part of it. */
function textOf(message: ChatMessage): string {
  return (message.parts as UIMessage['parts'])
    .map((part) => {
      if (part.type === 'text') return part.text
      if (part.type !== 'file') return ''
      const [, encoded] = /^data:text\/[^,]*;base64,(.*)$/.exec(part.url) ?? []
      if (encoded === undefined)
        throw new RequestError(
          415,
          'agent/request-media',
          `Cannot read "${part.filename ?? part.mediaType}": only text files are taken`,
        )
      const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
      return `\n\nFile "${part.filename ?? 'attachment'}":\n${new TextDecoder().decode(bytes)}`
    })
    .join('')
}
