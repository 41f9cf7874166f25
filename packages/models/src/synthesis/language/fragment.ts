/** Primitives that were learnt: pieces of programs with holes. */

import type { Expression } from './expression.js'
import { primitiveCalled } from './primitives.js'
import type { Type } from './types.js'

/** A primitive that was learnt. Its name is unlike those of the language. */
export interface Fragment {
  readonly name: string
  /** Types of the holes. */
  readonly parameters: readonly Type[]
  readonly returns: Type
  /** Holes are inputs; its outermost lambda binds variables 0 and 1. */
  readonly body: Expression
}

/** Fragments by name. */
export type Fragments = ReadonlyMap<string, Fragment>

/** Fragments by name. */
export function fragmentsByName(library: readonly Fragment[]): Fragments {
  return new Map(library.map((fragment) => [fragment.name, fragment]))
}

/** Whether an argument of a call is the body of a lambda, which binds two variables. */
export function isLambda(name: string, index: number): boolean {
  return typeof primitiveCalled(name)?.parameters[index] === 'object'
}

/** Writes fragments out, those within fragments too, until only primitives of the language are left. */
export function inline(expression: Expression, fragments: Fragments, level = 0): Expression {
  if (expression.kind !== 'call') return expression
  const parts = expression.arguments.map((part, index) =>
    inline(part, fragments, isLambda(expression.name, index) ? level + 2 : level),
  )
  const fragment = fragments.get(expression.name)
  if (fragment === undefined) return { ...expression, arguments: parts }
  return inline(fillHoles(fragment.body, parts, level), fragments, level)
}

/** The body of a fragment where `level` variables are bound, with expressions in its holes. */
export function fillHoles(body: Expression, parts: readonly Expression[], level: number, inner = 0): Expression {
  switch (body.kind) {
    case 'constant':
      return body
    case 'variable':
      return { ...body, level: body.level + level }
    case 'input': {
      const part = parts[body.index]
      return part === undefined ? body : shifted(part, level, inner)
    }
    case 'call':
      return {
        ...body,
        arguments: body.arguments.map((part, index) =>
          fillHoles(part, parts, level, isLambda(body.name, index) ? inner + 2 : inner),
        ),
      }
  }
}

/** Renumbers the variables that an expression binds itself, those from `level` on. */
function shifted(expression: Expression, level: number, by: number): Expression {
  if (by === 0 || expression.kind === 'constant' || expression.kind === 'input') return expression
  if (expression.kind === 'variable') {
    return expression.level < level ? expression : { ...expression, level: expression.level + by }
  }
  return { ...expression, arguments: expression.arguments.map((part) => shifted(part, level, by)) }
}
