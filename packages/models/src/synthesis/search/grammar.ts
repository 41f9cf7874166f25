/** The productions of one task, and what each costs in each place. */

import type { Guide, Place } from '../guide/guide.js'
import type { Constant, Expression } from '../language/expression.js'
import { type Fragment, fragmentsByName } from '../language/fragment.js'
import { compile, missingOf } from '../language/interpret.js'
import { commuting } from '../language/normal-form.js'
import type { Each, Fold, Plain, Primitive } from '../language/primitive.js'
import { primitives } from '../language/primitives.js'
import { elementOf, listOf, type Signature, type Type, withParts } from '../language/types.js'
import type { Values } from '../language/values.js'
import { constantProduction } from './constants.js'

/** Steps of cost in a nat: costs are integers, so that programs can be sorted into buckets. */
export const costsPerNat = 4

/** The cost of what cannot stand at a place. */
export const impossible = 1 << 20

/** A primitive at certain types, a fragment, a constant, or a kind of variable. */
export type Production = Leaf | Operation

/** A production without arguments. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly id: number
  /** What the guide calls it. */
  readonly name: string
  readonly returns: Type
}

/** A production with arguments. */
export interface Operation {
  readonly kind: 'plain' | 'each' | 'zip' | 'fold'
  readonly id: number
  readonly name: string
  readonly returns: Type
  /** Of a lambda: what its body gives. */
  readonly parameters: readonly Type[]
  /** How much of the weight of its primitive falls to these types. Range (0, 1]. */
  readonly share: number
  /** Whether its two arguments may change places. */
  readonly commutes: boolean
  /** What stands for a missing value of the result. */
  readonly missing: number
  readonly plain: Plain['run']
  readonly each: Each['run']
  readonly fold: Fold['run']
}

/** Variables around an expression, outermost first: what the guide calls them, and their types. */
export type Scope = readonly { readonly name: string; readonly type: Type }[]

/** Groups of the places of an operation's arguments. */
export type Slots = readonly number[]

/** An operation, and the groups of its arguments. */
export interface ReadyOperation {
  readonly operation: Operation
  /** The least, over the places it may stand at, that it costs there together with what must stand around. */
  readonly least: number
  readonly slots: Slots
}

/** A variable or constant of a scope. */
export interface FiledLeaf {
  readonly id: number
  readonly type: Type
  /** What it is filed at; see `Space`. */
  readonly at: number
  /** What it costs to be this one of those that share the production. */
  readonly extra: number
  /** Inputs and then variables from 0 on, constants from −1 down. */
  readonly which: number
}

/** What productions cost in one scope. */
export interface CostTable {
  readonly scope: Scope
  /** By place (see {@link Grammar.group}), then by production: cost, or {@link impossible}. */
  readonly costs: readonly Int32Array[]
  /** The least that a whole term costs in each group. */
  readonly cheapest: readonly number[]
  /** Operations, those with the least cost first. */
  readonly operations: readonly ReadyOperation[]
  readonly leaves: readonly FiledLeaf[]
  /** By operation: the least that the body of its lambda costs, as far as it was asked for. */
  readonly bodies: Map<number, number>
  /** Tables of scopes within this one, by what they add to it. */
  readonly inner: Map<string, CostTable>
}

/** Of types far from those of the task. */
const farShare = 0.15
/** Of texts, where the task has none. */
const textShare = 0.35

/** The productions of a task. */
export class Grammar {
  readonly values: Values
  readonly types: readonly Type[]
  readonly operations: readonly Operation[]
  readonly productions: Production[] = []
  /** Groups of places in which the same costs hold, by type. */
  readonly groupsOf = new Map<Type, number[]>()
  readonly constants: readonly Constant[]
  /** The group of whole programs. */
  readonly root: number
  readonly #guide: Guide
  readonly #groups: Place[] = []
  readonly #groupOfKey = new Map<string, number>()
  readonly #leaves = new Map<string, Leaf>()
  readonly #slots: (Slots | undefined)[] = []
  readonly #operationOfKey = new Map<string, Operation>()
  readonly #operationsOf = new Map<Type, Operation[]>()
  readonly #costsOfKey = new Map<string, ReadonlyMap<number, Int32Array>>()
  readonly #inputTypes: readonly Type[]

