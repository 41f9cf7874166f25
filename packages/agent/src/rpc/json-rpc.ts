/** JSON-RPC 2.0 over lines: requests in, answers and notices out, in whatever order they come to an end. */

import { describeError, type Logger, SalpError } from '@salp/core'
import { z } from 'zod'
import type { LineStream } from '../http/line-routes.js'

/** Identifier of a request. */
type RequestId = string | number

/** What a method may do beside answering. */
export interface RpcContext {
  /** Aborts when the request is cancelled, or the connection ends. */
  readonly signal: AbortSignal
  /** Tells the client something that it did not ask for. */
  notify(method: string, params: unknown): void
}

/** A method: what it takes, and what it does. */
export interface RpcMethod {
  readonly params: z.ZodType
  run(params: unknown, context: RpcContext): unknown
}

/** Defines a method. */
export function defineMethod<Params extends z.ZodType>(
  params: Params,
  run: (params: z.output<Params>, context: RpcContext) => unknown,
): RpcMethod {
  return { params, run: (given, context) => run(given as z.output<Params>, context) }
}

/** Longest line, in characters. */
const maxLine = 4_000_000

/** Requests of one connection that are answered at once. */
const maxOpen = 256

const messageSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string().min(1),
  params: z.unknown().optional(),
})

/** How the protocol calls what went wrong. */
const codes = { parse: -32_700, request: -32_600, method: -32_601, params: -32_602, failure: -32_000 } as const

/**
 * Serves one connection until the other end goes away, or says `exit`, which waits for what was asked before.
 *
 * `cancel` with the `id` of a request cancels it. Whatever cannot be understood is answered by an error, and the connection
 * goes on.
 *
 * @param hello - Said first, as a notice `ready`.
 */
export async function serveJsonRpc(
  { up, down }: LineStream,
  methods: ReadonlyMap<string, RpcMethod>,
  { hello, log }: { readonly hello: unknown; readonly log: Logger },
): Promise<void> {
  const writer = down.getWriter()
  const encoder = new TextEncoder()
  const ended = new AbortController()
  const open = new Map<RequestId, AbortController>()
  const running = new Set<Promise<void>>()

  const write = (message: object): void => {
    if (ended.signal.aborted) return
    writer.write(encoder.encode(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)).catch(() => ended.abort())
  }
  const notify = (method: string, params: unknown): void => write({ method, params })
  const fail = (id: RequestId | null, code: number, message: string, data?: object): void =>
    write({ id, error: { code, message, ...(data !== undefined && { data }) } })

  const answer = async (id: RequestId, method: RpcMethod, params: unknown, controller: AbortController) => {
    try {
      const signal = AbortSignal.any([controller.signal, ended.signal])
      write({ id, result: (await method.run(params, { signal, notify })) ?? null })
    } catch (error) {
      if (ended.signal.aborted) return
      if (!SalpError.is(error) && !controller.signal.aborted) log.warn('A request over RPC broke', { error })
      const data = SalpError.is(error) ? { code: error.code, retryable: error.retryable } : undefined
      fail(id, codes.failure, controller.signal.aborted ? 'It was cancelled' : describeError(error), data)
    } finally {
      open.delete(id)
    }
  }

  const take = (line: string): boolean => {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      fail(null, codes.parse, 'The line is not JSON')
      return true
    }
    const parsed = messageSchema.safeParse(value)
    if (!parsed.success) {
      fail(idOf(value), codes.request, `The line is no request: ${z.prettifyError(parsed.error)}`)
      return true
    }
    const { id = undefined, method: name, params = {} } = parsed.data
    if (id === undefined || id === null) {
      if (name === 'cancel') open.get(cancelSchema.safeParse(params).data?.id ?? '')?.abort()
      return name !== 'exit'
    }
    const method = methods.get(name)
    if (method === undefined) fail(id, codes.method, `There is no method "${name}"`)
    else if (open.has(id)) fail(id, codes.request, `Request ${JSON.stringify(id)} has no answer yet`)
    else if (open.size >= maxOpen) fail(id, codes.failure, `${maxOpen} requests wait already`, { retryable: true })
    else {
      const checked = method.params.safeParse(params)
      if (!checked.success) {
        fail(id, codes.params, z.prettifyError(checked.error))
        return true
      }
      const controller = new AbortController()
      open.set(id, controller)
      const done = answer(id, method, checked.data, controller).finally(() => running.delete(done))
      running.add(done)
    }
    return true
  }

  notify('ready', hello)
  try {
    for await (const line of linesOf(up)) {
      if (line === undefined) {
        fail(null, codes.parse, `A line has at most ${maxLine} characters`)
        continue
      }
      if (line.trim() !== '' && !take(line)) {
        await Promise.allSettled(running)
        break
      }
    }
  } finally {
    ended.abort()
    await Promise.allSettled(running)
    await writer.close().catch(() => undefined)
  }
}

const cancelSchema = z.object({ id: z.union([z.string(), z.number()]) })

function idOf(value: unknown): RequestId | null {
  return z.object({ id: z.union([z.string(), z.number()]) }).safeParse(value).data?.id ?? null
}

/** Whole lines; nothing in the place of one that is too long. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let skipping = false
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (skipping || line.length > maxLine) yield undefined
      else yield line
      skipping = false
    }
    if (rest.length > maxLine) {
      skipping = true
      rest = ''
    }
  }
  if (rest !== '' && !skipping) yield rest
}
