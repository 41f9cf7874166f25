/** Tools by which the agent keeps what it does by itself. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { routineInputSchema, triggerSchema } from '../protocol-routines.js'
import type { Routines } from '../routines/routines.js'
import { createTool, type JsonValue, type Tool, ToolError } from '../tool.js'
import { forgiving } from './input.js'

/** Creates `create_routine`, `list_routines` and `remove_routine`. */
export function createRoutineTools(routines: Pick<Routines, 'add' | 'list' | 'remove'>): readonly Tool[] {
  const create = createTool({
    name: 'create_routine',
    description:
      'Has something done at times (cron with five fields, every so many minutes, or once at a time), or when files or a feed change. `text` is what you will be told then, in a conversation of its own.',
    input: forgiving(
      z.object({
        title: routineInputSchema.shape.title,
        text: z.string().trim().min(1).max(20_000),
        // A secret must not pass through a model.
        trigger: triggerSchema.refine(({ type }) => type !== 'webhook', 'a webhook is made by its operator'),
      }),
      { aliases: { text: ['prompt', 'message', 'action', 'task'], trigger: ['when', 'schedule'], title: ['name'] } },
    ),
    // It acts when nobody looks, so that making one is a change of the world.
    effect: 'write',
    timeoutMs: 10_000,
    assess: ({ title }) => ({ risk: { level: 'medium', reasons: [`does "${title}" by itself from now on`] } }),
    async run({ title, text, trigger }): Promise<JsonValue> {
      try {
        const { id, nextAt } = routines.add({ title, trigger, action: { type: 'turn', text } }).routine
        return { id, ...(nextAt !== undefined && { next: new Date(nextAt).toISOString() }) }
      } catch (error) {
        if (!SalpError.is(error, 'agent/routine-invalid')) throw error
        throw new ToolError(error.message, { kind: 'invalid', cause: error })
      }
    },
  })

  const list = createTool({
    name: 'list_routines',
    description: 'Lists what is done by itself, when it is due next, and how it went last.',
    input: forgiving(z.object({}), {}),
    effect: 'read',
    timeoutMs: 10_000,
    run: async () => ({
      routines: routines.list().map((routine) => z.json().parse(JSON.parse(JSON.stringify(routine)))),
    }),
  })

  const remove = createTool({
    name: 'remove_routine',
    description: 'Removes a routine by its id. Use list_routines for the id.',
    input: forgiving(z.object({ id: z.coerce.number().int().positive() }), {
      aliases: { id: ['routine_id', 'routine'] },
    }),
    effect: 'write',
    timeoutMs: 10_000,
    async run({ id }): Promise<JsonValue> {
      try {
        routines.remove(id)
        return { removed: id }
      } catch (error) {
        if (!SalpError.is(error, 'agent/routine-unknown')) throw error
        throw new ToolError(error.message, { kind: 'invalid', hint: 'Use list_routines to see the ids', cause: error })
      }
    },
  })

  return [create, list, remove]
}
