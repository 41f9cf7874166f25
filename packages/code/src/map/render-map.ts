/** Writes a map of a repository for a reader with little room. */

import type { CodeIndex, Definition } from './code-index.js'
import { type Focus, type RankedDefinition, rankDefinitions, rankIndex } from './rank.js'

/** How much is written. */
export interface MapOptions extends Focus {
  /** Tokens it may take. */
  readonly tokens: number
  /** @defaultValue a token for each 4 characters, rounded up */
  readonly countTokens?: ((text: string) => number) | undefined
}

/** A map, and how much of the repository it shows. */
export interface RepositoryMap {
  readonly text: string
  /** As counted by the options. */
  readonly tokens: number
  /** Files and definitions that are shown. */
  readonly files: number
  readonly definitions: number
}

/** A definition takes at least as many tokens, by any count of them. */
const leastTokens = 3

const charactersPerToken = 4

/**
 * Writes the definitions that matter most to the focus, grouped by file, the best file first: as many as fit.
 *
 * Each stands with its line and head, below the definition that holds it; `⋮` says that something was left out.
 */
export function renderMap(index: CodeIndex, options: MapOptions): RepositoryMap {
  const { tokens, countTokens = (text) => Math.ceil(text.length / charactersPerToken), ...focus } = options
  const ranked = rankDefinitions(index, rankIndex(index, focus), { most: Math.ceil(tokens / leastTokens) })
  const counts = new Map(index.files.map(({ path, definitions }) => [path, definitions]))
  const write = (count: number): RepositoryMap => {
    const shown = ranked.slice(0, count)
    const text = writeFiles(shown, (path) => counts.get(path)?.() ?? [])
    return { text, tokens: countTokens(text), files: new Set(shown.map(({ path }) => path)).size, definitions: count }
  }
  let [fits, tooMany] = [0, ranked.length + 1]
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2)
    if (write(middle).tokens <= tokens) fits = middle
    else tooMany = middle
  }
  return write(fits)
}

/** The outline of one file: every definition, nested. */
export function renderOutline(definitions: readonly Definition[]): string {
  return linesOf(definitions, definitions).join('\n')
}

function writeFiles(shown: readonly RankedDefinition[], all: (path: string) => readonly Definition[]): string {
  const files = new Map<string, Definition[]>()
  for (const { path, definition } of shown) {
    const known = files.get(path)
    if (known === undefined) files.set(path, [definition])
    else known.push(definition)
  }
  return [...files].map(([path, own]) => [`${path}:`, ...linesOf(own, all(path))].join('\n')).join('\n\n')
}

function linesOf(shown: readonly Definition[], all: readonly Definition[]): string[] {
  const wanted = new Set(shown.map(({ line, name }) => `${line} ${name}`))
  const lines: string[] = []
  const open: Definition[] = []
  let left = false
  for (const definition of [...all].sort((a, b) => a.line - b.line || b.endLine - a.endLine)) {
    while (open.length > 0 && (open.at(-1)?.endLine ?? 0) < definition.line) open.pop()
    if (wanted.has(`${definition.line} ${definition.name}`)) {
      if (left) lines.push('  ⋮')
      left = false
      lines.push(`${String(definition.line).padStart(5)} ${'  '.repeat(open.length)}${definition.signature}`)
    } else left = true
    if (definition.endLine > definition.line) open.push(definition)
  }
  return left ? [...lines, '  ⋮'] : lines
}
