import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { primitives } from '../language/primitives.js'
import type { Choice } from '../search/choices.js'
import { hintsOf } from './lexicon.js'
import { learnWording, mergeWordings, unlearnedWording, wordingNats } from './wording.js'
import { cuesIn, cuesOf } from './words.js'

const signature = { name: 'f', parameters: [{ name: 'p', type: 'number[]' }], returns: 'number[]' }
const choice = (chosen: string): Choice => {
  const names = ['sort', 'reverse', 'unique']
  return { names, costs: [1, 1, 1], chosen: names.indexOf(chosen) }
}

describe('cuesIn()', () => {
  test('gives the stems of words, and two neighbours of one clause', () => {
    expect(cuesIn('Rounded down; `size` of dropped letters')).toEqual([
      ...['round', 'down', 'of', 'drop', 'letter'],
      ...['round down', 'of drop', 'drop letter'],
    ])
  })

  test('gives the same cue for the forms of a word', () => {
    for (const forms of [
      ['divide', 'divides', 'divided', 'dividing'],
      ['sort', 'sorts', 'sorted', 'sorting'],
      ['city', 'cities'],
    ]) {
      expect(new Set(forms.flatMap(cuesIn)).size, forms.join()).toBe(1)
    }
  })

  test('reads any text, in small letters and digits', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const cue of cuesIn(text)) expect(cue).toMatch(/^(?:[a-z]+|\d+)(?: (?:[a-z]+|\d+))?$/)
      }),
    )
  })
})

describe('cuesOf()', () => {
  test('splits the names of a signature into words', () => {
    expect([...cuesOf({ signature: { ...signature, name: 'sortDescending' } })]).toEqual([
      ...['sort', 'descend', 'sort descend', 'p'],
    ])
  })
})

describe('hintsOf()', () => {
  test('speaks for what a word names, the more the more words do', () => {
    const one = hintsOf(['rever']).get('reverse') ?? 0
    const [few = 0, more = 0] = ['reverse', 'reverse backward'].map((text) => hintsOf(cuesIn(text)).get('reverse'))
    expect([one, few > 0, more > few]).toEqual([0, true, true])
  })

  test('knows words for every primitive', () => {
    const known = (name: string): boolean => hintsOf(cuesIn(statements)).has(name)
    const statements = primitives.map(({ name }) => name).join(' ')
    expect(primitives.filter(({ name }) => known(name)).length).toBeGreaterThan(primitives.length / 2)
  })
})

describe('learnWording()', () => {
  const seen = (statement: string, chosen: string) => ({ task: { signature, statement }, choices: [choice(chosen)] })
  const programs = [
    ...[1, 2, 3].map(() => seen('Flip it over', 'reverse')),
    ...[1, 2, 3].map(() => seen('Tidy it up', 'sort')),
  ]

  test('makes a word speak for what it stood by, and against what it did not', () => {
    const learnt = learnWording(programs, [])
    expect(learnt.words.flip?.reverse).toBeGreaterThan(0.1)
    expect(learnt.words.tidy?.reverse).toBeLessThan(-0.1)
    const nats = wordingNats(learnt, { signature, statement: 'flip' }, [])
    expect(nats.get('reverse')).toBeGreaterThan(nats.get('sort') ?? 0)
    expect(learnWording(programs, [])).toEqual(learnt)
  })

  test('says nothing of a word that one task alone has', () => {
    expect(learnWording([...programs, seen('Whirl', 'unique')], []).words).not.toHaveProperty('whirl')
  })

  test('hints at a fragment as at what it is made of', () => {
    const input = { kind: 'input', type: 'number[]', index: 0 } as const
    const body = { kind: 'call', type: 'number[]', name: 'reverse', arguments: [input] } as const
    const fragment = { name: 'learnt a', parameters: ['number[]'], returns: 'number[]', body }
    const nats = wordingNats(unlearnedWording, { signature, statement: 'reverse' }, [fragment])
    expect(nats.get('learnt a')).toBe(nats.get('reverse'))
  })
})

describe('mergeWordings()', () => {
  test('averages weights, where one has none it counts as 0', () => {
    const other = { hint: 2.2, words: { flip: { reverse: 1 } } }
    const merged = mergeWordings([unlearnedWording, other])
    expect(merged?.hint).toBeCloseTo(1.7, 12)
    expect(merged?.words).toEqual({ flip: { reverse: 0.5 } })
  })
})
