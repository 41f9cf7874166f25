/** Every dependency may be used and passed on. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences that ask for no more than attribution, or reach no further than the files they cover. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'OFL-1.1',
  'Python-2.0',
  'Unicode-3.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
])

/** A package that is installed. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  /** An SPDX expression, as its package.json gives it; empty if it gives none. */
  readonly licence: string
}

/** Lists the packages whose licence is not among those allowed. */
export function licenceProblems(packages: readonly InstalledPackage[]): string[] {
  return packages
    .filter(({ licence }) => !isAllowed(licence))
    .map(({ name, version, licence }) => `${name}@${version}: licence "${licence}"`)
}

/** Reads what pnpm installed under `root`, for every part of the workspace. */
export function installedPackages(root: string): InstalledPackage[] {
  const store = join(root, 'node_modules', '.pnpm')
  const found = new Map<string, InstalledPackage>()
  for (const folder of readdirSync(store)) {
    for (const path of packageFolders(join(store, folder, 'node_modules'))) {
      const { name, version, license, licenses } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
        name: string
        version: string
        license?: string | { type?: string }
        licenses?: readonly { type?: string }[]
      }
      const stated = typeof license === 'object' ? license.type : license
      const licence = stated ?? licenses?.map(({ type }) => type).join(' OR ') ?? ''
      found.set(`${name}@${version}`, { name, version, licence })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Folders with a package.json in a `node_modules`, those of a scope included. */
function packageFolders(modules: string): string[] {
  if (!existsSync(modules)) return []
  return readdirSync(modules)
    .filter((name) => name !== '.bin')
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .map((name) => join(modules, name))
    .filter((path) => existsSync(join(path, 'package.json')))
}

/** Evaluates an SPDX expression: any side of an `OR`, every side of an `AND`. */
function isAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? []
  let position = 0
  const either = (): boolean => {
    let result = both()
    while (tokens[position] === 'OR') {
      position++
      result = both() || result
    }
    return result
  }
  const both = (): boolean => {
    let result = one()
    while (tokens[position] === 'AND') {
      position++
      result = one() && result
    }
    return result
  }
  const one = (): boolean => {
    const token = tokens[position++]
    if (token !== '(') return token !== undefined && allowed.has(token)
    const result = either()
    position++
    return result
  }
  return either() && position === tokens.length
}
