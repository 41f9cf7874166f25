/** Lets the agent split a task that it does alone. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { Autonomy } from '../autonomy/autonomy.js'
import { createTool, type JsonValue, type Tool, ToolError } from '../tool.js'
import { forgiving } from './input.js'

/** Creates `split_task`. */
export function createSplitTool({ split }: Pick<Autonomy, 'split'>): Tool {
  return createTool({
    name: 'split_task',
    description:
      'Splits the task that you do alone into parts, each done in a copy of its own once you have ended this turn; you go on when they have ended. `verify` of a part is some of the commands that show that the whole is done. Only for what is too large for one go.',
    input: forgiving(
      z.object({
        parts: z
          .array(
            z.object({
              title: z.string().trim().min(1).max(500),
              notes: z.string().max(20_000).optional(),
              verify: z.array(z.string().trim().min(1)).min(1).max(20),
            }),
          )
          .min(2)
          .max(10),
      }),
      { aliases: { parts: ['subtasks', 'tasks', 'children'] } },
    ),
    effect: 'self',
    timeoutMs: 10_000,
    async run({ parts }, { sessionId }): Promise<JsonValue> {
      try {
        return { parts: split(sessionId, parts).map(({ id, title }) => ({ id, title })) }
      } catch (error) {
        if (error instanceof RangeError) throw new ToolError(error.message, { kind: 'invalid', cause: error })
        if (!SalpError.is(error, 'agent/work-unknown')) throw error
        throw new ToolError('Only a task that is done alone can be split, in the conversation where it is done', {
          kind: 'invalid',
          cause: error,
        })
      }
    },
  })
}
