/** The raw record of a study: JSON Lines, from which everything else can be derived again. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { openPlan, type SealedPlan } from './plan.js'

const name = z.string().min(1)
const amount = z.number().min(0)

/** What was measured of one reply. */
export const trialSchema = z.strictObject({
  type: z.literal('trial'),
  /** `control` repeats one cell, as arms `a` and `b`; `main` is the study. */
  phase: z.enum(['control', 'main']),
  task: name,
  seed: name,
  /** Name of the cell, or of the arm of the control. */
  cell: name,
  correct: z.union([z.literal(0), z.literal(1)]),
  hallucinated: z.union([z.literal(0), z.literal(1)]),
  attempted: z.union([z.literal(0), z.literal(1)]),
  costUsd: amount,
  latencyMs: amount,
  calls: z.int().min(0),
  /** Scores by judge, range [0, 1]. */
  scores: z.record(name, z.number().min(0).max(1)),
  /** The reply as far as it is kept. */
  preview: z.string().max(2_000),
  at: z.int(),
})

/** What was measured of one reply. */
export type Trial = z.infer<typeof trialSchema>

const recordSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('plan'), plan: z.unknown(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  trialSchema,
  z.strictObject({
    type: z.literal('excluded'),
    phase: z.enum(['control', 'main']),
    task: name,
    seed: name,
    cell: name,
    reason: name,
    at: z.int(),
  }),
  /** What a person, or a judge that came later, says of a trial; it changes no score of the study. */
  z.strictObject({
    type: z.literal('label'),
    phase: z.enum(['control', 'main']),
    task: name,
    seed: name,
    cell: name,
    judge: name,
    score: z.number().min(0).max(1),
    at: z.int(),
  }),
  z.strictObject({ type: z.literal('deviation'), what: name, at: z.int() }),
])

/** One line of the record. */
export type StudyRecord = z.infer<typeof recordSchema>

/** A study as its record has it. */
export interface Study extends SealedPlan {
  readonly trials: readonly Trial[]
  readonly excluded: readonly Extract<StudyRecord, { type: 'excluded' }>[]
  readonly deviations: readonly Extract<StudyRecord, { type: 'deviation' }>[]
}

/** What a trial is the only one of. */
export function trialKey({ phase, task, seed, cell }: Pick<Trial, 'phase' | 'task' | 'seed' | 'cell'>): string {
  return JSON.stringify([phase, task, seed, cell])
}

/**
 * Reads the record of a study. A last line that was cut off, as by a process that was killed, is left out.
 *
 * @throws {@link RecordError} (`eval/record`), which says the line, for anything else that is no record; for a trial that stands
 * twice; for a plan that is not the first line, or not what was sealed.
 */
export async function parseStudy(text: string): Promise<Study> {
  const lines = text.split('\n')
  if (lines.at(-1) !== '') lines.pop()
  const records = lines.flatMap((line, index): [number, StudyRecord][] =>
    line === '' ? [] : [[index + 1, parseRecord(line, index + 1)]],
  )
  const [first, ...rest] = records
  if (first?.[1].type !== 'plan') throw new RecordError(1, 'the first line is no plan')
  const sealed = await openPlan({ plan: first[1].plan, sha256: first[1].sha256 })
  const seen = new Set<string>()
  const labels = new Map<string, Record<string, number>>()
  for (const [line, record] of rest) {
    if (record.type === 'plan') throw new RecordError(line, 'there is a plan already')
    if (record.type === 'deviation') continue
    const key = trialKey(record)
    if (record.type === 'label') {
      const held = labels.get(key) ?? {}
      if (!seen.has(key)) throw new RecordError(line, `there is no trial ${key} to label`)
      if (Object.hasOwn(held, record.judge)) throw new RecordError(line, `"${record.judge}" labelled ${key} already`)
      labels.set(key, { ...held, [record.judge]: record.score })
      continue
    }
    if (seen.has(key)) throw new RecordError(line, `${key} stands twice`)
    seen.add(key)
  }
  const all = rest.map(([, record]) => record)
  return {
    ...sealed,
    trials: all
      .filter((record) => record.type === 'trial')
      .map((trial) => ({ ...trial, scores: { ...labels.get(trialKey(trial)), ...trial.scores } })),
    excluded: all.filter((record) => record.type === 'excluded'),
    deviations: all.filter((record) => record.type === 'deviation'),
  }
}

function parseRecord(line: string, number: number): StudyRecord {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new RecordError(number, error instanceof SyntaxError ? error.message : String(error))
  }
  const parsed = recordSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new RecordError(number, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no record'}`)
}

/** A record that cannot be read. */
export class RecordError extends SalpError {
  /** From 1. */
  readonly line: number
  constructor(line: number, reason: string) {
    super('eval/record', `Cannot read the record: line ${line}: ${reason}`)
    this.line = line
  }
}
