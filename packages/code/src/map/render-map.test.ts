import { describe, expect, test } from 'vitest'
import { indexOf } from '../testing/internal/index-of.js'
import { renderMap, renderOutline } from './render-map.js'

const index = indexOf({
  'core.ts': { defines: ['startEngine', 'idleEngine', 'stopEngine'] },
  'a.ts': { defines: ['runFirst'], mentions: ['startEngine', 'stopEngine'] },
  'b.ts': { defines: ['runSecond'], mentions: ['startEngine'] },
})

describe('renderMap()', () => {
  test('writes what fits, the best first, and marks what is left out', () => {
    expect(renderMap(index, { tokens: 20 })).toEqual({
      text: 'core.ts:\n    1 function startEngine()\n  ⋮\n    3 function stopEngine()',
      tokens: 18,
      files: 1,
      definitions: 2,
    })
  })

  test('keeps to the budget as it is counted, down to nothing', () => {
    const countTokens = (text: string): number => text.length
    for (const tokens of [0, 5, 40, 80, 500]) {
      const map = renderMap(index, { tokens, countTokens })
      expect(map.tokens).toBe(map.text.length)
      expect(map.tokens).toBeLessThanOrEqual(tokens)
    }
  })

  test('writes everything where there is room', () => {
    expect(renderMap(index, { tokens: 10_000 })).toMatchObject({ files: 3, definitions: 5 })
  })
})

describe('renderOutline()', () => {
  test('nests by lines', () => {
    const at = (name: string, line: number, endLine: number) => ({ name, kind: 'x', line, endLine, signature: name })
    expect(renderOutline([at('A', 1, 9), at('inner', 2, 3), at('B', 10, 10)])).toBe('    1 A\n    2   inner\n   10 B')
  })
})
