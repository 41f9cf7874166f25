import { describe, expect, test } from 'vitest'
import { findNames, nameAt, toScene } from './scene.js'

const graph = {
  nodes: [
    { id: 7, label: 'Ann', records: 9, topic: 1 },
    { id: 8, label: 'Joann', records: 5, topic: 1 },
    { id: 9, label: 'Oslo', records: 3, topic: 2 },
    { id: 3, label: 'ANN', records: 1, topic: 1 },
  ],
  edges: [
    { from: 7, to: 8, records: 4 },
    { from: 7, to: 9, records: 1 },
    { from: 7, to: 99, records: 1 },
  ],
}

describe('toScene()', () => {
  test('turns ids into indexes, and leaves out edges that lead nowhere', () => {
    const scene = toScene(graph)
    expect([...scene.edges]).toEqual([0, 1, 0, 2])
    expect([...scene.degrees]).toEqual([2, 1, 1, 0])
    expect(scene.byLabel.get('ann')).toBe(0)
  })

  test('colours topics of more than one name, the largest first', () => {
    const { colours, legend } = toScene(graph)
    expect([...colours]).toEqual([0, 0, -1, 0])
    expect(legend).toMatchObject([{ colour: 0, label: 'Ann', names: 3 }])
  })

  test('gives topics beyond the tenth the quieter colours, in turn', () => {
    const nodes = Array.from({ length: 50 }, (_, id) => ({
      id,
      label: `N${id}`,
      records: 1,
      topic: Math.floor(id / 2),
    }))
    const { colours, legend } = toScene({ nodes, edges: [] })
    expect(legend.length).toBe(10)
    expect([colours[18], colours[20], colours[40]]).toEqual([9, 10, 10])
  })

  test('draws a name the larger, the more it is joined', () => {
    const { radii } = toScene(graph)
    expect(radii[0]).toBeGreaterThan(radii[1] ?? 0)
    expect(radii[1]).toBeGreaterThan(radii[3] ?? 0)
  })
})

describe('findNames()', () => {
  test('puts names that begin so first, then those mentioned most', () => {
    const scene = toScene(graph)
    expect(findNames(scene, ' ann ', 10)).toEqual([0, 3, 1])
    expect(findNames(scene, 'ann', 1)).toEqual([0])
    expect(findNames(scene, 'xyz', 10)).toEqual([])
  })
})

describe('nameAt()', () => {
  test('finds the nearest within reach', () => {
    const scene = { radii: new Float32Array([5, 1]) }
    const positions = new Float32Array([0, 0, 10, 0])
    expect(nameAt(scene, positions, 4, 0, 2)).toBe(0)
    expect(nameAt(scene, positions, 8.5, 0, 2)).toBe(1)
    expect(nameAt(scene, positions, 6, 0, 2)).toBe(-1)
  })
})
