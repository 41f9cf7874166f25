/** What the agent does by itself, at times and upon news, as it goes over HTTP. */

import { z } from 'zod'
import { workOrderSchema } from './protocol-work.js'

const everyMinutes = z.int().min(1).max(525_600)

/** When something is done. */
export const triggerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('cron'),
    /** Five fields: minute, hour, day of the month, month, day of the week. */
    cron: z.string().trim().min(9).max(200),
    /** Name of a time zone, such as `Europe/Zurich`. @defaultValue that of the machine */
    timezone: z.string().min(1).max(100).optional(),
  }),
  z.strictObject({ type: z.literal('every'), minutes: everyMinutes }),
  /** Once, in ms since the epoch. */
  z.strictObject({ type: z.literal('at'), at: z.int().min(0).max(8.64e15) }),
  /** When files that fit a glob are new, changed or gone. What is there at first is no news. */
  z.strictObject({
    type: z.literal('files'),
    folder: z.string().min(1).max(4_096),
    glob: z.string().min(1).max(500).default('**'),
    minutes: everyMinutes.default(5),
  }),
  /** When an RSS, Atom or JSON feed has new entries. What is there at first is no news. */
  z.strictObject({ type: z.literal('feed'), url: z.url().max(2_000), minutes: everyMinutes.default(60) }),
  /** When somebody who knows its secret posts to `/api/hooks/{id}`. */
  z.strictObject({ type: z.literal('webhook') }),
])

/** When something is done. */
export type Trigger = z.infer<typeof triggerSchema>

const actionSchema = z.discriminatedUnion('type', [
  /** Says this to the agent, in a session of its own. */
  z.strictObject({ type: z.literal('turn'), text: z.string().trim().min(1).max(20_000) }),
  /** Adds a task and has the agent do it alone. */
  z.strictObject({
    type: z.literal('task'),
    title: z.string().trim().min(1).max(500),
    notes: z.string().max(20_000).default(''),
    order: workOrderSchema,
  }),
  /** Tells what happened and what waits. */
  z.strictObject({ type: z.literal('briefing'), period: z.enum(['day', 'week']) }),
])

const fields = z.strictObject({
  title: z.string().trim().min(1).max(200),
  trigger: triggerSchema,
  action: actionSchema,
  enabled: z.boolean(),
  /** What becomes of times that passed while no process ran. */
  missed: z.enum(['once', 'skip']),
})

/** What is said of a routine. */
export const routineInputSchema = fields.extend({
  enabled: fields.shape.enabled.default(true),
  missed: fields.shape.missed.default('once'),
})

/** What may be said of one that is there. */
export const routineChangeSchema = fields.partial()

/** {@link routineChangeSchema} as it is sent; what is absent stays. */
export type RoutineChange = { readonly [Key in keyof z.input<typeof fields>]?: z.input<typeof fields>[Key] | undefined }

/** {@link routineInputSchema} as it is sent. */
export type RoutineInput = z.input<typeof routineInputSchema>

/** One time that a routine was due. */
export const routineRunSchema = z.object({
  id: z.string(),
  routineId: z.int().positive(),
  /** ms since the epoch. */
  dueAt: z.number(),
  /** `skipped`: the one before was still at it. */
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** What was new, one line each; words of others. */
  news: z.array(z.string()),
  sessionId: z.string().optional(),
  taskId: z.int().positive().optional(),
  finishedAt: z.number().optional(),
  /** Why it failed or was skipped. */
  reason: z.string().optional(),
})

/** One time that a routine was due. */
export type RoutineRun = z.infer<typeof routineRunSchema>

/** Something that the agent does by itself. */
export const routineSchema = routineInputSchema.extend({
  id: z.int().positive(),
  createdAt: z.number(),
  /** When it is due, or looks, next, in ms since the epoch; absent where that is not known. */
  nextAt: z.number().optional(),
  lastRun: routineRunSchema.optional(),
})

/** Something that the agent does by itself. */
export type Routine = z.infer<typeof routineSchema>
