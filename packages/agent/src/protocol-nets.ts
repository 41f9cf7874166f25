/** The nets of an agent, as clients read them. */

import { z } from 'zod'

const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() })

/** What became of training a net, as the trainer left it. */
export const trainingSchema = z.object({
  /** ms since the epoch. */
  at: z.number(),
  seconds: z.number(),
  outcome: z.enum(['adopted', 'refused']),
  /** What is measured; lower is better. */
  metric: z.string(),
  /** Error of what was in use, or of the baseline, less that of the new weights, with its 95 % interval. */
  gain: interval,
  /** Loss of the batches while training. */
  losses: z.array(z.object({ step: z.number(), loss: z.number() })),
  report: z.object({
    error: interval,
    baseline: z.object({ name: z.string(), error: interval }),
    steps: z.number(),
    examples: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
    /** Examples by where they come from, such as `simulated`. */
    origins: z.record(z.string(), z.number()),
    /** Loss on held-out data. */
    curve: z.array(z.object({ step: z.number(), heldOut: z.number() })),
    calibration: z
      .object({
        temperature: z.number(),
        error: z.number(),
        bins: z.array(z.object({ said: z.number(), happened: z.number(), count: z.number() })),
      })
      .optional(),
    /** How often each class (row) was held for each (column). */
    confusion: z.object({ names: z.array(z.string()), counts: z.array(z.array(z.number())) }).optional(),
  }),
})

/** A net: what is in use, what was before, and how the last training went. */
export const netSchema = z.object({
  name: z.string(),
  /** Number of the weights in use; 0 if none are. */
  current: z.number(),
  adopted: z.array(z.object({ number: z.number(), at: z.number(), gain: interval })),
  /** Absent if it was never trained here. */
  training: trainingSchema.optional(),
  /** What is known of it, in Markdown; of the weights adopted last. */
  card: z.string().optional(),
})

/** A net: what is in use, what was before, and how the last training went. */
export type NetView = z.infer<typeof netSchema>
