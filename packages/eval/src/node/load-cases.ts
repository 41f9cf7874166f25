/** Cases from a folder of JSON files, each a list. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CaseError, caseSchema, type EvalCase } from '../cases/case.js'
import { JsonError, type ParsedJson, parseJson } from '../problems/parse-json.js'

const listSchema = z.array(caseSchema)

/**
 * Loads the cases in all `.json` files of a folder, in the order of files and of each.
 *
 * @throws {@link CaseError} (`eval/case`) for the first that is broken, with file and line.
 */
export async function loadCases(folder: string): Promise<EvalCase[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const loaded = await Promise.all(files.map(async (file) => casesIn(await readFile(join(folder, file), 'utf8'), file)))
  const cases = loaded.flat()
  const ids = new Set<string>()
  for (const { id } of cases) {
    if (ids.has(id)) throw new CaseError(id, undefined, 'its id stands twice')
    ids.add(id)
  }
  return cases
}

function casesIn(text: string, file: string): EvalCase[] {
  const { value, lineOf } = jsonOf(text, file)
  const parsed = listSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = issue?.path ?? []
  throw new CaseError(file, lineOf(path), `${path.join('.') || 'it'}: ${issue?.message ?? 'is no list of cases'}`)
}

function jsonOf(text: string, file: string): ParsedJson {
  try {
    return parseJson(text)
  } catch (error) {
    throw error instanceof JsonError ? new CaseError(file, error.line, error.reason) : error
  }
}