  constructor(
    values: Values,
    {
      signature,
      constants,
      library,
      guide,
    }: {
      readonly signature: Signature
      readonly constants: readonly Constant[]
      readonly library: readonly Fragment[]
      readonly guide: Guide
    },
  ) {
    this.values = values
    this.#guide = guide
    const { parameters, returns } = signature
    this.#inputTypes = parameters.map(({ type }) => type)
    const near = new Set([...parameters.map(({ type }) => type), returns].flatMap(withParts))
    this.types = typesOf(near, library)
    this.constants = [
      ...constants.filter(({ type }) => this.types.includes(type)),
      ...this.types
        .filter((type) => elementOf(type) !== undefined)
        .map((type) => ({ kind: 'constant', type, value: [] }) as const),
    ]
    this.operations = [
      ...primitives.flatMap((primitive) => this.#instances(primitive, near)),
      ...library.flatMap((fragment) => this.#fragment(fragment, library)),
    ]
    for (const type of this.types) {
      this.#operationsOf.set(
        type,
        this.operations.filter((operation) => operation.returns === type),
      )
      this.group('', 0, type)
    }
    for (const operation of this.operations) {
      for (const [argument, type] of operation.parameters.entries()) this.group(operation.name, argument, type)
    }
    this.root = this.group('root', 0, returns)
  }

  /** The group of places that a place belongs to: those the guide knows apart, by type. */
  group(parent: string, argument: number, type: Type): number {
    const known = this.#guide.knows({ parent, argument, type })
    const place = known ? { parent, argument, type } : { parent: '', argument: 0, type }
    const key = `${place.parent}/${place.argument} ${type}`
    const found = this.#groupOfKey.get(key)
    if (found !== undefined) return found
    const group = this.#groups.length
    this.#groups.push(place)
    this.#groupOfKey.set(key, group)
    this.groupsOf.set(type, [...(this.groupsOf.get(type) ?? []), group])
    return group
  }

  /** The leaf of a name and type. */
  leaf(name: string, returns: Type): Leaf {
    const key = `${name} ${returns}`
    const found = this.#leaves.get(key)
    if (found !== undefined) return found
    const leaf: Leaf = { kind: 'leaf', id: this.productions.length, name, returns }
    this.productions.push(leaf)
    this.#leaves.set(key, leaf)
    return leaf
  }

  /** A variable or constant as a program; see {@link FiledLeaf.which}. */
  leafExpression(name: string, type: Type, which: number): Expression {
    const constant = this.constants[-1 - which]
    if (constant !== undefined) return constant
    if (name === 'input') return { kind: 'input', type, index: which }
    return { kind: 'variable', type, level: which - this.#inputTypes.length }
  }

  /** The operation of a name that gives a type for arguments of some. */
  operation(name: string, returns: Type, parameters: readonly Type[]): Operation | undefined {
    const key = `${name} ${returns} ${parameters.join()}`
    const known = this.#operationOfKey.get(key)
    if (known !== undefined) return known
    const found = this.operations.find(
      (one) =>
        one.name === name &&
        one.returns === returns &&
        parameters.every((type, index) => one.parameters[index] === type),
    )
    if (found !== undefined) this.#operationOfKey.set(key, found)
    return found
  }

  /** Groups of the arguments of an operation. */
  slots(operation: Operation): Slots {
    const known = this.#slots[operation.id]
    if (known !== undefined) return known
    const slots = operation.parameters.map((type, argument) => this.group(operation.name, argument, type))
    this.#slots[operation.id] = slots
    return slots
  }

  /** The table of a scope within another, whose variables are outer ones there. */
  within(table: CostTable, own: Scope): CostTable {
    const key = scopeKey(own)
    const found = table.inner.get(key)
    if (found !== undefined) return found
    const roots = this.operations
      .filter((operation) => scopeKey(this.bound(operation)) === key)
      .flatMap((operation) => this.slots(operation)[0] ?? [])
    const made = this.table([...table.scope.map(({ type }) => ({ name: 'outer', type })), ...own], roots)
    table.inner.set(key, made)
    return made
  }

  /** What the lambda of an operation binds. */
  bound({ kind, parameters: [, second = '', third = ''] }: Operation): Scope {
    if (kind === 'plain') return []
    if (kind === 'fold') return [variable('total', second), variable('item', elementOf(third) ?? '')]
    const item = elementOf(second) ?? ''
    if (kind === 'each') return [variable('item', item), variable('index', 'number')]
    return [variable('left', item), variable('right', elementOf(third) ?? '')]
  }

  /**
   * What productions cost where these variables are bound.
   *
   * @param roots - Groups at which what is looked for stands. @defaultValue that of whole programs
   */
  table(scope: Scope, roots: readonly number[] = [this.root]): CostTable {
    const costs: Int32Array[] = []
    const leaves = this.#leavesOf(scope)
    for (const type of this.types) {
      const own = leaves.filter(({ returns }) => returns === type)
      for (const [group, row] of this.#costsOf(type, own)) costs[group] = row
    }
    const cheapest = this.#cheapest(costs)
    const around = this.#around(costs, cheapest, roots)
    const least = new Int32Array(this.productions.length).fill(impossible)
    for (const [group, row] of costs.entries()) {
      const outside = around[group] ?? impossible
      for (const [id, cost] of row.entries()) least[id] = Math.min(least[id] ?? impossible, cost + outside)
    }
    const operations = this.operations
      .map((operation) => ({ operation, least: least[operation.id] ?? impossible, slots: this.slots(operation) }))
      .filter((ready) => ready.least < impossible)
      .sort((a, b) => a.least - b.least || a.operation.id - b.operation.id)
    return {
      scope,
      costs,
      cheapest,
      operations,
      leaves: this.#fileLeaves(scope, least),
      bodies: new Map(),
      inner: new Map(),
    }
  }

  /** The least that a whole term costs in each group; of a lambda no more is known than that it costs something. */
  #cheapest(costs: readonly Int32Array[]): number[] {
    const cheapest = costs.map((row) =>
      this.productions.reduce(
        (least, { kind, id }) => (kind === 'leaf' ? Math.min(least, row[id] ?? impossible) : least),
        impossible,
      ),
    )
    this.#untilSettled((operation) => {
      const inner = this.#argumentCosts(operation, cheapest).reduce((sum, cost) => sum + cost, 0)
      return (this.groupsOf.get(operation.returns) ?? []).filter((group) =>
        lower(cheapest, group, (costs[group]?.[operation.id] ?? impossible) + inner),
      )
    })
    return cheapest
  }

