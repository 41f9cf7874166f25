/** Devices that are told what waits for a person. */

import { z } from 'zod'
import { pushDeviceSchema, pushOrderSchema, pushViewSchema } from '../../protocol-push.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

const endpointSchema = z.object({ endpoint: z.string().min(1).max(2_000) })

/** Routes under `/api/push`; none where nobody is told. */
export function pushRoutes({ push }: Pick<ApiDeps, 'push'>): Route[] {
  if (push === undefined) return []
  return [
    defineRoute({
      method: 'get',
      path: '/api/push',
      summary: 'The key that browsers subscribe with, and the devices that are told',
      response: pushViewSchema,
      answer: () => push.view(),
    }),
    defineRoute({
      method: 'post',
      path: '/api/push/subscribe',
      summary: 'Tells a device from now on, or changes what it is told of',
      body: pushOrderSchema,
      response: pushDeviceSchema,
      answer: ({ body }) => push.subscribe(body),
    }),
    defineRoute({
      method: 'post',
      path: '/api/push/unsubscribe',
      summary: 'Tells a device no more',
      body: endpointSchema,
      answer: ({ body }) => push.unsubscribe(body.endpoint),
    }),
    defineRoute({
      method: 'post',
      path: '/api/push/test',
      summary: 'Sends a device a word',
      body: endpointSchema,
      response: z.object({ outcome: z.enum(['taken', 'gone', 'later', 'refused']) }),
      answer: async ({ body }) => ({ outcome: await push.test(body.endpoint) }),
    }),
  ]
}
