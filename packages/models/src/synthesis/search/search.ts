/** The search for a program: spaces expanded by cost, goals on the way, and the cheapest program that meets them. */

import { createRng } from '@salp/core'
import { usedInputs } from '../guide/counts.js'
import type { Guide } from '../guide/guide.js'
import { type Expression, keyOf } from '../language/expression.js'
import { type Fragment, type Fragments, fragmentsByName } from '../language/fragment.js'
import { elementOf, listOf, type Signature, type Type } from '../language/types.js'
import { mix, Values } from '../language/values.js'
import { composeCases } from './conditions.js'
import { constantProduction, constantsFor, type Example } from './constants.js'
import { Goal, type Proposal } from './goal.js'
import { costsPerNat, Grammar, impossible, type Operation } from './grammar.js'
import { Space, type Surroundings } from './space.js'
import { variationsOf } from './variations.js'

/** What to search, and with what. */
export interface SearchOptions {
  /** Of the inputs beside the examples on which programs are told apart. */
  readonly seed: number
  readonly signature: Signature
  /** One at least; they fit the signature. */
  readonly examples: readonly Example[]
  readonly statement?: string | undefined
  readonly library: readonly Fragment[]
  readonly guide: Guide
  /** Candidate evaluations at most. */
  readonly budget: number
}

/** A program that fits the examples. */
export interface Solution {
  readonly program: Expression
  /** In nats: −ln of its probability under the guide. */
  readonly cost: number
}

/** Goals that a main space has at most, beside the one asked for. */
const mostDerived = 40

/** Inputs beside the examples. */
const variations = 3

/** Programs that fit the examples and are kept. */
const mostFitting = 200

/** Costs up to which programs are enumerated, should the budget not end it before: beyond any that comes up. */
const deepestCost = 600

/** One search; see the head of this file. */
export class Search implements Surroundings {
  readonly grammar: Grammar
  readonly fragments: Fragments
  readonly inputTypes: readonly Type[]
  readonly budget: number
  /** Programs evaluated so far, whole ones and parts alike. */
  candidates = 0
  readonly #space: Space
  readonly #aimed: { readonly space: Space; readonly goal: Goal }[] = []
  readonly #handed = new WeakMap<Space, Set<Goal>>()
  #derived = 0
  /** Programs that fit, the cheapest first. */
  readonly #fitting: Solution[] = []
  readonly #proposed: Proposal[] = []
  readonly #seen = new Set<string>()
  readonly #halves = new Halves()
  readonly #ignoring: number

