/** Finds what comes with a clone of the repository and is not installed with a program. */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Finds `fixtures/NAME` in a folder above a program.
 *
 * @param program - Path of a file of it.
 * @returns Nothing if there is none.
 */
export function findFixtures(name: 'problems' | 'cases', program: string): string | undefined {
  for (let above = dirname(program); ; above = dirname(above)) {
    const path = join(above, 'fixtures', name)
    if (existsSync(path)) return path
    if (dirname(above) === above) return undefined
  }
}
