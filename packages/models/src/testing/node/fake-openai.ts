/** An OpenAI-compatible server on loopback that replies as it was told, well or badly. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A call in a reply. */
export interface FakeCall {
  /** @defaultValue `call_<request>_<position>` */
  readonly id?: string | undefined
  readonly name: string
  /** Plain data, or text that is sent as it is, valid JSON or not. */
  readonly arguments: unknown
}

/** What the server does with one request. An empty reply is an empty, well-formed answer. */
export interface FakeReply {
  /** HTTP status; 400 or more sends an error body in place of an answer. @defaultValue `200` */
  readonly status?: number | undefined
  /** Extra headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The error's message. */
  readonly message?: string | undefined
  /** Text, or the pieces it is streamed in. @defaultValue one piece a word */
  readonly text?: string | readonly string[] | undefined
  /** Sent as `reasoning_content`, before the text. */
  readonly reasoning?: string | undefined
  readonly calls?: readonly FakeCall[] | undefined
  readonly finishReason?: 'stop' | 'length' | 'tool_calls' | 'content_filter' | undefined
  readonly usage?: { readonly input: number; readonly output: number } | undefined
  /** Time before the first byte, in ms. @defaultValue `0` */
  readonly delayMs?: number | undefined
  /** Time between pieces, in ms. @defaultValue `0` */
  readonly pieceDelayMs?: number | undefined
  /**
   * How it ends once the pieces are sent: `finish` as it should, `disconnect` with the connection cut, `malformed` with
   * a line that is no JSON, `silence` with the connection open and nothing more, `endless` with the pieces over and over.
   *
   * @defaultValue `finish`
   */
  readonly end?: 'finish' | 'disconnect' | 'malformed' | 'silence' | 'endless' | undefined
}

/** A request as the server got it. */
export interface FakeRequest {
  /** The parsed body: `model`, `messages`, `tools`, `stream`, … */
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Replies used up in order (the last one repeats), or a function of the request and its index. */
export type FakeScript =
  | readonly FakeReply[]
  | ((request: FakeRequest, index: number) => FakeReply | Promise<FakeReply>)

/** A server that runs. */
export interface FakeOpenAi {
  /** Base URL, which ends in `/v1`. */
  readonly url: string
  /** Chat requests so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** Cuts every connection and stops listening. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the server: `GET /v1/models` and `POST /v1/chat/completions`, streamed or whole.
 *
 * @param options - `port`: default any free one. `models`: ids it offers, default `fake`.
 */
export async function startFakeOpenAi(
  script: FakeScript,
  { port = 0, models = ['fake'] }: { port?: number | undefined; models?: readonly string[] | undefined } = {},
): Promise<FakeOpenAi> {
  const requests: FakeRequest[] = []
  const closing = new AbortController()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET' && request.url === '/v1/models') {
      return sendJson(response, 200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) })
    }
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      return sendJson(response, 404, { error: { message: `No route for ${request.method} ${request.url}` } })
    }
    const received: FakeRequest = { body: JSON.parse(await bodyOf(request)), headers: request.headers }
    const index = requests.push(received) - 1
    const reply = typeof script === 'function' ? await script(received, index) : (script[index] ?? script.at(-1) ?? {})
    if (reply.delayMs !== undefined) await wait(reply.delayMs, undefined, { signal: closing.signal })
    const { status = 200, message = 'Told to fail', headers = {} } = reply
    if (status >= 400) return sendJson(response, status, { error: { message, type: 'fake', code: null } }, headers)
    if (received.body.stream === true) return stream(response, reply, received.body, index, closing.signal)
    if (reply.end === 'disconnect') return void response.destroy()
    if (reply.end === 'silence') return
    if (reply.end === 'malformed') return void response.end('{"choices": [')
    sendJson(response, status, completion(reply, received.body, index), headers)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const close = async (): Promise<void> => {
    closing.abort()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: FakeReply['headers'] = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
}

/** Head that every chunk and completion shares. Its date is fixed, so that recordings compare equal. */
function head(body: FakeRequest['body'], index: number): { id: string; created: number; model: unknown } {
  return { id: `chatcmpl-${index}`, created: 1_700_000_000, model: body.model }
}

function calls({ calls = [] }: FakeReply, index: number): object[] {
  return calls.map((call, position) => ({
    index: position,
    id: call.id ?? `call_${index}_${position}`,
    type: 'function',
    function: {
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    },
  }))
}

function finishReason({ finishReason, calls = [] }: FakeReply): string {
  return finishReason ?? (calls.length > 0 ? 'tool_calls' : 'stop')
}

function usage({ usage }: FakeReply): object | undefined {
  if (usage === undefined) return undefined
  const { input, output } = usage
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output }
}

function completion(reply: FakeReply, body: FakeRequest['body'], index: number): object {
  const toolCalls = calls(reply, index)
  return {
    ...head(body, index),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: [reply.text ?? []].flat().join(''),
          ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        finish_reason: finishReason(reply),
      },
    ],
    usage: usage(reply),
  }
}

async function stream(
  response: ServerResponse,
  reply: FakeReply,
  body: FakeRequest['body'],
  index: number,
  signal: AbortSignal,
): Promise<void> {
  const { text = [], reasoning, pieceDelayMs = 0, end = 'finish' } = reply
  const pieces = typeof text === 'string' ? (text.match(/\s*\S+\s*$|\s*\S+/g) ?? []) : text
  const send = async (choice: object, rest: object = {}): Promise<void> => {
    if (pieceDelayMs > 0) await wait(pieceDelayMs, undefined, { signal })
    if (response.destroyed) throw new Error('Cannot send: the client is gone')
    const chunk = { ...head(body, index), object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...rest }
    const flushed = response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    if (!flushed) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers })
  await send({ delta: { role: 'assistant', content: '' }, finish_reason: null })
  if (reasoning !== undefined) await send({ delta: { reasoning_content: reasoning }, finish_reason: null })
  do {
    for (const content of pieces) await send({ delta: { content }, finish_reason: null })
    if (end === 'endless') await wait(Math.max(pieceDelayMs, 1), undefined, { signal })
  } while (end === 'endless')
  for (const call of calls(reply, index)) await send({ delta: { tool_calls: [call] }, finish_reason: null })
  // A FIN, not a reset: what was sent arrives, then the body turns out to be incomplete.
  if (end === 'disconnect') return void response.socket?.end()
  if (end === 'silence') return
  if (end === 'malformed') response.write('data: {"choices": [{"delta": {"content"\n\n')
  else await send({ delta: {}, finish_reason: finishReason(reply) }, { usage: usage(reply) })
  response.end('data: [DONE]\n\n')
}
