/** What an agent went through, as nets learn from it: one JSON object a line. */

import { SalpError } from '@salp/core'
import { z } from 'zod'

/** Kinds of steps. The order is part of the format: nets number them by it. */
export const stepKinds = [
  ...(['read', 'search', 'list', 'shell', 'commit', 'self-check', 'create-script', 'test-script'] as const),
  ...(['type-check', 'generate', 'edit', 'think', 'delete-endpoint', 'other'] as const),
] as const
/** A kind of step. */
export type StepKind = (typeof stepKinds)[number]

/** Classes of errors, in the order of the brain's scores. */
export const errorClasses = [
  ...(['compile', 'test', 'file-not-found', 'shell', 'network', 'protected-file'] as const),
  ...(['endpoint', 'git', 'malformed-reply', 'unsolvable', 'unknown'] as const),
] as const
/** A class of error. */
export type ErrorClass = (typeof errorClasses)[number]

/** What a step may show that an agent can do, in the order of the brain's scores. */
export const capabilities = [
  ...(['read-file', 'write-file', 'compile', 'pass-tests', 'run-shell', 'call-peer'] as const),
  ...(['create-endpoint', 'use-git', 'generate-code', 'search-code', 'complete-plan'] as const),
] as const
/** Something an agent can do. */
export type Capability = (typeof capabilities)[number]

const share = z.number().min(0).max(1)
const amount = z.number().min(0)
const ratesOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.partialRecord(z.enum(names), share)

/** What was known before a step. Everything has a plain default, so that a young agent can say little. */
const contextSchema = z.strictObject({
  needsModel: z.boolean().default(false),
  /** Share of the plan's steps that are done. */
  planProgress: share.default(0),
  replans: amount.default(0),
  consecutiveFailures: amount.default(0),
  stepsLeft: amount.default(0),
  goals: amount.default(0),
  cycles: amount.default(0),
  hoursSinceCommit: amount.default(0),
  /** Of all steps so far, succeeded. */
  successRate: share.default(0.5),
  /** By kind: share succeeded, and how many there were. */
  rates: ratesOf(stepKinds).default({}),
  tries: z.partialRecord(z.enum(stepKinds), amount).default({}),
  /** Share of the last failures, by class. */
  errors: ratesOf(errorClasses).default({}),
  capabilityRates: ratesOf(capabilities).default({}),
  endpoints: amount.default(0),
  fitness: share.default(0),
  elo: z.number().default(800),
  passRate: share.default(0),
  peers: amount.default(0),
  peerPassRate: share.default(0),
  peerFitness: share.default(0),
  trivialShare: share.default(0),
  attempts: amount.default(0),
  solved: amount.default(0),
  trainingSteps: amount.default(0),
  generation: amount.default(0),
  /** Of the problem at hand, 0 (none) to 6. */
  tier: z.int().min(0).max(6).default(0),
  /** What the problem is about, 0 to 13; `undefined` without one. */
  category: z.int().min(0).max(13).optional(),
  retries: amount.default(0),
  peerContext: z.boolean().default(false),
  peerReview: z.boolean().default(false),
  typeChecked: z.boolean().default(false),
  solutionChars: amount.default(0),
  visibleExamples: amount.default(0),
  hasStarter: z.boolean().default(false),
  hoursSinceBenchmark: amount.default(0),
  sessions: amount.default(0),
  paid: z.boolean().default(false),
  lastStepMs: amount.default(0),
  lastOutputBytes: amount.default(0),
  inputBytes: amount.default(0),
  tools: amount.default(0),
  /** Share of the context window that is used. */
  contextUsed: share.default(0),
  /** 0 to 23, local. */
  hour: z.int().min(0).max(23).default(12),
  /** Of the goal: a few words. */
  goal: z.string().max(500).default(''),
})
/** What was known before a step. */
export type StepContext = z.infer<typeof contextSchema>

/** Fields of every record. `group` is what must not be torn apart between training and test: a goal, or a problem. */
const common = {
  /** ms since the epoch. */
  at: z.int().min(0),
  /** Where it comes from. Nothing simulated passes for experience. */
  origin: z.enum(['agent', 'simulated', 'corpus']),
  group: z.string().min(1).max(200),
  /** The benchmark problem it was about, if it was about one. */
  problem: z.string().max(200).optional(),
}

const stepSchema = z.strictObject({
  ...common,
  type: z.literal('step'),
  kind: z.enum(stepKinds),
  context: contextSchema,
  success: z.boolean(),
  /** There if it failed. */
  error: z.enum(errorClasses).optional(),
  /** What it showed that the agent can do, or cannot. */
  shown: z.partialRecord(z.enum(capabilities), z.boolean()).default({}),
})

/** Counts over a change of code. */
const diffSchema = z.strictObject({
  ...common,
  type: z.literal('diff'),
  counts: z.record(z.string().max(40), z.number().min(-1e9).max(1e9)),
  /** How good it was: −1 to 1. Of the benchmark: its change, in units of 20 points. */
  score: z.number().min(-1).max(1),
  judge: z.enum(['benchmark', 'plan', 'good-button', 'bad-button']),
})

const planSchema = z.strictObject({
  ...common,
  type: z.literal('plan'),
  /** The goal in a few words. */
  goal: z.string().max(500),
  steps: z.array(z.enum(stepKinds)).min(1).max(40),
  success: z.boolean(),
})

const codeSchema = z.strictObject({
  ...common,
  type: z.literal('code'),
  /** What was asked, or the name of a file. */
  instruction: z.string().max(4_000),
  /** What passed, or the file. */
  text: z.string().max(20_000),
  /** SPDX expression. */
  licence: z.string().max(100),
})

/** One record of the log. */
export const experienceSchema = z.discriminatedUnion('type', [stepSchema, diffSchema, planSchema, codeSchema])
/** Something an agent went through. */
export type Experience = z.infer<typeof experienceSchema>
/** A step and what came of it. */
export type StepExperience = z.infer<typeof stepSchema>
/** A change of code, and how good it was. */
export type DiffExperience = z.infer<typeof diffSchema>
/** A plan, and whether it worked. */
export type PlanExperience = z.infer<typeof planSchema>
/** Code that passed, or that is installed here. */
export type CodeExperience = z.infer<typeof codeSchema>

/**
 * Reads one line of a log.
 *
 * @throws {@link ExperienceError} (`models/experience`) if it is no record.
 */
export function parseExperience(line: string): Experience {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw new ExperienceError('it is no JSON', cause)
  }
  const parsed = experienceSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ExperienceError(`"${issue?.path.join('.')}": ${issue?.message}`, parsed.error)
}

/** A context in which nothing is known but what is given. */
export function stepContext(known: z.input<typeof contextSchema> = {}): StepContext {
  return contextSchema.parse(known)
}

/** Something that is no experience, or must not become one. */
export class ExperienceError extends SalpError {
  constructor(why: string, cause?: unknown) {
    super('models/experience', `Cannot take up an experience: ${why}`, { cause })
  }
}
