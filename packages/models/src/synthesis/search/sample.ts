/** Draws programs as a guide holds them likely. */

import type { Rng } from '@salp/core'
import type { Expression } from '../language/expression.js'
import { type CostTable, costsPerNat, type Grammar, impossible } from './grammar.js'

/** What is drawn. */
export interface SampleOptions {
  readonly grammar: Grammar
  readonly table: CostTable
  /** Of the place it stands at. */
  readonly group: number
  /** Calls within calls at most. */
  readonly depth: number
  readonly rng: Rng
}

/** Draws an expression; `undefined` if none of that type is within the depth. */
export function sampleExpression(options: SampleOptions): Expression | undefined {
  const { grammar, table, group, depth, rng } = options
  const costs = table.costs[group] ?? new Int32Array()
  const choices = grammar.productions.filter(
    ({ id, kind }) => (costs[id] ?? impossible) < impossible && (kind === 'leaf' || depth > 0),
  )
  const weights = choices.map(({ id }) => Math.exp(-(costs[id] ?? 0) / costsPerNat))
  let draw = rng() * weights.reduce((sum, weight) => sum + weight, 0)
  const production = choices.find((_, index) => {
    draw -= weights[index] ?? 0
    return draw < 0
  })
  if (production === undefined) return undefined
  const { name, returns: type } = production
  if (production.kind === 'leaf') {
    const leaves = table.leaves.filter(({ id }) => id === production.id)
    const leaf = leaves[Math.floor(rng() * leaves.length)]
    return leaf === undefined ? undefined : grammar.leafExpression(name, type, leaf.which)
  }
  const inner = production.kind === 'plain' ? table : grammar.within(table, grammar.bound(production))
  const parts: Expression[] = []
  for (const index of production.parameters.keys()) {
    const part = sampleExpression({
      ...options,
      table: index === 0 ? inner : table,
      group: grammar.slots(production)[index] ?? 0,
      depth: depth - 1,
    })
    if (part === undefined) return undefined
    parts.push(part)
  }
  return { kind: 'call', type, name, arguments: parts }
}
