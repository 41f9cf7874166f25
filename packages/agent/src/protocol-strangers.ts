/** What strangers had done, as it goes over HTTP to the owner. */

import { z } from 'zod'

/** A task that anyone may have bought. */
export const strangerTaskSchema = z.object({
  id: z.string(),
  /** What was asked for. */
  text: z.string(),
  state: z.enum(['working', 'input-required', 'completed', 'failed', 'canceled', 'rejected']),
  /** What it waits for, or why it ended. */
  detail: z.string().optional(),
  answer: z.string().optional(),
  /** ms since the epoch. */
  createdAt: z.number(),
})

/** A task that anyone may have bought. */
export type StrangerTask = z.infer<typeof strangerTaskSchema>
