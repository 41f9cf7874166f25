/** Problems and cases: a folder that is named, or the one of the clone that this program runs from. */

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from './cli-errors.js'

/**
 * Finds a folder of `fixtures/`.
 *
 * @param name - What is looked for; also the option by which another folder is named.
 * @param asked - A folder, seen from `folder`. @defaultValue `fixtures/NAME` in a folder above this program's
 * @throws {@link UsageError} (`cli/usage`) if there is none: fixtures are not installed with the program.
 */
export function findFixtures(
  name: 'problems' | 'cases',
  asked: string | undefined,
  { folder, program = fileURLToPath(import.meta.url) }: { readonly folder: string; readonly program?: string },
): string {
  if (asked !== undefined) {
    const path = resolve(folder, asked)
    if (!existsSync(path)) throw new UsageError(`Cannot find ${name} in "${asked}": there is no such folder`)
    return path
  }
  for (let above = dirname(program); ; above = dirname(above)) {
    const path = join(above, 'fixtures', name)
    if (existsSync(path)) return path
    if (dirname(above) === above)
      throw new UsageError(
        `Cannot find the ${name}: they come with a clone of the repository, not with the program. Name a folder with --${name}`,
      )
  }
}
