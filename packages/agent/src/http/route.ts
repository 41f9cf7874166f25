/** Routes as data: one definition checks what comes in, and documents what goes out. */

import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { RequestError } from './problem.js'

/** What a route takes, besides parameters in its path. */
export interface RouteSchemas<Query extends z.ZodType, Body extends z.ZodType> {
  readonly query?: Query | undefined
  readonly body?: Body | undefined
}

/** A request that was checked. */
export interface RouteRequest<Query, Body> {
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Body
  readonly context: Context
}

/** One route of the API. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: string
  readonly summary: string
  /** Answers without a token. */
  readonly open?: boolean | undefined
  readonly query: z.ZodType | undefined
  readonly body: z.ZodType | undefined
  /** JSON that a success answers with; absent for streams, which say what they are in `streams`. */
  readonly response: z.ZodType | undefined
  readonly streams: string | undefined
  handle(context: Context): Promise<Response>
}

/** A route, as it is written down. */
export interface RouteDefinition<Query extends z.ZodType, Body extends z.ZodType>
  extends Pick<Route, 'method' | 'path' | 'summary' | 'open'>,
    RouteSchemas<Query, Body> {
  readonly response?: z.ZodType | undefined
  /** What a stream carries, for the documentation. */
  readonly streams?: string | undefined
  /** Answers; plain data becomes JSON, nothing becomes 204. */
  answer(request: RouteRequest<z.output<Query>, z.output<Body>>): unknown
}

/** Largest body, in bytes. */
const maxBodyBytes = 1_048_576

/** Defines a route. */
export function defineRoute<Query extends z.ZodType = z.ZodUndefined, Body extends z.ZodType = z.ZodUndefined>(
  definition: RouteDefinition<Query, Body>,
): Route {
  const { method, path, summary, open, query, body, response, streams, answer } = definition
  return {
    method,
    path,
    summary,
    open,
    query,
    body,
    response,
    streams,
    async handle(context) {
      const result = await answer({
        params: context.req.param() as Readonly<Record<string, string>>,
        query: parse(query, context.req.query(), 'query') as z.output<Query>,
        body: (body === undefined ? undefined : parse(body, await readJson(context), 'body')) as z.output<Body>,
        context,
      })
      if (result instanceof Response) return result
      return result === undefined ? context.body(null, 204) : context.json(result)
    },
  }
}

/** Adds routes to an application. */
export function mount(app: Hono, routes: readonly Route[]): void {
  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ':$1'), (context) => route.handle(context))
  }
}

function parse(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${[part, ...path].join('.')}: ${message}`)
  throw new RequestError(400, 'agent/request-invalid', problems.slice(0, 5).join('; '))
}

async function readJson(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text.length > maxBodyBytes)
    throw new RequestError(413, 'agent/request-large', `At most ${maxBodyBytes} bytes are taken`)
  try {
    return JSON.parse(text)
  } catch {
    throw new RequestError(400, 'agent/request-invalid', 'The body is not JSON')
  }
}

/** Describes routes as an OpenAPI 3.1 document. */
export function describeRoutes(
  routes: readonly Route[],
  info: { readonly title: string; readonly version: string },
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: describe(route) }
  }
  return {
    openapi: '3.1.0',
    info,
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problemSchema },
    },
    security: [{ token: [] }],
  }
}

const problemSchema = {
  type: 'object',
  description: 'Problem details, RFC 9457',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
  },
}

function describe({ path, summary, open, query, body, response, streams }: Route): Record<string, unknown> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const queryProperties = query instanceof z.ZodObject ? Object.entries(query.shape) : []
  return {
    summary,
    ...(open === true && { security: [] }),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...queryProperties.map(([name, schema]) => ({ name, in: 'query', schema: toJson(schema as z.ZodType, 'input') })),
    ],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: toJson(body, 'input') } } },
    }),
    responses: {
      ...(response !== undefined && {
        200: { description: 'OK', content: { 'application/json': { schema: toJson(response, 'output') } } },
      }),
      ...(streams !== undefined && { 200: { description: streams, content: { 'text/event-stream': {} } } }),
      ...(response === undefined && streams === undefined && { 204: { description: 'Done' } }),
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function toJson(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}
