/** What the agent does by itself, and who may make it do so. */

import { z } from 'zod'
import { routineChangeSchema, routineInputSchema, routineRunSchema, routineSchema } from '../../protocol-routines.js'
import { RoutineError } from '../../routines/routine-store.js'
import { readDelivery } from '../../routines/webhook.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

/** Bytes of a delivery. */
const maxDeliveryBytes = 1_048_576

/** Routes under `/api/routines` and `/api/hooks`, and `/api/briefing`; none where nothing is done by itself. */
export function routineRoutes({ routines }: Pick<ApiDeps, 'routines'>): Route[] {
  if (routines === undefined) return []
  return [
    defineRoute({
      method: 'get',
      path: '/api/routines',
      summary: 'What the agent does by itself, at times and upon news',
      response: z.object({ routines: z.array(routineSchema) }),
      answer: () => ({ routines: routines.list() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/routines',
      summary: 'Makes a routine; the secret of a webhook is in this answer alone',
      body: routineInputSchema,
      response: z.object({ routine: routineSchema, secret: z.string().optional() }),
      answer: ({ body }) => routines.add(body),
    }),
    defineRoute({
      method: 'get',
      path: '/api/routines/{id}',
      summary: 'A routine, and the newest times that it was due',
      response: z.object({ routine: routineSchema, runs: z.array(routineRunSchema) }),
      answer({ params }) {
        const id = Number(params.id)
        const routine = routines.get(id)
        if (routine === undefined) throw new RoutineError(id)
        return { routine, runs: routines.runs({ routineId: id, limit: 50 }) }
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/routines/{id}',
      summary: 'Changes a routine, or lets it rest',
      body: routineChangeSchema,
      response: routineSchema,
      answer: ({ params, body }) => routines.change(Number(params.id), body),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/routines/{id}',
      summary: 'Removes a routine; what it made stays',
      answer: ({ params }) => routines.remove(Number(params.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/api/routines/{id}/run',
      summary: 'Does it now, beside its times',
      response: routineRunSchema,
      answer: ({ params }) => routines.run(Number(params.id)),
    }),
    defineRoute({
      method: 'post',
      path: '/api/hooks/{id}',
      summary: 'Takes a delivery; its sender proves to know the secret by X-Hub-Signature-256 or as a bearer token',
      open: true,
      response: z.object({ status: z.enum(['taken', 'known']) }),
      async answer({ params, context }) {
        const id = Number(params.id)
        const body = await context.req.text()
        if (body.length > maxDeliveryBytes)
          throw new RequestError(413, 'agent/request-large', `At most ${maxDeliveryBytes} bytes are taken`)
        const delivery = await readDelivery(context.req.raw, body, routines.secret(id))
        return { status: routines.deliver(id, delivery) === undefined ? 'known' : 'taken' }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/briefing',
      summary: 'What happened and what waits, in Markdown',
      query: z.object({ period: z.enum(['day', 'week']).default('day') }),
      response: z.object({ text: z.string() }),
      answer: ({ query }) => ({ text: routines.briefing(query.period) }),
    }),
  ]
}
