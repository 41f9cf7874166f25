/** The graph as it is drawn: by index, in flat arrays, with sizes and colours decided. */

import type { NameGraphView } from '@salp/agent'

/** Topics that have a colour of their own; the others take turns with as many quieter ones. */
const namedTopics = 10

/** Colours there are, the quieter ones last. */
export const topicColours = 2 * namedTopics

/** A topic that has a colour of its own. */
export interface Topic {
  /** Range [0, 10). */
  readonly colour: number
  /** Its most mentioned name. */
  readonly label: string
  readonly names: number
}

/** Everything that is drawn but where. Names in the order of the graph, the most mentioned first. */
export interface Scene {
  readonly labels: readonly string[]
  /** Index by label in lower case. */
  readonly byLabel: ReadonlyMap<string, number>
  /** Records that mention each name. */
  readonly records: readonly number[]
  /** Names joined with each. */
  readonly degrees: Uint32Array
  /** In units of the layout. */
  readonly radii: Float32Array
  /** Topic of each name as the graph numbers it. */
  readonly topics: readonly number[]
  /** Colour of each name; −1 for one that stands alone. Range [−1, {@link topicColours}). */
  readonly colours: Int8Array
  /** Two indexes an edge, the strongest edge first. */
  readonly edges: Uint32Array
  /** Largest topics first. */
  readonly legend: readonly Topic[]
}

/** Decides how a graph is drawn. */
export function toScene({ nodes, edges }: Pick<NameGraphView, 'nodes' | 'edges'>): Scene {
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]))
  const pairs = edges.flatMap(({ from, to }) => {
    const [a, b] = [indexes.get(from), indexes.get(to)]
    return a === undefined || b === undefined ? [] : [a, b]
  })
  const degrees = new Uint32Array(nodes.length)
  for (const index of pairs) degrees[index] = (degrees[index] ?? 0) + 1
  const topics = rankTopics(nodes)
  const colourOf = new Map(topics.map(({ topic, colour }) => [topic, colour]))
  return {
    labels: nodes.map(({ label }) => label),
    byLabel: new Map(nodes.map(({ label }, index) => [label.toLowerCase(), index] as const).toReversed()),
    records: nodes.map(({ records }) => records),
    degrees,
    radii: Float32Array.from(degrees, (degree) => Math.min(26, 3 + 1.5 * Math.sqrt(degree))),
    topics: nodes.map(({ topic }) => topic),
    colours: Int8Array.from(nodes, ({ topic }) => colourOf.get(topic) ?? -1),
    edges: Uint32Array.from(pairs),
    legend: topics.slice(0, namedTopics),
  }
}

/** Topics, the largest first; a name that stands alone is none. */
function rankTopics(nodes: NameGraphView['nodes']): (Topic & { topic: number })[] {
  const groups = Map.groupBy(nodes, ({ topic }) => topic)
  return [...groups]
    .filter(([, names]) => names.length > 1)
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([topic, names], rank) => ({
      topic,
      colour: rank < namedTopics ? rank : namedTopics + (rank % namedTopics),
      label: names[0]?.label ?? '',
      names: names.length,
    }))
}

/** Names that fit what is typed: those that begin so first, then by mentions. At most `most`. */
export function findNames({ labels }: Pick<Scene, 'labels'>, typed: string, most: number): number[] {
  const wanted = typed.trim().toLowerCase()
  const found = labels.flatMap((label, index) => {
    const at = label.toLowerCase().indexOf(wanted)
    return at < 0 ? [] : [{ index, begins: at === 0 }]
  })
  return found
    .toSorted((a, b) => Number(b.begins) - Number(a.begins) || a.index - b.index)
    .slice(0, most)
    .map(({ index }) => index)
}

/** The name at a place: the one whose middle is nearest of those within reach; −1 if there is none. */
export function nameAt(
  { radii }: Pick<Scene, 'radii'>,
  positions: Float32Array,
  x: number,
  y: number,
  reach: number,
): number {
  let best = -1
  let nearest = Infinity
  for (let index = 0; index < radii.length; index++) {
    const dx = (positions[2 * index] ?? 0) - x
    const dy = (positions[2 * index + 1] ?? 0) - y
    const distance = Math.hypot(dx, dy)
    if (distance < nearest && distance <= Math.max(radii[index] ?? 0, reach)) {
      best = index
      nearest = distance
    }
  }
  return best
}
