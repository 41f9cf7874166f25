/** What else could have stood at each place of a program: what a guide is held against. */

import type { Expression } from '../language/expression.js'
import { constantProduction } from './constants.js'
import { type CostTable, costsPerNat, type Grammar, impossible, type Scope } from './grammar.js'

/** The productions that fit one place of a program, and which of them stands there. */
export interface Choice {
  readonly names: readonly string[]
  /** What each costs there, in nats. */
  readonly costs: readonly number[]
  readonly chosen: number
}

/** The choices a program was made by. Parts that the grammar cannot make, such as a constant nobody told it of, are left out. */
export function choicesIn(program: Expression, grammar: Grammar): Choice[] {
  const found: Choice[] = []
  const visit = (part: Expression, group: number, table: CostTable): void => {
    const row = table.costs[group]
    const production =
      part.kind === 'call'
        ? grammar.operation(
            part.name,
            part.type,
            part.arguments.map(({ type }) => type),
          )
        : grammar.leaf(leafName(part, table.scope), part.type)
    if (production === undefined || row === undefined || (row[production.id] ?? impossible) >= impossible) return
    const possible = grammar.productions.filter(({ id }) => (row[id] ?? impossible) < impossible)
    found.push({
      names: possible.map(({ name }) => name),
      costs: possible.map(({ id }) => (row[id] ?? 0) / costsPerNat),
      chosen: possible.indexOf(production),
    })
    if (part.kind !== 'call' || production.kind === 'leaf') return
    const inner = production.kind === 'plain' ? table : grammar.within(table, grammar.bound(production))
    const slots = grammar.slots(production)
    for (const [index, argument] of part.arguments.entries())
      visit(argument, slots[index] ?? 0, index === 0 ? inner : table)
  }
  visit(program, grammar.root, grammar.table([]))
  return found
}

function leafName(leaf: Exclude<Expression, { kind: 'call' }>, scope: Scope): string {
  if (leaf.kind === 'constant') return constantProduction(leaf)
  return leaf.kind === 'input' ? 'input' : (scope[leaf.level]?.name ?? 'outer')
}
