/** An endpoint that clients of OpenAI's chat completions can use. */

import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import type { AgentEvent } from '../../protocol.js'
import type { LiveTurn } from '../../turn/live-turns.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

/** The name that clients ask for. */
const modelName = 'salp'

const contentSchema = z.union([
  z.string(),
  z.null(),
  z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
])

const messageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: contentSchema.optional(),
  tool_call_id: z.string().optional(),
  tool_calls: z
    .array(z.looseObject({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .optional(),
})

const completionSchema = z.looseObject({
  model: z.string().optional(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  temperature: z.number().nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal('function'),
        function: z.looseObject({
          name: z.string(),
          description: z.string().optional(),
          parameters: z.record(z.string(), z.json()).optional(),
        }),
      }),
    )
    .nullish(),
})

type CompletionRequest = z.infer<typeof completionSchema>
type ChatMessage = z.infer<typeof messageSchema>

/** Routes under `/v1`. */
export function openAiRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/models',
      summary: 'Lists the one model there is: this agent',
      response: z.json(),
      answer: () => ({ object: 'list', data: [{ id: modelName, object: 'model', created: 0, owned_by: 'salp' }] }),
    }),
    defineRoute({
      method: 'post',
      path: '/v1/chat/completions',
      summary: 'Runs a turn of the agent; a request that brings tools reaches the language model without the agent',
      body: completionSchema,
      response: z.json(),
      answer: ({ body, context }) =>
        (body.tools?.length ?? 0) > 0 ? completeWithModel(deps, body, context) : completeWithAgent(deps, body, context),
    }),
  ]
}

/** The route for whoever may use the language model and nothing else of the agent. */
export function modelRoutes(deps: ModelApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/chat/completions',
      summary: 'Completes a conversation by the language model, without the agent',
      body: completionSchema,
      response: z.json(),
      answer: ({ body, context }) => completeWithModel(deps, body, context),
    }),
  ]
}

/** What the language model alone is served with. */
export type ModelApiDeps = Pick<ApiDeps, 'model' | 'clock' | 'ids' | 'log'>

/** Pieces of a completion, whoever makes it. */
type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly id: string; readonly name: string; readonly arguments: string }
  | {
      readonly type: 'end'
      readonly reason: 'stop' | 'length' | 'tool_calls'
      readonly inputTokens: number
      readonly outputTokens: number
    }

async function completeWithAgent(deps: ApiDeps, body: CompletionRequest, context: Context): Promise<Response> {
  const last = body.messages.at(-1)
  if (last?.role !== 'user') throw new RequestError(400, 'agent/request-invalid', 'The last message is not of the user')
  const history = toPrompt(body.messages.slice(0, -1))
  const turn = deps.agent.stream({ text: textOf(last), history, channel: 'openai' })
  context.req.raw.signal.addEventListener('abort', () => void deps.agent.stop(turn.sessionId), { once: true })
  return respond(deps, body, context, agentPieces(turn))
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content
  return (content ?? []).map(({ text = '' }) => text).join('')
}

async function* agentPieces(turn: LiveTurn): AsyncGenerator<Piece> {
  let said = false
  let separate = false
  for await (const event of turn.events()) {
    if (event.name === 'text:streamed') {
      if (separate) yield { type: 'text', text: '\n\n' }
      said = true
      separate = false
      yield { type: 'text', text: event.data.delta }
    }
    if (event.name === 'call:finished') separate = said
    if (event.name === 'turn:finished') yield toEnd(event)
  }
}

function toEnd({ data }: Extract<AgentEvent, { name: 'turn:finished' }>): Piece {
  if (data.status === 'failed')
    throw new RequestError(502, data.code ?? 'agent/turn-failed', data.reason ?? 'The turn failed')
  const { inputTokens = 0, outputTokens = 0 } = data.usage
  return { type: 'end', reason: data.status === 'stopped' ? 'length' : 'stop', inputTokens, outputTokens }
}

async function completeWithModel(deps: ModelApiDeps, body: CompletionRequest, context: Context): Promise<Response> {
  const maxOutputTokens = body.max_completion_tokens ?? body.max_tokens
  const { stream } = await deps.model.doStream({
    prompt: toPrompt(body.messages),
    tools: (body.tools ?? []).map(({ function: { name, description, parameters } }) => ({
      type: 'function',
      name,
      ...(description !== undefined && { description }),
      inputSchema: (parameters ?? { type: 'object', properties: {} }) as Extract<
        NonNullable<LanguageModelV4CallOptions['tools']>[number],
        { type: 'function' }
      >['inputSchema'],
    })),
    abortSignal: context.req.raw.signal,
    ...(typeof body.temperature === 'number' && { temperature: body.temperature }),
    ...(typeof maxOutputTokens === 'number' && { maxOutputTokens }),
  })
  return respond(deps, body, context, modelPieces(stream))
}

