/** What operators do with endpoints, over HTTP. */

import type { Clock, IdSource, Logger } from '@salp/core'
import { z } from 'zod'
import { toFaultResponse, toProblemResponse } from '../proxy/problem.js'
import type { Analytics } from './analytics.js'
import { type Endpoint, type PublicEndpoint, toPublic } from './endpoint.js'
import type { Registry } from './registry.js'

/** One route, to be added to any server. */
export interface OperatorRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With parameters in braces. */
  readonly path: string
  readonly summary: string
  /** Answers anyone; all others answer 401 to whoever is no operator. */
  readonly open: boolean
  handle(request: Request, parameters: Readonly<Record<string, string>>): Promise<Response>
}

/** What the routes are made of. */
export interface OperatorRoutesDeps {
  readonly registry: Registry
  readonly analytics: Pick<Analytics, 'summary'>
  /** Knows an operator by a request: who it is, or nobody. */
  operatorOf(request: Request): Promise<string | undefined> | string | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly ids: IdSource
  readonly log: Logger
}

/** Largest body of a registration, in bytes. */
const maxBodyBytes = 131_072

const dayMs = 86_400_000
const whole = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

const listQuery = z.object({ after: z.string().max(64).default(''), limit: whole.min(1).max(500).default(100) })

const analyticsQuery = z.object({
  from: whole.optional(),
  until: whole.optional(),
  per: z.enum(['hour', 'day', 'range']).default('range'),
})

/** Longest range of one answer, in days. */
const maxDays = { hour: 31, day: 400, range: 4_000 }

