/** What a coding problem is: data, so that it can be checked, split, exported and shown. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { Data } from './data.js'

/** Whoever parses a problem has seen to it that all of it is data. */
const dataSchema = z.custom<Data>((value) => value !== undefined, 'is missing')

/** How one argument of a generated case is drawn. */
export type InputGenerator =
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'string'; readonly alphabet: string; readonly minLength: number; readonly maxLength: number }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | {
      readonly kind: 'list'
      readonly of: InputGenerator
      readonly minLength: number
      readonly maxLength: number
      /** Ascending: numbers by value, all else by their JSON. */
      readonly sorted?: boolean | undefined
      /** No item twice; the list may become shorter than `minLength`. */
      readonly distinct?: boolean | undefined
    }
  | { readonly kind: 'pair' | 'tuple'; readonly of: readonly InputGenerator[] }
  | { readonly kind: 'record'; readonly fields: Readonly<Record<string, InputGenerator>> }

const length = z.int().min(0).max(10_000)
const ordered = <T extends { minLength: number; maxLength: number }>({ minLength, maxLength }: T): boolean =>
  minLength <= maxLength

const generatorSchema: z.ZodType<InputGenerator> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('integer'), min: z.int(), max: z.int() })
      .refine(({ min, max }) => min <= max, 'min is more than max'),
    z.strictObject({ kind: z.literal('boolean') }),
    z
      .strictObject({ kind: z.literal('string'), alphabet: z.string().min(1), minLength: length, maxLength: length })
      .refine(ordered, 'minLength is more than maxLength'),
    z.strictObject({ kind: z.literal('word'), words: z.array(z.string()).min(1) }),
    z
      .strictObject({
        kind: z.literal('list'),
        of: generatorSchema,
        minLength: length,
        maxLength: length,
        sorted: z.boolean().optional(),
        distinct: z.boolean().optional(),
      })
      .refine(ordered, 'minLength is more than maxLength'),
    z.strictObject({ kind: z.literal('pair'), of: z.array(generatorSchema).length(2) }),
    z.strictObject({ kind: z.literal('tuple'), of: z.array(generatorSchema) }),
    z.strictObject({ kind: z.literal('record'), fields: z.record(z.string(), generatorSchema) }),
  ]),
)

/** A call and what is to come of it: a value, or anything thrown. */
export type ProblemCase =
  | { readonly args: readonly Data[]; readonly returns: Data }
  | { readonly args: readonly Data[]; readonly throws: true }

const args = z.array(dataSchema).readonly()
const caseSchema: z.ZodType<ProblemCase> = z.union([
  z.strictObject({ args, returns: dataSchema }),
  z.strictObject({ args, throws: z.literal(true) }),
])

const identifier = z.string().regex(/^[A-Za-z_$][\w$]*$/, 'is no identifier')

/** What a solution has to export. */
export interface Signature {
  readonly name: string
  /** Types as TypeScript writes them. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[]
  readonly returns: string
}

/** What `problem.json` holds. */
export const problemSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'is not in kebab-case'),
    tier: z.int().min(0).max(6),
    title: z.string().min(1),
    tags: z.array(z.string().min(1)).readonly(),
    statement: z.string().min(1),
    signature: z.strictObject({
      name: identifier,
      parameters: z.array(z.strictObject({ name: identifier, type: z.string().min(1) })).readonly(),
      returns: z.string().min(1),
    }),
    examples: z.array(caseSchema).min(1).readonly(),
    tests: z.array(caseSchema).min(1).readonly(),
    generated: z
      .strictObject({ count: z.int().min(1).max(1_000), inputs: z.array(generatorSchema).readonly() })
      .optional(),
    limits: z
      .strictObject({ timeoutMs: z.int().min(10).max(60_000), memoryMb: z.int().min(32).max(4_096) })
      .partial()
      .optional(),
    tolerance: z.number().min(0).max(1).optional(),
  })
  .superRefine(({ signature, examples, tests, generated }, context) => {
    const wanted = signature.parameters.length
    for (const [field, cases] of Object.entries({ examples, tests }))
      for (const [index, { args: given }] of cases.entries())
        if (given.length !== wanted)
          context.addIssue({
            code: 'custom',
            path: [field, index, 'args'],
            message: `has ${given.length} arguments, the signature ${wanted} parameters`,
          })
    if (generated !== undefined && generated.inputs.length !== wanted)
      context.addIssue({
        code: 'custom',
        path: ['generated', 'inputs'],
        message: `has ${generated.inputs.length} generators, the signature ${wanted} parameters`,
      })
  })

/** Half of the problems a program may learn from, and the half it is measured on. */
export type Split = 'train' | 'test'

/** A problem with all that belongs to it. */
export interface Problem extends z.infer<typeof problemSchema> {
  /** Fixed by the id; what learns may see `train` only. */
  readonly split: Split
  /** Where a solver begins. */
  readonly starter: string
  /** A solution that passes; imported problems may lack one. Never for a solver, never for a training corpus. */
  readonly reference: string | undefined
  /** Solutions known to be wrong, written by hand. */
  readonly mutants: readonly string[]
}

/** What a solver may see of a problem. */
export type ProblemView = Pick<Problem, 'id' | 'tier' | 'title' | 'statement' | 'signature' | 'starter' | 'examples'>

/** Takes away what a solver may not see. */
export function viewOf({ id, tier, title, statement, signature, starter, examples }: Problem): ProblemView {
  return { id, tier, title, statement, signature, starter, examples }
}

/** Parameters of a signature as TypeScript writes them. */
export function parametersOf({ parameters }: Signature): string {
  return parameters.map(({ name, type }) => `${name}: ${type}`).join(', ')
}

/** Writes the source that a solver is given where a problem has none of its own. */
export function starterOf(signature: Signature): string {
  return `export function ${signature.name}(${parametersOf(signature)}): ${signature.returns} {\n  throw new Error('Not written yet')\n}\n`
}

/** A problem that cannot be used; says the file and the line where that is known. */
export class ProblemError extends SalpError {
  readonly file: string
  /** From 1. */
  readonly line: number | undefined
  constructor(file: string, line: number | undefined, reason: string) {
    super('eval/problem', `Cannot use the problem ${file}${line === undefined ? '' : `:${line}`}: ${reason}`)
    this.file = file
    this.line = line
  }
}
