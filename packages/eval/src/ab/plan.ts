/** What a study is going to do, written down and sealed before it does it. */

import { SalpError, toHex } from '@salp/core'
import { z } from 'zod'
import { type Cell, factorialCells } from './design.js'

/** What is measured of each trial. */
export const axes = ['correct', 'hallucinated', 'attempted', 'costUsd', 'latencyMs', 'calls'] as const

/** One of {@link axes}. */
export type Axis = (typeof axes)[number]

/** Whether a trial is 0 or 1 on an axis. */
export function isBinary(axis: Axis): boolean {
  return axis === 'correct' || axis === 'hallucinated' || axis === 'attempted'
}

const name = z.string().min(1)

/** A study, as it is preregistered. */
export const planSchema = z
  .strictObject({
    /** Names the study; its trials carry it. */
    study: name,
    question: name,
    hypothesis: name,
    factors: z
      .array(z.strictObject({ name, levels: z.array(name).min(2).readonly() }))
      .min(1)
      .readonly(),
    /** A fraction of the design: see `factorialCells`. */
    aliases: z.record(name, z.array(name).readonly()).optional(),
    /** Ids of tasks, all of which meet all cells. */
    tasks: z.array(name).min(2).readonly(),
    /** Repetitions of each task, each with a seed that all cells share. */
    seeds: z.array(name).min(1).readonly(),
    /** The comparison that decides: a factor on an axis. Everything else is exploratory. */
    primary: z.strictObject({ factor: name, axis: z.enum(axes) }),
    /** Difference that the control, the same cell twice, may show on the primary axis before the study is called off. */
    controlMargin: z.number().min(0),
    /** Shares of the tasks after which one looks and may stop; or `any`: after every task, by a test that allows it. */
    looks: z.union([z.literal('any'), z.array(z.number().gt(0).lte(1)).min(1).readonly()]),
    alpha: z.number().gt(0).lt(1),
    /** Greatest share of trials that may be left out. */
    exclusions: z.number().min(0).max(1),
    judges: z.array(name).min(1).readonly(),
  })
  .superRefine(({ factors, aliases, primary, tasks, seeds, looks }, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (!factors.some((factor) => factor.name === primary.factor))
      refuse('primary', `there is no factor "${primary.factor}"`)
    if (new Set(tasks).size !== tasks.length) refuse('tasks', 'a task stands twice')
    if (new Set(seeds).size !== seeds.length) refuse('seeds', 'a seed stands twice')
    if (looks !== 'any' && (looks.at(-1) !== 1 || looks.some((look, index) => look <= (looks[index - 1] ?? 0))))
      refuse('looks', 'they do not ascend to 1')
    if (looks === 'any' && !isBinary(primary.axis))
      refuse('looks', `"any" needs an axis of 0 and 1, which ${primary.axis} is not`)
    if (looks === 'any' && factors.some(({ name, levels }) => name === primary.factor && levels.length > 2))
      refuse('looks', `"any" needs a factor of two levels, which "${primary.factor}" is not`)
    try {
      factorialCells(factors, aliases)
    } catch (error) {
      refuse('factors', error instanceof RangeError ? error.message : String(error))
    }
  })

/** A study, as it is preregistered. */
export type Plan = z.infer<typeof planSchema>

/** A plan that cannot be changed without it showing. */
export interface SealedPlan {
  readonly plan: Plan
  /** SHA-256 of {@link planText}, hexadecimal. */
  readonly sha256: string
}

/** Gives the one text of a plan: JSON, keys in alphabetical order, no spaces. */
export function planText(plan: Plan): string {
  return JSON.stringify(plan, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/**
 * Checks a plan and seals it with its hash, to be published before the first trial.
 *
 * @throws {@link PlanError} (`eval/plan`) for anything that is no plan.
 */
export async function sealPlan(value: unknown): Promise<SealedPlan> {
  const parsed = planSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new PlanError(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no plan'}`)
  }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(planText(parsed.data)))
  const sha256 = toHex(digest)
  return { plan: parsed.data, sha256 }
}

/** Checks that a sealed plan is what was sealed. @throws {@link PlanError} (`eval/plan`) if it was changed since. */
export async function openPlan({
  plan,
  sha256,
}: {
  readonly plan: unknown
  readonly sha256: string
}): Promise<SealedPlan> {
  const sealed = await sealPlan(plan)
  if (sealed.sha256 !== sha256) throw new PlanError(`its hash is ${sealed.sha256}, sealed was ${sha256}`)
  return sealed
}

/** Cells of a plan. The first is the one that the control repeats. */
export function cellsOf({ factors, aliases }: Plan): Cell[] {
  return factorialCells(factors, aliases)
}

/** A plan that cannot be used. */
export class PlanError extends SalpError {
  constructor(reason: string) {
    super('eval/plan', `Cannot use the plan: ${reason}`)
  }
}
