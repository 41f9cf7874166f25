/**
 * The programs found so far where certain variables are bound, each with its values.
 *
 * Programs are enumerated by increasing cost. The cost of a node depends on the argument of its parent that it is, so it is
 * known only once it has a parent; until then a program is filed by what its arguments cost, plus the least that its own
 * node costs anywhere. Of programs with equal values everywhere only the first is kept.
 */

import type { Call, Expression } from '../language/expression.js'
import type { Fragments } from '../language/fragment.js'
import { type Compiled, compile, type Environment } from '../language/interpret.js'
import { elementOf, type Type } from '../language/types.js'
import { mix } from '../language/values.js'
import type { Goal, Terms } from './goal.js'
import {
  type CostTable,
  costsPerNat,
  type FiledLeaf,
  type Grammar,
  impossible,
  type Operation,
  type ReadyOperation,
  type Slots,
} from './grammar.js'

/** The search that spaces are part of: what they share, and whom they tell. */
export interface Surroundings {
  readonly grammar: Grammar
  readonly fragments: Fragments
  /** Inputs of the program. */
  readonly inputs: number
  /** Programs evaluated so far. */
  candidates: number
  /** Whether no more may be. */
  readonly spent: boolean
  /** Takes note of a term that is new in its space. */
  kept(space: Space, term: number, type: Type): void
  /** Hands the goals of a space that a lambda over a list can meet to the space of that lambda. */
  aim(space: Space, inner: Space, list: number): void
}

/** What a space is made of. */
export interface SpaceOptions {
  readonly table: CostTable
  /** Values of the inputs, then of the variables, a row each. */
  readonly bound: readonly Float64Array[]
  readonly columns: number
  /** Lambdas around it. */
  readonly depth: number
}

/** What the arguments of an operation cost together, and those but the first. */
interface Costs {
  readonly left: number
  readonly rest: number
}

/** Elements at most, over all examples, for which a lambda is enumerated. */
const mostColumns = 160
/** Lambdas within lambdas: how many may stand around one of each kind. */
const deepestFor = { each: 2, zip: 1, fold: 1 } as const
/** What an error on an input costs a program that is right on all examples. */
const failureCost = 2 * costsPerNat
/** Columns on which the lambda of a fold is told from others. */
const foldColumns = 24

/** See the head of this file. */
export class Space implements Terms {
  readonly columns: number
  readonly depth: number
  readonly bound: readonly Float64Array[]
  /** Terms: their production, arguments, and what the arguments cost. */
  readonly production: number[] = []
  readonly a: number[] = []
  readonly b: number[] = []
  readonly c: number[] = []
  readonly inner: number[] = []
  /** Values, a row of `columns` each. */
  rows: Float64Array
  /** Terms by group, then by cost there. */
  readonly buckets: number[][][]
  readonly goals: Goal[] = []
  readonly table: CostTable
  readonly #search: Surroundings
  readonly #bodies = new Map<number, Space>()
  readonly #inner = new Map<string | number, Space | undefined>()
  readonly #compiled = new Map<number, Compiled>()
  #goalTypes = new Set<Type>()
  #index = new Int32Array(32)
  #kept = 0
  #done = 0

  constructor(search: Surroundings, { table, bound, columns, depth }: SpaceOptions) {
    this.#search = search
    this.columns = columns
    this.depth = depth
    this.bound = bound
    this.rows = new Float64Array(8 * columns)
    this.table = table
    this.buckets = Array.from(this.table.costs, () => [])
  }

  get count(): number {
    return this.production.length
  }

  /** How far the terms go: all that are filed at this cost or less are there. */
  get done(): number {
    return this.#done
  }

