/** What follows from goals and terms: further goals, and programs that need no further term. */

import { elementOf, listOf, type Type } from '../language/types.js'
import { mix } from '../language/values.js'
import { constantProduction } from './constants.js'
import type { Goal, Proposal, Sought } from './goal.js'
import { type Grammar, impossible, type Operation } from './grammar.js'
import type { Space } from './space.js'

/** The search that deductions are part of. */
export interface Deducing {
  readonly grammar: Grammar
  /** Programs evaluated so far; a term that is looked up counts as one. */
  candidates: number
  readonly spent: boolean
  seek(space: Space, goal: Sought): void
  propose(proposal: Proposal): void
}

/** Goals that are made of terms: in the main space at most, and in that of a lambda. */
const mostDerived = { main: 40, lambda: 6 } as const

/**
 * Reasons from the results that are wanted to those of parts.
 *
 * @see Polozov and Gulwani, "FlashMeta: a framework for inductive program synthesis" (2015), whose witness functions these are.
 */
export class Deductions {
  readonly #search: Deducing
  readonly #handed = new WeakMap<Space, Set<Goal>>()
  readonly #halves = new WeakMap<Space, Halves>()
  readonly #bridges = new WeakMap<Goal, readonly Bridge[]>()
  readonly #derivedIn = new WeakMap<Space, number>()

  constructor(search: Deducing) {
    this.#search = search
  }

  /** Goals one step before one, where the last step can be undone whatever it was applied to. */
  undo(space: Space, goal: Goal): void {
    if (goal.type === 'string') this.#undoJoin(space, goal)
  }

  /** Looks for what is missing to a goal beside a term of its type. */
  from(space: Space, goal: Goal, term: number): void {
    if (goal.type === 'number') this.#bridge(space, goal, term)
    else if (goal.type === 'string') this.#completeText(space, goal, term)
    else if (elementOf(goal.type) !== undefined) this.#completeList(space, goal, term)
  }

  /** Hands the goals of a space that a lambda over a list can meet to the space of that lambda. */
  aim(space: Space, inner: Space, list: number): void {
    const handed = this.#handed.get(inner) ?? new Set()
    this.#handed.set(inner, handed)
    for (const goal of space.goals) {
      if (handed.has(goal)) continue
      handed.add(goal)
      this.#aimMap(space, inner, list, goal)
      this.#aimFilter(space, inner, list, goal)
    }
  }

