/** Who may import whom: the table of the architecture as data, and what breaks it. */

import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path/posix'
import ts from 'typescript-api'
import { entryPoints, type Manifest, type Workspace, type WorkspacePackage } from './workspace.js'

/** Packages that each package may import; an app may import all of them. A package without a row may import none. */
const importTable: Readonly<Record<string, readonly string[]>> = {
  core: [],
  contracts: [],
  memory: ['core'],
  cognition: ['core'],
  models: ['core'],
  cartridge: ['core'],
  eval: ['core'],
  code: ['core'],
  wallet: ['core', 'contracts'],
  gateway: ['core', 'wallet'],
  agent: ['core', 'memory', 'cognition', 'models', 'cartridge', 'eval', 'code'],
  colony: ['core', 'contracts', 'wallet', 'models', 'cognition', 'eval'],
}

/** Packages that the tests of a package may import beside: what they are tried against is made of them. */
const testImportTable: Readonly<Record<string, readonly string[]>> = {
  gateway: ['contracts'],
}

/** Packages that need Node, beside its own modules. */
const nodeOnly = new Set(['better-sqlite3', 'pino', 'node-pty', 'onnxruntime-node'])

const builtins = new Set(builtinModules)

interface Import {
  readonly from: WorkspacePackage
  /** Path of the importing file in its package. */
  readonly file: string
  readonly specifier: string
  /** Path of the imported file, if it lies in the same package. */
  readonly target: string | undefined
}

/**
 * Lists whatever in a workspace breaks the dependency rule, one line each.
 *
 * Imports of types count: a declaration file names them too.
 */
export function dependencyProblems(workspace: Workspace): string[] {
  const imports = workspace.packages.flatMap(importsOf)
  return [
    ...imports.flatMap((found) => importProblems(found, workspace)),
    ...workspace.packages.flatMap((found) => portabilityProblems(found, imports)),
    ...cycleProblems(
      imports
        .filter(({ file }) => !isTest(file))
        .flatMap(({ from, file, target }) =>
          target === undefined ? [] : [[`${from.folder}/${file}`, `${from.folder}/${target}`] as const],
        ),
    ),
    ...cycleProblems(
      workspace.packages.flatMap(({ manifest }) =>
        Object.keys(runtimeDependencies(manifest))
          .filter((name) => workspace.packages.some((other) => other.manifest.name === name))
          .map((name) => [manifest.name, name] as const),
      ),
    ),
  ]
}

/** Every import of a package's sources, static, dynamic and of types alike. */
function importsOf(from: WorkspacePackage): Import[] {
  return [...from.files].flatMap(([file, text]) => {
    if (!/\.tsx?$/.test(file)) return []
    return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName: specifier }) => {
      const target = specifier.startsWith('.') ? resolve(from, file, specifier) : undefined
      return { from, file, specifier, target }
    })
  })
}

function resolve(from: WorkspacePackage, file: string, specifier: string): string | undefined {
  const path = join(dirname(file), specifier)
  return [path, path.replace(/\.js$/, '.ts'), path.replace(/\.jsx?$/, '.tsx')].find((candidate) =>
    from.files.has(candidate),
  )
}

function importProblems({ from, file, specifier }: Import, { sharedDependencies }: Workspace): string[] {
  const at = `${from.folder}/${file}`
  if (specifier.startsWith('.')) {
    return join(dirname(file), specifier).startsWith('..') ? [`${at}: "${specifier}" leaves the package`] : []
  }
  const name = packageName(specifier)
  if (specifier.startsWith('node:') || name === from.manifest.name) return []
  if (builtins.has(specifier)) return [`${at}: write "node:${specifier}" for "${specifier}"`]
  const problems: string[] = []
  const ours = /^@salp\/([^/]+)/.exec(specifier)?.[1]
  const self = /^packages\/(.+)/.exec(from.folder)?.[1]
  const forTests = isTest(file) || file.startsWith('src/testing/')
  if (ours !== undefined && self !== undefined) {
    const allowed = [...(importTable[self] ?? []), ...(forTests ? (testImportTable[self] ?? []) : [])]
    if (!allowed.includes(ours))
      problems.push(`${at}: "${specifier}": ${self} may import ${allowed.join(', ') || 'nothing of ours'}`)
  }
  if (ours !== undefined && specifier.includes('/internal/'))
    problems.push(`${at}: "${specifier}" is internal to ${ours}`)
  const { manifest } = from
  const declared = new Set([
    ...Object.keys(runtimeDependencies(manifest)),
    ...(forTests ? [...Object.keys(manifest.devDependencies ?? {}), ...sharedDependencies] : []),
  ])
  // An app is bundled, so what it is built from may stand among its tools.
  if (from.folder.startsWith('apps/'))
    for (const dependency of Object.keys(manifest.devDependencies ?? {})) declared.add(dependency)
  if (!declared.has(name)) problems.push(`${at}: "${name}" is not a dependency in ${from.folder}/package.json`)
  return problems
}

/** Ways from a portable entry point to something that needs Node. */
function portabilityProblems(from: WorkspacePackage, imports: readonly Import[]): string[] {
  if (!from.folder.startsWith('packages/')) return []
  const own = imports.filter((found) => found.from === from)
  return [...entryPoints(from)]
    .filter(([subpath]) => !/\/(?:node|testing)(?:\/|$)/.test(subpath))
    .flatMap(([subpath, entry]) => {
      const reached = new Map<string, string | undefined>([[entry, undefined]])
      const problems: string[] = []
      for (const file of reached.keys()) {
        for (const { specifier, target } of own.filter((found) => found.file === file)) {
          if (target !== undefined && !reached.has(target)) reached.set(target, file)
          if (needsNode(specifier)) {
            problems.push(`${from.folder}: entry "${subpath}" needs Node: ${way(file, reached)} → ${specifier}`)
          }
        }
      }
      return problems
    })
}

function needsNode(specifier: string): boolean {
  return (
    specifier.startsWith('node:') ||
    nodeOnly.has(packageName(specifier)) ||
    /^@salp\/[^/]+(?:\/[^/]+)*\/node(?:\/|$)/.test(specifier)
  )
}

function way(file: string, reached: ReadonlyMap<string, string | undefined>): string {
  const before = reached.get(file)
  return before === undefined ? file : `${way(before, reached)} → ${file}`
}

/** Each cycle of a graph once, as the way round it. */
function cycleProblems(edges: readonly (readonly [string, string])[]): string[] {
  const next = new Map<string, Set<string>>()
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to))
  const done = new Set<string>()
  const problems: string[] = []
  const visit = (node: string, path: readonly string[]): void => {
    const start = path.indexOf(node)
    if (start >= 0) problems.push(`cycle: ${[...path.slice(start), node].join(' → ')}`)
    if (start >= 0 || done.has(node)) return
    for (const other of [...(next.get(node) ?? [])].sort()) visit(other, [...path, node])
    done.add(node)
  }
  for (const node of [...next.keys()].sort()) visit(node, [])
  return problems
}

function runtimeDependencies(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** Whether a file is no part of what is published. */
function isTest(file: string): boolean {
  return /\.(?:test|test-d|bench|example)\.tsx?$/.test(file)
}
