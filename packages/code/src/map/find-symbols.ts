/** Finds definitions by name. */

import { distance } from '../edit/similarity.js'
import type { CodeIndex, Definition } from './code-index.js'

/** A definition that was found. */
export interface FoundSymbol {
  readonly path: string
  readonly definition: Definition
  /** 1: the very name; below, the less it is like it. Range (0, 1]. */
  readonly likeness: number
}

/** What is looked for. */
export interface SymbolQuery {
  /** A name, or a part of one; `Outer.inner` finds `inner`, first inside of `Outer`. */
  readonly name: string
  /** Definitions of this kind only, such as `class`. */
  readonly kind?: string | undefined
  /** Below this folder, or this file. */
  readonly path?: string | undefined
  /** @defaultValue `20` */
  readonly limit?: number | undefined
}

/** Names that are less like the query are not given. */
const least = 0.5

/** Finds definitions, the likest names first: the same, the same but for case, the beginning, a part, initials, a slip. */
export function findSymbols(index: CodeIndex, { name, kind, path, limit = 20 }: SymbolQuery): FoundSymbol[] {
  const segments = name.split(/[.#:/]+/).filter((segment) => segment !== '')
  const wanted = segments.at(-1) ?? ''
  const outer = segments.at(-2)
  const scores = new Map<number, number>()
  for (const [id, other] of index.names.entries()) {
    const score = likeness(wanted, other)
    if (score >= least) scores.set(id, score)
  }
  const byName = new Map([...scores].map(([id, score]) => [index.names[id] ?? '', score]))
  const found = index.files
    .filter((file) => isBelow(file.path, path) && file.defines.some((id) => scores.has(id)))
    .flatMap((file) => {
      const all = file.definitions()
      return all.flatMap((definition): (FoundSymbol & { inside: boolean })[] => {
        const score = byName.get(definition.name)
        if (score === undefined || (kind !== undefined && definition.kind !== kind)) return []
        const inside = outer !== undefined && all.some((other) => other.name === outer && holds(other, definition))
        return [{ path: file.path, definition, likeness: score, inside }]
      })
    })
  return found
    .sort(
      (a, b) =>
        Number(b.inside) - Number(a.inside) ||
        b.likeness - a.likeness ||
        a.definition.name.length - b.definition.name.length ||
        (a.path < b.path ? -1 : a.path > b.path ? 1 : a.definition.line - b.definition.line),
    )
    .slice(0, limit)
    .map(({ inside: _, ...symbol }) => symbol)
}

/** Paths of files that mention a name, those that do so most often first. */
export function filesMentioning(index: CodeIndex, name: string): string[] {
  const id = index.names.indexOf(name)
  if (id < 0) return []
  return index.files
    .flatMap(({ path, mentions, counts, defines }) => {
      const at = mentions.indexOf(id)
      return at < 0 && !defines.includes(id) ? [] : [{ path, count: counts[at] ?? 0 }]
    })
    .sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path)
}

function likeness(wanted: string, name: string): number {
  if (wanted === name) return 1
  const [a, b] = [wanted.toLowerCase(), name.toLowerCase()]
  if (a === b) return 0.95
  if (b.startsWith(a)) return 0.7 + 0.2 * (a.length / b.length)
  if (a.length >= 3 && b.includes(a)) return 0.6 + 0.2 * (a.length / b.length)
  if (a.length >= 2 && initials(name).startsWith(a)) return 0.55
  const slips = Math.min(2, Math.floor(a.length / 4))
  const differing = slips === 0 ? 1 : distance(a, b, slips)
  return differing <= slips ? 0.9 - 0.15 * differing : 0
}

function initials(name: string): string {
  return (name.match(/[A-Z]?[a-z\d]+|[A-Z]+/g) ?? [])
    .map((word) => word[0] ?? '')
    .join('')
    .toLowerCase()
}

function holds(outer: Definition, inner: Definition): boolean {
  return outer !== inner && outer.line <= inner.line && outer.endLine >= inner.endLine
}

function isBelow(path: string, folder: string | undefined): boolean {
  return folder === undefined || folder === '.' || path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`)
}
