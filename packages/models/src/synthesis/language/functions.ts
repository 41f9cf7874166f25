/** Primitives that take a lambda. */

import {
  binding,
  type Each,
  type Fold,
  method,
  nothing,
  type Primitive,
  type Printing,
  receiverText,
} from './primitive.js'
import type { Values } from './values.js'

const each = (
  name: string,
  gives: string,
  returns: string,
  run: Each['run'],
  print: Each['print'],
  over?: Each['over'],
): Each => ({ kind: 'each', name, parameters: [{ lambda: gives }, 'T[]'], returns, run, print, over })

/** A method of the list that takes the lambda. */
const listMethod =
  (name: string): Each['print'] =>
  ([lambda = nothing, list = nothing], printing) =>
    method(`${name}(`)([list, lambda], printing)

const helper =
  (name: 'takeWhile' | 'dropWhile' | 'sortBy' | 'groupBy' | 'indicesWhere'): Each['print'] =>
  ([lambda = nothing, list = nothing], printing) => ({
    text: `${printing.helper(name)}(${list.text}, ${lambda.text})`,
    level: binding.call,
  })

/** Place of the first element for which the lambda gave `wanted`; the length if there is none. */
function firstOf(values: Values, list: number, results: ArrayLike<number>, from: number, wanted: number): number {
  const length = values.length(list)
  for (let at = 0; at < length; at++) if (results[from + at] === wanted) return at
  return length
}

function mapped(values: Values, list: number, results: ArrayLike<number>, from: number): number {
  const length = values.length(list)
  const start = values.open(length)
  for (let at = 0; at < length; at++) values.data[start + at] = results[from + at] ?? Number.NaN
  return values.close(length)
}

function filtered(values: Values, list: number, results: ArrayLike<number>, from: number): number {
  const length = values.length(list)
  const start = values.open(length)
  const source = values.start(list)
  let kept = 0
  for (let at = 0; at < length; at++) {
    if (results[from + at] === 1) values.data[start + kept++] = values.data[source + at] ?? 0
  }
  return values.close(kept)
}

function between(values: Values, list: number, from: number, to: number): number {
  const start = values.start(list)
  return values.list(values.data.slice(start + from, start + to))
}

/** Elements in the order of their keys; those with equal keys stay in order. */
function sorted(
  values: Values,
  list: number,
  results: ArrayLike<number>,
  from: number,
  compare: (a: number, b: number) => number,
): number {
  const items = values.items(list)
  const order = items.map((_, at) => at)
  order.sort((a, b) => compare(results[from + a] ?? 0, results[from + b] ?? 0))
  return values.list(order.map((at) => items[at] ?? 0))
}

