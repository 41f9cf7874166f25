/** The problems of the benchmark: a folder that is set, or the one of the clone that this program runs from. */

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Finds the folder with `tier-N/` in it, as `salp bench` does; nothing if there is none: problems are not installed with the program.
 *
 * @param asked - A folder that is set. @defaultValue `fixtures/problems` in a folder above this program's
 */
export function findProblems(
  asked: string | undefined,
  { program = fileURLToPath(import.meta.url) }: { readonly program?: string } = {},
): string | undefined {
  if (asked !== undefined) return existsSync(asked) ? resolve(asked) : undefined
  for (let above = dirname(program); ; above = dirname(above)) {
    const path = join(above, 'fixtures', 'problems')
    if (existsSync(path)) return path
    if (dirname(above) === above) return undefined
  }
}
