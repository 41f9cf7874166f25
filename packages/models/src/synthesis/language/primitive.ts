/** What a primitive of the language is: its type, what it does, and how it reads in TypeScript. */

import type { Type } from './types.js'
import type { Values } from './values.js'

/** A piece of TypeScript, and how tightly its outermost operator binds. */
export interface Code {
  readonly text: string
  readonly level: number
}

/** How tightly operators of TypeScript bind, loosest first. */
export const binding = {
  choice: 3,
  fallback: 4,
  or: 5,
  and: 6,
  equality: 10,
  relation: 11,
  sum: 13,
  product: 14,
  power: 15,
  sign: 16,
  operand: 17,
  call: 19,
} as const

/** What printing a call may ask for. */
export interface Printing {
  /** Of the call. */
  readonly type: Type
  /** Of its arguments; of a lambda, what its body gives. */
  readonly types: readonly Type[]
  /** Arguments that are literals, or choices among literals: TypeScript knows them too well. */
  readonly literal: readonly boolean[]
  /** The value that stands for a missing one of a type. */
  missing(type: Type): string
  /** Declares a helper above the function. @returns Its name there. */
  helper(name: HelperName): string
}

/** Functions that are written above a program that uses them. */
export type HelperName =
  | 'chunk'
  | 'countOf'
  | 'dropWhile'
  | 'gcd'
  | 'groupBy'
  | 'indicesWhere'
  | 'pair'
  | 'range'
  | 'sameItems'
  | 'scan'
  | 'sortBy'
  | 'takeWhile'
  | 'windows'
  | 'zipWith'

/** A parameter of a primitive: a type in which `T`, `U`, … stand for any, or a lambda by what its body gives. */
export type Parameter = string | { readonly lambda: string }

interface Described {
  /** Unique among primitives. */
  readonly name: string
  /** A lambda, if there is one, comes first. */
  readonly parameters: readonly Parameter[]
  readonly returns: string
  /** What a type variable may stand for. @defaultValue any type of the task */
  readonly over?: Readonly<Record<string, readonly Type[]>> | undefined
  print(parts: readonly Code[], printing: Printing): Code
}

/**
 * A primitive. Values are encoded (see {@link Values}); none of those handed to it is NaN, and NaN is what it gives for an
 * error. `missing` encodes what stands for a missing value of its result.
 */
export type Primitive = Plain | Each | Zip | Fold

/** Without a lambda. */
export interface Plain extends Described {
  readonly kind: 'plain'
  run(values: Values, a: number, b: number, c: number, missing: number): number
}

/** With a lambda over the elements of a list: element, index. `run` has what the lambda gave for each, from `from` on. */
export interface Each extends Described {
  readonly kind: 'each'
  run(values: Values, list: number, results: ArrayLike<number>, from: number, missing: number): number
}

/** With a lambda over two lists at once, as far as both go. */
export interface Zip extends Described {
  readonly kind: 'zip'
}

/** With a lambda of what was gathered so far and an element; `run` has all that was gathered, one an element. */
export interface Fold extends Described {
  readonly kind: 'fold'
  run(values: Values, start: number, gathered: readonly number[]): number
}

/** Puts brackets around what binds more loosely than `level`. */
export function within({ text, level }: Code, least: number): string {
  return level >= least ? text : `(${text})`
}

/** An operator between two operands, itself repeated to the left. */
export function infix(operator: string, level: number): Described['print'] {
  return ([a = nothing, b = nothing]) => ({
    text: `${within(a, level)} ${operator} ${within(b, level + 1)}`,
    level,
  })
}

/** A method of the first argument, or a property if it is written without a bracket. */
export function method(name: string): Described['print'] {
  return ([receiver = nothing, ...rest]) => ({
    text: `${receiverText(receiver)}.${name}${name.endsWith('(') ? `${listed(rest)})` : ''}`,
    level: binding.call,
  })
}

/** A function of all arguments. */
export function called(name: string): Described['print'] {
  return (parts) => ({ text: `${name}(${listed(parts)})`, level: binding.call })
}

/** A helper of all arguments, the list first and the lambda behind it. */
export function helped(name: HelperName): Described['print'] {
  return (parts, printing) => called(printing.helper(name))(parts, printing)
}

/** The text before a dot. */
export function receiverText(code: Code): string {
  return /^\d+$/.test(code.text) ? `(${code.text})` : within(code, binding.call)
}

/** Arguments between brackets. */
export function listed(parts: readonly Code[]): string {
  return parts.map(({ text }) => text).join(', ')
}

/** What stands where an argument is missing; never seen. */
export const nothing: Code = { text: 'undefined', level: binding.call }

/** A number as it is encoded: an error where it is no safe integer. */
export function integer(value: number): number {
  return Number.isSafeInteger(value) ? value + 0 : Number.NaN
}
