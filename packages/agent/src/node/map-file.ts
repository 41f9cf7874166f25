/** Where the map of a repository is kept. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * The file below `maps` for the folder `root`, absolute. Worktrees of one repository share a file: what they hold is mostly the same,
 * and is then not parsed again.
 */
export function mapFileIn(maps: string, root: string): string {
  return join(maps, createHash('sha256').update(repositoryOf(root)).digest('hex').slice(0, 16))
}

/** The folder of the repository whose worktree `root` is, or `root`. */
function repositoryOf(root: string): string {
  let link: string
  try {
    link = readFileSync(join(root, '.git'), 'utf8')
  } catch {
    // It is a folder, or there is none.
    return root
  }
  const [, gitFolder] = /^gitdir: (.*)$/m.exec(link) ?? []
  const [, common] = /^(.*)[\\/]worktrees[\\/][^\\/]+$/.exec(resolve(root, gitFolder ?? '')) ?? []
  return common === undefined ? root : dirname(common)
}
