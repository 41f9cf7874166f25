/** Functions that are written above a printed program, where TypeScript has none that does it. */

import type { HelperName } from './primitive.js'

/** Each helper under the name it has in the program. */
export const helpers: Readonly<Record<HelperName, (name: string) => string>> = {
  chunk: (name) => `function ${name}<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => values.slice(at * size, (at + 1) * size))
}`,
  countOf: (name) => `function ${name}<T>(values: readonly T[], value: T): number {
  return values.filter((other) => other === value).length
}`,
  dropWhile: (name) => `function ${name}<T>(values: readonly T[], drop: (value: T, index: number) => boolean): T[] {
  const start = values.findIndex((value, index) => !drop(value, index))
  return start < 0 ? [] : values.slice(start)
}`,
  gcd: (name) => `function ${name}(a: number, b: number): number {
  return b === 0 ? Math.abs(a) : ${name}(b, a % b)
}`,
  groupBy: (name) => `function ${name}<T>(values: readonly T[], key: (value: T, index: number) => unknown): T[][] {
  const groups = new Map<unknown, T[]>()
  values.forEach((value, index) => {
    const group = groups.get(key(value, index))
    if (group === undefined) groups.set(key(value, index), [value])
    else group.push(value)
  })
  return [...groups.values()]
}`,
  indicesWhere: (
    name,
  ) => `function ${name}<T>(values: readonly T[], wanted: (value: T, index: number) => boolean): number[] {
  return values.flatMap((value, index) => (wanted(value, index) ? [index] : []))
}`,
  pair: (name) => `function ${name}<A, B>(first: A, second: B): [A, B] {
  return [first, second]
}`,
  range: (name) => `function ${name}(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}`,
  sameItems: (name) => `function ${name}<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}`,
  scan: (name) => `function ${name}<T, U>(values: readonly T[], step: (total: U, value: T) => U, start: U): U[] {
  let total = start
  return values.map((value) => {
    total = step(total, value)
    return total
  })
}`,
  sortBy: (name) => `function ${name}<T>(values: readonly T[], key: (value: T, index: number) => number | string): T[] {
  return values
    .map((value, index) => ({ value, key: key(value, index) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value)
}`,
  takeWhile: (name) => `function ${name}<T>(values: readonly T[], keep: (value: T, index: number) => boolean): T[] {
  const end = values.findIndex((value, index) => !keep(value, index))
  return end < 0 ? [...values] : values.slice(0, end)
}`,
  windows: (name) => `function ${name}<T>(values: readonly T[], size: number): T[][] {
  return values.slice(size - 1).map((_, at) => values.slice(at, at + size))
}`,
  zipWith: (
    name,
  ) => `function ${name}<A, B, C>(first: readonly A[], second: readonly B[], join: (a: A, b: B) => C): C[] {
  return first.slice(0, second.length).map((value, index) => join(value, second[index] as B))
}`,
}
