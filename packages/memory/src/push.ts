/** Personalized PageRank, where only the neighbourhood of its seeds is looked at. */

/** A way from one node to another, and its weight against the other ways from there. Range (0, ∞). */
export type Edge = readonly [node: number, weight: number]

/** How far to go. */
export interface PushOptions {
  /** Share of a node's rank that goes on to its neighbours. Range [0, 1). @defaultValue `0.85` */
  readonly damping?: number | undefined
  /** Rank too small to go on. Lower is dearer. Range (0, 1). @defaultValue `0.005` */
  readonly residual?: number | undefined
  /** Rounds after which it ends in any case. @defaultValue `12` */
  readonly rounds?: number | undefined
}

/**
 * Ranks nodes by how often a walk that keeps returning to `seeds` comes by.
 *
 * Forward push: each round, every node that holds more than `residual` keeps its share and hands the rest to its
 * neighbours. Pushing a whole round at once lets `neighbours` read it in one query; cost depends on `residual`, not on the
 * size of the graph, cycles included.
 *
 * @param seeds - Mass of each; together 1.
 * @param neighbours - Edges of each node asked for; asked once for a node.
 * @see Andersen, Chung and Lang, "Local graph partitioning using PageRank vectors" (2006).
 */
export function pushRanks(
  seeds: ReadonlyMap<number, number>,
  neighbours: (nodes: readonly number[]) => ReadonlyMap<number, readonly Edge[]>,
  { damping = 0.85, residual = 0.005, rounds = 12 }: PushOptions = {},
): Map<number, number> {
  const ranks = new Map<number, number>()
  const edges = new Map<number, { ways: readonly Edge[]; total: number }>()
  let held = new Map(seeds)
  for (let round = 0; round < rounds; round++) {
    const active = [...held].filter(([, mass]) => mass > residual)
    if (active.length === 0) break
    const unseen = active.flatMap(([node]) => (edges.has(node) ? [] : [node]))
    const found = unseen.length === 0 ? undefined : neighbours(unseen)
    for (const node of unseen) {
      const ways = found?.get(node) ?? []
      edges.set(node, { ways, total: ways.reduce((sum, [, weight]) => sum + weight, 0) })
    }
    held = new Map(held)
    for (const [node] of active) held.set(node, 0)
    for (const [node, mass] of active) {
      ranks.set(node, (ranks.get(node) ?? 0) + (1 - damping) * mass)
      const from = edges.get(node)
      if (from === undefined || from.total === 0) continue
      const share = (damping * mass) / from.total
      for (const [to, weight] of from.ways) held.set(to, (held.get(to) ?? 0) + share * weight)
    }
  }
  return ranks
}
