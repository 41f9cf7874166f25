import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FileByHand, indexOf } from '../testing/internal/index-of.js'
import { rankDefinitions, rankIndex } from './rank.js'

const project = {
  'core.ts': { defines: ['startEngine', 'stopEngine'] },
  'a.ts': { defines: ['runFirst'], mentions: ['startEngine'] },
  'b.ts': { defines: ['runSecond'], mentions: ['startEngine', 'stopEngine'] },
  'c.ts': { defines: ['runThird'], mentions: ['startEngine', 'unheardOf'] },
  'lonely.ts': { defines: ['paintWall'] },
}

describe('rankIndex()', () => {
  test('gives most to the file that others mention', () => {
    const { files } = rankIndex(indexOf(project))
    expect(files.indexOf(Math.max(...files))).toBe(0)
  })

  test('gives most to what the files in focus mention', () => {
    const index = indexOf({ ...project, 'wall.ts': { defines: ['main'], mentions: ['paintWall'] } })
    const [best] = rankDefinitions(index, rankIndex(index, { files: ['wall.ts'] }), { most: 10 })
    expect(best).toMatchObject({ path: 'lonely.ts', definition: { name: 'paintWall' } })
  })

  test('weighs names in focus more', () => {
    const index = indexOf({
      'a.ts': { defines: ['alphaThing'] },
      'b.ts': { defines: ['betaThing'] },
      'm.ts': { mentions: ['alphaThing', 'betaThing'] },
    })
    const nameOf = (names: readonly string[]): string | undefined =>
      rankDefinitions(index, rankIndex(index, { names }), { most: 1 })[0]?.definition.name
    expect(nameOf(['alphaThing'])).toBe('alphaThing')
    expect(nameOf(['look at betaThing please'])).toBe('betaThing')
  })

  test('sums to 1, whatever mentions whatever', () => {
    const name = fc.constantFrom('a', 'bb', 'ccc', 'dddd', 'eeeee')
    const list = fc.uniqueArray(name)
    const file = fc.record({ defines: list, mentions: list })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('1', '2', '3', '4'), file, { minKeys: 1 }), list, (files, names) => {
        const { files: rank } = rankIndex(indexOf(files as Record<string, FileByHand>), { names })
        expect(rank.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9)
      }),
    )
  })

  test('of nothing is nothing', () => expect(rankIndex(indexOf({})).files).toHaveLength(0))
})
