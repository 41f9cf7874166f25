/** Walks the files of a workspace the way a person looks at a project: without what git ignores. */

import { type IgnoreRule, parseIgnore } from '@salp/code'
import type { Workspace, WorkspacePath } from './workspace.js'

/** Something a walk met. */
export interface WalkEntry {
  /** From the root, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'folder'
  /** Of files. */
  readonly sizeBytes: number
}

/**
 * Walks a folder, depth first, names in order. Links are not followed, and neither links nor special files are shown.
 *
 * `.git`, `node_modules` and what `.gitignore` files name are left out, unless the walk starts inside of it.
 *
 * @param depth - Levels below the folder; 1 is its own entries only.
 * @throws The signal's reason if it aborts.
 */
export async function* walk(
  workspace: Workspace,
  start: WorkspacePath,
  { depth, signal }: { depth: number; signal: AbortSignal },
): AsyncGenerator<WalkEntry> {
  const rules = await rulesAbove(workspace, start.relative)
  const ignored = (path: string, folder: boolean): boolean => verdict(rules, path, folder)
  const inside =
    start.relative !== '.' &&
    (ignored(start.relative, true) || /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/.test(start.relative))
  yield* entries(workspace, start.relative, { depth, signal, rules: inside ? undefined : rules })
}

async function* entries(
  workspace: Workspace,
  folder: string,
  { depth, signal, rules }: { depth: number; signal: AbortSignal; rules: readonly IgnoreRule[] | undefined },
): AsyncGenerator<WalkEntry> {
  signal.throwIfAborted()
  const found = await workspace.entries(folder)
  const own =
    rules !== undefined && found.some(({ name }) => name === '.gitignore')
      ? [...rules, ...(await rulesOf(workspace, folder))]
      : rules
  for (const { name, kind, sizeBytes } of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '.' ? name : `${folder}/${name}`
    const isFolder = kind === 'folder'
    if (own !== undefined && (name === '.git' || name === 'node_modules' || verdict(own, path, isFolder))) continue
    yield { path, kind, sizeBytes }
    if (isFolder && depth > 1) yield* entries(workspace, path, { depth: depth - 1, signal, rules: own })
  }
}

function verdict(rules: readonly IgnoreRule[], path: string, folder: boolean): boolean {
  return rules.reduce((ignored, rule) => rule(path, folder) ?? ignored, false)
}

/** Rules of the folders from the root down to, but without, `folder`. */
async function rulesAbove(workspace: Workspace, folder: string): Promise<IgnoreRule[]> {
  const segments = folder === '.' ? [] : folder.split('/')
  const above = segments.map((_, index) => segments.slice(0, index).join('/') || '.')
  return (await Promise.all(above.map((each) => rulesOf(workspace, each)))).flat()
}

async function rulesOf(workspace: Workspace, folder: string): Promise<IgnoreRule[]> {
  const path = folder === '.' ? '.gitignore' : `${folder}/.gitignore`
  const bytes = await workspace
    .locate(path)
    .then(workspace.read)
    .catch(() => new Uint8Array())
  return parseIgnore(new TextDecoder().decode(bytes).slice(0, 100_000), folder === '.' ? '' : folder)
}
