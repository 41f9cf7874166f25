/** Programs as plain data. */

import type { Type } from './types.js'
import type { Json } from './values.js'

/**
 * A program, or a part of one: safe to store, send and compare.
 *
 * A lambda is not a node: where a primitive takes one, its body stands, and binds two variables. Variables are numbered by
 * how many are bound around them, so that the outermost lambda binds 0 and 1, one within it 2 and 3.
 */
export type Expression = Input | Variable | Constant | Call

/** A parameter of the function, or a hole of a fragment: 0, 1, 2, … */
export interface Input {
  readonly kind: 'input'
  readonly type: Type
  readonly index: number
}

/** A variable of a lambda around. */
export interface Variable {
  readonly kind: 'variable'
  readonly type: Type
  readonly level: number
}

/** A value written out. */
export interface Constant {
  readonly kind: 'constant'
  readonly type: Type
  readonly value: Json
  /** Where it was read, if it is none of the language. */
  readonly from?: 'examples' | 'statement' | undefined
}

/** A primitive, or one that was learnt, applied. */
export interface Call {
  readonly kind: 'call'
  readonly type: Type
  readonly name: string
  readonly arguments: readonly Expression[]
}

/** How many nodes an expression has. */
export function sizeOf(expression: Expression): number {
  return expression.kind === 'call' ? expression.arguments.reduce((sum, part) => sum + sizeOf(part), 1) : 1
}

/** A text that is equal for equal expressions. */
export function keyOf(expression: Expression): string {
  switch (expression.kind) {
    case 'input':
      return `$${expression.index}:${expression.type}`
    case 'variable':
      return `%${expression.level}:${expression.type}`
    case 'constant':
      return `${JSON.stringify(expression.value)}:${expression.type}`
    case 'call':
      return `${expression.name}:${expression.type}(${expression.arguments.map(keyOf).join()})`
  }
}
