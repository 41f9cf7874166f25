/** Ceilings of one turn. */

import { z } from 'zod'

/** What a turn may use; the schema's defaults suit one person's agent. */
export const turnLimitsSchema = z.object({
  maxSteps: z.number().int().positive().default(25).describe('Rounds of the model in a turn'),
  maxCalls: z.number().int().positive().default(100).describe('Calls of tools in a turn'),
  maxTokens: z.number().positive().default(2_000_000).describe('Tokens in and out in a turn, as providers report them'),
  maxCostUsd: z.number().positive().default(2).describe('Cost of a turn in US dollars, where prices are known'),
  maxWorkMs: z
    .number()
    .positive()
    .default(1_800_000)
    .describe('Time a turn may work, waiting for people left out, in ms'),
  maxReplyLength: z.number().int().positive().default(200_000).describe('Characters of one reply of the model'),
  modelSilenceMs: z.number().positive().default(300_000).describe('How long the model may say nothing, in ms'),
})

/** Ceilings of one turn. */
export type TurnLimits = z.infer<typeof turnLimitsSchema>

/** Those that the substrate keeps. */
export type TurnBudgets = Pick<TurnLimits, 'maxCalls' | 'maxTokens' | 'maxCostUsd' | 'maxWorkMs'>
