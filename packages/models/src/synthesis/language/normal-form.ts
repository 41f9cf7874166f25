/** One way to write what can be written in several: what was learnt from programs gathers there. */

import { type Expression, keyOf } from './expression.js'

/** Primitives whose two arguments may change places; not `and` and `or`, which leave the second out where the first says enough. */
export const commuting: ReadonlySet<string> = new Set([
  'add',
  'different',
  'equal',
  'gcd',
  'larger',
  'multiply',
  'sameItems',
  'smaller',
])

/** Calls before variables before inputs before constants. */
const ranks = { call: 0, variable: 1, input: 2, constant: 3 } as const

/** The same program, with the arguments of primitives that commute in order: calls, variables, inputs, constants. */
export function normalForm(program: Expression): Expression {
  if (program.kind !== 'call') return program
  const parts = program.arguments.map(normalForm)
  const [first, second] = parts
  const swaps = commuting.has(program.name) && first !== undefined && second !== undefined && isAfter(first, second)
  return { ...program, arguments: swaps ? [second, first] : parts }
}

function isAfter(a: Expression, b: Expression): boolean {
  return ranks[a.kind] === ranks[b.kind] ? keyOf(a) > keyOf(b) : ranks[a.kind] > ranks[b.kind]
}
