import { describe, expect, test } from 'vitest'
import type { Expression } from '../language/expression.js'
import { fragmentsByName, inline } from '../language/fragment.js'
import { learnLibrary } from './learn-library.js'

const input = (type: string, index = 0): Expression => ({ kind: 'input', type, index })
const number = (value: number): Expression => ({ kind: 'constant', type: 'number', value })
const item: Expression = { kind: 'variable', type: 'number', level: 0 }
const call = (name: string, type: string, ...parts: Expression[]): Expression => ({
  kind: 'call',
  type,
  name,
  arguments: parts,
})

const isEven = (of: Expression): Expression =>
  call('equal', 'boolean', call('remainder', 'number', of, number(2)), number(0))
const list = input('number[]')

const programs = [
  call('filter', 'number[]', isEven(item), list),
  call('count', 'number', isEven(item), list),
  isEven(input('number')),
  isEven(call('sum', 'number', list)),
  call('every', 'boolean', isEven(item), call('reverse', 'number[]', list)),
]

describe('learnLibrary()', () => {
  test('gives a name to what comes up again, with a hole for what differs', () => {
    const { library, saved } = learnLibrary(programs)
    expect(library.map(({ parameters, returns, body }) => ({ parameters, returns, body }))).toEqual([
      { parameters: ['number'], returns: 'boolean', body: isEven(input('number')) },
    ])
    // Five uses save four nodes each; the definition has five.
    expect(saved).toBe(5 * 3 - 5)
  })

  test('writes programs that mean the same', () => {
    const { library, programs: rewritten } = learnLibrary(programs)
    expect(rewritten).not.toEqual(programs)
    expect(rewritten.map((program) => inline(program, fragmentsByName(library)))).toEqual(programs)
  })

  test('learns nothing that does not pay', () => {
    expect(learnLibrary(programs.slice(0, 1))).toEqual({ library: [], programs: programs.slice(0, 1), saved: 0 })
  })

  test('keeps a lambda whole, and lets a hole stand within it', () => {
    const without = (value: Expression): Expression =>
      call('filter', 'number[]', call('different', 'boolean', item, value), list)
    const many = [number(0), input('number', 1), number(3), input('number', 2)].map((value) =>
      call('sum', 'number', without(value)),
    )
    const { library, programs: rewritten } = learnLibrary(many, { most: 1 })
    expect(library[0]?.parameters.toSorted()).toEqual(['number', 'number[]'])
    expect(rewritten.map((program) => inline(program, fragmentsByName(library)))).toEqual(many)
  })
})
