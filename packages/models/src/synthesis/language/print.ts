/** Programs as TypeScript. */

import type { Expression } from './expression.js'
import { type Fragments, inline, isLambda } from './fragment.js'
import { helpers } from './helpers.js'
import { missingValue } from './interpret.js'
import { binding, type Code, type HelperName } from './primitive.js'
import { primitiveCalled } from './primitives.js'
import { elementOf, partsOf, type Signature, type Type } from './types.js'

/**
 * Prints a program as a module of strict TypeScript that exports one function; helpers it needs stand above it.
 *
 * The function gives what the interpreter gives wherever that is not an error.
 *
 * @throws TypeError if the program names a primitive that is not there.
 */
export function printProgram(program: Expression, signature: Signature, fragments: Fragments = new Map()): string {
  const { name, parameters, returns } = signature
  const printer = new Printer(signature)
  const body = printer.print(inline(program, fragments), [], true).text
  const head = parameters.map((parameter) => `${parameter.name}: ${parameter.type}`).join(', ')
  const above = [...printer.helpers].sort().map(([helper, called]) => `${helpers[helper](called)}\n\n`)
  return `${above.join('')}export function ${name}(${head}): ${returns} {\n  return ${body}\n}\n`
}

/** Names that lambdas give to their variables, by what they are. */
const names = {
  item: ['x', 'y', 'z', 'u', 'v', 'w'],
  index: ['i', 'j', 'k', 'm', 'n'],
  left: ['a', 'c', 'e'],
  right: ['b', 'd', 'f'],
  total: ['total', 'sum', 'all'],
} as const

class Printer {
  /** Helpers in use, and what they are called here. */
  readonly helpers = new Map<HelperName, string>()
  readonly #parameters: readonly string[]
  readonly #taken: Set<string>

  constructor({ name, parameters }: Signature) {
    this.#parameters = parameters.map((parameter) => parameter.name)
    this.#taken = new Set([name, ...this.#parameters, 'Array', 'Math', 'Number', 'String', 'Boolean', 'Set'])
  }

  /** @param typed - Whether the type is plain from what stands around. */
  print(expression: Expression, variables: readonly string[], typed = false): Code {
    switch (expression.kind) {
      case 'input':
        return { text: this.#parameters[expression.index] ?? '', level: binding.call }
      case 'variable':
        return { text: variables[expression.level] ?? '', level: binding.call }
      case 'constant':
        return printConstant(expression.type, expression.value, typed)
      case 'call': {
        const { name, type } = expression
        const primitive = primitiveCalled(name)
        if (primitive === undefined) throw new TypeError(`Cannot print "${name}": no primitive is called so`)
        const parts = expression.arguments
        const settled = name === 'choose' ? typed : name === 'reduce'
        return primitive.print(
          parts.map((part, index) =>
            isLambda(name, index)
              ? this.#lambda(primitive.kind, part, variables)
              : this.print(part, variables, settled),
          ),
          {
            type,
            types: parts.map((part) => part.type),
            literal: parts.map(isLiteral),
            missing: (missing) => this.#missing(missing),
            helper: (helper) => this.#helper(helper),
          },
        )
      }
    }
  }

  #lambda(kind: string, body: Expression, variables: readonly string[]): Code {
    const [first, second] = { zip: ['left', 'right'], fold: ['total', 'item'] }[kind] ?? ['item', 'index']
    const level = variables.length
    const taken = new Set([...this.#taken, ...variables, ...this.helpers.values()])
    const name = (of: string | undefined): string => {
      const found =
        (names[of as keyof typeof names] ?? []).find((candidate) => !taken.has(candidate)) ?? `${of}${level}`
      taken.add(found)
      return found
    }
    const bound = [name(first), name(second)]
    const [usesFirst, usesSecond] = [uses(body, level), uses(body, level + 1)]
    const shown = usesSecond ? [usesFirst ? bound[0] : '_', bound[1]] : usesFirst ? [bound[0]] : []
    // A choice among literals would be taken for all that ever comes.
    const type = isLiteral(body) && body.kind === 'call' ? `: ${body.type}` : ''
    const text = this.print(body, [...variables, ...bound]).text
    return { text: `(${shown.join(', ')})${type} => ${text}`, level: 1 }
  }

  /** Spelled so that TypeScript takes a pair for one. */
  #missing(type: Type): string {
    const parts = partsOf(type)
    if (parts === undefined) return printConstant(type, missingValue(type), true).text
    return `${this.#helper('pair')}(${parts.map((part) => this.#missing(part)).join(', ')})`
  }

  #helper(helper: HelperName): string {
    const known = this.helpers.get(helper)
    if (known !== undefined) return known
    const called = [helper, `${helper}Of`, `${helper}Helper`].find((name) => !this.#taken.has(name)) ?? `${helper}1`
    this.helpers.set(helper, called)
    return called
  }
}

/** Whether a variable occurs in an expression. */
function uses(expression: Expression, level: number): boolean {
  if (expression.kind === 'variable') return expression.level === level
  return expression.kind === 'call' && expression.arguments.some((part) => uses(part, level))
}

/** Whether TypeScript knows the very value, or the few it may be. */
function isLiteral(expression: Expression): boolean {
  if (expression.kind === 'constant') return elementOf(expression.type) === undefined
  if (expression.kind !== 'call') return false
  const parts = expression.name === 'choose' ? expression.arguments.slice(1) : expression.arguments
  return (expression.name === 'choose' || expression.name === 'negate') && parts.every(isLiteral)
}

function printConstant(type: Type, value: unknown, typed: boolean): Code {
  if (typeof value === 'number') return { text: String(value), level: value < 0 ? binding.sign : binding.call }
  if (typeof value === 'string') return { text: quoted(value), level: binding.call }
  if (!Array.isArray(value)) return { text: String(value), level: binding.call }
  const inner = elementOf(type)
  if (value.length === 0 && !typed) return { text: `new Array<${inner}>()`, level: binding.call }
  const parts = value.map((item) => printConstant(inner ?? 'number', item, true).text)
  return { text: `[${parts.join(', ')}]`, level: binding.call }
}

function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner}'`
}
