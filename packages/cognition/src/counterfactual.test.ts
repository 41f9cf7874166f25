import { createRng } from '@salp/core'
import { describe, expect, test } from 'vitest'
import { createCounterfactual } from './counterfactual.js'

const setUp = (chance = () => 0.99) => createCounterfactual({ chance, forecast: () => 0.8 })
const alternatives = ['a', 'b']

describe('createCounterfactual()', () => {
  test('learns that a tool does not work for one kind of thing, and for no other', () => {
    const known = setUp()
    for (let index = 0; index < 6; index++)
      known.observe({ callId: `${index}`, situation: 'pdf', chosen: 'a', alternatives, ok: false, forecast: 0.8 })
    expect(known.adjust(0.8, 'a', 'pdf')).toBeLessThan(0.3)
    expect(known.adjust(0.8, 'a', 'csv')).toBe(0.8)
    expect(known.lessons()).toMatchObject([{ situation: 'pdf', avoid: 'a', prefer: 'b', retired: false }])
    expect([known.advise('a', 'pdf'), known.advise('b', 'pdf'), known.advise('a', 'csv')]).toEqual([1, 0, 0])
  })

  test('says what would have come of another choice, the situation held fixed', () => {
    const known = setUp()
    for (let index = 0; index < 9; index++)
      known.observe({ callId: `${index}`, situation: 'pdf', chosen: 'a', alternatives, ok: false, forecast: 0.8 })
    const other = known.whatIf('3', 'b')
    expect(other?.works).toBeCloseTo(0.8, 9)
    expect(other?.gain).toBeGreaterThan(0.4)
    expect([known.whatIf('3', 'c'), known.whatIf('99', 'b')]).toEqual([undefined, undefined])
  })

  test('withholds a lesson for a tenth of the choices, by chance', () => {
    const rng = createRng('hold-out')
    const known = setUp(rng)
    for (let index = 0; index < 6; index++)
      known.observe({ callId: `${index}`, situation: 'pdf', chosen: 'a', alternatives, ok: false, forecast: 0.8 })
    let withheld = 0
    for (let index = 0; index < 2_000; index++) {
      known.prepare('pdf')
      if (known.advise('a', 'pdf') === 0) withheld++
    }
    expect(withheld).toBeGreaterThan(150)
    expect(withheld).toBeLessThan(260)
  })

  test('retires a lesson that does no better than its absence, and keeps one that does', () => {
    const outcome = (followed: boolean, withheld: boolean): boolean | undefined => {
      let draw = 0.99
      const known = setUp(() => draw)
      for (let index = 0; index < 6; index++)
        known.observe({ callId: `${index}`, situation: 'pdf', chosen: 'a', alternatives, ok: false, forecast: 0.8 })
      for (let index = 0; index < 40; index++) {
        draw = index % 4 === 0 ? 0 : 0.99
        known.prepare('pdf')
        const ok = draw === 0 ? withheld : followed
        known.observe({ callId: `later ${index}`, situation: 'pdf', chosen: 'b', alternatives, ok, forecast: 0.8 })
      }
      return known.lessons()[0]?.retired
    }
    expect(outcome(true, false)).toBe(false)
    expect(outcome(true, true)).toBe(false)
    expect(outcome(false, true)).toBe(true)
  })

  test('goes on from a snapshot, and stays bounded', () => {
    const known = setUp()
    for (let index = 0; index < 5_000; index++)
      known.observe({
        callId: `${index}`,
        situation: `kind ${index % 2_000}`,
        chosen: 'a',
        alternatives,
        ok: index % 3 === 0,
        forecast: 0.8,
      })
    const { pairs, lessons } = known.snapshot()
    expect([pairs.length, lessons.length <= 128]).toEqual([1_024, true])
    const later = createCounterfactual({ chance: () => 0.99, forecast: () => 0.8 }, known.snapshot())
    expect(later.snapshot()).toEqual(known.snapshot())
    expect(later.adjust(0.8, 'a', 'kind 1999')).toBe(known.adjust(0.8, 'a', 'kind 1999'))
  })
})
