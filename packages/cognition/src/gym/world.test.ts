import { describe, expect, test } from 'vitest'
import { families, isHeldOut, splitOf, worldsOf } from './families.js'
import { createWorld, slotsPerTask } from './world.js'

describe('createWorld()', () => {
  test('makes the same world of the same name, and another of another', () => {
    const name = { family: 'everything', seed: 3 }
    expect(createWorld(name)).toEqual(createWorld(name))
    expect(createWorld({ ...name, seed: 4 }).purse).not.toBe(createWorld(name).purse)
  })

  test('keeps every chance within (0, 1) and every kind served by two tools or more', () => {
    for (const family of Object.keys(families)) {
      const { works, serving, down, tools, tasks, kinds } = createWorld({ family, seed: 1 })
      expect(works).toHaveLength(tasks.length * kinds.length * tools.length)
      expect(works.every((chance) => chance > 0 && chance < 1)).toBe(true)
      expect(serving.every(({ length }) => length >= 2)).toBe(true)
      expect(down).toHaveLength(tools.length * tasks.length * slotsPerTask)
    }
  })

  test('makes the worlds their families promise', () => {
    const share = (family: string, read: (world: ReturnType<typeof createWorld>) => number): number => {
      const worlds = Array.from({ length: 20 }, (_, seed) => createWorld({ family, seed }))
      return worlds.reduce((sum, world) => sum + read(world), 0) / worlds.length
    }
    const downtime = (family: string): number =>
      share(family, ({ down }) => down.reduce((sum, value) => sum + value, 0) / down.length)
    const ambiguous = (family: string): number =>
      share(family, ({ tasks }) => tasks.filter((task) => task.ambiguous).length / tasks.length)
    const liars = (family: string): number => share(family, ({ tools }) => tools.filter(({ lies }) => lies > 0).length)
    expect(downtime('stormy')).toBeGreaterThan(10 * downtime('steady'))
    expect(ambiguous('vague')).toBeGreaterThan(4 * ambiguous('steady'))
    expect([liars('steady'), liars('lying') > 2]).toEqual([0, true])
  })

  test('throws RangeError for a family there is none of', () => {
    expect(() => createWorld({ family: 'paradise', seed: 1 })).toThrow(RangeError)
  })
})

describe('splitOf()', () => {
  test('holds out these families whole, whatever was tuned', () => {
    expect(Object.keys(families).filter(isHeldOut)).toEqual([
      'steady',
      'stormy',
      'outage',
      'lying',
      'turncoat',
      'hopeless',
      'hard',
    ])
  })

  test('puts no world on both sides, and about half the seeds of the other families on each', () => {
    const [development, judged] = [worldsOf('development', 200, 1), worldsOf('held-out', 200, 1)]
    const keys = new Set(development.map(({ family, seed }) => `${family} ${seed}`))
    expect(judged.some(({ family, seed }) => keys.has(`${family} ${seed}`))).toBe(false)
    expect(development.every(({ family }) => !isHeldOut(family))).toBe(true)
    const seeds = Array.from({ length: 400 }, (_, seed) => splitOf({ family: 'uneven', seed }))
    const heldOut = seeds.filter((split) => split === 'held-out').length
    expect(Math.abs(heldOut - 200)).toBeLessThan(40)
  })
})