  /** Enumerates all terms that are filed at up to `cost`. */
  expand(cost: number): void {
    while (this.#done < cost && !this.#search.spent) {
      const next = this.#begin()
      for (const ready of this.table.operations) {
        const left = next - ready.least
        if (left < 1) break
        if (!this.#canApply(ready)) continue
        for (let spent = ready.operation.parameters.length === 1 ? left : 1; spent <= left; spent++) {
          for (const term of this.#first(ready, spent)) {
            this.#apply(ready, left, spent, term)
            if (this.#search.spent) return
          }
        }
      }
      this.#done = next
    }
  }

  /** Enumerates the terms filed at the next cost, as `expand` does, in small steps. */
  *expandOnce(): Generator<undefined> {
    const next = this.#begin()
    for (const ready of this.table.operations) {
      const left = next - ready.least
      if (left < 1) break
      if (!this.#canApply(ready)) continue
      for (let spent = ready.operation.parameters.length === 1 ? left : 1; spent <= left; spent++) {
        for (const term of this.#first(ready, spent)) {
          this.#apply(ready, left, spent, term)
          if (this.#search.spent) return
          yield
        }
      }
    }
    this.#done = next
  }

  #begin(): number {
    const next = this.#done + 1
    for (const leaf of this.table.leaves) if (leaf.at === next) this.#addLeaf(leaf)
    return next
  }

  /** Adds something to look for; terms that are there already are compared with it. */
  addGoal(goal: Goal): void {
    this.goals.push(goal)
    this.#goalTypes.add(goal.type)
    this.#search.grammar.groupsOf
      .get(goal.type)
      ?.slice(0, 1)
      .forEach((group) => {
        for (const bucket of this.buckets[group] ?? []) for (const term of bucket ?? []) this.#compare(goal, term)
      })
  }

  /** The terms of a type. */
  termsOf(type: Type): number[] {
    const [group = 0] = this.#search.grammar.groupsOf.get(type) ?? []
    return (this.buckets[group] ?? []).flatMap((bucket) => bucket ?? [])
  }

  /** What a term costs in a group of places. */
  costIn(group: number, term: number): number {
    const root = this.table.costs[group]?.[this.production[term] ?? 0] ?? impossible
    return root >= impossible ? impossible : root + (this.inner[term] ?? 0)
  }

  /** A term as a program. */
  expression(term: number): Expression {
    const { grammar } = this.#search
    const production = grammar.productions[this.production[term] ?? 0]
    if (production === undefined) throw new RangeError(`Cannot read term ${term}: it has no production`)
    const { name, returns: type } = production
    const [a = 0, b = 0, c = 0] = [this.a[term], this.b[term], this.c[term]]
    if (production.kind === 'leaf') return grammar.leafExpression(name, type, a)
    const { length } = production.parameters
    const parts = [a, b, c].slice(0, length)
    const call = (first: Expression): Call => ({
      kind: 'call',
      type,
      name,
      arguments: [first, ...parts.slice(1).map((part) => this.expression(part))],
    })
    return call(production.kind === 'plain' ? this.expression(a) : (this.#bodies.get(term) ?? this).expression(a))
  }

  /** The space in which the lambda over a list is enumerated; `undefined` if there is nothing, or too much, to enumerate on. */
  over(list: number): Space | undefined {
    return this.#made(list, () => {
      const inner = elementOf(this.#typeOf(list))
      if (inner === undefined) return undefined
      const { values } = this.#search.grammar
      const [origin, items, indices]: [number[], number[], number[]] = [[], [], []]
      for (let column = 0; column < this.columns; column++) {
        const id = this.rows[list * this.columns + column] ?? 0
        const [start, length] = [values.start(id), values.length(id)]
        for (let index = 0; index < length; index++) {
          origin.push(column)
          items.push(values.data[start + index] ?? 0)
          indices.push(index)
        }
        if (origin.length > mostColumns) return undefined
      }
      const own = [
        { name: 'item', type: inner, row: items },
        { name: 'index', type: 'number', row: indices },
      ]
      return this.#within(origin, own)
    })
  }

  /** The space in which the lambda over two lists is enumerated. */
  overBoth(first: number, second: number): Space | undefined {
    return this.#made(`${first} ${second}`, () => {
      const types = [first, second].map((list) => elementOf(this.#typeOf(list)) ?? '')
      const { values } = this.#search.grammar
      const [origin, left, right]: [number[], number[], number[]] = [[], [], []]
      for (let column = 0; column < this.columns; column++) {
        const others = values.items(this.rows[second * this.columns + column] ?? 0)
        for (const [index, item] of values.items(this.rows[first * this.columns + column] ?? 0).entries()) {
          if (index >= others.length) break
          origin.push(column)
          left.push(item)
          right.push(others[index] ?? 0)
        }
      }
      const own = [
        { name: 'left', type: types[0] ?? '', row: left },
        { name: 'right', type: types[1] ?? '', row: right },
      ]
      return this.#within(origin, own)
    })
  }

  /** The space in which lambdas of folds are enumerated, on totals and elements that may well come up. */
  folding(total: Type, item: Type): Space | undefined {
    return this.#made(`fold ${total} ${item}`, () => {
      const [origin, totals, items]: [number[], number[], number[]] = [[], [], []]
      const some = this.#samples(item)
      const other = this.#samples(total)
      const most = Math.max(2, Math.floor(foldColumns / this.columns))
      for (let column = 0; column < this.columns; column++) {
        const [xs, ts] = [some[column] ?? [], other[column] ?? []]
        if (xs.length === 0 || ts.length === 0) continue
        for (let at = 0; at < most; at++) {
          origin.push(column)
          items.push(xs[at % xs.length] ?? 0)
          totals.push(ts[(at * 2 + Math.floor(at / ts.length)) % ts.length] ?? 0)
        }
      }
      const own = [
        { name: 'total', type: total, row: totals },
        { name: 'item', type: item, row: items },
      ]
      return this.#within(origin, own)
    })
  }

  /** Values of a type that come up in each column: of leaves, elements of lists, and what is looked for. */
  #samples(type: Type): number[][] {
    const { values, grammar } = { values: this.#search.grammar.values, grammar: this.#search.grammar }
    const list = `${type}[]`
    const found = Array.from({ length: this.columns }, () => new Set<number>())
    const take = (of: Type, row: ArrayLike<number>, at: number): void => {
      for (const [column, set] of found.entries()) {
        const value = row[at + column] ?? Number.NaN
        if (Number.isNaN(value) || set.size > 12) continue
        if (of === type) set.add(value)
        else if (of === list) for (const item of values.items(value)) set.add(item)
      }
    }
    for (const group of [list, type].flatMap((of) => grammar.groupsOf.get(of)?.slice(0, 1) ?? [])) {
      for (const bucket of (this.buckets[group] ?? []).slice(0, 24)) {
        for (const term of bucket ?? []) take(this.#typeOf(term), this.rows, term * this.columns)
      }
    }
    for (const goal of this.goals) take(goal.type, goal.row, 0)
    return found.map((set) => [...set])
  }

  #made(key: string | number, make: () => Space | undefined): Space | undefined {
    if (this.#inner.has(key)) return this.#inner.get(key)
    const made = make()
    this.#inner.set(key, made)
    return made
  }

  #within(
    origin: readonly number[],
    own: readonly { readonly name: string; readonly type: Type; readonly row: readonly number[] }[],
  ): Space | undefined {
    if (origin.length === 0 || origin.length > mostColumns) return undefined
    return new Space(this.#search, {
      table: this.#search.grammar.within(this.table, own),
      bound: [
        ...this.bound.map((row) => Float64Array.from(origin, (column) => row[column] ?? Number.NaN)),
        ...own.map(({ row }) => Float64Array.from(row)),
      ],
      columns: origin.length,
      depth: this.depth + 1,
    })
  }

  /** Whether there are terms for all arguments of an operation, but for its lambda. */
  #canApply({ operation: { kind }, slots }: ReadyOperation): boolean {
    if (kind !== 'plain' && this.depth >= deepestFor[kind]) return false
    for (let index = kind === 'plain' ? 0 : 1; index < slots.length; index++) {
      if (this.buckets[slots[index] ?? 0]?.length === 0) return false
    }
    return true
  }

