/** What goes on in the agent now, as it goes over HTTP. */

import { z } from 'zod'

/** One thing that goes on, or waits for its turn or for a person. */
export const activitySchema = z.object({
  /** Unique over all of them. */
  id: z.string(),
  /** `turn`, `call`, `task`, `stranger`, or what another part calls it. */
  kind: z.string(),
  title: z.string(),
  /** More of it, in a sentence. */
  detail: z.string().optional(),
  /** `blocked` needs a person to go on, and has ended until then. */
  state: z.enum(['running', 'queued', 'waiting', 'blocked']),
  /** ms since the epoch. */
  since: z.number(),
  /** Surface it came from, such as `studio` or `acp`. */
  channel: z.string().optional(),
  /** The conversation in which it goes on. */
  sessionId: z.string().optional(),
})

/** One thing that goes on. */
export type Activity = z.infer<typeof activitySchema>

/** Everything that goes on. */
export const nowSchema = z.object({
  /** Why nothing may run, while an operator has paused the agent. */
  paused: z.string().optional(),
  activities: z.array(activitySchema),
})

/** Everything that goes on. */
export type Now = z.infer<typeof nowSchema>
