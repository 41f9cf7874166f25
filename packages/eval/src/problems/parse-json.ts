/** JSON with the lines it stands in, so that what is wrong in a file can be pointed at. */

import { SalpError } from '@salp/core'
import type { Data } from './data.js'

/** What a text says, and where it says it. */
export interface ParsedJson {
  readonly value: Data
  /** Line of the value at `path`, or of the nearest one around it that is there. From 1. */
  lineOf(path: readonly PropertyKey[]): number
}

/** Where a value begins, and those within it. */
interface Place {
  readonly line: number
  readonly within: Map<PropertyKey, Place>
}

/** Deepest nesting that is read. */
const deepest = 100

const token =
  /[\t\n\r ]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y

/**
 * Reads JSON as `JSON.parse` does, but refuses keys that stand twice, numbers too great for a double, and nesting of more than
 * 100 levels.
 *
 * @throws {@link JsonError} (`eval/json`), which says the line.
 */
export function parseJson(text: string): ParsedJson {
  let at = 0
  let line = 1
  let counted = 0
  const refuse = (why: string): never => {
    throw new JsonError(line, why)
  }
  /** Counts the lines before `position`. */
  const moveTo = (position: number): void => {
    for (
      let index = text.indexOf('\n', counted);
      index >= 0 && index < position;
      index = text.indexOf('\n', index + 1)
    ) {
      line++
      counted = index + 1
    }
    counted = Math.max(counted, position)
  }
  const next = (): { text: string; kind: 'mark' | 'string' | 'number' | 'word' } => {
    token.lastIndex = at
    const found = token.exec(text)
    if (found === null) {
      const rest = /[^\t\n\r ]/g
      rest.lastIndex = at
      const odd = rest.exec(text)
      moveTo(odd?.index ?? text.length)
      return odd === null
        ? refuse('it ends too early')
        : refuse(`${JSON.stringify(text.slice(odd.index, odd.index + 20))} is no JSON`)
    }
    at = token.lastIndex
    const [, mark, string, number, word] = found
    moveTo(at - (mark ?? string ?? number ?? word ?? '').length)
    if (mark !== undefined) return { text: mark, kind: 'mark' }
    if (string !== undefined) return { text: string, kind: 'string' }
    return number === undefined ? { text: word ?? '', kind: 'word' } : { text: number, kind: 'number' }
  }
  const stringOf = (quoted: string): string => {
    try {
      return JSON.parse(quoted) as string
    } catch {
      return refuse(`the string ${quoted.slice(0, 40)} holds what no string may`)
    }
  }
  const read = (begin: ReturnType<typeof next>, depth: number): { value: Data; place: Place } => {
    const place: Place = { line, within: new Map() }
    if (begin.kind === 'string') return { value: stringOf(begin.text), place }
    if (begin.kind === 'word') return { value: JSON.parse(begin.text) as Data, place }
    if (begin.kind === 'number') {
      const value = Number(begin.text)
      return Number.isFinite(value) ? { value, place } : refuse(`${begin.text} is too great`)
    }
    if (depth > deepest) refuse(`it is nested more than ${deepest} deep`)
    if (begin.text === '[') {
      const items: Data[] = []
      let found = next()
      if (found.text === ']' && found.kind === 'mark') return { value: items, place }
      for (;;) {
        const item = read(found, depth + 1)
        place.within.set(items.length, item.place)
        items.push(item.value)
        const mark = next()
        if (mark.text === ']') return { value: items, place }
        if (mark.text !== ',') refuse(`${mark.text} where a list needs "," or "]"`)
        found = next()
      }
    }
    if (begin.text !== '{') refuse(`${begin.text} where a value is needed`)
    const fields: [string, Data][] = []
    let found = next()
    if (found.text === '}' && found.kind === 'mark') return { value: {}, place }
    for (;;) {
      if (found.kind !== 'string') refuse(`${found.text} where a key is needed`)
      const key = stringOf(found.text)
      const keyLine = line
      if (place.within.has(key)) refuse(`the key ${found.text} stands twice`)
      if (next().text !== ':') refuse(`the key ${found.text} has no ":"`)
      const item = read(next(), depth + 1)
      place.within.set(key, { line: keyLine, within: item.place.within })
      fields.push([key, item.value])
      const mark = next()
      if (mark.text === '}') return { value: Object.fromEntries(fields), place }
      if (mark.text !== ',') refuse(`${mark.text} where an object needs "," or "}"`)
      found = next()
    }
  }
  const { value, place } = read(next(), 0)
  const rest = /[^\t\n\r ]/g
  rest.lastIndex = at
  const left = rest.exec(text)
  if (left !== null) {
    moveTo(left.index)
    refuse('more follows after its end')
  }
  return {
    value,
    lineOf(path) {
      let found = place
      for (const key of path) found = found.within.get(key) ?? { line: found.line, within: new Map() }
      return found.line
    },
  }
}

/** Text that is no JSON, or JSON that is no data. */
export class JsonError extends SalpError {
  /** From 1. */
  readonly line: number
  readonly reason: string
  constructor(line: number, reason: string) {
    super('eval/json', `Cannot read JSON: line ${line}: ${reason}`)
    this.line = line
    this.reason = reason
  }
}