  /**
   * The least that must be spent around a term of each group before it is part of what is looked for, so that no term is made before
   * the cost at which it can be of use. A step less for each call around, so that terms come before those they are part of.
   *
   * @see Klein and Manning, "A* parsing: fast exact Viterbi parse selection" (2003), for the estimate.
   */
  #around(costs: readonly Int32Array[], cheapest: readonly number[], roots: readonly number[]): number[] {
    const around = costs.map((_, group) => (roots.includes(group) ? 0 : impossible))
    this.#untilSettled((operation) => {
      const { id, returns, kind } = operation
      const least = (this.groupsOf.get(returns) ?? []).reduce(
        (lowest, group) => Math.min(lowest, (costs[group]?.[id] ?? impossible) + (around[group] ?? impossible)),
        impossible,
      )
      const parts = this.#argumentCosts(operation, cheapest)
      const whole = parts.reduce((sum, cost) => sum + cost, least)
      return this.slots(operation).filter(
        (slot, index) =>
          (kind === 'plain' || index > 0) && lower(around, slot, Math.max(0, whole - (parts[index] ?? 0) - 1)),
      )
    })
    return around
  }

  /** Goes through all operations again and again, until none changes anything. */
  #untilSettled(changes: (operation: Operation) => readonly unknown[]): void {
    while (this.operations.filter((operation) => changes(operation).length > 0).length > 0);
  }

  #argumentCosts(operation: Operation, cheapest: readonly number[]): number[] {
    return this.slots(operation).map((slot, index) =>
      operation.kind !== 'plain' && index === 0 ? 1 : (cheapest[slot] ?? impossible),
    )
  }

  /** Costs in the groups of a type, where these leaves of the type are at hand. */
  #costsOf(type: Type, leaves: readonly Leaf[]): ReadonlyMap<number, Int32Array> {
    const key = `${type} ${leaves.map(({ id }) => id).join()}`
    const found = this.#costsOfKey.get(key)
    if (found !== undefined) return found
    const available = [...leaves, ...(this.#operationsOf.get(type) ?? [])]
    const made = new Map<number, Int32Array>()
    for (const group of this.groupsOf.get(type) ?? []) {
      const place = this.#groups[group]
      if (place === undefined) continue
      made.set(group, this.#costs(available, place))
    }
    this.#costsOfKey.set(key, made)
    return made
  }

  #fileLeaves(scope: Scope, least: Int32Array): FiledLeaf[] {
    const leaves = [
      ...this.#inputTypes.map((type, index) => ({ leaf: this.leaf('input', type), which: index })),
      ...scope.map(({ name, type }, index) => ({
        leaf: this.leaf(name, type),
        which: this.#inputTypes.length + index,
      })),
      ...this.constants.map((constant, index) => ({
        leaf: this.leaf(constantProduction(constant), constant.type),
        which: -1 - index,
      })),
    ]
    const sharing = new Map<Leaf, number>()
    for (const { leaf } of leaves) sharing.set(leaf, (sharing.get(leaf) ?? 0) + 1)
    return leaves
      .map(({ leaf, which }) => {
        const extra = Math.round(Math.log(sharing.get(leaf) ?? 1) * costsPerNat)
        return { id: leaf.id, type: leaf.returns, at: (least[leaf.id] ?? impossible) + extra, extra, which }
      })
      .filter(({ at }) => at < impossible)
  }

  #leavesOf(scope: Scope): Leaf[] {
    return [
      ...new Set([
        ...this.#inputTypes.map((type) => this.leaf('input', type)),
        ...scope.map(({ name, type }) => this.leaf(name, type)),
        ...this.constants.map((constant) => this.leaf(constantProduction(constant), constant.type)),
      ]),
    ]
  }

  #costs(available: readonly Production[], place: Place): Int32Array {
    const guided = this.#guide.weigh(
      available.map(({ name }) => name),
      place,
    )
    const weights = available.map(
      (production, index) => (guided[index] ?? 0) * (production.kind === 'leaf' ? 1 : production.share),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const costs = new Int32Array(this.productions.length).fill(impossible)
    for (const [index, { id }] of available.entries()) {
      costs[id] = Math.max(1, Math.round(-Math.log((weights[index] ?? 0) / total) * costsPerNat))
    }
    return costs
  }

  #instances(primitive: Primitive, near: ReadonlySet<Type>): Operation[] {
    const found = bindingsOf(primitive, this.types).map((bound) => {
      const parameters = primitive.parameters.map((parameter) =>
        fill(typeof parameter === 'string' ? parameter : parameter.lambda, bound),
      )
      return { parameters, returns: fill(primitive.returns, bound) }
    })
    const isNear = (type: Type): boolean => near.has(type) || !type.includes('[')
    const hasTexts = near.has('string')
    const weightOf = ({ parameters, returns }: { parameters: readonly Type[]; returns: Type }): number => {
      const types = [...parameters, returns]
      if (!types.every(isNear)) return farShare
      return hasTexts || !types.includes('string') ? 1 : textShare
    }
    // Lambdas of two values are too many to try at types that the task does not have.
    const tried =
      primitive.kind === 'zip' || primitive.kind === 'fold'
        ? found.filter((types) => weightOf(types) > farShare)
        : found
    return tried.map((types) => {
      const alike = tried.filter(({ returns }) => returns === types.returns)
      return this.#operation({
        ...types,
        kind: primitive.kind,
        name: primitive.name,
        share:
          weightOf(types) /
          Math.max(
            1,
            alike.reduce((sum, other) => sum + weightOf(other), 0),
          ),
        plain: primitive.kind === 'plain' ? primitive.run : unused,
        each: primitive.kind === 'each' ? primitive.run : unused,
        fold: primitive.kind === 'fold' ? primitive.run : unused,
      })
    })
  }

  #fragment({ name, parameters, returns, body }: Fragment, library: readonly Fragment[]): Operation[] {
    if (![...parameters, returns].every((type) => this.types.includes(type))) return []
    const run = compile(body, {
      values: this.values,
      fragments: fragmentsByName(library),
      inputs: parameters.length,
    })
    const plain: Plain['run'] = (_, a, b, c) => run([a, b, c].slice(0, parameters.length))
    return [this.#operation({ kind: 'plain', name, parameters, returns, share: 1, plain, each: unused, fold: unused })]
  }

  #operation(options: Omit<Operation, 'id' | 'missing' | 'commutes'>): Operation {
    const operation = {
      ...options,
      id: this.productions.length,
      missing: missingOf(options.returns, this.values),
      commutes: commuting.has(options.name),
    }
    this.productions.push(operation)
    return operation
  }
}