async function* modelPieces(
  stream: Awaited<ReturnType<ApiDeps['model']['doStream']>>['stream'],
): AsyncGenerator<Piece> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value: part } = await reader.read()
      if (done) return
      if (part.type === 'text-delta') yield { type: 'text', text: part.delta }
      if (part.type === 'tool-call')
        yield { type: 'call', id: part.toolCallId, name: part.toolName, arguments: part.input }
      if (part.type === 'error') throw part.error
      if (part.type === 'finish') {
        const { unified } = part.finishReason
        const reason = unified === 'tool-calls' ? 'tool_calls' : unified === 'length' ? 'length' : 'stop'
        yield {
          type: 'end',
          reason,
          inputTokens: part.usage.inputTokens.total ?? 0,
          outputTokens: part.usage.outputTokens.total ?? 0,
        }
      }
    }
  } finally {
    reader.releaseLock()
  }
}

function toPrompt(messages: readonly ChatMessage[]): LanguageModelV4Message[] {
  const names = new Map(
    messages.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name] as const)),
  )
  return messages.map((message) => toMessage(message, names))
}

function toMessage(message: ChatMessage, toolNames: ReadonlyMap<string, string>): LanguageModelV4Message {
  const text = textOf(message)
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'system', content: text }
    case 'user':
      return { role: 'user', content: [{ type: 'text', text }] }
    case 'tool': {
      const id = message.tool_call_id ?? ''
      const part = { type: 'tool-result' as const, toolCallId: id, toolName: toolNames.get(id) ?? 'unknown' }
      return { role: 'tool', content: [{ ...part, output: { type: 'text', value: text } }] }
    }
    case 'assistant': {
      const calls = (message.tool_calls ?? []).map((call) => ({
        type: 'tool-call' as const,
        toolCallId: call.id,
        toolName: call.function.name,
        input: parseArguments(call.function.arguments),
      }))
      return { role: 'assistant', content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...calls] }
    }
  }
}

function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    throw new RequestError(
      400,
      'agent/request-invalid',
      'A tool call of an earlier message has arguments that are not JSON',
    )
  }
}

async function respond(
  deps: ModelApiDeps,
  body: CompletionRequest,
  context: Context,
  pieces: AsyncGenerator<Piece>,
): Promise<Response> {
  const id = `chatcmpl-${deps.ids()}`
  const head = { id, created: Math.floor(deps.clock.now() / 1_000), model: modelName }
  if (body.stream !== true) return Response.json({ ...head, object: 'chat.completion', ...(await collect(pieces)) })
  const first = await pieces.next()
  return streamSSE(context, async (stream) => {
    const send = (delta: Record<string, unknown>, finish: string | null = null): Promise<void> =>
      stream.writeSSE({
        data: JSON.stringify({
          ...head,
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta, finish_reason: finish }],
        }),
      })
    await send({ role: 'assistant', content: '' })
    let calls = 0
    try {
      for (let next = first; next.done !== true; next = await pieces.next()) {
        const piece = next.value
        if (piece.type === 'text') await send({ content: piece.text })
        if (piece.type === 'call') {
          await send({
            tool_calls: [
              {
                index: calls++,
                id: piece.id,
                type: 'function',
                function: { name: piece.name, arguments: piece.arguments },
              },
            ],
          })
        }
        if (piece.type === 'end') {
          await send({}, piece.reason)
          if (body.stream_options?.include_usage === true) {
            await stream.writeSSE({
              data: JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], usage: toUsage(piece) }),
            })
          }
        }
      }
    } catch (error) {
      deps.log.warn('A completion broke off', { error })
      const message = error instanceof Error ? error.message : String(error)
      await stream.writeSSE({ data: JSON.stringify({ error: { message, type: 'server_error' } }) })
      return
    }
    await stream.writeSSE({ data: '[DONE]' })
  })
}

async function collect(pieces: AsyncGenerator<Piece>): Promise<Record<string, unknown>> {
  let text = ''
  const calls: unknown[] = []
  let end: Extract<Piece, { type: 'end' }> = { type: 'end', reason: 'stop', inputTokens: 0, outputTokens: 0 }
  for await (const piece of pieces) {
    if (piece.type === 'text') text += piece.text
    if (piece.type === 'call')
      calls.push({ id: piece.id, type: 'function', function: { name: piece.name, arguments: piece.arguments } })
    if (piece.type === 'end') end = piece
  }
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
  }
  return { choices: [{ index: 0, message, finish_reason: end.reason, logprobs: null }], usage: toUsage(end) }
}

function toUsage({ inputTokens, outputTokens }: Extract<Piece, { type: 'end' }>): Record<string, number> {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
}
