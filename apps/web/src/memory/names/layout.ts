/** Where names stand: joined ones near each other, all others apart, step by step until it rests. */

import { forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force'

/** What is laid out. */
export interface LayoutInput {
  /** Topic of each name; those of one topic begin together. */
  readonly topics: readonly number[]
  /** Two indexes an edge. */
  readonly edges: Uint32Array
  readonly radii: Float32Array
  /** Where names stood before, x and y in turn; NaN for new ones. With it, the layout begins nearly at rest. */
  readonly positions?: Float32Array | undefined
}

/** A layout on its way. The same input gives the same steps. */
export interface Layout {
  /** Takes a step. @returns Whether there are more to take. */
  step(): boolean
  /** Where names stand now, x and y in turn; a copy. */
  positions(): Float32Array<ArrayBuffer>
  /** Puts a name somewhere and keeps it there; what it is joined with follows. */
  hold(index: number, x: number, y: number): void
  /** Lets it go again. */
  release(index: number): void
}

interface Body extends SimulationNodeDatum {
  readonly index: number
  x: number
  y: number
}

/** Heat at which a layout rests, at which one known before begins, and of one that is dragged. */
const rest = 0.01
const known = 0.15
const dragged = 0.15

/** Room that one name takes where it begins, in units. */
const room = 16

/**
 * Creates a layout. Repulsion is approximated by a quadtree (Barnes and Hut), so that a step costs n log n.
 *
 * @see d3-force for the forces; its own clock is not used.
 */
export function createLayout({ topics, edges, radii, positions }: LayoutInput): Layout {
  const bodies = beginnings(topics).map(({ x, y }, index): Body => {
    const before = { x: positions?.[2 * index] ?? Number.NaN, y: positions?.[2 * index + 1] ?? Number.NaN }
    return Number.isNaN(before.x) || Number.isNaN(before.y) ? { index, x, y } : { index, ...before }
  })
  const links = Array.from({ length: edges.length / 2 }, (_, index) => ({
    source: edges[2 * index] ?? 0,
    target: edges[2 * index + 1] ?? 0,
  }))
  const simulation = forceSimulation(bodies)
    .stop()
    .alpha(positions === undefined ? 1 : known)
    .alphaDecay(1 - rest ** (1 / 240))
    .velocityDecay(0.45)
    .force(
      'charge',
      forceManyBody<Body>()
        .strength(({ index }) => -18 - 5 * (radii[index] ?? 0))
        .theta(1)
        .distanceMax(900),
    )
    .force('link', forceLink<Body, { source: number | Body; target: number | Body }>(links).distance(38).iterations(1))
    .force('x', forceX<Body>(0).strength(0.05))
    .force('y', forceY<Body>(0).strength(0.05))
  return {
    step() {
      simulation.tick()
      return simulation.alpha() > rest || simulation.alphaTarget() > 0
    },
    positions() {
      const now = new Float32Array(2 * bodies.length)
      for (const { index, x, y } of bodies) {
        now[2 * index] = x
        now[2 * index + 1] = y
      }
      return now
    },
    hold(index, x, y) {
      const body = bodies[index]
      if (body === undefined) return
      body.fx = x
      body.fy = y
      simulation.alphaTarget(dragged).alpha(Math.max(simulation.alpha(), dragged))
    },
    release(index) {
      const body = bodies[index]
      if (body === undefined) return
      body.fx = null
      body.fy = null
      simulation.alphaTarget(0)
    },
  }
}

/** Where names begin: each topic in a spiral of its own, the largest topic in the middle of a spiral of topics. */
function beginnings(topics: readonly number[]): { x: number; y: number }[] {
  const places = topics.map(() => ({ x: 0, y: 0 }))
  const groups = Map.groupBy(topics.keys(), (index) => topics[index] ?? 0)
  let before = 0
  for (const members of [...groups.values()].toSorted((a, b) => b.length - a.length)) {
    const middle = spiral(before + members.length / 2)
    for (const [place, index] of members.entries()) {
      const offset = spiral(place)
      places[index] = { x: middle.x + offset.x, y: middle.y + offset.y }
    }
    before += members.length
  }
  return places
}

/** The nth place of a sunflower. @see Vogel, "A better way to construct the sunflower head" (1979). */
function spiral(n: number): { x: number; y: number } {
  const radius = room * Math.sqrt(n + 0.5) * 0.6
  const angle = n * Math.PI * (3 - Math.sqrt(5))
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) }
}
