/** Workspaces to try the rules on: this one, and made-up ones. */

import { fileURLToPath } from 'node:url'
import { type Manifest, readWorkspace, type Workspace, type WorkspacePackage } from './workspace.js'

/** Root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** This repository. */
export const repository: Workspace = readWorkspace(root)

/** Makes up a package; its entries are `src/index.ts` and `src/node/index.ts`. */
export function made(
  folder: string,
  files: Readonly<Record<string, string>>,
  manifest: Partial<Manifest> = {},
): WorkspacePackage {
  const exports = {
    '.': { '@salp/source': './src/index.ts' },
    './node': { '@salp/source': './src/node/index.ts' },
  }
  const name = `@salp/${folder.split('/')[1]}`
  return { folder, manifest: { name, exports, ...manifest }, files: new Map(Object.entries(files)) }
}
