/**
 * Programs made of cases: terms that are right on some examples, and conditions that tell these examples from the rest.
 *
 * @see Alur, Radhakrishna and Udupa, "Scaling enumerative program synthesis via divide and conquer" (2017); here the tree with
 * the least cost is wanted, not the smallest, and it competes with all other programs.
 */

import type { Expression } from '../language/expression.js'
import type { Goal, Proposal } from './goal.js'
import type { Grammar } from './grammar.js'
import { impossible } from './grammar.js'
import type { Space } from './space.js'

/** A tree of cases, and what it costs at its place. */
interface Tree {
  readonly cost: number
  build(): Expression
}

/** A condition: the columns on which it holds. */
interface Condition {
  readonly term: number
  readonly mask: number
  readonly cost: number
}

/** Conditions within conditions. */
const deepest = 3
/** Conditions at most that are tried at each branch. */
const mostConditions = 400
/** Splits at most in one tree. */
const mostSplits = 8_000

/**
 * Finds the cheapest tree of cases that meets a goal. Nothing is evaluated for it: terms and conditions are there already.
 *
 * @param most - Trees that cost as much are of no use.
 */
export function composeCases(grammar: Grammar, space: Space, goal: Goal, most: number): Proposal | undefined {
  const { all, type } = goal
  let covered = 0
  for (const mask of goal.partials.keys()) covered |= mask
  if (all === 0 || covered !== all) return undefined
  const choose = grammar.operations.find(({ name, returns }) => name === 'choose' && returns === type)
  if (choose === undefined) return undefined
  const [first = 0, second = 0, third = 0] = choose.parameters.map((parameter, argument) =>
    grammar.group('choose', argument, parameter),
  )
  const conditions = conditionsOf(space, first, goal)
  const partials = [...goal.partials.values()]
  const chooseCost = (group: number): number => space.table.costs[group]?.[choose.id] ?? impossible
  const known = new Map<string, Tree | undefined>()
  let splits = 0

  const leaf = (columns: number, group: number): Tree | undefined => {
    let best: Tree | undefined
    for (const { mask, term, space: from } of partials) {
      if ((mask & columns) !== columns) continue
      const cost = from.costIn(group, term)
      if (cost < (best?.cost ?? impossible)) best = { cost, build: () => from.expression(term) }
    }
    return best
  }
  const tree = (columns: number, group: number, depth: number): Tree | undefined => {
    const key = `${columns} ${group} ${depth}`
    if (known.has(key)) return known.get(key)
    let best = leaf(columns, group)
    if (depth > 0) {
      const seen = new Set<number>()
      for (const { mask, term, cost } of conditions) {
        const [yes, no] = [columns & mask, columns & ~mask]
        if (yes === 0 || no === 0 || seen.has(yes)) continue
        seen.add(yes)
        const base = cost + chooseCost(group)
        // All that follow cost as much.
        if (base >= (best?.cost ?? most) || ++splits > mostSplits) break
        const then = tree(yes, second, depth - 1)
        const otherwise = then === undefined ? undefined : tree(no, third, depth - 1)
        if (then === undefined || otherwise === undefined) continue
        const whole = base + then.cost + otherwise.cost
        if (whole >= (best?.cost ?? impossible)) continue
        best = {
          cost: whole,
          build: () => ({
            kind: 'call',
            type,
            name: 'choose',
            arguments: [space.expression(term), then.build(), otherwise.build()],
          }),
        }
      }
    }
    known.set(key, best)
    return best
  }

  const found = tree(all, goal.group, goal.row.length > 12 ? 1 : deepest)
  if (found === undefined) return undefined
  return { cost: found.cost + goal.extra, build: () => goal.wrap(found.build()) }
}

/** The cheapest conditions that differ. */
function conditionsOf(space: Space, group: number, { all, row }: Goal): Condition[] {
  const found: Condition[] = []
  const seen = new Set<number>()
  for (const bucket of space.buckets[group] ?? []) {
    for (const term of bucket ?? []) {
      let mask = 0
      for (let column = 0; column < row.length; column++) {
        if (space.rows[term * space.columns + column] === 1) mask |= 1 << column
      }
      if (mask === 0 || mask === all || seen.has(mask)) continue
      seen.add(mask)
      found.push({ term, mask, cost: space.costIn(group, term) })
      if (found.length >= mostConditions) return found
    }
  }
  return found
}