  #derive(space: Space, goal: Sought): void {
    this.#derivedIn.set(space, (this.#derivedIn.get(space) ?? 0) + 1)
    this.#search.seek(space, goal)
  }

  #mayDerive(space: Space): boolean {
    return (this.#derivedIn.get(space) ?? 0) < mostDerived[space.depth === 0 ? 'main' : 'lambda']
  }

  /** The operation of a name at certain types, and what it costs where a goal stands. */
  #operation(
    space: Space,
    goal: Goal,
    name: string,
    parameters: readonly Type[],
  ): { operation: Operation; cost: number } | undefined {
    const operation = this.#search.grammar.operation(name, goal.type, parameters)
    const cost = operation === undefined ? impossible : (space.table.costs[goal.group]?.[operation.id] ?? impossible)
    return operation === undefined || cost >= impossible ? undefined : { operation, cost: cost + goal.extra }
  }

  #aimMap(space: Space, inner: Space, list: number, goal: Goal): void {
    const to = elementOf(goal.type)
    const from = inner.table.scope.at(-2)?.type
    if (to === undefined || from === undefined) return
    const { values } = this.#search.grammar
    const row: number[] = []
    for (const [column, id] of goal.row.entries()) {
      if (values.length(id) !== values.length(space.rows[list * space.columns + column] ?? 0)) return
      row.push(...values.items(id))
    }
    const map = this.#operation(space, goal, 'map', [to, listOf(from)])
    if (map === undefined) return
    const [group = 0, listGroup = 0] = this.#search.grammar.slots(map.operation)
    this.#search.seek(inner, {
      ...{ type: to, row: Float64Array.from(row), group, extra: map.cost + space.costIn(listGroup, list) },
      wrap: (body) =>
        goal.wrap({ kind: 'call', type: goal.type, name: 'map', arguments: [body, space.expression(list)] }),
    })
  }

  #aimFilter(space: Space, inner: Space, list: number, goal: Goal): void {
    const item = inner.table.scope.at(-2)?.type
    if (item === undefined || goal.type !== listOf(item)) return
    const { values } = this.#search.grammar
    const row: number[] = []
    for (const [column, id] of goal.row.entries()) {
      const wanted = values.items(id)
      const kept = keptIn(values.items(space.rows[list * space.columns + column] ?? 0), wanted)
      if (kept === undefined) return
      row.push(...kept)
    }
    const filter = this.#operation(space, goal, 'filter', ['boolean', goal.type])
    if (filter === undefined) return
    const [group = 0, listGroup = 0] = this.#search.grammar.slots(filter.operation)
    this.#search.seek(inner, {
      ...{ type: 'boolean', row: Float64Array.from(row), group, extra: filter.cost + space.costIn(listGroup, list) },
      wrap: (body) =>
        goal.wrap({ kind: 'call', type: goal.type, name: 'filter', arguments: [body, space.expression(list)] }),
    })
  }

  #undoJoin(space: Space, goal: Goal): void {
    const { values, constants, groupsOf } = this.#search.grammar
    const join = this.#operation(space, goal, 'join', ['string[]', 'string'])
    if (join === undefined || groupsOf.get('string[]') === undefined) return
    const wanted = Array.from(goal.row, (id) => values.textAt(id))
    for (const separator of constants) {
      const { value } = separator
      if (typeof value !== 'string') continue
      if (value === '' ? wanted.every((text) => text.length < 2) : !wanted.some((text) => text.includes(value)))
        continue
      const [listGroup = 0, textGroup = 0] = this.#search.grammar.slots(join.operation)
      const leaf = this.#search.grammar.leaf(constantProduction(separator), 'string')
      const cost = space.table.costs[textGroup]?.[leaf.id] ?? impossible
      // No text comes of no parts, and of one part without text.
      for (const empty of wanted.includes('') ? [[], ['']] : [[]]) {
        const row = Float64Array.from(wanted, (text) =>
          values.encode('string[]', text === '' ? empty : text.split(value)),
        )
        if (cost >= impossible || row.some(Number.isNaN)) continue
        this.#search.seek(space, {
          ...{ type: 'string[]', row, group: listGroup, extra: join.cost + cost },
          wrap: (list) => goal.wrap({ kind: 'call', type: 'string', name: 'join', arguments: [list, separator] }),
        })
      }
    }
  }

  /** Looks for the other half of a sum, difference or product whose one half is a new term. */
  #bridge(space: Space, goal: Goal, term: number): void {
    const { columns, rows } = space
    const halves = this.#halvesOf(space)
    halves.add(space, term, goal.row.length)
    const wanted = new Float64Array(goal.row.length)
    for (const { operation, cost, place, other } of this.#bridgesTo(space, goal)) {
      if (
        this.#search.spent ||
        !fill(wanted, (column) => other(rows[term * columns + column] ?? 0, goal.row[column] ?? 0))
      )
        continue
      this.#search.candidates++
      const half = halves.find(space, wanted)
      if (half === undefined) continue
      const parts = place === 0 ? [term, half] : [half, term]
      const groups = this.#search.grammar.slots(operation)
      this.#search.propose({
        cost: parts.reduce((sum, part, index) => sum + space.costIn(groups[index] ?? 0, part), cost),
        build: () =>
          goal.wrap({
            ...{ kind: 'call', type: 'number', name: operation.name },
            arguments: parts.map((part) => space.expression(part)),
          }),
      })
    }
  }

  #halvesOf(space: Space): Halves {
    const known = this.#halves.get(space) ?? new Halves()
    this.#halves.set(space, known)
    return known
  }

  #bridgesTo(space: Space, goal: Goal): readonly Bridge[] {
    const known = this.#bridges.get(goal)
    if (known !== undefined) return known
    const made = bridges.flatMap((bridge) => {
      const found = this.#operation(space, goal, bridge.name, ['number', 'number'])
      return found === undefined ? [] : [{ ...bridge, ...found }]
    })
    this.#bridges.set(goal, made)
    return made
  }

  /** Looks for the rest of a text of which a new term is the beginning, or the end. */
  #completeText(space: Space, goal: Goal, term: number): void {
    const { values } = this.#search.grammar
    this.#complete(space, goal, term, {
      name: 'joinText',
      most: 0,
      lengthOf: (text) => values.textAt(text).length,
      cut: (text, from, to) => values.text(values.textAt(text).slice(from, to)),
    })
  }

  /** Looks for the rest of a list of which a new term is the beginning, or the end. */
  #completeList(space: Space, goal: Goal, term: number): void {
    const { values } = this.#search.grammar
    this.#complete(space, goal, term, {
      name: 'concat',
      most: goal.row.length / 2,
      lengthOf: (list) => values.length(list),
      cut: (list, from, to) => values.list(values.items(list).slice(from, to)),
    })
  }

  /** Equal texts and lists are encoded as equal numbers: whole and parts are compared as such. */
  #complete(space: Space, goal: Goal, term: number, { name, most, lengthOf, cut }: Joining): void {
    if (!this.#mayDerive(space)) return
    // Goals stop short of the columns whose results nobody knows.
    const part = space.rows.subarray(term * space.columns, term * space.columns + goal.row.length)
    const ends = Array.from(goal.row, (whole, column) => lengthOf(whole) - lengthOf(part[column] ?? 0))
    if (ends.some((end) => end < 0) || ends.every((end) => end === 0)) return
    if (part.filter((value) => lengthOf(value) === 0).length > most) return
    for (const place of [0, 1] as const) {
      const from = (column: number): number => (place === 0 ? 0 : (ends[column] ?? 0))
      const fits = goal.row.every((whole, column) => {
        const value = part[column] ?? 0
        return cut(whole, from(column), from(column) + lengthOf(value)) === value
      })
      const join = fits ? this.#operation(space, goal, name, [goal.type, goal.type]) : undefined
      if (join === undefined) continue
      const groups = this.#search.grammar.slots(join.operation)
      this.#derive(space, {
        type: goal.type,
        row: goal.row.map((whole, column) =>
          place === 0 ? cut(whole, lengthOf(part[column] ?? 0), lengthOf(whole)) : cut(whole, 0, ends[column] ?? 0),
        ),
        group: groups[1 - place] ?? 0,
        extra: join.cost + space.costIn(groups[place] ?? 0, term),
        wrap: (other) => {
          const have = space.expression(term)
          const parts = place === 0 ? [have, other] : [other, have]
          return goal.wrap({ kind: 'call', type: goal.type, name, arguments: parts })
        },
      })
    }
  }
}

