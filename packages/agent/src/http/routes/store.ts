/** What the agent keeps for its person: memories and tasks. */

import { z } from 'zod'
import { memoryHitSchema, taskSchema } from '../../protocol.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

const kind = memoryHitSchema.shape.kind

/** Routes under `/api/memory` and `/api/tasks`. */
export function storeRoutes({ agent, memory }: ApiDeps): Route[] {
  const { tasks } = agent
  return [
    defineRoute({
      method: 'get',
      path: '/api/memory',
      summary: 'Recalls memories for a query, or lists the newest',
      query: z.object({
        query: z.string().max(2_000).optional(),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      response: z.object({ hits: z.array(memoryHitSchema) }),
      async answer({ query: { query = '', limit } }) {
        if (query.trim() !== '') return { hits: (await memory.recall(query, { limit })).hits }
        return { hits: (await memory.list({ limit })).map((record) => ({ ...record, score: 0 })) }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/memory',
      summary: 'Remembers something that a person states',
      body: z.object({
        content: z.string().min(1).max(20_000),
        kind: kind.optional(),
        channel: z.string().min(1).max(50).default('studio'),
        tags: z.array(z.string()).optional(),
      }),
      response: z.object({ id: z.string(), status: z.enum(['added', 'known']) }),
      async answer({ body: { channel, ...body } }) {
        const { record, status } = await memory.remember({
          ...body,
          source: { author: 'user', channel },
          verification: 'stated',
        })
        return { id: record.id, status }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/memory/{id}/history',
      summary: 'Gives what was believed before a memory took its place, the newest first',
      response: z.object({ hits: z.array(memoryHitSchema) }),
      async answer({ params: { id = '' } }) {
        return { hits: (await memory.history(id)).map((record) => ({ ...record, score: 0 })) }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/memory/{id}',
      summary: 'Forgets a memory for good',
      async answer({ params: { id = '' } }) {
        if ((await memory.forget(id)) === 0)
          throw new RequestError(404, 'agent/memory-unknown', `There is no memory "${id}"`)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/tasks',
      summary: 'Lists tasks',
      query: z.object({ status: z.enum(['open', 'done', 'all']).default('open') }),
      response: z.object({ tasks: z.array(taskSchema) }),
      answer: ({ query }) => ({ tasks: tasks.list(query.status) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/tasks',
      summary: 'Creates a task',
      body: taskSchema
        .pick({ title: true })
        .extend({ notes: z.string().optional(), priority: z.number().int().optional() }),
      response: taskSchema,
      answer: ({ body }) => tasks.create(body),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/tasks/{id}',
      summary: 'Changes a task',
      body: taskSchema.pick({ title: true, notes: true, priority: true, status: true }).partial(),
      response: taskSchema,
      answer: ({ params, body }) => tasks.update(Number(params.id), body),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/tasks/{id}',
      summary: 'Deletes a task',
      answer: ({ params }) => tasks.remove(Number(params.id)),
    }),
  ]
}
