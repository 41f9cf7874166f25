/** Types of the language, in the words of TypeScript. */

import { SalpError } from '@salp/core'

/** `number` (integers), `boolean`, `string`, `T[]` or a pair `[A, B]`; written without spaces but the one behind a comma. */
export type Type = string

/** What a function is called, takes and gives. */
export interface Signature {
  readonly name: string
  readonly parameters: readonly { readonly name: string; readonly type: Type }[]
  readonly returns: Type
}

/** The list of a type. */
export const listOf = (type: Type): Type => `${type}[]`

/** The pair of two types. */
const pairOf = (first: Type, second: Type): Type => `[${first}, ${second}]`

/** What a list holds; `undefined` of anything else. */
export function elementOf(type: Type): Type | undefined {
  return type.endsWith('[]') ? type.slice(0, -2) : undefined
}

/** What a pair holds; `undefined` of anything else. */
export function partsOf(type: Type): readonly [Type, Type] | undefined {
  if (!type.startsWith('[') || type.endsWith('[]')) return undefined
  let depth = 0
  for (let at = 1; at < type.length - 1; at++) {
    const sign = type[at]
    if (sign === '[') depth++
    else if (sign === ']') depth--
    else if (sign === ',' && depth === 0) return [type.slice(1, at), type.slice(at + 2, -1)]
  }
  return undefined
}

/** A type and those it is made of, the whole first. */
export function withParts(type: Type): Type[] {
  const inner = elementOf(type)
  if (inner !== undefined) return [type, ...withParts(inner)]
  return [type, ...(partsOf(type) ?? []).flatMap(withParts)]
}

/**
 * Reads a type as TypeScript writes it: `readonly`, `Array<T>` and spaces are allowed.
 *
 * @throws {@link SignatureError} (`models/signature`) if the language has no such type.
 */
export function parseType(text: string): Type {
  const type = text
    .replace(/\breadonly\s+/g, '')
    .replace(/\s+/g, '')
    .replace(/,(?=[\]])/g, '')
  const read = (part: string): Type => {
    if (part === 'number' || part === 'boolean' || part === 'string') return part
    const array = /^(?:Readonly)?Array<(.*)>$/.exec(part)
    if (array?.[1] !== undefined) return listOf(read(array[1]))
    if (part.endsWith('[]')) return listOf(read(part.slice(0, -2)))
    if (/^\(.*\)$/.test(part)) return read(part.slice(1, -1))
    const pair = partsOf(part.replaceAll(/, ?/g, ', '))
    if (pair === undefined) throw new SignatureError(text)
    return pairOf(read(pair[0]), read(pair[1]))
  }
  return read(type)
}

/** A type that the language has no values of. */
export class SignatureError extends SalpError {
  readonly type: string
  constructor(type: string) {
    super(
      'models/signature',
      `Cannot write programs over "${type}": only number, boolean, string, arrays and pairs of them are known`,
    )
    this.type = type
  }
}