/** How a whole is put together of two parts. */
interface Joining {
  readonly name: string
  /** Examples at most in which the part that is there may be empty. */
  readonly most: number
  readonly lengthOf: (whole: number) => number
  readonly cut: (whole: number, from: number, to: number) => number
}

/** An operation of which one argument follows from the other and the result. */
interface Bridge {
  readonly operation: Operation
  readonly cost: number
  /** Which argument the term at hand is. */
  readonly place: 0 | 1
  readonly other: (have: number, goal: number) => number
}

const bridges: readonly (Pick<Bridge, 'place' | 'other'> & { readonly name: string })[] = [
  { name: 'add', place: 0, other: (have, goal) => goal - have },
  { name: 'subtract', place: 0, other: (have, goal) => have - goal },
  { name: 'subtract', place: 1, other: (have, goal) => have + goal },
  { name: 'multiply', place: 0, other: (have, goal) => goal / have },
]

/** Writes a number in each column. @returns Whether all are integers. */
function fill(row: Float64Array, valueAt: (column: number) => number): boolean {
  for (let column = 0; column < row.length; column++) {
    const value = valueAt(column)
    if (!Number.isSafeInteger(value)) return false
    row[column] = value
  }
  return true
}

/** Terms by their values on the examples alone; the first that has them. */
class Halves {
  readonly #terms = new Map<number, number>()

  add({ rows, columns }: Space, term: number, length: number): void {
    const hash = hashOf(rows, term * columns, length)
    if (!this.#terms.has(hash)) this.#terms.set(hash, term)
  }

  find({ rows, columns }: Space, wanted: Float64Array): number | undefined {
    const term = this.#terms.get(hashOf(wanted, 0, wanted.length))
    if (term === undefined) return undefined
    return wanted.every((value, column) => rows[term * columns + column] === value) ? term : undefined
  }
}

function hashOf(row: Float64Array, at: number, length: number): number {
  let hash = length
  for (let column = 0; column < length; column++) hash = mix(hash, row[at + column] ?? 0)
  return hash
}

/** Which elements of a list are kept, 1 or 0 each, if what is wanted is a part of it in order; by value where that says enough. */
function keptIn(items: readonly number[], wanted: readonly number[]): number[] | undefined {
  const set = new Set(wanted)
  const byValue = items.map((item) => (set.has(item) ? 1 : 0))
  const same = items.filter((item) => set.has(item))
  if (same.length === wanted.length && same.every((item, at) => item === wanted[at])) return byValue
  let at = 0
  const kept = items.map((item) => (at < wanted.length && item === wanted[at] && ++at > 0 ? 1 : 0))
  return at === wanted.length ? kept : undefined
}
