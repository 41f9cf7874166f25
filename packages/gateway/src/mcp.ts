/** Tools of MCP that cost something, by the x402 extension of that protocol. */

import type { Paywall } from './paywall.js'
import { decodeHeader, encodeHeader } from './wire/base64.js'
import { headerNames } from './wire/headers.js'

/** Where a call carries its payment, and a result what became of it. */
export const mcpMeta = { payment: 'x402/payment', response: 'x402/payment-response' } as const

/** What is read of a call, and written of a result; the SDKs' types have these members. */
export interface ToolCall {
  readonly name: string
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  readonly _meta?: Readonly<Record<string, unknown>> | undefined
}

/** A result of a tool. */
export interface ToolResult {
  readonly content: readonly { readonly type: string; readonly [member: string]: unknown }[]
  readonly structuredContent?: Readonly<Record<string, unknown>> | undefined
  readonly isError?: boolean | undefined
  readonly _meta?: Readonly<Record<string, unknown>> | undefined
}

/** Runs a tool. */
export type ToolHandler = (call: ToolCall, options: { readonly signal: AbortSignal }) => Promise<ToolResult>

/**
 * Puts a paywall before a tool.
 *
 * An unpaid call gets a result with `isError` and what is asked; a paid one the tool's result with a receipt. A result of
 * the tool that is an error costs nothing. Where the money does not move, the tool's output is not given away.
 */
export function paidTool(paywall: Paywall, handler: ToolHandler): ToolHandler {
  return async (call, { signal }) => {
    const payment = call._meta?.[mcpMeta.payment]
    const version = isObject(payment) && payment.x402Version === 1 ? headerNames.paymentV1 : headerNames.payment
    const request = new Request(`mcp://tool/${encodeURIComponent(call.name)}`, {
      method: 'POST',
      headers: payment === undefined ? {} : { [version]: encodeHeader(payment) },
      body: JSON.stringify(call.arguments ?? {}),
      signal,
    })
    const response = await paywall.handle(request, async (_request, _paid, options) => {
      const result = await handler(call, options)
      return Response.json(result, { status: result.isError === true ? 400 : 200 })
    })
    return toResult(response)
  }
}

async function toResult(response: Response): Promise<ToolResult> {
  const required = decoded(response, headerNames.required)
  if (required !== undefined) return refusal(required)
  const receipt = decoded(response, headerNames.response) ?? decoded(response, headerNames.responseV1)
  const meta = receipt === undefined ? {} : { _meta: { [mcpMeta.response]: receipt } }
  const body = (await response.json()) as Record<string, unknown>
  if (!('content' in body)) return { ...refusal(isObject(receipt) ? receipt : body), ...meta }
  const result = body as unknown as ToolResult
  return { ...result, ...(receipt !== undefined && { _meta: { ...result._meta, ...meta._meta } }) }
}

function refusal(what: Readonly<Record<string, unknown>>): ToolResult {
  return { isError: true, structuredContent: what, content: [{ type: 'text', text: JSON.stringify(what) }] }
}

function decoded(response: Response, name: string): Readonly<Record<string, unknown>> | undefined {
  const value = decodeHeader(response.headers.get(name) ?? '')
  return isObject(value) ? value : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