  constructor({ signature, examples, statement, library, guide, budget, seed }: SearchOptions) {
    const values = new Values()
    const { parameters, returns } = signature
    this.budget = budget
    this.#ignoring = guide.ignoring
    this.fragments = fragmentsByName(library)
    this.inputTypes = parameters.map(({ type }) => type)
    const constants = constantsFor({ signature, examples, statement })
    this.grammar = new Grammar(values, { signature, constants, library, guide })
    const inputs = [
      ...examples.map(({ args }) => args),
      ...variationsOf(examples, variations, createRng(`variations ${seed}`)).filter((args) =>
        parameters.every(({ type }, index) => !Number.isNaN(values.encode(type, args[index]))),
      ),
    ]
    const bound = parameters.map(({ type }, index) =>
      Float64Array.from(inputs, (args) => values.encode(type, args[index])),
    )
    const row = Float64Array.from(examples, ({ returns: result }) => values.encode(returns, result))
    this.#space = new Space(this, { table: this.grammar.table([]), bound, columns: inputs.length, depth: 0 })
    this.#seek(this.#space, {
      ...{ type: returns, row, group: this.grammar.root },
      ...{ extra: 0, wrap: (term) => term },
    })
    this.#deriveAtOnce()
  }

  get inputs(): number {
    return this.inputTypes.length
  }

  /** Whether the budget is spent. */
  get spent(): boolean {
    return this.candidates >= this.budget
  }

  /** Programs found so far, the cheapest first. */
  get fitting(): readonly Solution[] {
    return this.#fitting
  }

  /** The cost up to which all programs were tried, in nats: what fits and costs no more cannot be undercut. */
  get settled(): number {
    return this.#space.done / costsPerNat
  }

  /** Searches; yields now and then, and ends with the budget. */
  *run(): Generator<undefined> {
    const space = this.#space
    while (!this.spent && space.done < deepestCost) {
      for (const _ of space.expandOnce()) {
        this.#settle()
        yield
      }
      this.#compose()
      this.#settle()
    }
  }

  /** Takes note of a term that is new in its space. */
  kept(space: Space, term: number, type: Type): void {
    if (space !== this.#space) return
    for (const goal of space.goals.slice()) {
      if (goal.type !== type) continue
      if (type === 'number') this.#bridge(goal, term)
      else if (type === 'string') this.#complete(goal, term)
    }
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

  /** What a program must cost less than to be among the `place` + 1 cheapest. */
  #bound(place: number): number {
    return (this.#fitting[place]?.cost ?? impossible) * costsPerNat
  }

  #propose = (proposal: Proposal): void => {
    if (proposal.cost < this.#bound(mostFitting - 1)) this.#proposed.push(proposal)
  }

  /** Writes out what was proposed; a term can be read only once it is kept. */
  #settle(): void {
    for (const proposal of this.#proposed.splice(0)) {
      if (proposal.cost >= this.#bound(mostFitting - 1)) continue
      const program = proposal.build()
      const ignored = this.inputs - usedInputs(program).size
      const cost = proposal.cost / costsPerNat + ignored * this.#ignoring
      const key = keyOf(program)
      if (this.#seen.has(key)) continue
      this.#seen.add(key)
      this.#fitting.push({ program, cost })
      this.#fitting.sort((a, b) => a.cost - b.cost)
      this.#fitting.splice(mostFitting)
    }
  }

  #seek(space: Space, goal: Pick<Goal, 'type' | 'row' | 'group' | 'extra' | 'wrap'>): void {
    const made = new Goal({ ...goal, propose: this.#propose })
    this.#aimed.push({ space, goal: made })
    space.addGoal(made)
  }

  #compose(): void {
    for (const { space, goal } of this.#aimed) {
      const found = composeCases(this.grammar, space, goal, {
        most: this.#bound(mostFitting - 1) - goal.extra,
        tried: () => {
          this.candidates++
          return !this.spent
        },
      })
      if (found !== undefined) this.#propose(found)
    }
  }

  /** The operation of a name at certain types, and what it costs where a goal stands. */
  #operation(
    space: Space,
    goal: Goal,
    name: string,
    parameters: readonly Type[],
  ): { operation: Operation; cost: number } | undefined {
    const operation = this.grammar.operations.find(
      (one) =>
        one.name === name &&
        one.returns === goal.type &&
        parameters.every((type, index) => one.parameters[index] === type),
    )
    const cost = operation === undefined ? impossible : (space.table.costs[goal.group]?.[operation.id] ?? impossible)
    return operation === undefined || cost >= impossible ? undefined : { operation, cost: cost + goal.extra }
  }

  #aimMap(space: Space, inner: Space, list: number, goal: Goal): void {
    const to = elementOf(goal.type)
    const from = inner.table.scope.at(-2)?.type
    if (to === undefined || from === undefined) return
    const { values } = this.grammar
    const row: number[] = []
    for (const [column, id] of goal.row.entries()) {
      if (values.length(id) !== values.length(space.rows[list * space.columns + column] ?? 0)) return
      row.push(...values.items(id))
    }
    const map = this.#operation(space, goal, 'map', [to, listOf(from)])
    if (map === undefined) return
    const [group = 0, listGroup = 0] = this.grammar.slots(map.operation)
    this.#seek(inner, {
      ...{ type: to, row: Float64Array.from(row), group, extra: map.cost + space.costIn(listGroup, list) },
      wrap: (body) =>
        goal.wrap({ kind: 'call', type: goal.type, name: 'map', arguments: [body, space.expression(list)] }),
    })
  }

  #aimFilter(space: Space, inner: Space, list: number, goal: Goal): void {
    const item = inner.table.scope.at(-2)?.type
    if (item === undefined || goal.type !== listOf(item)) return
    const { values } = this.grammar
    const row: number[] = []
    for (const [column, id] of goal.row.entries()) {
      const wanted = values.items(id)
      const kept = keptIn(values.items(space.rows[list * space.columns + column] ?? 0), wanted)
      if (kept === undefined) return
      row.push(...kept)
    }
    const filter = this.#operation(space, goal, 'filter', ['boolean', goal.type])
    if (filter === undefined) return
    const [group = 0, listGroup = 0] = this.grammar.slots(filter.operation)
    this.#seek(inner, {
      ...{ type: 'boolean', row: Float64Array.from(row), group, extra: filter.cost + space.costIn(listGroup, list) },
      wrap: (body) =>
        goal.wrap({ kind: 'call', type: goal.type, name: 'filter', arguments: [body, space.expression(list)] }),
    })
  }

  /** Goals one step before the one asked for, where the last step can be undone whatever it was applied to. */
  #deriveAtOnce(): void {
    const [goal] = this.#space.goals
    if (goal?.type === 'string') this.#undoJoin(goal)
  }

  #undoJoin(goal: Goal): void {
    const { values, constants, groupsOf } = this.grammar
    const join = this.#operation(this.#space, goal, 'join', ['string[]', 'string'])
    if (join === undefined || groupsOf.get('string[]') === undefined) return
    const wanted = Array.from(goal.row, (id) => values.textAt(id))
    for (const separator of constants) {
      const { value } = separator
      if (typeof value !== 'string') continue
      if (value === '' ? wanted.every((text) => text.length < 2) : !wanted.some((text) => text.includes(value)))
        continue
      const [listGroup = 0, textGroup = 0] = this.grammar.slots(join.operation)
      const leaf = this.grammar.leaf(constantProduction(separator), 'string')
      const cost = this.#space.table.costs[textGroup]?.[leaf.id] ?? impossible
      const row = Float64Array.from(wanted, (text) => values.encode('string[]', text === '' ? [] : text.split(value)))
      if (cost >= impossible || row.some(Number.isNaN)) continue
      this.#seek(this.#space, {
        ...{ type: 'string[]', row, group: listGroup, extra: join.cost + cost },
        wrap: (list) => goal.wrap({ kind: 'call', type: 'string', name: 'join', arguments: [list, separator] }),
      })
    }
  }

  /** Looks for the other half of a sum, difference or product whose one half is a new term. */
  #bridge(goal: Goal, term: number): void {
    const space = this.#space
    const { columns, rows } = space
    const at = term * columns
    const wanted = new Float64Array(goal.row.length)
    this.#halves.add(space, term, wanted.length)
    const look = (name: string, place: 0 | 1, other: (have: number, goal: number) => number): void => {
      const found = this.#operation(space, goal, name, ['number', 'number'])
      if (found === undefined || this.spent) return
      for (let column = 0; column < wanted.length; column++) {
        wanted[column] = other(rows[at + column] ?? 0, goal.row[column] ?? 0)
        if (!Number.isSafeInteger(wanted[column])) return
      }
      this.candidates++
      const half = this.#halves.find(space, wanted)
      if (half === undefined) return
      const parts = place === 0 ? [term, half] : [half, term]
      const groups = this.grammar.slots(found.operation)
      const cost = parts.reduce((sum, part, index) => sum + space.costIn(groups[index] ?? 0, part), found.cost)
      this.#propose({
        cost,
        build: () =>
          goal.wrap({ kind: 'call', type: 'number', name, arguments: parts.map((part) => space.expression(part)) }),
      })
    }
    look('add', 0, (have, goalValue) => goalValue - have)
    look('subtract', 0, (have, goalValue) => have - goalValue)
    look('subtract', 1, (have, goalValue) => have + goalValue)
    look('multiply', 0, (have, goalValue) => goalValue / have)
  }

  /** Looks for the rest of a text of which a new term is the beginning, or the end. */
  #complete(goal: Goal, term: number): void {
    if (this.#derived >= mostDerived) return
    const space = this.#space
    const { values } = this.grammar
    const whole = Array.from(goal.row, (id) => values.textAt(id))
    // Goals stop short of the columns whose results nobody knows.
    const part = whole.map((_, column) => values.textAt(space.rows[term * space.columns + column] ?? 0))
    if (part.some((text) => text === '') || part.every((text, column) => text === whole[column])) return
    const join = this.#operation(space, goal, 'joinText', ['string', 'string'])
    if (join === undefined) return
    const groups = this.grammar.slots(join.operation)
    for (const place of [0, 1] as const) {
      if (
        !part.every((text, column) => (place === 0 ? whole[column]?.startsWith(text) : whole[column]?.endsWith(text)))
      )
        continue
      const rest = whole.map((text, column) =>
        place === 0 ? text.slice(part[column]?.length ?? 0) : text.slice(0, text.length - (part[column]?.length ?? 0)),
      )
      const extra = join.cost + space.costIn(groups[place] ?? 0, term)
      this.#derived++
      this.#seek(space, {
        ...{
          type: 'string',
          row: Float64Array.from(rest, (text) => values.text(text)),
          group: groups[1 - place] ?? 0,
          extra,
        },
        wrap: (other) => {
          const have = space.expression(term)
          return goal.wrap({
            kind: 'call',
            type: 'string',
            name: 'joinText',
            arguments: place === 0 ? [have, other] : [other, have],
          })
        },
      })
    }
  }
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
