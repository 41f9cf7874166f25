/** Problems from folders: `tier-N/<id>/` with `problem.json`, `reference.ts`, and maybe `starter.ts` and `mutants/*.ts`. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFault } from '../problems/data.js'
import { JsonError, type ParsedJson, parseJson } from '../problems/parse-json.js'
import { type Problem, ProblemError, problemSchema, type Split, starterOf } from '../problems/problem.js'

/** Gives the half that a problem belongs to: the first bit of SHA-256 of its id. */
export function splitOf(id: string): Split {
  return (createHash('sha256').update(id).digest()[0] ?? 0) < 128 ? 'train' : 'test'
}

/** The sources beside a `problem.json`. */
export interface ProblemSources {
  readonly reference: string | undefined
  /** @defaultValue the signature with a body that throws */
  readonly starter?: string | undefined
  readonly mutants?: readonly string[] | undefined
}

/**
 * Checks a problem that is there as a value.
 *
 * @param value - What `problem.json` would hold.
 * @param file - What to call it in an error.
 * @param lineOf - Line of a field, where it was read from a text.
 * @throws {@link ProblemError} (`eval/problem`) for anything that is no such problem: odd data, cycles, unknown fields.
 */
export function parseProblem(
  value: unknown,
  { reference, starter, mutants = [] }: ProblemSources,
  { file, lineOf }: { file: string; lineOf?: ParsedJson['lineOf'] | undefined },
): Problem {
  // What was read from a text is data.
  const fault = lineOf === undefined ? dataFault(value) : undefined
  if (fault !== undefined) throw new ProblemError(file, undefined, `${fault.path.join('.') || 'it'} ${fault.reason}`)
  const parsed = problemSchema.safeParse(value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const path = issue?.path ?? []
    throw new ProblemError(file, lineOf?.(path), `${path.join('.') || 'it'}: ${issue?.message ?? 'is no problem'}`)
  }
  const { data } = parsed
  return { ...data, split: splitOf(data.id), starter: starter ?? starterOf(data.signature), reference, mutants }
}

/**
 * Loads all problems under a folder, in the order of tier and id.
 *
 * @throws {@link ProblemError} (`eval/problem`) for the first that is broken, with file and line; for an id that stands twice.
 */
export async function loadProblems(folder: string): Promise<Problem[]> {
  const tiers = (await readdir(folder)).filter((name) => /^tier-\d$/.test(name)).sort()
  const found = await Promise.all(
    tiers.map(async (tier) => {
      const names = (await readdir(join(folder, tier), { withFileTypes: true })).filter((entry) => entry.isDirectory())
      return Promise.all(names.map(({ name }) => loadProblem(folder, tier, name)))
    }),
  )
  const problems = found.flat().sort((a, b) => a.tier - b.tier || (a.id < b.id ? -1 : 1))
  const files = new Map<string, string>()
  for (const { id, tier } of problems) {
    const file = fileOf(`tier-${tier}`, id)
    const other = files.get(id)
    if (other !== undefined) throw new ProblemError(file, undefined, `the id "${id}" is that of ${other} too`)
    files.set(id, file)
  }
  return problems
}

function fileOf(tier: string, name: string): string {
  return `${tier}/${name}/problem.json`
}

async function loadProblem(folder: string, tier: string, name: string): Promise<Problem> {
  const file = fileOf(tier, name)
  const at = join(folder, tier, name)
  const [text, reference, starter, mutants] = await Promise.all([
    textOf(join(at, 'problem.json')),
    textOf(join(at, 'reference.ts')),
    textOf(join(at, 'starter.ts')),
    mutantsIn(join(at, 'mutants')),
  ])
  if (text === undefined) throw new ProblemError(file, undefined, 'the file is missing')
  if (reference === undefined) throw new ProblemError(file, undefined, 'reference.ts is missing beside it')
  const { value, lineOf } = parsed(text, file)
  const problem = parseProblem(value, { reference, starter, mutants }, { file, lineOf })
  if (problem.id !== name)
    throw new ProblemError(file, lineOf(['id']), `the id "${problem.id}" is not the folder's name`)
  if (`tier-${problem.tier}` !== tier)
    throw new ProblemError(file, lineOf(['tier']), `tier ${problem.tier} does not belong into ${tier}`)
  return problem
}

function parsed(text: string, file: string): ParsedJson {
  try {
    return parseJson(text)
  } catch (error) {
    throw error instanceof JsonError ? new ProblemError(file, error.line, error.reason) : error
  }
}

async function mutantsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(ifMissing([]))
  return Promise.all(
    names
      .filter((name) => name.endsWith('.ts'))
      .sort()
      .map((name) => readFile(join(folder, name), 'utf8')),
  )
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ifMissing(undefined))
}

function ifMissing<T>(instead: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== 'ENOENT') throw error
    return instead
  }
}
