/** The productions of one task, and what each costs in each place. */

import type { Guide, Place } from '../guide/guide.js'
import type { Expression } from '../language/expression.js'
import { type Fragment, fragmentsByName } from '../language/fragment.js'
import { compile, missingOf } from '../language/interpret.js'
import type { Each, Fold, Plain, Primitive } from '../language/primitive.js'
import { primitives } from '../language/primitives.js'
import { elementOf, listOf, type Signature, type Type, withParts } from '../language/types.js'
import type { Values } from '../language/values.js'
import type { ConstantChoice } from './constants.js'

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

/** An operation, its least cost in a scope, and the groups of its arguments. */
export interface ReadyOperation {
  readonly operation: Operation
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
  /** The least cost in each group. */
  readonly cheapest: readonly number[]
  /** Operations, those with the least cost first. */
  readonly operations: readonly ReadyOperation[]
  readonly leaves: readonly FiledLeaf[]
  /** By operation: the least that the body of its lambda costs, as far as it was asked for. */
  readonly bodies: Map<number, number>
  /** Tables of scopes within this one, by what they add to it. */
  readonly inner: Map<string, CostTable>
}

/**
 * How much less than in other places of its type a production may cost in one of them: terms are filed by their least cost, so
 * what is likely in one rare place only would be enumerated for all.
 */
const mostGain = 1.5 * costsPerNat

/** Of types far from those of the task. */
const farShare = 0.15

/** The productions of a task. */
export class Grammar {
  readonly values: Values
  readonly types: readonly Type[]
  readonly operations: readonly Operation[]
  readonly productions: Production[] = []
  /** Groups of places in which the same costs hold, by type. */
  readonly groupsOf = new Map<Type, number[]>()
  readonly constants: readonly ConstantChoice[]
  readonly #guide: Guide
  readonly #groups: Place[] = []
  readonly #groupOfKey = new Map<string, number>()
  readonly #leaves = new Map<string, Leaf>()
  readonly #slots: (Slots | undefined)[] = []
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
      readonly constants: readonly ConstantChoice[]
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
        .map((type) => ({ type, value: [], production: 'empty', drawn: false })),
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
    this.group('root', 0, returns)
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
    if (constant !== undefined) {
      const { value, drawn } = constant
      return drawn ? { kind: 'constant', type, value, drawn } : { kind: 'constant', type, value }
    }
    if (name === 'input') return { kind: 'input', type, index: which }
    return { kind: 'variable', type, level: which - this.#inputTypes.length }
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
    const key = own.map(({ name, type }) => `${name}:${type}`).join(' ')
    const found = table.inner.get(key)
    if (found !== undefined) return found
    const made = this.table([...table.scope.map(({ type }) => ({ name: 'outer', type })), ...own])
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

  /** What productions cost where these variables are bound. */
  table(scope: Scope): CostTable {
    const costs: Int32Array[] = []
    const leaves = this.#leavesOf(scope)
    const least = new Int32Array(this.productions.length).fill(impossible)
    for (const type of this.types) {
      const own = leaves.filter(({ returns }) => returns === type)
      for (const [group, row] of this.#costsOf(type, own)) {
        costs[group] = row
        for (const { id } of [...own, ...(this.#operationsOf.get(type) ?? [])]) {
          least[id] = Math.min(least[id] ?? impossible, row[id] ?? impossible)
        }
      }
    }
    const operations = this.operations
      .map((operation) => ({ operation, least: least[operation.id] ?? impossible, slots: this.slots(operation) }))
      .filter((ready) => ready.least < impossible)
      .sort((a, b) => a.least - b.least || a.operation.id - b.operation.id)
    const cheapest = costs.map((row) => row.reduce((lowest, cost) => Math.min(lowest, cost), impossible))
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

  /** Costs in the groups of a type, where these leaves of the type are at hand. */
  #costsOf(type: Type, leaves: readonly Leaf[]): ReadonlyMap<number, Int32Array> {
    const key = `${type} ${leaves.map(({ id }) => id).join()}`
    const found = this.#costsOfKey.get(key)
    if (found !== undefined) return found
    const available = [...leaves, ...(this.#operationsOf.get(type) ?? [])]
    const usual = this.#costs(available, { parent: '', argument: 0, type })
    const made = new Map<number, Int32Array>()
    for (const group of this.groupsOf.get(type) ?? []) {
      const place = this.#groups[group]
      if (place === undefined) continue
      const costs = this.#costs(available, place)
      made.set(
        group,
        costs.map((cost, id) => Math.max(cost, (usual[id] ?? 0) - mostGain)),
      )
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
      ...this.constants.map(({ production, type }, index) => ({
        leaf: this.leaf(production, type),
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
        ...this.constants.map(({ production, type }) => this.leaf(production, type)),
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
    const weightOf = ({ parameters, returns }: { parameters: readonly Type[]; returns: Type }): number =>
      [...parameters, returns].every(isNear) ? 1 : farShare
    // Lambdas of two values are too many to try at types that the task does not have.
    const tried =
      primitive.kind === 'zip' || primitive.kind === 'fold' ? found.filter((types) => weightOf(types) === 1) : found
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

  #operation(options: Omit<Operation, 'id' | 'missing'>): Operation {
    const operation = { ...options, id: this.productions.length, missing: missingOf(options.returns, this.values) }
    this.productions.push(operation)
    return operation
  }
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
