import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateArguments } from './generate.js'
import type { InputGenerator } from './problem.js'

const draw = (input: InputGenerator, count = 40) =>
  generateArguments({ id: 'p', generated: { count, inputs: [input] } }, 'seed').flat()

describe('generateArguments()', () => {
  test('gives equal lists for equal seeds, others for others, none without generators', () => {
    const generated = { count: 3, inputs: [{ kind: 'integer', min: 0, max: 99 }] } as const
    const once = generateArguments({ id: 'a', generated }, 'one')
    expect(generateArguments({ id: 'a', generated }, 'one')).toEqual(once)
    expect(generateArguments({ id: 'a', generated }, 'two')).not.toEqual(once)
    expect(generateArguments({ id: 'b', generated }, 'one')).not.toEqual(once)
    expect(generateArguments({ id: 'a' }, 'one')).toEqual([])
  })

  test('keeps integers and lengths within their bounds, both of which occur', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 5 }), fc.nat(3), (min, width) => {
        const drawn = draw({ kind: 'integer', min, max: min + width }, 200)
        expect(new Set(drawn)).toEqual(new Set(Array.from({ length: width + 1 }, (_, index) => min + index)))
      }),
    )
    const lengths = draw({ kind: 'string', alphabet: 'é😀', minLength: 1, maxLength: 4 }, 200).map(
      (text) => [...String(text)].length,
    )
    expect(new Set(lengths)).toEqual(new Set([1, 2, 3, 4]))
  })

  test('sorts and makes distinct where asked', () => {
    const of = { kind: 'integer', min: 0, max: 20 } as const
    for (const list of draw({ kind: 'list', of, minLength: 5, maxLength: 9, sorted: true, distinct: true })) {
      if (!Array.isArray(list)) throw new TypeError('Not a list')
      expect(list).toEqual([...new Set(list)].sort((a: number, b: number) => a - b))
    }
  })

  test('draws tuples and records of what they are made of', () => {
    const word = { kind: 'word', words: ['x'] } as const
    expect(
      draw(
        {
          kind: 'record',
          fields: { a: { kind: 'tuple', of: [word, word, word] }, b: { kind: 'pair', of: [word, word] } },
        },
        1,
      ),
    ).toEqual([{ a: ['x', 'x', 'x'], b: ['x', 'x'] }])
  })
})
