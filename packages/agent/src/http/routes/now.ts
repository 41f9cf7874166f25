/** Everything that goes on, and the switches that end it. */

import { z } from 'zod'
import { nowSchema } from '../../protocol-activity.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** Why, where nobody says it. */
const ownReason = 'Paused by a person'

const reason = z.string().trim().min(1).max(200).default(ownReason)

/** Routes under `/api/now` and `/api/pause`; none where nothing is told of what goes on. */
export function nowRoutes({ activities }: Pick<ApiDeps, 'activities'>): Route[] {
  if (activities === undefined) return []
  return [
    defineRoute({
      method: 'get',
      path: '/api/now',
      summary: 'What goes on now, from every surface, and whether the agent is paused',
      response: nowSchema,
      answer: () => activities.now(),
    }),
    defineRoute({
      method: 'post',
      path: '/api/now/stop',
      summary: 'Stops one thing that goes on',
      body: z.object({ id: z.string().min(1).max(300) }),
      answer: ({ body }) => activities.stop(body.id),
    }),
    defineRoute({
      method: 'post',
      path: '/api/now/stop-all',
      summary: 'Pauses the agent, then stops everything that goes on',
      body: z.object({ reason }),
      response: z.object({ stopped: z.number().int(), failed: z.array(z.string()) }),
      answer: ({ body }) => activities.stopAll(body.reason),
    }),
    defineRoute({
      method: 'post',
      path: '/api/pause',
      summary: 'Lets the agent call nothing until it is resumed, by whatever process',
      body: z.object({ reason }),
      answer: ({ body }) => activities.begin(body.reason),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/pause',
      summary: 'Lets the agent go on',
      answer: () => activities.end(),
    }),
  ]
}
