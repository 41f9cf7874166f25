/** Asking other agents over HTTP, for the operator's tools. */

import { z } from 'zod'
import { RequestError } from '../http/problem.js'
import { defineRoute, type Route } from '../http/route.js'
import { AskError, type Asker } from './ask-agent.js'

const askSchema = z.object({
  url: z.url({ protocol: /^https?$/ }),
  message: z.string().min(1).max(100_000),
  maxPrice: z
    .string()
    .regex(/^\d+(?:\.\d+)?$/)
    .optional(),
})

/** Routes under `/api/a2a`. */
export function a2aRoutes(asker: Asker): Route[] {
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
      summary: 'The card of another agent',
      query: z.object({ url: z.url({ protocol: /^https?$/ }) }),
      response: z.json(),
      answer: ({ query: { url } }) => orProblem(asker.card(url)),
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
