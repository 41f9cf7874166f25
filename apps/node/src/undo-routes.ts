/** Taking back what a turn wrote, over HTTP. */

import { type Agent, defineRoute, type Route } from '@salp/agent'
import type { UndoLog } from '@salp/agent/node'
import { z } from 'zod'

/** Routes for what can be taken back. */
export function undoRoutes({
  undo,
  audit,
}: {
  readonly undo: Pick<UndoLog, 'list' | 'undo'>
  readonly audit: Pick<Agent['audit'], 'append'>
}): readonly Route[] {
  const turn = z.object({ sessionId: z.string(), turnId: z.string(), at: z.number(), files: z.array(z.string()) })
  return [
    defineRoute({
      method: 'get',
      path: '/api/undo',
      summary: 'Lists turns whose changes of files can be taken back, the newest first',
      response: z.object({ turns: z.array(turn) }),
      answer: async () => ({ turns: await undo.list() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/turns/{id}/undo',
      summary: 'Puts the files that a turn wrote back as they were, unless one was changed since',
      response: z.object({
        files: z.array(z.object({ path: z.string(), now: z.enum(['restored', 'removed']) })),
      }),
      async answer({ params: { id = '' } }) {
        const found = (await undo.list()).find(({ turnId }) => turnId === id)
        const files = await undo.undo(id)
        audit.append(
          {
            id: `undo-${id}`,
            input: { turnId: id },
            tool: { name: 'undo' },
            context: { sessionId: found?.sessionId ?? '', turnId: id },
          },
          { status: 'ok', output: null },
        )
        return { files }
      },
    }),
  ]
}
