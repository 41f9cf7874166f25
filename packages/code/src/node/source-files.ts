/** Lists the files of a project as a person sees them: without what git ignores. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type IgnoreRule, parseIgnore } from '../glob.js'
import { GitError, type GitRunner } from './git/run-git.js'

/** Files that a walk without git takes at most. */
const mostWalked = 100_000

/**
 * Paths below a folder, relative to it, in order: those that git knows or would add. Where there is no repository, a walk
 * that keeps to `.gitignore` files and leaves out `node_modules` and hidden folders.
 */
export async function listSourceFiles(
  { git, root }: { git: GitRunner; root: string },
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  try {
    const listed = await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
      signal,
    })
    return listed
      .split('\0')
      .filter((path) => path !== '')
      .sort()
  } catch (error) {
    if (!GitError.is(error, 'code/git')) throw error
    // No repository, or no git.
    const found: string[] = []
    await walk(root, '', { rules: [], found, signal })
    return found.sort()
  }
}

async function walk(
  root: string,
  folder: string,
  { rules, found, signal }: { rules: readonly IgnoreRule[]; found: string[]; signal?: AbortSignal | undefined },
): Promise<void> {
  signal?.throwIfAborted()
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  const ignore = entries.some(({ name }) => name === '.gitignore')
    ? await readFile(join(root, folder, '.gitignore'), 'utf8').catch(() => '')
    : ''
  const own = [...rules, ...parseIgnore(ignore.slice(0, 100_000), folder)]
  for (const entry of entries) {
    if (found.length >= mostWalked) return
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    const isFolder = entry.isDirectory()
    if (isFolder && (entry.name.startsWith('.') || entry.name === 'node_modules')) continue
    if (own.reduce((ignored, rule) => rule(path, isFolder) ?? ignored, false)) continue
    if (isFolder) await walk(root, path, { rules: own, found, signal })
    else if (entry.isFile()) found.push(path)
  }
}
