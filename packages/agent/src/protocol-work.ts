/** Work on tasks that the agent does alone, as it goes over HTTP. */

import { z } from 'zod'

/** What the agent is asked to do alone. */
export const workOrderSchema = z.object({
  /** Git repository; the agent's own folder where it is absent. */
  folder: z.string().min(1).max(4_096).optional(),
  /** Commands of which every one has to exit with 0, in a clean copy of what was made. */
  verify: z.array(z.string().trim().min(1).max(2_000)).min(1).max(20),
  /** What else has to hold, in words. */
  acceptance: z.array(z.string().trim().min(1).max(1_000)).max(50).default([]),
  /** What the agent has to know. */
  context: z.string().max(20_000).default(''),
  /** How to go about it, step by step; the agent plans itself where it is empty. */
  plan: z.array(z.string().trim().min(1).max(1_000)).max(50).default([]),
  /** What could go wrong, and what must not be touched. */
  risks: z.array(z.string().trim().min(1).max(1_000)).max(50).default([]),
  /** Tasks that have to be done before. */
  after: z.array(z.int().positive()).max(50).default([]),
  /** Turns at most. */
  maxRounds: z.int().min(1).max(50).default(5),
  /** Minutes at most, from the first turn on. */
  maxMinutes: z.number().positive().max(10_080).default(120),
  /** Tokens, US dollars and calls of tools at most, over all turns, as far as they are reported. */
  maxTokens: z.number().positive().optional(),
  maxCostUsd: z.number().positive().optional(),
  maxCalls: z.int().positive().optional(),
  /**
   * Whether a second model judges what has to hold in words: `auto` where there is one, `required` or the task waits for a
   * person, `off` never.
   */
  review: z.enum(['auto', 'required', 'off']).default('auto'),
})

/** {@link workOrderSchema} as it is sent. */
export type WorkOrder = z.input<typeof workOrderSchema>

const checkSchema = z.object({
  command: z.string(),
  /** `null` if it was ended, or could not begin. */
  exitCode: z.int().nullable(),
  /** The end of what it said. */
  output: z.string(),
  durationMs: z.number(),
})

/** What a command came to. */
export type WorkCheck = z.infer<typeof checkSchema>

const reviewSchema = z.object({
  /** Who judged; absent where nobody could. */
  model: z.string().optional(),
  /** Whether another model did the work. */
  independent: z.boolean(),
  verdicts: z.array(z.object({ criterion: z.string(), holds: z.boolean(), why: z.string() })),
  /** Why it was not judged. */
  reason: z.string().optional(),
})

/** What a second model found. */
export type WorkReview = z.infer<typeof reviewSchema>

/** Work on a task. */
export const workSchema = workOrderSchema.extend({
  taskId: z.int().positive(),
  /** `waiting`: for its sub-tasks. `blocked`: for a person. `stopped`: ended by one. */
  state: z.enum(['queued', 'working', 'verifying', 'waiting', 'done', 'blocked', 'stopped']),
  /** How often it was asked for. */
  attempt: z.int().positive(),
  /** Turns whose result was checked. */
  rounds: z.int().min(0),
  /** The commands after the last of them. */
  checks: z.array(checkSchema),
  queuedAt: z.number(),
  /** In ms since the epoch. */
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  /** The conversation in which it is done. */
  sessionId: z.string().optional(),
  /** Where it is done: a folder of its own on a branch of its own, made from `base`. */
  place: z.object({ folder: z.string(), branch: z.string(), base: z.string() }).optional(),
  /** The last commit that was checked, and what it changes. */
  commit: z.string().optional(),
  files: z.array(z.string()).optional(),
  /** What a second model found of them. */
  judged: reviewSchema.optional(),
  /** The task that this is a part of. */
  parent: z.int().positive().optional(),
  /** Its parts whose end it was told of. */
  taken: z.array(z.int().positive()).optional(),
  /** What the agent is told at the beginning of its next turn. */
  told: z.string().optional(),
  /** What it used, over all turns, as far as that was reported. */
  used: z.object({ tokens: z.number(), costUsd: z.number(), calls: z.int() }).optional(),
  /** Why it is blocked or stopped. */
  reason: z.string().optional(),
  /** What the agent said at its end. */
  summary: z.string().optional(),
})

/** Work on a task. */
export type Work = z.infer<typeof workSchema>
