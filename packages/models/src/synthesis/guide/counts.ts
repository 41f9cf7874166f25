/** A guide that counts: which productions stood where in programs that were right. */

import type { Expression } from '../language/expression.js'
import { primitiveCalled } from '../language/primitives.js'
import { constantProduction } from '../search/constants.js'
import { type Guide, type Place, unlearnedGuide } from './guide.js'

/** How often each production stood at each place: plain data; the counts of two salps add up. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>

/** How fast counts take over from what is assumed without them. */
export interface CountGuideOptions {
  /** Observations that the rates of a type are worth at one of its places. @defaultValue `12` */
  readonly place?: number | undefined
  /** Observations that the unlearned guide is worth for a type. @defaultValue `32` */
  readonly type?: number | undefined
}

/** A node of a program: where it stands, what it is, and how often it is counted. */
export interface Occurrence {
  readonly place: Place
  readonly production: string
}

/** Every node of a program. */
export function occurrencesIn(program: Expression): Occurrence[] {
  const found: Occurrence[] = []
  const visit = (expression: Expression, parent: string, argument: number, scope: readonly string[]): void => {
    const { type } = expression
    found.push({ place: { parent, argument, type }, production: productionOf(expression, scope) })
    if (expression.kind !== 'call') return
    for (const [index, part] of expression.arguments.entries()) {
      const bound = index === 0 ? boundBy(expression.name) : []
      visit(part, expression.name, index, bound.length === 0 ? scope : [...scope.map(() => 'outer'), ...bound])
    }
  }
  visit(program, 'root', 0, [])
  return found
}

/** Where it is counted how many inputs programs use, and how many they ignore. */
const inputsKey = 'inputs/0 '

/** Counts with the nodes of one more program, which has so many inputs; with those of one less, where `times` is −1. */
export function addProgram(counts: Counts, program: Expression, inputs: number, times: 1 | -1 = 1): Counts {
  const used = usedInputs(program).size
  const sums: Record<string, Record<string, number>> = {
    [inputsKey]: { used: times * used, ignored: times * (inputs - used) },
  }
  for (const { place, production } of occurrencesIn(program)) {
    const key = placeKey(place)
    sums[key] ??= {}
    const row = sums[key]
    row[production] = (row[production] ?? 0) + times
  }
  return mergeCounts([counts, sums])
}

/** The inputs that a program names. */
export function usedInputs(program: Expression): Set<number> {
  if (program.kind === 'input') return new Set([program.index])
  if (program.kind !== 'call') return new Set()
  return new Set(program.arguments.flatMap((part) => [...usedInputs(part)]))
}

/** The sum of counts. */
export function mergeCounts(all: readonly Counts[]): Counts {
  const sums: Record<string, Record<string, number>> = {}
  for (const counts of all) {
    for (const [key, row] of Object.entries(counts)) {
      const sum = sums[key] ?? {}
      for (const [production, count] of Object.entries(row)) sum[production] = (sum[production] ?? 0) + count
      sums[key] = sum
    }
  }
  return sums
}

/**
 * A guide of counts: the rates at a place, drawn towards those of its type, drawn towards the unlearned guide (a Dirichlet prior
 * at both steps).
 */
export function countGuide(
  counts: Counts,
  { place: perPlace = 12, type: perType = 64 }: CountGuideOptions = {},
): Guide {
  const ofType = new Map<string, Map<string, number>>()
  const ofPlace = new Map<string, Map<string, number>>()
  for (const [key, given] of Object.entries(counts)) {
    const type = key.slice(key.indexOf(' ') + 1)
    if (type === '') continue
    const row = byKind(given)
    ofPlace.set(key, row)
    const sum = ofType.get(type) ?? new Map<string, number>()
    ofType.set(type, sum)
    for (const [production, count] of row) sum.set(production, (sum.get(production) ?? 0) + count)
  }
  const { used = 0, ignored = 0 } = counts[inputsKey] ?? {}
  return {
    ignoring: Math.max(0, Math.log((used + 1) / (ignored + 1))),
    knows: (place) => ofPlace.has(placeKey(place)),
    weigh(given, place) {
      const productions = given.map(kindOf)
      const row = ofPlace.get(placeKey(place))
      const sum = ofType.get(place.type)
      const typed = posterior(productions, normal(unlearnedGuide.weigh(given, place)), perType, (name) =>
        sum?.get(name),
      )
      return row === undefined ? typed : posterior(productions, typed, perPlace, (name) => row.get(name))
    },
  }
}

/** Variables that lambdas bind are counted as one: what is done with one is done with another. */
const bound: ReadonlySet<string> = new Set(['item', 'left', 'right', 'total'])

function kindOf(production: string): string {
  return bound.has(production) ? 'bound' : production
}

function byKind(row: Readonly<Record<string, number>>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [production, count] of Object.entries(row))
    sums.set(kindOf(production), (sums.get(kindOf(production)) ?? 0) + count)
  return sums
}

/** What the mean of a Dirichlet distribution is, behind counts. */
function posterior(
  productions: readonly string[],
  prior: readonly number[],
  strength: number,
  count: (production: string) => number | undefined,
): number[] {
  const sharing = new Map<string, number>()
  for (const production of productions) sharing.set(production, (sharing.get(production) ?? 0) + 1)
  return normal(
    productions.map(
      (production, index) => (count(production) ?? 0) / (sharing.get(production) ?? 1) + strength * (prior[index] ?? 0),
    ),
  )
}

function normal(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

function placeKey({ parent, argument, type }: Place): string {
  return `${parent}/${argument} ${type}`
}

function productionOf(expression: Expression, scope: readonly string[]): string {
  switch (expression.kind) {
    case 'input':
      return 'input'
    case 'variable':
      return scope[expression.level] ?? 'outer'
    case 'constant':
      return constantProduction(expression)
    case 'call':
      return expression.name
  }
}

function boundBy(name: string): readonly string[] {
  const kind = primitiveCalled(name)?.kind
  if (kind === 'each') return ['item', 'index']
  if (kind === 'zip') return ['left', 'right']
  return kind === 'fold' ? ['total', 'item'] : []
}
