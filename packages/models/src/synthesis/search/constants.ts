/** Constants worth trying: a small set of the language, and what the examples suggest. */

import type { Constant } from '../language/expression.js'
import type { Signature, Type } from '../language/types.js'
import { saidIn } from './said.js'

/** Input and output of a function, as JSON. */
export interface Example {
  readonly args: readonly unknown[]
  readonly returns: unknown
}

const numbers = [0, 1, 2, 3, 10, -1]
const texts = ['', ' ', ',', '-']

/** What is asked, as far as constants are looked for in it. */
export interface Asked {
  readonly signature: Signature
  readonly examples: readonly Example[]
  readonly statement?: string | undefined
}

/** {@link languageConstants}; constants that the statement says; and those that the examples suggest. */
export function constantsFor(asked: Asked): Constant[] {
  const said = best(
    saidIn(asked.statement ?? '').map((value) => [value, 1]),
    'statement',
  )
  const isSaid = new Set(said.map(({ value }) => value))
  return [...languageConstants, ...said, ...drawnConstants(asked).filter(({ value }) => !isSaid.has(value))]
}

/** Constants of the language, whatever the task. */
export const languageConstants: readonly Constant[] = [
  ...numbers.map((value) => ({ kind: 'constant', type: 'number', value }) as const),
  ...texts.map((value) => ({ kind: 'constant', type: 'string', value }) as const),
  ...[true, false].map((value) => ({ kind: 'constant', type: 'boolean', value }) as const),
]

/** What the guide calls a constant. */
export function constantProduction({ type, value, from }: Constant): string {
  if (Array.isArray(value)) return 'empty'
  if (from === undefined) return `${type} ${JSON.stringify(value)}`
  return `${type} ${from === 'examples' ? 'drawn' : 'said'}`
}

/** How many constants of a type are taken from the examples at most, and how many from the statement. */
const most = 8

/**
 * Numbers that come up in several examples, or as results; signs that are no letters; words
 * of results that are not in the arguments.
 */
function drawnConstants({ examples, signature: { returns } }: Asked): Constant[] {
  const numberCounts = new Map<number, number>()
  const textCounts = new Map<string, number>()
  for (const { args, returns: result } of examples) {
    for (const value of new Set([...args, result].flatMap(numbersIn))) bump(numberCounts, value)
    if (returns === 'number' && typeof result === 'number') bump(numberCounts, result)
    const given = args.flatMap(textsIn)
    const found = new Set<string>()
    for (const text of [...given, ...textsIn(result)])
      for (const sign of text) if (!/[a-z0-9]/i.test(sign)) found.add(sign)
    for (const text of textsIn(result)) {
      for (const word of [text, ...text.split(/[^a-z0-9]+/i)]) {
        if (
          word !== '' &&
          word.length <= 20 &&
          !given.some((other) => other.toLowerCase().includes(word.toLowerCase()))
        )
          found.add(word)
      }
    }
    for (const text of found) bump(textCounts, text)
  }
  const repeated = [...numberCounts].filter(([value, count]) => count >= 2 && Math.abs(value) <= 1_000)
  return best([...repeated, ...textCounts], 'examples')
}

/** The likeliest of each type that are none of the language. */
function best(counted: readonly (readonly [number | string, number])[], from: 'examples' | 'statement'): Constant[] {
  const ofType = (type: Type): Constant[] =>
    counted
      .filter(([value]) => typeof value === type && ![...numbers, ...texts].includes(value))
      .sort(([a, first], [b, second]) => second - first || String(a).length - String(b).length || (a < b ? -1 : 1))
      .slice(0, most)
      .map(([value]) => ({ kind: 'constant', type, value, from }))
  return [...ofType('number'), ...ofType('string')]
}

function bump<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return Array.isArray(value) ? value.flatMap(numbersIn) : []
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.flatMap(textsIn) : []
}