/** A refusal within a handler. */
interface Refusal {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** JSON, made of what the handlers give; amounts become text. */
type Answer = { readonly status: 200 | 201; readonly body: unknown } | { readonly status: 204 } | Refusal

/** Creates the routes; `operator` is empty on open ones for anyone else. */
export function createOperatorRoutes(deps: OperatorRoutesDeps): readonly OperatorRoute[] {
  const { registry, analytics, operatorOf, clock, ids, log } = deps

  const route = (
    { open = false, ...place }: Pick<OperatorRoute, 'method' | 'path' | 'summary'> & { open?: boolean },
    answer: (asked: { request: Request; slug: string; operator: string }) => Promise<Answer> | Answer,
  ): OperatorRoute => ({
    ...place,
    open,
    async handle(request, { slug = '' }) {
      const requestId = ids()
      try {
        const operator = await operatorOf(request)
        if (operator === undefined && !open) {
          const detail = 'This takes the token of an operator'
          return toProblemResponse({ status: 401, code: 'gateway/operator', detail, requestId })
        }
        return toResponse(await answer({ request, slug, operator: operator ?? '' }), requestId)
      } catch (error) {
        return toFaultResponse(error, { requestId, log })
      }
    },
  })

  const view = (endpoint: Endpoint, operator: string): Endpoint | PublicEndpoint =>
    endpoint.owner === operator ? endpoint : toPublic(endpoint)
  const visible = (endpoint: Endpoint, operator: string): boolean => endpoint.active || endpoint.owner === operator

  const summarise = (request: Request, slug: string | undefined): Answer => {
    const read = analyticsQuery.safeParse(queryOf(request))
    if (!read.success) return invalid(read.error)
    const { per, until = clock.now(), from = Math.max(0, until - 7 * dayMs) } = read.data
    if (until - from > maxDays[per] * dayMs || until < from)
      return { status: 400, code: 'gateway/request-invalid', detail: `By ${per}, ask for 0 to ${maxDays[per]} days` }
    return { status: 200, body: { rows: analytics.summary({ from, until, per, slug }) } }
  }

  return [
    route({ method: 'GET', path: '/endpoints', summary: 'Lists endpoints', open: true }, ({ request, operator }) => {
      const read = listQuery.safeParse(queryOf(request))
      if (!read.success) return invalid(read.error)
      const page = registry.list(read.data)
      const endpoints = page
        .filter((endpoint) => visible(endpoint, operator))
        .map((endpoint) => view(endpoint, operator))
      return { status: 200, body: { endpoints, next: page.length < read.data.limit ? null : page.at(-1)?.slug } }
    }),
    route(
      { method: 'GET', path: '/endpoints/{slug}', summary: 'Shows an endpoint', open: true },
      ({ slug, operator }) => {
        const endpoint = registry.find(slug)
        return endpoint !== undefined && visible(endpoint, operator)
          ? { status: 200, body: view(endpoint, operator) }
          : unknown
      },
    ),
    route({ method: 'POST', path: '/endpoints', summary: 'Registers an endpoint' }, async ({ request, operator }) => {
      const input = await readJson(request)
      if (input.status !== 'read') return input
      const result = await registry.create(input.value, { owner: operator, signal: request.signal })
      if (result.status === 'created') return { status: 201, body: result.endpoint }
      return result.status === 'taken'
        ? { status: 409, code: 'gateway/slug-taken', detail: 'That slug is taken' }
        : unfit(result.problems)
    }),
    route({ method: 'PATCH', path: '/endpoints/{slug}', summary: 'Changes an endpoint' }, async (asked) => {
      const patch = await readJson(asked.request)
      if (patch.status !== 'read') return patch
      const options = { owner: asked.operator, signal: asked.request.signal }
      const result = await registry.update(asked.slug, patch.value, options)
      if (result.status === 'updated') return { status: 200, body: result.endpoint }
      if (result.status === 'invalid') return unfit(result.problems)
      return result.status === 'unknown' ? unknown : notOwner
    }),
    route({ method: 'DELETE', path: '/endpoints/{slug}', summary: 'Takes an endpoint away' }, ({ slug, operator }) => {
      const result = registry.remove(slug, { owner: operator })
      return result === 'removed' ? { status: 204 } : result === 'unknown' ? unknown : notOwner
    }),
    route({ method: 'GET', path: '/analytics', summary: 'Sums up all endpoints' }, ({ request }) =>
      summarise(request, undefined),
    ),
    route({ method: 'GET', path: '/analytics/{slug}', summary: 'Sums up an endpoint' }, ({ request, slug }) =>
      summarise(request, slug),
    ),
  ]
}

const unknown: Refusal = { status: 404, code: 'gateway/endpoint-unknown', detail: 'There is no such endpoint' }
const notOwner: Refusal = { status: 403, code: 'gateway/endpoint-owner', detail: 'That endpoint is another operator’s' }

function unfit(problems: readonly string[]): Refusal {
  return { status: 400, code: 'gateway/endpoint-invalid', detail: problems.join('; ') }
}

function invalid({ issues }: z.ZodError): Refusal {
  const detail = issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ')
  return { status: 400, code: 'gateway/request-invalid', detail }
}

function queryOf(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams)
}

function toResponse(answer: Answer, requestId: string): Response {
  if ('code' in answer) return toProblemResponse({ ...answer, requestId })
  const headers = { 'cache-control': 'no-store', 'x-request-id': requestId }
  if (answer.status === 204) return new Response(null, { status: 204, headers })
  const text = JSON.stringify(answer.body, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  return new Response(text, { status: answer.status, headers: { ...headers, 'content-type': 'application/json' } })
}

/** Reads a body of JSON, no further than it may go. A page of another origin cannot send this type unasked. */
async function readJson(request: Request): Promise<{ status: 'read'; value: unknown } | Refusal> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return { status: 415, code: 'gateway/request-invalid', detail: 'Send application/json' }
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.length
    if (size > maxBodyBytes)
      return { status: 413, code: 'gateway/request-too-large', detail: `At most ${maxBodyBytes} bytes are taken` }
    text += decoder.decode(chunk, { stream: true })
  }
  try {
    return { status: 'read', value: JSON.parse(text + decoder.decode()) }
  } catch {
    return { status: 400, code: 'gateway/request-invalid', detail: 'The body is not JSON' }
  }
}
