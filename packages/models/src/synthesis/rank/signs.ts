/**
 * What holds between the arguments and the result of a call, whatever the function: that a list keeps its length, that a text
 * is part of another. What held in all examples is likely to hold elsewhere.
 *
 * @see Odena and Sutton, "Learning to represent programs with property signatures" (2020), whose properties these are like.
 */

import type { Json } from '../language/values.js'

/** Names of what was looked at, and whether it holds. */
export type Signs = ReadonlyMap<string, boolean>

/** Looks at one call. */
export function signsOf(args: readonly Json[], result: Json): Signs {
  const signs = new Map(Object.entries(ofResult(result)))
  for (const [index, arg] of args.entries()) {
    for (const [name, holds] of Object.entries(between(arg, result))) signs.set(`${index} ${name}`, holds)
  }
  return signs
}

/** Signs that held in each example, or in none. */
export function settledSigns(all: readonly Signs[]): Signs {
  const [first, ...others] = all
  return new Map([...(first ?? [])].filter(([name, holds]) => others.every((signs) => signs.get(name) === holds)))
}

/** How many of the signs, of each ten, a further call breaks. */
export function broken(settled: Signs, signs: Signs): number {
  if (settled.size === 0) return 0
  const against = [...settled].filter(([name, holds]) => signs.has(name) && signs.get(name) !== holds)
  return (10 * against.length) / settled.size
}

function ofResult(result: Json): Record<string, boolean> {
  if (typeof result === 'number') return { positive: result > 0, zero: result === 0, even: result % 2 === 0 }
  if (typeof result === 'string')
    return { empty: result === '', lower: result === result.toLowerCase(), upper: result === result.toUpperCase() }
  if (!Array.isArray(result)) return {}
  const numbers = numbersOf(result)
  return {
    empty: result.length === 0,
    distinct: new Set(result.map(key)).size === result.length,
    ascending: numbers.every((value, at) => at === 0 || (numbers[at - 1] ?? 0) <= value),
    descending: numbers.every((value, at) => at === 0 || (numbers[at - 1] ?? 0) >= value),
    positive: numbers.every((value) => value > 0),
  }
}

function between(arg: Json, result: Json): Record<string, boolean> {
  if (typeof arg === 'number' && typeof result === 'number')
    return { least: result >= arg, most: result <= arg, multiple: arg !== 0 && result % arg === 0 }
  if (typeof arg === 'number' && Array.isArray(result)) return { length: result.length === arg }
  if (typeof arg === 'string') return ofText(arg, result)
  return Array.isArray(arg) ? ofList(arg, result) : {}
}

function ofText(arg: string, result: Json): Record<string, boolean> {
  if (typeof result === 'number') return { most: result <= arg.length }
  if (Array.isArray(result)) return { parts: result.every((part) => arg.includes(String(part))) }
  if (typeof result !== 'string') return {}
  return {
    same: result === arg,
    length: result.length === arg.length,
    longer: result.length > arg.length,
    contains: result.includes(arg),
    contained: arg.includes(result),
    letters: [...result].every((letter) => arg.includes(letter)),
    kept: [...arg].every((letter) => result.includes(letter)),
    first: result[0] === arg[0],
    last: result.at(-1) === arg.at(-1),
    words: result.split(' ').length === arg.split(' ').length,
  }
}

function ofList(arg: readonly Json[], result: Json): Record<string, boolean> {
  const given = arg.map(key)
  if (typeof result === 'number') {
    const numbers = numbersOf(arg)
    return {
      length: result <= arg.length,
      element: given.includes(key(result)),
      most: numbers.every((value) => result <= value),
      least: numbers.every((value) => result >= value),
    }
  }
  if (typeof result === 'string') return { contains: arg.every((part) => result.includes(String(part))) }
  if (!Array.isArray(result)) return {}
  const found = result.map(key)
  return {
    same: key(arg) === key(result),
    length: found.length === given.length,
    longer: found.length > given.length,
    elements: found.every((part) => given.includes(part)),
    kept: given.every((part) => found.includes(part)),
    first: given[0] === found[0],
    last: given.at(-1) === found.at(-1),
  }
}

function numbersOf(list: readonly Json[]): number[] {
  return list.filter((value) => typeof value === 'number')
}

function key(value: Json): string {
  return JSON.stringify(value)
}
