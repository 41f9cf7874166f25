/** The language: every primitive, by its name. */

import { functions } from './functions.js'
import { lists } from './lists.js'
import { numbers } from './numbers.js'
import type { Primitive } from './primitive.js'
import { texts } from './texts.js'

/** Every primitive of the language. */
export const primitives: readonly Primitive[] = [...numbers, ...lists, ...texts, ...functions]

const byName = new Map(primitives.map((primitive) => [primitive.name, primitive]))

/** The primitive of a name; `undefined` if the language has none. */
export function primitiveCalled(name: string): Primitive | undefined {
  return byName.get(name)
}
