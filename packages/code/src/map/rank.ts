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

/** A name of one word is often another thing of the same name, such as a method of a list, and counts for less. */
const oneWord = /^(?:[a-z]+|.{1,3})$/
const oneWordFactor = 0.15

/**
 * Ranks files as PageRank does: a file hands its attention to the names it mentions, a name to the files that define it.
 *
 * A mention weighs the root of its count, less the more files mention or define the name, little for names of one word, and
 * ten times as much in focus. Attention begins at the files in focus, and at those that define names in focus; at all files
 * alike where there is no focus.
 *
 * @see Page et al., "The PageRank Citation Ranking" (1999); the weights are ours.
 */
export function rankIndex(index: CodeIndex, focus: Focus = {}): Ranking {
  const { names, files } = index
  const wanted = wordsOf(focus.names ?? [])
  const inFocus = Uint8Array.from(names, (name) => (wanted.size > 0 && wanted.has(name) ? 1 : 0))
  const graph = graphOf(index, inFocus)
  const start = startOf(index, { files: new Set(focus.files ?? []), names: wanted.size > 0 ? inFocus : undefined })
  let rank = start
  const attention = new Float64Array(names.length)
  for (let round = 0; round < rounds; round++) {
    const lost = spread(graph, rank, attention)
    const next = new Float64Array(files.length)
    for (let file = 0; file < files.length; file++) {
      const defines = files[file]?.defines ?? none
      let sum = 0
      for (let at = 0; at < defines.length; at++) {
        const name = defines[at] ?? 0
        sum += (attention[name] ?? 0) / (graph.definers[name] ?? 1)
      }
      const begin = start[file] ?? 0
      next[file] = damping * (sum + lost * begin) + (1 - damping) * begin
    }
    rank = next
  }
  return { files: rank, names: attention, definers: graph.definers }
}

const none = new Uint32Array()

/** Mentions of names that are defined, by file: of file `i` those from `starts[i]` to `starts[i + 1]`. */
interface Graph {
  readonly starts: Uint32Array
  readonly targets: Uint32Array
  readonly weights: Float64Array
  /** Sum of the weights of each file. */
  readonly totals: Float64Array
  readonly definers: Uint32Array
}

function graphOf({ names, files }: CodeIndex, inFocus: Uint8Array): Graph {
  const [definers, mentioners] = [new Uint32Array(names.length), new Uint32Array(names.length)]
  let edges = 0
  for (const { defines, mentions } of files) {
    count(defines, definers)
    count(mentions, mentioners)
    edges += mentions.length
  }
  const factors = Float64Array.from(names, (name, id) => {
    const owners = definers[id] ?? 0
    if (owners === 0) return 0
    const rare = Math.log(1 + files.length / (mentioners[id] ?? 1))
    return (rare * (inFocus[id] === 1 ? focusFactor : 1) * (oneWord.test(name) ? oneWordFactor : 1)) / owners
  })
  const [starts, totals] = [new Uint32Array(files.length + 1), new Float64Array(files.length)]
  const [targets, weights] = [new Uint32Array(edges), new Float64Array(edges)]
  let edge = 0
  for (let file = 0; file < files.length; file++) {
    const { mentions = none, counts = new Uint16Array() } = files[file] ?? {}
    let total = 0
    for (let at = 0; at < mentions.length; at++) {
      const name = mentions[at] ?? 0
      const weight = Math.sqrt(counts[at] ?? 1) * (factors[name] ?? 0)
      if (weight === 0) continue
      targets[edge] = name
      weights[edge++] = weight
      total += weight
    }
    totals[file] = total
    starts[file + 1] = edge
  }
  return { starts, targets, weights, totals, definers }
}

function count(ids: Uint32Array, into: Uint32Array): void {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? 0
    into[id] = (into[id] ?? 0) + 1
  }
}

/** Hands the attention of files to names. @returns What the files had that mention nothing. */
function spread({ starts, targets, weights, totals }: Graph, rank: Float64Array, attention: Float64Array): number {
  attention.fill(0)
  let lost = 0
  for (let file = 0; file < rank.length; file++) {
    const total = totals[file] ?? 0
    if (total === 0) {
      lost += rank[file] ?? 0
      continue
    }
    const share = (rank[file] ?? 0) / total
    const end = starts[file + 1] ?? 0
    for (let edge = starts[file] ?? 0; edge < end; edge++) {
      const name = targets[edge] ?? 0
      attention[name] = (attention[name] ?? 0) + share * (weights[edge] ?? 0)
    }
  }
  return lost
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
  { files }: CodeIndex,
  focus: { files: ReadonlySet<string>; names: Uint8Array | undefined },
): Float64Array {
  const start = new Float64Array(files.length)
  for (const [index, { path, defines }] of files.entries()) {
    if (focus.files.has(path)) start[index] = 1
    else if (focus.names !== undefined && defines.some((name) => focus.names?.[name] === 1)) start[index] = 0.3
  }
  const sum = start.reduce((total, each) => total + each, 0)
  return sum === 0 ? start.fill(1 / Math.max(1, files.length)) : start.map((each) => each / sum)
}

/** Names and words, as they stand. */
function wordsOf(texts: readonly string[]): Set<string> {
  return new Set(texts.flatMap((text) => text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []))
}
