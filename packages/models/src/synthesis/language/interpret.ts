/** Runs programs: the meaning of the language, against which what is printed is tested. */

import type { Expression } from './expression.js'
import type { Fragments } from './fragment.js'
import type { Each, Fold, Plain } from './primitive.js'
import { primitiveCalled } from './primitives.js'
import { elementOf, partsOf, type Type } from './types.js'
import type { Json, Values } from './values.js'

/** Inputs, then the variables by their level; encoded. Lambdas write their variables there. */
export type Environment = number[]

/** A program made ready to run: the encoded value, NaN for an error. */
export type Compiled = (environment: Environment) => number

/** What a program is made ready with. */
export interface CompileOptions {
  readonly values: Values
  readonly fragments: Fragments
  /** Inputs of the program, which come first in its environment. */
  readonly inputs: number
}

/** Makes a program ready to run. @throws TypeError if it names a primitive that is not there. */
export function compile(expression: Expression, options: CompileOptions, level = 0): Compiled {
  const { values, fragments, inputs } = options
  if (expression.kind === 'constant') {
    const value = values.encode(expression.type, expression.value)
    return () => value
  }
  if (expression.kind !== 'call') {
    const at = expression.kind === 'input' ? expression.index : inputs + expression.level
    return (environment) => environment[at] ?? Number.NaN
  }
  const { name } = expression
  const primitive = primitiveCalled(name)
  const parts = expression.arguments.map((part, index) =>
    compile(part, options, index === 0 && primitive !== undefined && primitive.kind !== 'plain' ? level + 2 : level),
  )
  if (primitive === undefined) {
    const fragment = fragments.get(name)
    if (fragment === undefined) throw new TypeError(`Cannot run "${name}": no primitive is called so`)
    const body = compile(fragment.body, { values, fragments, inputs: parts.length })
    return (environment) => {
      const holes: Environment = []
      for (const part of parts) {
        const value = part(environment)
        if (Number.isNaN(value)) return Number.NaN
        holes.push(value)
      }
      return body(holes)
    }
  }
  const missing = missingOf(expression.type, values)
  const variable = inputs + level
  switch (primitive.kind) {
    case 'plain':
      return compilePlain(primitive, parts, values, missing)
    case 'each':
      return compileEach(primitive, parts, values, { variable, missing })
    case 'zip':
      return compileZip(parts, values, variable)
    case 'fold':
      return compileFold(primitive, parts, values, variable)
  }
}

/** What stands for a missing value of a type: 0, false, the empty text or list, a pair of such. */
export function missingOf(type: Type, values: Values): number {
  return values.encode(type, missingValue(type))
}

/** See {@link missingOf}. */
export function missingValue(type: Type): Json {
  if (type === 'number') return 0
  if (type === 'boolean') return false
  if (type === 'string') return ''
  return elementOf(type) === undefined ? (partsOf(type) ?? []).map(missingValue) : []
}

const fail: Compiled = () => Number.NaN

function compilePlain(primitive: Plain, parts: readonly Compiled[], values: Values, missing: number): Compiled {
  const [a = fail, b, c] = parts
  const run = primitive.run.bind(primitive)
  // Only what TypeScript would compute is computed: the other part may be an error.
  if (primitive.name === 'choose') return (at) => pick(a(at), at, b ?? fail, c ?? fail)
  if (primitive.name === 'and') return (at) => pick(a(at), at, b ?? fail, () => 0)
  if (primitive.name === 'or') return (at) => pick(a(at), at, () => 1, b ?? fail)
  return (environment) => {
    const first = a(environment)
    const second = b === undefined ? 0 : b(environment)
    const third = c === undefined ? 0 : c(environment)
    return Number.isNaN(first + second + third) ? Number.NaN : run(values, first, second, third, missing)
  }
}

function pick(condition: number, environment: Environment, then: Compiled, otherwise: Compiled): number {
  if (Number.isNaN(condition)) return Number.NaN
  return condition === 1 ? then(environment) : otherwise(environment)
}

function compileEach(
  primitive: Each,
  [body = fail, list = fail]: readonly Compiled[],
  values: Values,
  { variable, missing }: { readonly variable: number; readonly missing: number },
): Compiled {
  return (environment) => {
    const id = list(environment)
    if (Number.isNaN(id)) return Number.NaN
    const results: number[] = []
    for (const [index, item] of values.items(id).entries()) {
      environment[variable] = item
      environment[variable + 1] = index
      const result = body(environment)
      if (Number.isNaN(result)) return Number.NaN
      results.push(result)
    }
    return primitive.run(values, id, results, 0, missing)
  }
}

function compileZip(
  [body = fail, left = fail, right = fail]: readonly Compiled[],
  values: Values,
  variable: number,
): Compiled {
  return (environment) => {
    const [first, second] = [left(environment), right(environment)]
    if (Number.isNaN(first + second)) return Number.NaN
    const others = values.items(second)
    const results: number[] = []
    for (const [index, item] of values.items(first).slice(0, others.length).entries()) {
      environment[variable] = item
      environment[variable + 1] = others[index] ?? Number.NaN
      results.push(body(environment))
    }
    return values.list(results)
  }
}

function compileFold(
  primitive: Fold,
  [body = fail, start = fail, list = fail]: readonly Compiled[],
  values: Values,
  variable: number,
): Compiled {
  return (environment) => {
    const [from, id] = [start(environment), list(environment)]
    if (Number.isNaN(from + id)) return Number.NaN
    const gathered: number[] = []
    let total = from
    for (const item of values.items(id)) {
      environment[variable] = total
      environment[variable + 1] = item
      total = body(environment)
      if (Number.isNaN(total)) return Number.NaN
      gathered.push(total)
    }
    return primitive.run(values, from, gathered)
  }
}
