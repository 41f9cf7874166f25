import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CodeExperience, ExperienceError, parseExperience, stepContext } from './record.js'
import { simulateExperience } from './simulate.js'
import { createLeakGuard, splitOf } from './split.js'

const code = (text: string, more: Partial<CodeExperience> = {}): CodeExperience => ({
  ...{ type: 'code', at: 0, origin: 'agent', group: 'g', instruction: 'write it', licence: 'MIT', text },
  ...more,
})

describe('parseExperience()', () => {
  test('reads what was written, whatever the simulated world drew', () => {
    for (const record of simulateExperience({ seed: 1, steps: 50, diffs: 50, plans: 50 })) {
      expect(parseExperience(JSON.stringify(record))).toEqual(record)
      expect(record.origin).toBe('simulated')
    }
  })

  test.each([
    ['no JSON', '{'],
    ['another type', '{"type":"dream"}'],
    ['a field too many', JSON.stringify({ ...code('x'), tests: ['secret'] })],
    [
      'a rate above 1',
      JSON.stringify({
        type: 'step',
        at: 0,
        origin: 'agent',
        group: 'g',
        kind: 'read',
        success: true,
        context: { successRate: 2 },
      }),
    ],
    [
      'a number that is none',
      '{"type":"diff","at":0,"origin":"agent","group":"g","judge":"plan","score":0,"counts":{"a":1e999}}',
    ],
  ])('refuses %s', (_, line) => {
    expect(() => parseExperience(line)).toThrow(ExperienceError)
  })

  test('fills in what a young agent does not know', () => {
    expect(stepContext({ tier: 3 })).toMatchObject({ tier: 3, successRate: 0.5, peers: 0 })
  })
})

describe('splitOf()', () => {
  test('gives a group the same part always, about 8, 1 and 1 of ten', () => {
    const counts = { train: 0, validation: 0, test: 0 }
    for (let index = 0; index < 10_000; index++) counts[splitOf(`goal ${index}`)]++
    expect(splitOf('goal 1')).toBe(splitOf('goal 1'))
    expect(counts.train / 10_000).toBeCloseTo(0.8, 1)
    expect(counts.validation / 10_000).toBeCloseTo(0.1, 1)
  })
})

describe('createLeakGuard()', () => {
  const hidden = 'expect(rotate([1, 2, 3], 1)).toEqual([3, 1, 2]); expect(rotate([], 4)).toEqual([])'
  const guard = createLeakGuard({
    isHeldOut: (problem) => problem === 'rotate',
    hidden: [hidden, 'assert.equal(answer, 42)'],
  })

  test('refuses records about a held-out problem', () => {
    expect(() => guard.check(code('x', { problem: 'rotate' }))).toThrow('the problem "rotate" is held out')
    expect(() => guard.check(code('x', { problem: 'other' }))).not.toThrow()
  })

  test('refuses hidden texts wherever they stand, in other spacing and case, and within other text', () => {
    const words = fc.array(fc.constantFrom('const', 'x', '=', 'f(y)', ';', '\n', 'return', '中文'))
    const carriers = fc.constantFrom<(text: string) => CodeExperience>(
      (text) => code(text),
      (text) => code('x', { instruction: text }),
      (text) => code('x', { licence: text }),
    )
    fc.assert(
      fc.property(words, words, carriers, (before, after, carry) => {
        const quoted = hidden.replaceAll(' ', '  \n').toUpperCase()
        const record = carry([...before, quoted, ...after].join(' '))
        expect(() => guard.check(record)).toThrow('it quotes what is hidden from learning')
      }),
    )
  })

  test('refuses any passage of thirteen words of a hidden text', () => {
    const all = hidden.match(/\w+|[^\s\w]/g) ?? []
    for (let at = 0; at + 13 <= all.length; at++) {
      expect(() => guard.check(code(`const y = 1\n${all.slice(at, at + 13).join(' ')}\n`))).toThrow(ExperienceError)
    }
  })

  test('refuses a short hidden text whole', () => {
    expect(() => guard.check(code('before; assert . equal ( answer , 42 ) after'))).toThrow(ExperienceError)
  })

  test('lets other code pass', () => {
    expect(() =>
      guard.check(
        code('export const rotate = (list: number[], by: number) => list.slice(-by).concat(list.slice(0, -by))'),
      ),
    ).not.toThrow()
  })
})
