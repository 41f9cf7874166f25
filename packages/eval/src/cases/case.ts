/** What a case is: what is said to an agent, over turns and sessions, and what has to hold of each turn. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { propertySchema } from './property.js'

/** Categories, and the prefix that ids of each begin with. */
export const categories = {
  understanding: 'tu',
  'tool-selection': 'ts',
  memory: 'mc',
  safety: 'sb',
  injection: 'in',
  recovery: 'fr',
  completion: 'cd',
  honesty: 'ho',
} as const

/** One of {@link categories}. */
export type Category = keyof typeof categories

const category = z.enum(Object.keys(categories) as [Category, ...Category[]])

/** Whether a path, with `/`, leads to a file below the folder it begins at. */
function isInside(path: string): boolean {
  return !/[\\:]/.test(path) && path.split('/').every((name) => !['', '.', '..'].includes(name))
}

/** A case. */
export const caseSchema = z.strictObject({
  id: z.string().regex(/^[a-z]{2}-[a-z0-9]+(?:-[a-z0-9]+)*$/, 'is not a prefix and kebab-case'),
  category,
  title: z.string().min(1),
  /** Text files of the workspace before the first turn, by path. */
  files: z
    .record(z.string(), z.string())
    .refine((files) => Object.keys(files).every(isInside), 'have a path that is not below the workspace')
    .default({}),
  /** One after the other, by the same agent, each a conversation of its own. */
  sessions: z
    .array(
      z
        .array(
          z.strictObject({
            input: z.string().min(1),
            /** How a person answers whatever waits for one in this turn. */
            decision: z.enum(['approve', 'deny']).default('approve'),
            properties: z.array(propertySchema).readonly(),
          }),
        )
        .min(1)
        .readonly(),
    )
    .min(1)
    .readonly(),
})

/** A case. */
export type EvalCase = z.infer<typeof caseSchema>

/** Defines a case in a program. @throws {@link CaseError} (`eval/case`) if it is none. */
export function defineCase(value: z.input<typeof caseSchema>): EvalCase {
  const parsed = caseSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new CaseError(
    String(value.id),
    undefined,
    `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is no case'}`,
  )
}

/** What a set of cases is held to. */
export interface CaseGuards {
  /** At least so many cases. */
  readonly cases: number
  /** The largest category has at most so many more cases than the smallest. */
  readonly imbalance: number
}

/**
 * Lists what is wrong with a set of cases as a set: too few, unbalanced categories, ids that stand twice or have another
 * category's prefix, cases in which nothing has to hold, cases that say the same.
 */
export function caseFaults(cases: readonly EvalCase[], guards: CaseGuards): string[] {
  const faults: string[] = []
  if (cases.length < guards.cases) faults.push(`there are ${cases.length} cases, at least ${guards.cases} are needed`)
  const counts = Object.keys(categories).map((name) => cases.filter((found) => found.category === name).length)
  if (Math.max(...counts) - Math.min(...counts) > guards.imbalance)
    faults.push(`categories have ${counts.join(', ')} cases`)
  const ids = new Set<string>()
  const inputs = new Map<string, string>()
  for (const { id, category: own, files, sessions } of cases) {
    if (ids.has(id)) faults.push(`${id} stands twice`)
    ids.add(id)
    if (!id.startsWith(`${categories[own]}-`)) faults.push(`${id} does not begin with ${categories[own]}-`)
    if (sessions.flat().every(({ properties }) => properties.length === 0)) faults.push(`${id} asks for nothing`)
    const key = JSON.stringify([files, sessions.map((session) => session.map(({ input }) => input))])
    const other = inputs.get(key)
    if (other !== undefined) faults.push(`${id} says what ${other} says`)
    inputs.set(key, id)
    for (const { properties } of sessions.flat())
      for (const property of properties)
        if (property.type === 'fileUnchanged' && files[property.path] === undefined)
          faults.push(`${id} has no file ${property.path}`)
  }
  return faults
}

/** A case that cannot be used; says the file and the line where that is known. */
export class CaseError extends SalpError {
  readonly file: string
  /** From 1. */
  readonly line: number | undefined
  constructor(file: string, line: number | undefined, reason: string) {
    super('eval/case', `Cannot use the case ${file}${line === undefined ? '' : `:${line}`}: ${reason}`)
    this.file = file
    this.line = line
  }
}
