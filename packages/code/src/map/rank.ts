/** Which files and names of a repository matter, by who mentions whom. */

import type { CodeIndex, Definition } from './code-index.js'

/** What the reader is at; what it leads to counts for more. */
export interface Focus {
  /** Paths of the index. */
  readonly files?: readonly string[] | undefined
  /** Names, or words in which names may stand. */
  readonly names?: readonly string[] | undefined
}

/** A definition and how much it matters. */
export interface RankedDefinition {
  readonly path: string
  readonly definition: Definition
  /** Share of all attention. Range [0, 1]. */
  readonly score: number
}

/** Shares of attention. */
export interface Ranking {
  /** By index of the file. Sums to 1. */
  readonly files: Float64Array
  /** By index of the name. */
  readonly names: Float64Array
  /** Index of the name, to how many files define it. */
  readonly definers: Uint32Array
}

/** Share of attention that follows mentions rather than beginning anew. */
const damping = 0.85
const rounds = 12

/** A name in focus counts as many times more. */
const focusFactor = 10

/**
 * Ranks files as PageRank does: a file hands its attention to the names it mentions, a name to the files that define it.
 *
 * A mention weighs the root of its count, less the more files mention or define the name, little for short ones, and ten
 * times as much in focus. Attention begins at the files in focus, and at those that define names in focus; at all files
 * alike where there is no focus.
 *
 * @see Page et al., "The PageRank Citation Ranking" (1999); the weights are ours.
 */
export function rankIndex({ names, files }: CodeIndex, focus: Focus = {}): Ranking {
  const count = files.length
  const definers = new Uint32Array(names.length)
  const mentioners = new Uint32Array(names.length)
  for (const { defines } of files) for (const name of defines) definers[name] = (definers[name] ?? 0) + 1
  let edges = 0
  for (const { mentions } of files)
    for (const name of mentions) {
      mentioners[name] = (mentioners[name] ?? 0) + 1
      if ((definers[name] ?? 0) > 0) edges++
    }
  const wanted = wordsOf(focus.names ?? [])
  const inFocus = names.map((name) => wanted.size > 0 && wanted.has(name))

  const [starts, targets, weights] = [new Uint32Array(count + 1), new Uint32Array(edges), new Float64Array(edges)]
  const totals = new Float64Array(count)
  let at = 0
  for (const [index, { mentions, counts }] of files.entries()) {
    for (const [place, name] of mentions.entries()) {
      const owners = definers[name] ?? 0
      if (owners === 0) continue
      const rare = Math.log(1 + count / (mentioners[name] ?? 1))
      const length = names[name]?.length ?? 0
      const weight =
        (Math.sqrt(counts[place] ?? 1) * rare * (inFocus[name] === true ? focusFactor : 1) * (length < 4 ? 0.2 : 1)) /
        owners
      targets[at] = name
      weights[at++] = weight
      totals[index] = (totals[index] ?? 0) + weight
    }
    starts[index + 1] = at
  }

  const start = startOf({ names, files }, { files: new Set(focus.files ?? []), inFocus })
  let rank = Float64Array.from(start)
  let attention = new Float64Array(names.length)
  for (let round = 0; round < rounds; round++) {
    attention = new Float64Array(names.length)
    let lost = 0
    for (let index = 0; index < count; index++) {
      const [own, total] = [rank[index] ?? 0, totals[index] ?? 0]
      if (total === 0) {
        lost += own
        continue
      }
      const share = own / total
      for (let edge = starts[index] ?? 0; edge < (starts[index + 1] ?? 0); edge++) {
        const name = targets[edge] ?? 0
        attention[name] = (attention[name] ?? 0) + share * (weights[edge] ?? 0)
      }
    }
    const next = new Float64Array(count)
    for (const [index, { defines }] of files.entries()) {
      let sum = 0
      for (const name of defines) sum += (attention[name] ?? 0) / (definers[name] ?? 1)
      next[index] = damping * (sum + lost * (start[index] ?? 0)) + (1 - damping) * (start[index] ?? 0)
    }
    rank = next
  }
  return { files: rank, names: attention, definers }
}

/** Definitions from the one that matters most, ties by path and line. */
export function rankDefinitions(
  index: CodeIndex,
  { files: rank, names: attention, definers }: Ranking,
  { most }: { most: number },
): RankedDefinition[] {
  const order = index.files
    .map((file, at) => {
      let best = 0
      for (const name of file.defines) best = Math.max(best, (attention[name] ?? 0) / (definers[name] ?? 1))
      return { file, at, best: best + 1e-3 * (rank[at] ?? 0) }
    })
    .sort((a, b) => b.best - a.best || (a.file.path < b.file.path ? -1 : 1))
    // Each of these has a definition that is better than all of the files behind them.
    .slice(0, most)
  const ids = new Map(order.flatMap(({ file }) => [...file.defines].map((id) => [index.names[id] ?? '', id] as const)))
  return order
    .flatMap(({ file, at }) =>
      file.definitions().map((definition) => {
        const id = ids.get(definition.name) ?? 0
        const score = (attention[id] ?? 0) / (definers[id] ?? 1) + 1e-3 * (rank[at] ?? 0)
        return { path: file.path, definition, score }
      }),
    )
    .sort(
      (a, b) =>
        b.score - a.score || (a.path < b.path ? -1 : a.path > b.path ? 1 : a.definition.line - b.definition.line),
    )
    .slice(0, most)
}

function startOf(
  { files }: Pick<CodeIndex, 'names' | 'files'>,
  focus: { files: ReadonlySet<string>; inFocus: readonly boolean[] },
): Float64Array {
  const start = new Float64Array(files.length)
  for (const [index, { path, defines }] of files.entries()) {
    if (focus.files.has(path)) start[index] = 1
    else if (focus.inFocus.length > 0 && defines.some((name) => focus.inFocus[name] === true)) start[index] = 0.3
  }
  const sum = start.reduce((total, each) => total + each, 0)
  return sum === 0 ? start.fill(1 / Math.max(1, files.length)) : start.map((each) => each / sum)
}

/** Names and words, as they stand. */
function wordsOf(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []))
}
