import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import { parseProblem } from './load-problems.js'
import { makeMutants } from './mutants.js'
import { openVerifier } from './open-verifier.js'
import { proveProblems } from './prove-problems.js'

const reference = 'export function larger(a: number, b: number): number {\n  if (a > b) return a\n  return b\n}\n'
const larger = (change: object = {}, sources: { reference?: string; starter?: string; mutants?: string[] } = {}) =>
  parseProblem(
    {
      id: 'larger',
      tier: 0,
      title: 'Larger',
      tags: [],
      statement: 'The larger one',
      signature: {
        name: 'larger',
        parameters: [
          { name: 'a', type: 'number' },
          { name: 'b', type: 'number' },
        ],
        returns: 'number',
      },
      examples: [{ args: [1, 2], returns: 2 }],
      tests: Array.from({ length: 8 }, (_, index) => ({ args: [index, 3], returns: Math.max(index, 3) })),
      ...change,
    },
    { reference, ...sources },
    { file: 'larger' },
  )

describe('makeMutants()', () => {
  test('changes one thing each, and says what', async () => {
    const mutants = await makeMutants(reference, 20)
    expect(mutants.map(({ change }) => change)).toEqual([
      '2: "a > b" became "!(a > b)"',
      '2: "if (a > b) return a" was left out',
      '2: ">" became ">="',
      '2: ">" became "<"',
      '2: "return a" was left out',
      '3: "return b" was left out',
    ])
    expect(mutants[2]?.source).toBe(reference.replace('>', '>='))
  })

  test('gives no more than asked for, spread over the source', async () => {
    expect((await makeMutants(reference, 2)).map(({ change }) => change)).toEqual([
      '2: "if (a > b) return a" was left out',
      '2: "return a" was left out',
    ])
  })
})

describe('proveProblems()', () => {
  const verifier = openVerifier({ clock: systemClock }, { concurrency: 1 })
  afterAll(() => verifier.close())

  test('finds no fault in a problem that tells right from wrong', async () => {
    const [proof] = await proveProblems([larger()], { verifier })
    expect(proof).toEqual({ id: 'larger', faults: [], mutants: { tried: 6, failed: 5 } })
  }, 60_000)

  test('names every fault', async () => {
    const loose = { examples: [{ args: [2, 2], returns: 2 }], tests: [{ args: [1, 1], returns: 1 }] }
    const second = 'export function larger(a: number, b: number): number { return b }'
    const proofs = await proveProblems(
      [
        larger({}, { reference: reference.replace('>', '<') }),
        larger({}, { reference: "export function larger(): string { return '' }" }),
        larger(loose, { starter: second, mutants: [second] }),
      ],
      { verifier },
    )
    expect(proofs.map(({ faults }) => faults)).toEqual([
      ['the reference is a test-failure: [1,2] gives 1, not 2'],
      [expect.stringMatching(/^the reference is a type-error: TS2322/)],
      [
        'it has 1 tests, at least 8 are needed',
        'the starter passes',
        'mutant 1 passes',
        '1 wrong variants fail, at least 3 are needed',
      ],
    ])
  }, 60_000)
})
