/** Constants worth trying: a small set of the language, and what the examples suggest. */

import type { Signature, Type } from '../language/types.js'
import type { Json } from '../language/values.js'

/** A constant, and the production it belongs to. */
export interface ConstantChoice {
  readonly type: Type
  readonly value: Json
  readonly production: string
  readonly drawn: boolean
}

/** Input and output of a function, as JSON. */
export interface Example {
  readonly args: readonly unknown[]
  readonly returns: unknown
}

const numbers = [0, 1, 2, 3, 10, -1]
const texts = ['', ' ', ',', '-']

/** Constants of the language: whatever the task. */
export const languageConstants: readonly ConstantChoice[] = [
  ...numbers.map((value) => fixed('number', value)),
  ...texts.map((value) => fixed('string', value)),
  ...[true, false].map((value) => fixed('boolean', value)),
]

function fixed(type: Type, value: Json): ConstantChoice {
  return { type, value, production: constantProduction(type, value, false), drawn: false }
}

/** What the guide calls a constant. */
export function constantProduction(type: Type, value: unknown, drawn: boolean): string {
  if (Array.isArray(value)) return 'empty'
  return drawn ? `${type} drawn` : `${type} ${JSON.stringify(value)}`
}

/** How many constants of a type are drawn from the examples at most. */
const mostDrawn = 8

/**
 * Constants that the examples suggest: numbers that come up in several of them, or as results; signs that are no letters; words
 * of results that are not in the arguments.
 */
export function drawnConstants(examples: readonly Example[], { returns }: Signature): ConstantChoice[] {
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
  const repeated = [...numberCounts].filter(
    ([value, count]) => count >= 2 && Math.abs(value) <= 1_000 && !numbers.includes(value),
  )
  const frequent = [...textCounts].filter(([text]) => !texts.includes(text))
  return [...best(repeated, 'number'), ...best(frequent, 'string')]
}

function best<Value extends number | string>(counted: [Value, number][], type: Type): ConstantChoice[] {
  return counted
    .sort(([a, first], [b, second]) => second - first || String(a).length - String(b).length || (a < b ? -1 : 1))
    .slice(0, mostDrawn)
    .map(([value]) => ({ type, value, production: `${type} drawn`, drawn: true }))
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
