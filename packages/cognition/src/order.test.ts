import { createRng } from '@salp/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Effect, orderCalls, type PendingCall } from './order.js'

const effects: Effect[] = ['none', 'read', 'self', 'write', 'execute', 'network']
const batches = fc.array(
  fc.record({
    id: fc.string({ maxLength: 3 }),
    tool: fc.constantFrom('a', 'b', 'c'),
    effect: fc.constantFrom(...effects),
  }),
)
const costs: Record<string, number> = { a: 3, b: 1, c: 2 }
const cost = (tool: string): number => costs[tool] ?? 0
const read = (id: string, tool: string): PendingCall => ({ id, tool, effect: 'read' })

describe('orderCalls()', () => {
  test('puts cheap reads first and leaves the rest in place', () => {
    const calls = [
      read('1', 'a'),
      read('2', 'b'),
      { id: '3', tool: 'b', effect: 'write' as const },
      read('4', 'a'),
      read('5', 'c'),
    ]
    expect(orderCalls(calls, { cost, exploration: 0, chance: () => 0.5 })).toEqual(['2', '1', '3', '5', '4'])
  })

  test('keeps the order of equals', () => {
    const calls = ['1', '2', '3'].map((id) => read(id, 'a'))
    expect(orderCalls(calls, { cost, exploration: 0, chance: () => 0 })).toEqual(['1', '2', '3'])
  })

  test('begins with each read equally often when it explores', () => {
    const rng = createRng('order')
    const first = { 1: 0, 2: 0, 3: 0 } as Record<string, number>
    const calls = [read('1', 'a'), read('2', 'b'), read('3', 'c')]
    for (let trial = 0; trial < 3_000; trial++) {
      const [id = ''] = orderCalls(calls, { cost, exploration: 1, chance: rng })
      first[id] = (first[id] ?? 0) + 1
    }
    for (const count of Object.values(first)) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })

  test('returns the multiset of ids it was given, and moves nothing across what is no read', () => {
    fc.assert(
      fc.property(batches, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (calls, exploration, seed) => {
        const ordered = orderCalls(calls, { cost, exploration, chance: createRng(seed) })
        expect([...ordered].sort()).toEqual(calls.map(({ id }) => id).sort())
        for (const [index, { id, effect }] of calls.entries()) if (effect !== 'read') expect(ordered[index]).toBe(id)
      }),
    )
  })
})
