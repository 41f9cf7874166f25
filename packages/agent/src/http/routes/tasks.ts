/** The agent's task list. */

import { z } from 'zod'
import { taskSchema } from '../../protocol.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** Routes under `/api/tasks`. */
export function taskRoutes({ agent: { tasks } }: Pick<ApiDeps, 'agent'>): Route[] {
  return [
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
      body: taskSchema.pick({ title: true, notes: true, priority: true, status: true, plan: true }).partial(),
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
