/** Groups of names that stand together. */

/** A name in the graph. */
export interface GraphNode {
  readonly id: number
  readonly label: string
  /** Records that mention it. */
  readonly records: number
  /** The names it stands with most have the same. */
  readonly topic: number
}

/** Two names that share records. */
export interface GraphEdge {
  readonly from: number
  readonly to: number
  /** Records that mention both. */
  readonly records: number
}

/** The names of a memory and what joins them. */
export interface NameGraph {
  readonly nodes: readonly GraphNode[]
  /** Names there are, those that the limit left out included. */
  readonly total: number
  readonly edges: readonly GraphEdge[]
}

/** Rounds after which labels stay as they are in any case. */
const maxRounds = 20

/**
 * Gives each node a topic by label propagation: the label most of its edges lead to, weighed by records.
 *
 * Nodes are visited in order and ties go to the lower label, so that the same graph has the same topics.
 */
export function findTopics(ids: readonly number[], edges: readonly GraphEdge[]): Map<number, number> {
  const labels = new Map(ids.map((id) => [id, id]))
  const beside = new Map<number, [number, number][]>(ids.map((id) => [id, []]))
  for (const { from, to, records } of edges) {
    beside.get(from)?.push([to, records])
    beside.get(to)?.push([from, records])
  }
  for (let round = 0; round < maxRounds; round++) {
    let changed = false
    for (const id of ids) {
      const votes = new Map<number, number>()
      for (const [other, weight] of beside.get(id) ?? []) {
        const label = labels.get(other) ?? other
        votes.set(label, (votes.get(label) ?? 0) + weight)
      }
      const [best] = [...votes].sort(([a, x], [b, y]) => y - x || a - b)
      if (best !== undefined && best[0] !== labels.get(id)) {
        labels.set(id, best[0])
        changed = true
      }
    }
    if (!changed) break
  }
  return labels
}
