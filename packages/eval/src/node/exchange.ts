/** Problems from and for elsewhere: HumanEval-style JSON Lines, Exercism-style folders. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Data } from '../problems/data.js'
import { readLiterals } from '../problems/literals.js'
import { JsonError, parseJson } from '../problems/parse-json.js'
import {
  type Problem,
  type ProblemCase,
  ProblemError,
  parametersOf,
  type Signature,
  starterOf,
} from '../problems/problem.js'
import { parseProblem } from './load-problems.js'

/** What could be taken over, and what could not. */
export interface Imported {
  /** Without references, so that they can be tried and not proven. */
  readonly problems: readonly Problem[]
  readonly skipped: readonly { readonly where: string; readonly reason: string }[]
}

/** Cases shown to a solver. */
const shown = 3

/**
 * Reads problems in the form of HumanEval, one JSON object a line: `task_id`, `prompt`, `entry_point` and `test` in Python; also
 * what {@link exportJsonLines} writes. Only assertions that compare a call with plain values are taken over; types are inferred
 * from the values.
 *
 * @param tier - Of what does not say its own.
 * @throws {@link ProblemError} (`eval/problem`) for a line that is no JSON, or an id that stands twice.
 */
export function importJsonLines(text: string, { tier }: { readonly tier: number }): Imported {
  const problems = new Map<string, Problem>()
  const skipped: { where: string; reason: string }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const where = `line ${index + 1}`
    const found = fromLine(line, index + 1, tier)
    if (typeof found === 'string') skipped.push({ where, reason: found })
    else if (problems.has(found.id)) throw new ProblemError(where, undefined, `the id "${found.id}" stands twice`)
    else problems.set(found.id, found)
  }
  return { problems: [...problems.values()], skipped }
}

function fromLine(line: string, number: number, tier: number): Problem | string {
  let value: Data
  try {
    value = parseJson(line).value
  } catch (error) {
    throw error instanceof JsonError ? new ProblemError('JSON Lines', number, error.reason) : error
  }
  const fields = fieldsOf(value)
  const own = fieldsOf(fields.problem ?? null)
  const source = { file: `line ${number}` }
  if (Object.keys(own).length > 0) return parseProblem(own, { reference: undefined }, source)
  const { task_id: id, prompt, entry_point: name, test } = fields
  if (typeof id !== 'string' || typeof prompt !== 'string' || typeof name !== 'string' || typeof test !== 'string')
    return 'task_id, prompt, entry_point or test is missing'
  const cases = casesIn(test, name)
  return build({
    id: kebab(id),
    title: id,
    statement: statementOf(prompt),
    name,
    tier,
    cases,
    names: parametersIn(prompt, name),
  })
}

