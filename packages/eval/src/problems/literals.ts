/** Plain values as Python and JavaScript write them. */

import type { Data } from './data.js'

/** Values that stand in a text, and where they end. */
export interface Literals {
  readonly values: readonly Data[]
  /** Index of what follows. */
  readonly end: number
}

const words: Readonly<Record<string, Data>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
}
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' }
const deepest = 50

/**
 * Reads values that are separated by commas: numbers, texts, truth values, nothing, lists, tuples (as lists), objects.
 *
 * @param close - What ends them; `undefined` reads one value and stops after it.
 * @returns `undefined` where something else stands there.
 */
export function readLiterals(text: string, start: number, close: string | undefined): Literals | undefined {
  let at = start
  const skip = (): void => {
    while (/\s/.test(text[at] ?? '')) at++
  }
  const list = (end: string, depth: number): Data[] | undefined => {
    const values: Data[] = []
    for (;;) {
      skip()
      if (text[at] === end) return values
      const value = read(depth)
      if (value === undefined) return undefined
      values.push(value)
      skip()
      if (text[at] === ',') at++
      else if (text[at] !== end) return undefined
    }
  }
  const object = (depth: number): Data | undefined => {
    const fields: [string, Data][] = []
    for (;;) {
      skip()
      if (text[at] === '}') {
        at++
        return Object.fromEntries(fields)
      }
      const key = read(depth)
      skip()
      if (typeof key !== 'string' || text[at] !== ':') return undefined
      at++
      skip()
      const value = read(depth)
      if (value === undefined) return undefined
      fields.push([key, value])
      skip()
      if (text[at] === ',') at++
      else if (text[at] !== '}') return undefined
    }
  }
  const read = (depth: number): Data | undefined => {
    if (depth > deepest) return undefined
    const mark = text[at] ?? ''
    if (mark === '[' || mark === '(') {
      at++
      const before = at
      const end = mark === '[' ? ']' : ')'
      const values = list(end, depth + 1)
      if (values === undefined) return undefined
      at++
      // Brackets around one value, without a comma, are no tuple.
      return mark === '(' && values.length === 1 && !/,\s*\)$/.test(text.slice(before, at)) ? values[0] : values
    }
    if (mark === '{') {
      at++
      return object(depth + 1)
    }
    if (mark === '"' || mark === "'") {
      let value = ''
      for (at++; at < text.length && text[at] !== mark; at++) {
        if (text[at] !== '\\') value += text[at]
        else {
          at++
          value += escapes[text[at] ?? ''] ?? text[at] ?? ''
        }
      }
      if (text[at] !== mark) return undefined
      at++
      return value
    }
    const found = /^(?:[A-Za-z]+|-?(?:\d[\d_]*)(?:\.\d*)?(?:[eE][+-]?\d+)?)/.exec(text.slice(at, at + 64))?.[0] ?? ''
    if (found === '') return undefined
    at += found.length
    if (Object.hasOwn(words, found)) return words[found]
    const value = Number(found.replaceAll('_', ''))
    return Number.isFinite(value) ? value : undefined
  }
  if (close === undefined) {
    skip()
    const value = read(0)
    return value === undefined ? undefined : { values: [value], end: at }
  }
  const values = list(close, 0)
  return values && { values, end: at }
}
