/** Asking other agents over HTTP, for the operator's tools. */

import { z } from 'zod'
import { RequestError } from '../http/problem.js'
import { defineRoute, type Route } from '../http/route.js'
import { strangerTaskSchema } from '../protocol-strangers.js'
import { AskError, type Asker } from './ask-agent.js'
import type { A2aServing } from './serve-a2a.js'

/** What the routes ask of the application. */
export interface A2aRoutesDeps {
  readonly asker: Asker
  /** The agent itself, once it is served. */
  serving(): Pick<A2aServing, 'card' | 'ofStrangers'> | undefined
}

const askSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  message: z.string().min(1).max(100_000),
  maxPrice: z
    .string()
    .regex(/^\d+(?:\.\d+)?$/)
    .optional(),
})

/** Routes under `/api/a2a`. */
export function a2aRoutes({ asker, serving }: A2aRoutesDeps): Route[] {
  const orProblem = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof AskError) throw new RequestError(error.retryable ? 502 : 409, error.code, error.message)
      throw error
    }
  }
  return [
    defineRoute({
      method: 'get',
      path: '/api/a2a/card',
      summary: 'The card of another agent, or of this one',
      query: z.object({ url: z.url({ protocol: /^https?$/ }).optional() }),
      response: z.json(),
      answer: ({ query: { url }, context }) =>
        url === undefined ? serving()?.card(new URL(context.req.url).origin) : orProblem(asker.card(url)),
    }),
    defineRoute({
      method: 'get',
      path: '/api/a2a/strangers',
      summary: 'What strangers had done, the newest first',
      query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
      response: z.object({ tasks: z.array(strangerTaskSchema) }),
      answer: ({ query: { limit } }) => ({ tasks: serving()?.ofStrangers(limit) ?? [] }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/a2a/ask',
      summary: 'Asks another agent, and pays it up to a price within the limits',
      body: askSchema,
      response: z.json(),
      answer: ({ body, context }) => orProblem(asker.ask(body, { signal: context.req.raw.signal })),
    }),
  ]
}
