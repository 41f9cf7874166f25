/** Names and values below each other. */

import type { Style } from './style.js'
import { visible } from './visible.js'

/** Renders pairs with the values aligned. */
export function renderFields(fields: readonly (readonly [name: string, value: string])[], { paint }: Style): string {
  const width = Math.max(...fields.map(([name]) => name.length))
  return fields.map(([name, value]) => `${paint.dim(name.padEnd(width))}  ${visible(value)}`).join('\n')
}
