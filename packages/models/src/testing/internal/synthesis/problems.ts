/** Problems of the coding benchmark, as far as the reports on the synthesizer need them. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { createRng, type Rng } from '@salp/core'
import { z } from 'zod'
import { parseType, type Signature, SignatureError } from '../../../synthesis/language/types.js'
import type { Example } from '../../../synthesis/search/constants.js'

/** Which half of the problems one belongs to: by the first bit of the SHA-256 of its id. */
export type Half = 'train' | 'test'

/** A problem, and a way to judge a program for it. */
export interface Problem {
  readonly id: string
  readonly half: Half
  readonly signature: Signature
  readonly statement: string
  readonly examples: readonly Example[]
  /** Hidden tests as examples; those that want an error are left out. Of use for learning on the training half only. */
  readonly tests: readonly Example[]
  /** Whether a program passes all hidden tests, and does as the reference on generated inputs. */
  accepts(source: string): boolean
}

const caseSchema = z.object({
  args: z.array(z.unknown()),
  returns: z.unknown().optional(),
  throws: z.literal(true).optional(),
})
const problemSchema = z.object({
  id: z.string(),
  statement: z.string(),
  signature: z.object({
    name: z.string(),
    parameters: z.array(z.object({ name: z.string(), type: z.string() })),
    returns: z.string(),
  }),
  examples: z.array(caseSchema),
  tests: z.array(caseSchema),
  generated: z.object({ count: z.number(), inputs: z.array(z.unknown()) }).optional(),
})

const inputSchema = z.looseObject({ kind: z.string() })

/** Reads the problems of a folder; those over types the language does not have are counted, and left out. */
export function readProblems(folder: string): { readonly problems: Problem[]; readonly foreign: number } {
  const problems: Problem[] = []
  let foreign = 0
  for (const entry of readdirSync(folder).sort()) {
    try {
      problems.push(readProblem(join(folder, entry)))
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      foreign++
    }
  }
  return { problems, foreign }
}

function readProblem(folder: string): Problem {
  const { id, statement, signature, examples, tests, generated } = problemSchema.parse(
    JSON.parse(readFileSync(join(folder, 'problem.json'), 'utf8')),
  )
  const { name } = signature
  const reference = functionOf(readFileSync(join(folder, 'reference.ts'), 'utf8'), name)
  return {
    id,
    half: halfOf(id),
    statement,
    signature: {
      name,
      parameters: signature.parameters.map((parameter) => ({ ...parameter, type: parseType(parameter.type) })),
      returns: parseType(signature.returns),
    },
    examples: examples.filter(({ throws }) => throws !== true).map(({ args, returns }) => ({ args, returns })),
    tests: tests.filter(({ throws }) => throws !== true).map(({ args, returns }) => ({ args, returns })),
    accepts(source) {
      const program = functionOf(source, name)
      if (
        ![...examples, ...tests].every(({ args, returns, throws }) => agrees(program, args, throws ? failed : returns))
      )
        return false
      const rng = createRng(`generated ${id}`)
      for (let count = 0; count < (generated?.count ?? 0); count++) {
        const args = (generated?.inputs ?? []).map((input) => generate(input, rng))
        if (!agrees(program, args, run(reference, args))) return false
      }
      return true
    },
  }
}

/** See {@link Half}. */
function halfOf(id: string): Half {
  return (createHash('sha256').update(id).digest()[0] ?? 0) < 128 ? 'train' : 'test'
}

type Callable = (...args: unknown[]) => unknown

const failed = Symbol('failed')

/** The function a module of TypeScript exports. The sources are the benchmark's own, or printed by the synthesizer. */
function functionOf(source: string, name: string): Callable {
  const script = stripTypeScriptTypes(source).replaceAll(/^export /gm, '')
  return new Function(`${script}\nreturn ${name}`)() as Callable
}

function run(program: Callable, args: readonly unknown[]): unknown {
  try {
    return program(...structuredClone(args))
  } catch {
    return failed
  }
}

function agrees(program: Callable, args: readonly unknown[], wanted: unknown): boolean {
  return keyOf(run(program, args)) === keyOf(wanted)
}

/** −0 is 0, as in the benchmark. */
function keyOf(value: unknown): string {
  if (value === failed) return 'failed'
  if (typeof value === 'number' && !Number.isFinite(value)) return 'not finite'
  return JSON.stringify(value) ?? 'undefined'
}

function generate(input: unknown, rng: Rng): unknown {
  const spec = inputSchema.parse(input)
  const integer = (min: unknown, max: unknown): number => {
    const [low, high] = [Number(min ?? 0), Number(max ?? 0)]
    return low + Math.floor(rng() * (high - low + 1))
  }
  switch (spec.kind) {
    case 'integer':
      return integer(spec.min, spec.max)
    case 'boolean':
      return rng() < 0.5
    case 'string': {
      const alphabet = [...String(spec.alphabet ?? 'abc')]
      return Array.from(
        { length: integer(spec.minLength, spec.maxLength) },
        () => alphabet[integer(0, alphabet.length - 1)],
      ).join('')
    }
    case 'word': {
      const words = z.array(z.string()).parse(spec.words)
      return words[integer(0, words.length - 1)]
    }
    case 'list':
      return generateList(spec, rng, integer(spec.minLength, spec.maxLength))
    case 'pair':
    case 'tuple':
      return z
        .array(z.unknown())
        .parse(spec.of)
        .map((part) => generate(part, rng))
    default:
      throw new TypeError(`Cannot generate an input of kind "${spec.kind}"`)
  }
}

function generateList(spec: z.infer<typeof inputSchema>, rng: Rng, length: number): unknown[] {
  let items = Array.from({ length }, () => generate(spec.of, rng))
  if (spec.distinct === true) items = [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
  if (spec.sorted === true)
    items.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1))
  return items
}
