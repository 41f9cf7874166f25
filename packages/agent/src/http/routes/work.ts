/** Tasks that the agent does alone. */

import { z } from 'zod'
import { WorkError } from '../../autonomy/work-store.js'
import { workOrderSchema, workSchema } from '../../protocol-work.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** Routes of work under `/api/work` and `/api/tasks/{id}/work`; none where nothing is done alone. */
export function workRoutes({ autonomy }: Pick<ApiDeps, 'autonomy'>): Route[] {
  if (autonomy === undefined) return []
  return [
    defineRoute({
      method: 'get',
      path: '/api/work',
      summary: 'What the agent does alone, did and is to do',
      response: z.object({ work: z.array(workSchema) }),
      answer: () => ({ work: autonomy.list() }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/tasks/{id}/work',
      summary: 'The work on a task: where it is, what was checked, and why it stopped',
      response: workSchema,
      answer({ params }) {
        const work = autonomy.get(Number(params.id))
        if (work === undefined) throw new WorkError('unknown', Number(params.id))
        return work
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/tasks/{id}/work',
      summary: 'Asks for a task to be done alone, until every command exits with 0',
      body: workOrderSchema,
      response: workSchema,
      answer: ({ params, body }) => autonomy.add(Number(params.id), body),
    }),
    defineRoute({
      method: 'post',
      path: '/api/tasks/{id}/work/stop',
      summary: 'Ends the work on a task; what was made stays on its branch',
      response: workSchema,
      answer: ({ params }) => autonomy.stop(Number(params.id)),
    }),
  ]
}