function grouped(values: Values, list: number, results: ArrayLike<number>, from: number): number {
  const groups = new Map<number, number[]>()
  for (const [at, item] of values.items(list).entries()) {
    const key = results[from + at] ?? 0
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return values.list([...groups.values()].map((group) => values.list(group)))
}

const keys = ['number', 'string', 'boolean']

/** Types that TypeScript does not find by itself are written out. */
const generics = (
  { types: [gathered = '', , items = ''] }: Printing,
  all: (gathered: string, item: string) => string,
): string => {
  const item = items.slice(0, -2)
  return gathered === item && gathered !== 'boolean' ? '' : `<${all(gathered, item)}>`
}

const reduce: Fold = {
  kind: 'fold',
  name: 'reduce',
  parameters: [{ lambda: 'U' }, 'U', 'T[]'],
  returns: 'U',
  run: (_, start, gathered) => gathered.at(-1) ?? start,
  print: ([lambda = nothing, start = nothing, list = nothing], printing) => ({
    text: `${receiverText(list)}.reduce${generics(printing, (gathered) => gathered)}(${lambda.text}, ${start.text})`,
    level: binding.call,
  }),
}

const scan: Fold = {
  kind: 'fold',
  name: 'scan',
  parameters: [{ lambda: 'U' }, 'U', 'T[]'],
  returns: 'U[]',
  run: (values, _, gathered) => values.list(gathered),
  print: ([lambda = nothing, start = nothing, list = nothing], printing) => {
    const types = generics(printing, (gathered, item) => `${item}, ${gathered}`)
    return {
      text: `${printing.helper('scan')}${types}(${list.text}, ${lambda.text}, ${start.text})`,
      level: binding.call,
    }
  },
}

/** Higher-order primitives over lists. */
export const functions: readonly Primitive[] = [
  each('map', 'U', 'U[]', mapped, listMethod('map')),
  each('filter', 'boolean', 'T[]', filtered, listMethod('filter')),
  each(
    'count',
    'boolean',
    'number',
    (values, list, results, from) => {
      let count = 0
      for (let at = 0; at < values.length(list); at++) count += results[from + at] ?? 0
      return count
    },
    (parts, printing) => ({ text: `${listMethod('filter')(parts, printing).text}.length`, level: binding.call }),
  ),
  each(
    'indicesWhere',
    'boolean',
    'number[]',
    (values, list, results, from) => {
      const found: number[] = []
      for (let at = 0; at < values.length(list); at++) if (results[from + at] === 1) found.push(at)
      return values.list(found)
    },
    helper('indicesWhere'),
  ),
  each(
    'every',
    'boolean',
    'boolean',
    (values, list, results, from) => (firstOf(values, list, results, from, 0) === values.length(list) ? 1 : 0),
    listMethod('every'),
  ),
  each(
    'some',
    'boolean',
    'boolean',
    (values, list, results, from) => (firstOf(values, list, results, from, 1) < values.length(list) ? 1 : 0),
    listMethod('some'),
  ),
  each(
    'find',
    'boolean',
    'T',
    (values, list, results, from, missing) => {
      const at = firstOf(values, list, results, from, 1)
      return at < values.length(list) ? (values.data[values.start(list) + at] ?? missing) : missing
    },
    (parts, printing) => ({
      text: `${listMethod('find')(parts, printing).text} ?? ${printing.missing(printing.type)}`,
      level: binding.fallback,
    }),
  ),
  each(
    'findIndex',
    'boolean',
    'number',
    (values, list, results, from) => {
      const at = firstOf(values, list, results, from, 1)
      return at < values.length(list) ? at : -1
    },
    listMethod('findIndex'),
  ),
  each(
    'takeWhile',
    'boolean',
    'T[]',
    (values, list, results, from) => between(values, list, 0, firstOf(values, list, results, from, 0)),
    helper('takeWhile'),
  ),
  each(
    'dropWhile',
    'boolean',
    'T[]',
    (values, list, results, from) =>
      between(values, list, firstOf(values, list, results, from, 0), values.length(list)),
    helper('dropWhile'),
  ),
  each(
    'sortBy',
    'number',
    'T[]',
    (values, list, results, from) => sorted(values, list, results, from, (a, b) => a - b),
    helper('sortBy'),
  ),
  each(
    'sortByText',
    'string',
    'T[]',
    (values, list, results, from) =>
      sorted(values, list, results, from, (a, b) => {
        const [first, second] = [values.textAt(a), values.textAt(b)]
        return first < second ? -1 : first > second ? 1 : 0
      }),
    helper('sortBy'),
  ),
  each('groupBy', 'K', 'T[][]', grouped, helper('groupBy'), { K: keys }),
  {
    kind: 'zip',
    name: 'zipWith',
    parameters: [{ lambda: 'U' }, 'A[]', 'B[]'],
    returns: 'U[]',
    print: ([lambda = nothing, a = nothing, b = nothing], printing) => ({
      text: `${printing.helper('zipWith')}(${a.text}, ${b.text}, ${lambda.text})`,
      level: binding.call,
    }),
  },
  reduce,
  scan,
]
