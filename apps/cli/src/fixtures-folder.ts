/** Problems and cases: a folder that is named, or the one of the clone that this program runs from. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFixtures } from '@salp/eval/node'
import { UsageError } from './cli-errors.js'

/**
 * Finds a folder of `fixtures/`.
 *
 * @param name - What is looked for; also the option by which another folder is named.
 * @param asked - A folder, seen from `folder`. @defaultValue `fixtures/NAME` in a folder above this program's
 * @throws {@link UsageError} (`cli/usage`) if there is none: fixtures are not installed with the program.
 */
export function fixturesFolder(
  name: 'problems' | 'cases',
  asked: string | undefined,
  { folder }: { readonly folder: string },
): string {
  if (asked !== undefined) {
    const path = resolve(folder, asked)
    if (!existsSync(path)) throw new UsageError(`Cannot find ${name} in "${asked}": there is no such folder`)
    return path
  }
  const found = findFixtures(name, fileURLToPath(import.meta.url))
  if (found !== undefined) return found
  throw new UsageError(
    `Cannot find the ${name}: they come with a clone of the repository, not with the program. Name a folder with --${name}`,
  )
}