function scopeKey(scope: Scope): string {
  return scope.map(({ name, type }) => `${name}:${type}`).join(' ')
}

function lower(costs: number[], at: number, cost: number): boolean {
  if (cost >= (costs[at] ?? impossible)) return false
  costs[at] = cost
  return true
}

function variable(name: string, type: Type): Scope[number] {
  return { name, type }
}

function unused(): number {
  return Number.NaN
}

/** The types that programs for a task go through. */
function typesOf(near: ReadonlySet<Type>, library: readonly Fragment[]): Type[] {
  const types = new Set(['number', 'boolean', 'string', 'number[]', 'string[]', ...near])
  // One level of grouping above what the task has.
  for (const type of ['number', 'string']) if (types.has(listOf(type))) types.add(listOf(listOf(type)))
  for (const { parameters, returns, body } of library) {
    // A fragment brings no types of its own into a task that has no use for them.
    if (body.kind === 'call' && [...parameters, returns].every((type) => near.has(type))) types.add(returns)
  }
  return [...types].filter((type) => (type.match(/\[\]/g)?.length ?? 0) <= 2).sort()
}

type Bound = Readonly<Record<string, Type>>

/** Every way to choose the type variables of a primitive so that all its types are among those given. */
function bindingsOf({ parameters, returns, over }: Primitive, types: readonly Type[]): Bound[] {
  const patterns = [...parameters.map((one) => (typeof one === 'string' ? one : one.lambda)), returns]
  const variables = [...new Set(patterns.flatMap((pattern) => pattern.match(/\b[A-Z]\b/g) ?? []))]
  let bound: Bound[] = [{}]
  for (const variable of variables) {
    const choices = over?.[variable] ?? types
    bound = bound.flatMap((one) => choices.map((type) => ({ ...one, [variable]: type })))
  }
  return bound.filter((one) => patterns.every((pattern) => types.includes(fill(pattern, one))))
}

function fill(pattern: string, bound: Bound): Type {
  return pattern.replace(/\b[A-Z]\b/g, (variable) => bound[variable] ?? variable)
}