  /** Terms of this cost for the first argument that is no lambda. */
  #first({ operation: { kind }, slots }: ReadyOperation, cost: number): readonly number[] {
    return this.buckets[slots[kind === 'plain' ? 0 : 1] ?? 0]?.[cost] ?? []
  }

  /** Applies an operation to a term, which costs `spent`, and all other arguments with which it costs `left`. */
  #apply({ operation, slots }: ReadyOperation, left: number, spent: number, term: number): void {
    const rest = left - spent
    if (operation.kind === 'plain') this.#applyPlain(operation, slots, { left, rest }, term)
    else if (operation.kind === 'each') this.#applyEach(operation, slots, { left, rest }, term)
    else if (operation.kind === 'zip') this.#applyZip(operation, slots, { left, rest }, term)
    else this.#applyFold(operation, slots, { left, rest }, term)
  }

  #applyPlain(operation: Operation, slots: Slots, { left, rest }: Costs, x: number): void {
    const [first = 0, second, third] = slots
    if (second === undefined) {
      this.#addPlain(operation, left, x, 0, 0)
      return
    }
    const b = this.buckets[second] ?? []
    if (third === undefined) {
      for (const y of b[rest] ?? []) {
        if (operation.commutes) {
          const swapped = this.costIn(first, y) + this.costIn(second, x)
          if (swapped < left || (swapped === left && y < x)) continue
        }
        this.#addPlain(operation, left, x, y, 0)
      }
      return
    }
    const c = this.buckets[third] ?? []
    for (let more = 1; more < rest; more++) {
      const [ys, zs] = [b[more], c[rest - more]]
      if (ys === undefined || zs === undefined) continue
      for (const y of ys) for (const z of zs) this.#addPlain(operation, left, x, y, z)
    }
  }

  #applyEach(operation: Operation, [body = 0]: Slots, { left, rest }: Costs, list: number): void {
    if (rest < this.#cheapestBody(operation, body)) return
    const inner = this.over(list)
    if (inner === undefined) return
    this.#aim(inner, list)
    inner.expand(rest)
    for (const found of inner.buckets[body]?.[rest] ?? []) this.#addEach(operation, left, inner, found, list)
  }

  #applyZip(operation: Operation, [body = 0, , second = 0]: Slots, { left, rest }: Costs, x: number): void {
    const most = rest - this.#cheapestBody(operation, body)
    for (let more = 1; more <= most; more++) {
      for (const y of this.buckets[second]?.[more] ?? []) {
        const inner = this.overBoth(x, y)
        if (inner === undefined) continue
        inner.expand(rest - more)
        for (const found of inner.buckets[body]?.[rest - more] ?? []) {
          this.#addZip(operation, left, inner, found, [x, y])
        }
      }
    }
  }

  #applyFold(operation: Operation, [body = 0, , list = 0]: Slots, { left, rest }: Costs, start: number): void {
    const [total = '', , items = ''] = operation.parameters
    const inner = this.folding(total, elementOf(items) ?? '')
    if (inner === undefined) return
    inner.expand(rest - 1)
    for (let more = 1; more < rest; more++) {
      const lists = this.buckets[list]?.[more]
      const bodies = inner.buckets[body]?.[rest - more]
      if (lists === undefined || bodies === undefined) continue
      for (const found of bodies) for (const y of lists) this.#addFold(operation, left, inner, found, [start, y])
    }
  }

  /** The least that the body of a lambda costs. */
  #cheapestBody(operation: Operation, group: number): number {
    const known = this.table.bodies.get(operation.id)
    if (known !== undefined) return known
    const { grammar } = this.#search
    const cheapest = grammar.within(this.table, grammar.bound(operation)).cheapest[group] ?? impossible
    this.table.bodies.set(operation.id, cheapest)
    return cheapest
  }

  #addPlain(operation: Operation, inner: number, a: number, b: number, c: number): void {
    const search = this.#search
    if (search.spent) return
    search.candidates++
    const { columns } = this
    const rows = this.#room()
    const [at, p, q, r] = [this.count * columns, a * columns, b * columns, c * columns]
    const { plain, missing } = operation
    const { values } = search.grammar
    let partial = false
    for (let column = 0; column < columns; column++) {
      const value = plain(values, rows[p + column] ?? 0, rows[q + column] ?? 0, rows[r + column] ?? 0, missing)
      if (Number.isNaN(value)) {
        if (!this.#goalTypes.has(operation.returns)) return
        partial = true
      }
      rows[at + column] = value
    }
    this.#commit(operation, inner, a, b, c, partial)
  }

  #addEach(operation: Operation, cost: number, inner: Space, body: number, list: number): void {
    const search = this.#search
    if (search.spent) return
    search.candidates++
    const { columns } = this
    const rows = this.#room()
    const at = this.count * columns
    const { values } = search.grammar
    let from = body * inner.columns
    for (let column = 0; column < columns; column++) {
      const id = rows[list * columns + column] ?? 0
      const value = operation.each(values, id, inner.rows, from, operation.missing)
      if (Number.isNaN(value)) return
      rows[at + column] = value
      from += values.length(id)
    }
    if (this.#commit(operation, cost, body, list, 0, false)) this.#bodies.set(this.count - 1, inner)
  }

  #addZip(operation: Operation, cost: number, inner: Space, body: number, [x, y]: readonly [number, number]): void {
    const search = this.#search
    if (search.spent) return
    search.candidates++
    const { columns } = this
    const rows = this.#room()
    const { values } = search.grammar
    let from = body * inner.columns
    for (let column = 0; column < columns; column++) {
      const length = Math.min(
        values.length(rows[x * columns + column] ?? 0),
        values.length(rows[y * columns + column] ?? 0),
      )
      rows[this.count * columns + column] = values.list(inner.rows.subarray(from, from + length))
      from += length
    }
    if (this.#commit(operation, cost, body, x, y, false)) this.#bodies.set(this.count - 1, inner)
  }

  #addFold(operation: Operation, cost: number, inner: Space, body: number, [x, y]: readonly [number, number]): void {
    const search = this.#search
    if (search.spent) return
    search.candidates++
    const { columns } = this
    const run = inner.ready(body)
    const rows = this.#room()
    const { values } = search.grammar
    const total = this.bound.length
    const environment: Environment = []
    for (let column = 0; column < columns; column++) {
      this.bound.forEach((row, index) => {
        environment[index] = row[column] ?? Number.NaN
      })
      let value = rows[x * columns + column] ?? 0
      const start = value
      const gathered: number[] = []
      for (const item of values.items(rows[y * columns + column] ?? 0)) {
        environment[total] = value
        environment[total + 1] = item
        value = run(environment)
        if (Number.isNaN(value)) return
        gathered.push(value)
      }
      value = operation.fold(values, start, gathered)
      if (Number.isNaN(value)) return
      rows[this.count * columns + column] = value
    }
    if (this.#commit(operation, cost, body, x, y, false)) this.#bodies.set(this.count - 1, inner)
  }

  /** A term made ready to run, outside of the columns it was found on. */
  ready(term: number): Compiled {
    const known = this.#compiled.get(term)
    if (known !== undefined) return known
    const made = compile(
      this.expression(term),
      { values: this.#search.grammar.values, fragments: this.#search.fragments, inputs: this.#search.inputs },
      this.table.scope.length,
    )
    this.#compiled.set(term, made)
    return made
  }

  /** Keeps the row that stands behind the last, if it is new. @returns Whether a term was made of it. */
  #commit(
    production: { readonly id: number; readonly returns: Type },
    inner: number,
    a: number,
    b: number,
    c: number,
    partial: boolean,
  ): boolean {
    const { returns: type, id } = production
    const { rows, columns } = this
    const at = this.count * columns
    let matched = false
    // What fails on inputs like those of the examples is less to be trusted.
    if (this.#goalTypes.has(type)) matched = this.#meet(type, id, inner + (partial ? failureCost : 0), rows, at)
    if (partial) {
      if (matched) this.#store(id, inner, a, b, c)
      return matched
    }
    const hash = this.#hash(type, rows, at)
    const mask = this.#index.length - 1
    let slot = hash & mask
    for (let found = this.#index[slot] ?? 0; found !== 0; found = this.#index[slot] ?? 0) {
      if (this.#typeOf(found - 1) === type && this.#equals(found - 1, rows, at)) {
        if (matched) this.#store(id, inner, a, b, c)
        return matched
      }
      slot = (slot + 1) & mask
    }
    const term = this.#store(id, inner, a, b, c)
    this.#index[slot] = term + 1
    if (++this.#kept * 2 > this.#index.length) this.#rehash()
    for (const group of this.#search.grammar.groupsOf.get(type) ?? []) {
      const root = this.table.costs[group]?.[id] ?? impossible
      if (root >= impossible) continue
      const bucket = this.buckets[group] ?? []
      const cost = root + inner
      const terms = bucket[cost]
      if (terms === undefined) bucket[cost] = [term]
      else terms.push(term)
    }
    this.#search.kept(this, term, type)
    return true
  }

  #store(id: number, inner: number, a: number, b: number, c: number): number {
    this.production.push(id)
    this.a.push(a)
    this.b.push(b)
    this.c.push(c)
    this.inner.push(inner)
    return this.count - 1
  }

  /** Compares the row behind the last with the goals. @returns Whether it is of use to one, so that it must be stored. */
  #meet(type: Type, id: number, inner: number, rows: Float64Array, at: number): boolean {
    let useful = false
    for (const goal of this.goals) {
      if (goal.type !== type) continue
      const root = this.table.costs[goal.group]?.[id] ?? impossible
      if (root < impossible && goal.offer(this, this.count, rows, at, root + inner)) useful = true
    }
    return useful
  }

  #compare(goal: Goal, term: number): void {
    goal.offer(this, term, this.rows, term * this.columns, this.costIn(goal.group, term))
  }

  /** Hands goals that a lambda can meet over to its space. */
  #aim(inner: Space, list: number): void {
    if (this.goals.length > 0) this.#search.aim(this, inner, list)
  }

  #addLeaf({ id, type, which, extra }: FiledLeaf): void {
    const { grammar } = this.#search
    const rows = this.#room()
    const at = this.count * this.columns
    const constant = grammar.constants[-1 - which]
    if (which < 0 && constant !== undefined)
      rows.fill(grammar.values.encode(type, constant.value), at, at + this.columns)
    else rows.set(this.bound[which] ?? [], at)
    this.#commit({ id, returns: type }, extra, which, 0, 0, false)
  }

  #typeOf(term: number): Type {
    return this.#search.grammar.productions[this.production[term] ?? 0]?.returns ?? ''
  }

  #room(): Float64Array {
    const needed = (this.count + 1) * this.columns
    if (needed > this.rows.length) {
      const larger = new Float64Array(this.rows.length * 2)
      larger.set(this.rows)
      this.rows = larger
    }
    return this.rows
  }

  #hash(type: Type, rows: Float64Array, at: number): number {
    let hash = type.length
    for (let column = 0; column < this.columns; column++) hash = mix(hash, rows[at + column] ?? 0)
    return hash
  }

  #equals(term: number, rows: Float64Array, at: number): boolean {
    const from = term * this.columns
    for (let column = this.columns - 1; column >= 0; column--) {
      if (this.rows[from + column] !== rows[at + column]) return false
    }
    return true
  }

  #rehash(): void {
    const old = this.#index
    const index = new Int32Array(old.length * 2)
    const mask = index.length - 1
    for (const entry of old) {
      if (entry === 0) continue
      let slot = this.#hash(this.#typeOf(entry - 1), this.rows, (entry - 1) * this.columns) & mask
      while (index[slot] !== 0) slot = (slot + 1) & mask
      index[slot] = entry
    }
    this.#index = index
  }
}
