import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Attempt, assurance, findProcedures } from './procedures.js'

const attempt = (
  id: string,
  outcome: Attempt['outcome'],
  tools: string,
  summary = 'Fix the failing test',
): Attempt => ({
  id,
  summary,
  outcome,
  steps: tools.split(' ').map((tool) => ({ tool })),
})

describe('findProcedures()', () => {
  test('finds the longest run that successes share, with what speaks for and against it', () => {
    const found = findProcedures([
      attempt('a', 'success', 'list read edit test'),
      attempt('b', 'success', 'read edit test commit', 'Fix a failing import'),
      attempt('c', 'success', 'read edit test', 'Fix the failing date'),
      attempt('d', 'failure', 'read edit test'),
    ])
    expect(found).toEqual([
      {
        steps: [{ tool: 'read' }, { tool: 'edit' }, { tool: 'test' }],
        purpose: 'fix failing',
        supported: ['a', 'b', 'c'],
        contradicted: ['d'],
      },
    ])
  })

  test('finds nothing in two successes, nor in what fails as often', () => {
    const successes = ['a', 'b', 'c'].map((id) => attempt(id, 'success', 'read edit'))
    const failures = ['d', 'e', 'f'].map((id) => attempt(id, 'failure', 'read edit'))
    expect(findProcedures(successes.slice(1))).toEqual([])
    expect(findProcedures([...successes, ...failures])).toEqual([])
    expect(findProcedures(successes)).toHaveLength(1)
  })

  test('tells uses of one tool apart by their detail', () => {
    const steps = (command: string) => [{ tool: 'edit' }, { tool: 'run', detail: command }]
    const attempts = ['npm test', 'npm test', 'npm run lint'].map(
      (command, index): Attempt => ({ id: `${index}`, summary: 'x', outcome: 'success', steps: steps(command) }),
    )
    expect(findProcedures(attempts)).toEqual([])
  })

  test('counts an attempt once, however often the run stands in it', () => {
    expect(findProcedures([attempt('a', 'success', 'read edit read edit read edit')])).toEqual([])
  })
})

describe('assurance()', () => {
  test('gives the lower end of the interval as published', () => {
    // Wilson interval of 8 in 10 at z = 1.96: 0.490 to 0.943.
    expect(assurance(8, 2)).toBeCloseTo(0.4902, 4)
    expect(assurance(0, 0)).toBe(0)
  })

  test('stays below the share and grows with what speaks for it', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (supports, contradicts) => {
        const sure = assurance(supports, contradicts)
        expect(sure).toBeGreaterThanOrEqual(0)
        expect(sure).toBeLessThanOrEqual(supports / Math.max(1, supports + contradicts))
        expect(assurance(supports + 1, contradicts)).toBeGreaterThan(sure)
      }),
    )
  })
})
