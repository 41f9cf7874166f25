/** Tools by which the agent keeps its task list. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type Task, taskSchema } from '../protocol.js'
import type { Tasks } from '../tasks.js'
import { createTool, type JsonValue, type Tool, ToolError, type Verification } from '../tool.js'
import { forgiving } from './input.js'

const title = z.string().trim().min(1).max(500)
const notes = z.string().max(20_000)
const priority = z.coerce.number().int().min(-1_000).max(1_000)

/** Creates `create_task`, `list_tasks` and `update_task`. */
export function createTaskTools({ tasks }: { tasks: Pick<Tasks, 'create' | 'list' | 'update'> }): readonly Tool[] {
  const create = createTool({
    name: 'create_task',
    description: 'Adds a task to the list. Higher priority comes first.',
    input: forgiving(z.object({ title, notes: notes.optional(), priority: priority.default(0) }), {
      aliases: { title: ['task', 'name', 'text', 'description'], notes: ['note', 'details'] },
      text: 'title',
    }),
    effect: 'self',
    timeoutMs: 10_000,
    run: async (input) => ({ task: shown(tasks.create(input)) }),
    verify: async (input, output) => checkTask(tasks, { ...input }, output),
  })

  const list = createTool({
    name: 'list_tasks',
    description: 'Lists tasks: open (with those in progress), done (with those abandoned), or all.',
    input: forgiving(z.object({ status: z.enum(['open', 'done', 'all']).default('open') }), {}),
    effect: 'read',
    timeoutMs: 10_000,
    run: async ({ status }) => ({ tasks: tasks.list(status).map(shown) }),
  })

  const update = createTool({
    name: 'update_task',
    description:
      'Changes a task by its id: its title, notes, priority, status or plan. A plan is the list of all its steps with how far each is; it is kept across conversations. Use list_tasks for the id.',
    input: forgiving(
      z
        .object({
          id: z.coerce.number().int().positive(),
          title: title.optional(),
          notes: notes.optional(),
          priority: priority.optional(),
          status: taskSchema.shape.status.optional(),
          plan: taskSchema.shape.plan,
        })
        .refine(
          ({ id: _, ...change }) => Object.values(change).some((value) => value !== undefined),
          'nothing to change',
        ),
      { aliases: { id: ['task_id', 'taskId', 'task'] } },
    ),
    effect: 'self',
    timeoutMs: 10_000,
    async run({ id, ...change }): Promise<JsonValue> {
      try {
        return { task: shown(tasks.update(id, change)) }
      } catch (error) {
        if (!SalpError.is(error, 'agent/task-unknown')) throw error
        throw new ToolError(error.message, { kind: 'invalid', hint: 'Use list_tasks to see the ids', cause: error })
      }
    },
    verify: async (input, output) => checkTask(tasks, { ...input }, output),
  })

  return [create, list, update]
}

/** Whether a task can be read back as it was asked for. */
function checkTask(
  tasks: Pick<Tasks, 'list'>,
  wanted: Readonly<Record<string, unknown>>,
  output: JsonValue,
): Verification {
  const { id } = z.object({ task: z.object({ id: z.number() }) }).parse(output).task
  const found = tasks.list('all').find((task) => task.id === id)
  const kept = new Map<string, unknown>(Object.entries(found ?? {}))
  const differs = Object.entries(wanted).filter(([name, value]) => value !== undefined && kept.get(name) !== value)
  if (found === undefined) return { passed: false, detail: `task ${id} cannot be read back` }
  return differs.length === 0
    ? { passed: true, detail: 'the task reads as it was asked for' }
    : { passed: false, detail: `task ${id} has another ${differs.map(([name]) => name).join(', ')}` }
}

function shown({ plan, ...task }: Task): JsonValue {
  return { ...task, ...(plan !== undefined && { plan }) }
}