/** Calls compared with values, one a line, in Python or JavaScript. */
function casesIn(test: string, name: string): ProblemCase[] {
  return test.split('\n').flatMap((line): ProblemCase[] => {
    const call = /^\s*assert(?:\.deepEqual)?\s*\(?\s*(?:candidate|[A-Za-z_]\w*)\s*\(/.exec(line)
    if (call === null || !(line.includes('candidate(') || line.includes(`${name}(`))) return []
    const args = readLiterals(line, call[0].length, ')')
    const between = args && /^\)\s*(?:==|,)\s*/.exec(line.slice(args.end))
    const result = between && readLiterals(line, args.end + between[0].length, undefined)
    return result?.values.length === 1 && result.values[0] !== undefined
      ? [{ args: args?.values ?? [], returns: result.values[0] }]
      : []
  })
}

/** What a prompt says of its function, without code. */
function statementOf(prompt: string): string {
  const quoted = /("""|''')([\s\S]*?)\1/.exec(prompt)?.[2] ?? prompt
  return quoted
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim()
}

function parametersIn(prompt: string, name: string): string[] {
  const list = new RegExp(`(?:def|function)\\s+${name}\\s*\\(([^)]*)\\)`).exec(prompt)?.[1] ?? ''
  return [...list.matchAll(/(?:^|,)\s*([A-Za-z_]\w*)/g)].map(([, parameter]) => parameter ?? '')
}

/**
 * Reads problems in the form of Exercism's: folders with a `canonical-data.json` and a `description.md` or
 * `.docs/instructions.md`. Each property of the cases becomes a problem; its arguments are the fields of `input` in order.
 *
 * @throws {@link ProblemError} (`eval/problem`) for a file that is no JSON.
 */
export async function importExercism(folder: string, { tier }: { readonly tier: number }): Promise<Imported> {
  const problems: Problem[] = []
  const skipped: { where: string; reason: string }[] = []
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  for (const name of names.sort()) {
    const text = await textOf(join(folder, name, 'canonical-data.json'))
    const statement =
      (await textOf(join(folder, name, 'description.md'))) ??
      (await textOf(join(folder, name, '.docs', 'instructions.md')))
    if (text === undefined || statement === undefined) {
      skipped.push({ where: name, reason: 'canonical-data.json or its description is missing' })
      continue
    }
    for (const found of fromCanonical(text, { name, statement, tier })) {
      if ('reason' in found) skipped.push(found)
      else problems.push(found)
    }
  }
  return { problems, skipped }
}

function fromCanonical(
  text: string,
  { name, statement, tier }: { readonly name: string; readonly statement: string; readonly tier: number },
): (Problem | { where: string; reason: string })[] {
  let value: Data
  try {
    value = parseJson(text).value
  } catch (error) {
    throw error instanceof JsonError ? new ProblemError(`${name}/canonical-data.json`, error.line, error.reason) : error
  }
  const byProperty = Map.groupBy(leavesOf(fieldsOf(value).cases ?? []), ({ property }) => String(property))
  return [...byProperty].map(([property, cases]) => {
    const where = `${name} ${property}`
    const inputs = cases.map(({ input }) => fieldsOf(input ?? null))
    const names = Object.keys(inputs[0] ?? {})
    if (names.length === 0 || inputs.some((input) => Object.keys(input).join() !== names.join()))
      return { where, reason: 'its cases differ in their arguments' }
    const found = cases.flatMap(({ expected }, index): ProblemCase[] => {
      const args = Object.values(inputs[index] ?? {})
      if (expected === undefined) return []
      return 'error' in fieldsOf(expected) ? [{ args, throws: true }] : [{ args, returns: expected }]
    })
    const id = byProperty.size === 1 ? kebab(name) : kebab(`${name}-${property}`)
    const built = build({ id, title: name, statement: statement.trim(), name: property, tier, cases: found, names })
    return typeof built === 'string' ? { where, reason: built } : built
  })
}

function leavesOf(cases: Data): Readonly<Record<string, Data>>[] {
  if (!Array.isArray(cases)) return []
  return (cases as readonly Data[]).flatMap((found) => {
    const fields = fieldsOf(found)
    return fields.cases === undefined ? [fields] : leavesOf(fields.cases)
  })
}

function build({
  id,
  title,
  statement,
  name,
  tier,
  cases,
  names,
}: {
  readonly id: string
  readonly title: string
  readonly statement: string
  readonly name: string
  readonly tier: number
  readonly cases: readonly ProblemCase[]
  readonly names: readonly string[]
}): Problem | string {
  const count = cases[0]?.args.length
  if (count === undefined || cases.length < shown + 1)
    return `${cases.length} cases could be read, at least ${shown + 1} are needed`
  if (cases.some(({ args }) => args.length !== count)) return 'its cases differ in their number of arguments'
  const results = cases.flatMap((found) => ('returns' in found ? [found.returns] : []))
  const signature: Signature = {
    name,
    parameters: Array.from({ length: count }, (_, index) => ({
      name: names[index] ?? `value${index + 1}`,
      type: typeOf(cases.map(({ args }) => args[index] ?? null)),
    })),
    returns: typeOf(results),
  }
  // The first cases are for everyone to see, the others hidden.
  const problem = {
    id,
    tier,
    title,
    tags: ['imported'],
    statement,
    signature,
    examples: cases.slice(0, shown),
    tests: cases.slice(shown),
  }
  try {
    return parseProblem(problem, { reference: undefined }, { file: id })
  } catch (error) {
    if (error instanceof ProblemError) return error.message
    throw error
  }
}

/** The TypeScript type of some values; `unknown` of none, a union where they differ. */
export function typeOf(values: readonly Data[]): string {
  const kinds = new Set(
    values.map((value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)),
  )
  const types = [...kinds].sort().map((kind) => {
    if (kind === 'array') {
      const inner = typeOf(values.flatMap((value) => (Array.isArray(value) ? (value as readonly Data[]) : [])))
      return inner.includes(' ') ? `(${inner})[]` : `${inner}[]`
    }
    if (kind !== 'object') return kind
    const objects = values.filter(isObject)
    const keys = [...new Set(objects.flatMap((fields) => Object.keys(fields)))].sort()
    const fields = keys.map((key) => {
      const held = objects.flatMap((object) => (object[key] === undefined ? [] : [object[key]]))
      return `${JSON.stringify(key)}${held.length < objects.length ? '?' : ''}: ${typeOf(held)}`
    })
    return `{ ${fields.join('; ')} }`
  })
  return types.join(' | ') || 'unknown'
}

/**
 * Writes problems as JSON Lines, one a line: HumanEval's `task_id`, `prompt` and `entry_point`, and the whole `problem` as data.
 *
 * References and mutants are left out, so that no corpus made of them can hold a solution.
 */
export function exportJsonLines(problems: readonly Problem[]): string {
  return problems
    .map(({ split: _, starter, reference: __, mutants: ___, ...problem }) => {
      const { id, statement, signature } = problem
      const comment = `/**\n${statement
        .split('\n')
        .map((line) => ` * ${line}`.replaceAll('*/', '* /').trimEnd())
        .join('\n')}\n */\n`
      const prompt =
        comment +
        (starter === starterOf(signature)
          ? `export function ${signature.name}(${parametersOf(signature)}): ${signature.returns} {\n`
          : starter)
      return `${JSON.stringify({ task_id: `salp/${id}`, prompt, entry_point: signature.name, problem })}\n`
    })
    .join('')
}

function kebab(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}

function isObject(value: Data): value is { readonly [key: string]: Data } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: Data): Readonly<Record<string, Data>> {
  return isObject(value) ? value : {}
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
}
