import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Data } from '../problems/data.js'
import { readLiterals } from '../problems/literals.js'
import { exportJsonLines, importExercism, importJsonLines, typeOf } from './exchange.js'
import { parseProblem } from './load-problems.js'

const folder = mkdtempSync(join(tmpdir(), 'salp-exchange-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('importJsonLines()', () => {
  const line = {
    task_id: 'HumanEval/3',
    prompt:
      'from typing import List\n\n\ndef below_zero(operations: List[int]) -> bool:\n    """ Tell whether the balance\n    falls below zero.\n    """\n',
    entry_point: 'below_zero',
    canonical_solution: '    return False\n',
    test: [
      'METADATA = {}',
      '',
      'def check(candidate):',
      '    assert candidate([]) == False',
      '    assert candidate([1, 2, -3, 1, 2, -3]) == False',
      '    assert candidate([1, 2, -4, 5, 6]) == True',
      '    assert candidate([1, -1, 2, -2, 5, -5, 4, -5]) == True',
      '    assert candidate([1, -2]) == True, "This prints if this assert fails"',
      '    assert abs(candidate([0.5]) - 1.0) < 1e-6',
    ].join('\n'),
  }

  test('takes over assertions that compare with plain values, and infers types', () => {
    const { problems, skipped } = importJsonLines(`${JSON.stringify(line)}\n\n`, { tier: 1 })
    expect(skipped).toEqual([])
    expect(problems).toMatchObject([
      {
        id: 'human-eval-3',
        tier: 1,
        statement: 'Tell whether the balance\nfalls below zero.',
        signature: { name: 'below_zero', parameters: [{ name: 'operations', type: 'number[]' }], returns: 'boolean' },
        examples: [{ args: [[]], returns: false }, { args: [[1, 2, -3, 1, 2, -3]] }, { args: [[1, 2, -4, 5, 6]] }],
        tests: [
          { args: [[1, -1, 2, -2, 5, -5, 4, -5]], returns: true },
          { args: [[1, -2]], returns: true },
        ],
        reference: undefined,
      },
    ])
  })

  test('says what it could not take over, and refuses what is no JSON, or stands twice', () => {
    const bare = { ...line, test: 'def check(candidate):\n    assert candidate(x) == y\n' }
    expect(importJsonLines(JSON.stringify(bare), { tier: 1 }).skipped).toEqual([
      { where: 'line 1', reason: '0 cases could be read, at least 4 are needed' },
    ])
    expect(() => importJsonLines(`${JSON.stringify(line)}\n{`, { tier: 1 })).toThrow('JSON Lines:2: it ends too early')
    expect(() => importJsonLines(`${JSON.stringify(line)}\n${JSON.stringify(line)}`, { tier: 1 })).toThrow(
      'stands twice',
    )
  })
})

describe('exportJsonLines()', () => {
  const problem = parseProblem(
    {
      id: 'first',
      tier: 2,
      title: 'First',
      tags: ['list'],
      statement: 'The first\n*/ one',
      signature: { name: 'first', parameters: [{ name: 'values', type: 'number[]' }], returns: 'number | null' },
      examples: [{ args: [[1]], returns: 1 }],
      tests: [
        { args: [[]], returns: null },
        { args: [['x']], throws: true },
      ],
      generated: {
        count: 3,
        inputs: [{ kind: 'list', of: { kind: 'integer', min: 0, max: 1 }, minLength: 0, maxLength: 2 }],
      },
    },
    { reference: 'export const first = (secret: number[]) => secret[0] ?? null', mutants: ['secret'] },
    { file: 'first' },
  )

  test('writes what importJsonLines() reads back, without any solution', () => {
    const text = exportJsonLines([problem])
    expect(text).not.toContain('secret')
    expect(JSON.parse(text)).toMatchObject({ task_id: 'salp/first', entry_point: 'first' })
    expect(importJsonLines(text, { tier: 0 })).toEqual({
      problems: [{ ...problem, reference: undefined, mutants: [] }],
      skipped: [],
    })
  })
})

describe('importExercism()', () => {
  test('makes a problem of each property, groups within groups, errors as throws', async () => {
    const at = join(folder, 'grains')
    mkdirSync(at)
    const cases = [1, 2, 3, 4].map((square) => ({
      description: 'd',
      property: 'square',
      input: { square },
      expected: 2 ** (square - 1),
    }))
    const bad = { description: 'd', property: 'square', input: { square: 0 }, expected: { error: 'out of range' } }
    const total = { description: 't', property: 'total', input: {}, expected: 1 }
    writeFileSync(join(at, 'description.md'), '# Grains\n')
    writeFileSync(
      join(at, 'canonical-data.json'),
      JSON.stringify({ exercise: 'grains', cases: [{ description: 'g', cases: [...cases, bad] }, total] }),
    )
    mkdirSync(join(folder, 'empty'))
    const { problems, skipped } = await importExercism(folder, { tier: 1 })
    expect(problems).toMatchObject([
      {
        id: 'grains-square',
        signature: { name: 'square', parameters: [{ name: 'square', type: 'number' }], returns: 'number' },
        tests: [
          { args: [4], returns: 8 },
          { args: [0], throws: true },
        ],
      },
    ])
    expect(skipped).toEqual([
      { where: 'empty', reason: 'canonical-data.json or its description is missing' },
      { where: 'grains total', reason: 'its cases differ in their arguments' },
    ])
  })
})

describe('readLiterals()', () => {
  test('reads back whatever JSON writes', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }).filter((value) => !/__proto__|\\u/.test(JSON.stringify(value))),
        (value) => {
          const text = `${JSON.stringify(value)} ;`
          expect(JSON.stringify(readLiterals(text, 0, undefined)?.values[0])).toBe(JSON.stringify(value))
        },
      ),
    )
  })

  test('reads Python’s way, and tells tuples from brackets', () => {
    const read = (text: string) => readLiterals(text, 0, undefined)?.values[0]
    expect(read("(1, 'it\\'s', None, (True,), (2))")).toEqual([1, "it's", null, [true], 2])
    expect(read('1_000')).toBe(1000)
    expect([read('x'), read('[1'), read("'a"), read('{1: 2}'), read('')]).toEqual(Array(5).fill(undefined))
  })
})

describe('typeOf()', () => {
  test('gives a type that all the values have', () => {
    const types = (values: Data[]) => typeOf(values)
    expect(types([1, null])).toBe('null | number')
    expect(types([[1], ['a'], []])).toBe('(number | string)[]')
    expect(types([{ a: 1 }, { a: 2, b: 'x' }])).toBe('{ "a": number; "b"?: string }')
    expect(types([])).toBe('unknown')
  })
})
