/** Values that are plain data: what JSON can say, and nothing else. */

/** A JSON value. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [key: string]: Data }

/** Deepest nesting of data that is taken in. */
const deepest = 100

/**
 * Tells what keeps a value from being plain data; nothing if it is.
 *
 * Cycles, holes, NaN, `undefined`, classes, getters and symbols are refused, as is nesting of more than 100 levels.
 *
 * @returns The place, as in `tests.3.args`, and why.
 */
export function dataFault(
  value: unknown,
): { readonly path: readonly (string | number)[]; readonly reason: string } | undefined {
  const around = new Set<object>()
  const visit = (found: unknown, path: readonly (string | number)[]): ReturnType<typeof dataFault> => {
    if (found === null || typeof found === 'boolean' || typeof found === 'string') return undefined
    if (typeof found === 'number') return Number.isFinite(found) ? undefined : { path, reason: `is ${found}` }
    if (typeof found !== 'object') return { path, reason: `is of type ${typeof found}` }
    if (around.has(found)) return { path, reason: 'is part of itself' }
    if (path.length > deepest) return { path, reason: `is nested more than ${deepest} deep` }
    const prototype: unknown = Object.getPrototypeOf(found)
    if (!Array.isArray(found) && prototype !== Object.prototype && prototype !== null)
      return { path, reason: 'is an object of a class' }
    if (Object.getOwnPropertySymbols(found).length > 0) return { path, reason: 'has a symbol as a key' }
    around.add(found)
    const keys = Array.isArray(found) ? found.keys() : Object.keys(found)
    for (const key of keys) {
      const field = Object.getOwnPropertyDescriptor(found, key)
      if (field === undefined) return { path: [...path, key], reason: 'is missing from a list' }
      if (!('value' in field)) return { path: [...path, key], reason: 'is computed when it is read' }
      if (key === '__proto__') return { path: [...path, key], reason: 'is a key that no data may have' }
      const fault = visit(field.value, [...path, key])
      if (fault !== undefined) return fault
    }
    around.delete(found)
    return undefined
  }
  return visit(value, [])
}

/**
 * Tells whether two values are the same data: numbers within `tolerance` of one another (absolute, or relative to the greater
 * one when that is more than 1), -0 equal to 0, fields in any order.
 */
export function sameData(a: Data, b: Data, tolerance = 0): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  if (isList(a) || isList(b))
    return (
      isList(a) &&
      isList(b) &&
      a.length === b.length &&
      a.every((item, index) => sameData(item, b[index] ?? null, tolerance))
    )
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameData(a[key] ?? null, b[key] ?? null, tolerance))
  )
}

function isList(value: Data): value is readonly Data[] {
  return Array.isArray(value)
}
