/** The sources of the workspace as plain data, so that rules can be tried on made-up ones. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the rules read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A package or an app. */
export interface WorkspacePackage {
  /** From the root, such as `packages/core`. */
  readonly folder: string
  readonly manifest: Manifest
  /** Text of the sources and the README, by path from the folder, such as `src/index.ts`. */
  readonly files: ReadonlyMap<string, string>
}

/** Everything the rules look at. */
export interface Workspace {
  readonly packages: readonly WorkspacePackage[]
  /** What the tests of every package may import. */
  readonly sharedDependencies: readonly string[]
}

/** Reads the packages and apps under `root`. */
export function readWorkspace(root: string): Workspace {
  const folders = ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
  const packages = folders.map((folder): WorkspacePackage => {
    const sources = listFiles(join(root, folder), 'src').filter((path) => /\.tsx?$/.test(path))
    const paths = existsSync(join(root, folder, 'README.md')) ? [...sources, 'README.md'] : sources
    const files = new Map(paths.map((path) => [path, readFileSync(join(root, folder, path), 'utf8')]))
    return { folder, manifest: readManifest(join(root, folder)), files }
  })
  return { packages, sharedDependencies: Object.keys(readManifest(root).devDependencies ?? {}) }
}

/** Sources of the entry points a package publishes: subpath to path, such as `./node` to `src/node/index.ts`. */
export function entryPoints({ manifest, files }: WorkspacePackage): Map<string, string> {
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]): [string, string][] => {
    const source = typeof target === 'string' ? undefined : target['@salp/source']?.replace('./', '')
    return source !== undefined && files.has(source) ? [[subpath, source]] : []
  })
  return new Map(entries)
}

function listFiles(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(root, path) : [path]
    })
    .sort()
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
