/** What a function is to do, from a file of examples. */

import { SalpError } from '@salp/core'
import { JsonError, parseJson } from '@salp/eval'
import { parseType, SignatureError, type SynthesisTask, type Type } from '@salp/models/synthesis'
import { isIdentifier } from '@salp/models/synthesis/node'
import { z } from 'zod'

const exampleSchema = z.strictObject({
  args: z.array(z.unknown()),
  returns: z.unknown().refine((value) => value !== undefined, 'is missing'),
})
const signatureSchema = z.strictObject({
  name: z.string(),
  parameters: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  returns: z.string(),
})
const examplesSchema = z.array(exampleSchema).min(1, 'holds no example')
const fileSchema = z.union([
  examplesSchema,
  z.strictObject({
    signature: signatureSchema.optional(),
    statement: z.string().max(2_000).optional(),
    examples: examplesSchema,
  }),
])

/** A place in a file, from the outermost value in. */
type Path = readonly PropertyKey[]

/**
 * Reads `[{ "args": […], "returns": … }, …]`, or `{ "signature": …, "statement": …, "examples": […] }`.
 *
 * Without a signature the types are those of the values: an array is a list where its items are alike, and a pair where it has two
 * that are not. Parameters are then called `a`, `b`, and so on.
 *
 * @param file - What to call it in an error.
 * @param name - What to call the function, whatever the file says. @defaultValue the file's, or `f`
 * @throws {@link ExamplesError} (`cli/examples`), which says the line.
 */
export function readExamples(
  text: string,
  { file, name }: { readonly file: string; readonly name?: string | undefined },
): SynthesisTask {
  const { value, lineOf } = located(text, file)
  const refuse = (path: Path, why: string): never => {
    throw new ExamplesError(file, lineOf(path), `${spelt(path)}${why}`)
  }
  const parsed = (Array.isArray(value) ? examplesSchema : fileSchema).safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const told = issue?.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : issue
    return refuse(told?.path ?? [], told?.message ?? 'holds no examples')
  }
  const listed = Array.isArray(parsed.data)
  const { signature, statement, examples } = Array.isArray(parsed.data)
    ? { signature: undefined, statement: undefined, examples: parsed.data }
    : parsed.data
  const placeOf = (...path: Path): Path => (listed ? path : ['examples', ...path])

  const count = signature?.parameters.length ?? examples[0]?.args.length ?? 0
  for (const [index, { args }] of examples.entries()) {
    if (args.length === count) continue
    const others = signature === undefined ? 'the first example' : 'the signature'
    refuse(placeOf(index, 'args'), `has ${args.length} arguments, ${others} ${count}`)
  }
  const typeAt = (path: readonly [place: 'returns'] | readonly [place: 'args', at: number]): Type =>
    typeOf(
      examples.map(({ args, returns }, index) => ({
        value: path[0] === 'returns' ? returns : args[path[1]],
        path: placeOf(index, ...path),
      })),
      refuse,
    )
  const typeWritten = (type: string, path: Path): Type => {
    try {
      return parseType(type)
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      return refuse(path, `is "${type}": only number, boolean, string, arrays and pairs of them are known`)
    }
  }
  const named = (word: string, path: Path): string =>
    isIdentifier(word) ? word : refuse(path, `is "${word}", which cannot name anything in TypeScript`)
  const names = signature?.parameters.map((parameter) => parameter.name) ?? []
  const twice = names.findIndex((word, at) => names.indexOf(word) !== at)
  if (twice >= 0) refuse(['signature', 'parameters', twice, 'name'], `is "${names[twice]}", as one before it`)

  return {
    signature: {
      name: named(name ?? signature?.name ?? 'f', ['signature', 'name']),
      parameters:
        signature?.parameters.map((parameter, at) => ({
          name: named(parameter.name, ['signature', 'parameters', at, 'name']),
          type: typeWritten(parameter.type, ['signature', 'parameters', at, 'type']),
        })) ??
        Array.from({ length: count }, (_, at) => ({
          name: String.fromCharCode('a'.charCodeAt(0) + at),
          type: typeAt(['args', at]),
        })),
      returns: signature === undefined ? typeAt(['returns']) : typeWritten(signature.returns, ['signature', 'returns']),
    },
    examples,
    statement,
  }
}

function located(text: string, file: string): ReturnType<typeof parseJson> {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof JsonError) throw new ExamplesError(file, error.line, error.reason, error)
    throw error
  }
}

/** Values that stand at one place of several examples, and where each stands. */
type Standing = readonly { readonly value: unknown; readonly path: Path }[]

/** The one type of all values. */
function typeOf(standing: Standing, refuse: (path: Path, why: string) => never): Type {
  const [first] = standing
  if (first === undefined) return refuse([], 'leaves a type open: a list is empty in all examples; add a signature')
  const kind = kindOf(first.value)
  if (kind === undefined)
    return refuse(first.path, 'is no whole number, boolean, string or array: others cannot be searched over')
  const other = standing.find(({ value }) => kindOf(value) !== kind)
  if (other !== undefined)
    return refuse(other.path, `is no ${kind}, as it is elsewhere: give all examples the same type`)
  if (kind !== 'array') return kind
  const items = standing.map(({ value, path }) =>
    (Array.isArray(value) ? value : []).map((item, at) => ({ value: item, path: [...path, at] })),
  )
  const all = items.flat()
  const pairs = items.every(({ length }) => length === 2)
  const alike = new Set(all.map(({ value }) => kindOf(value))).size <= 1
  if (!pairs || alike) return `${typeOf(all, refuse)}[]`
  const column = (at: number): Type =>
    typeOf(
      items.flatMap((pair) => pair.slice(at, at + 1)),
      refuse,
    )
  return `[${column(0)}, ${column(1)}]`
}

function kindOf(value: unknown): 'number' | 'boolean' | 'string' | 'array' | undefined {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'number' : undefined
  return typeof value === 'boolean' ? 'boolean' : typeof value === 'string' ? 'string' : undefined
}

function spelt(path: Path): string {
  return path.length === 0 ? 'it ' : `${path.join('.')} `
}

/** A file of examples that makes no sense: `cli/examples`. */
class ExamplesError extends SalpError {
  readonly file: string
  /** From 1. */
  readonly line: number
  constructor(file: string, line: number, why: string, cause?: unknown) {
    super('cli/examples', `Cannot use the examples in ${file}:${line}: ${why}`, { cause })
    this.file = file
    this.line = line
  }
}
