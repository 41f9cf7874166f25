/** Reads JSON the way language models write it. */

import { jsonrepair } from 'jsonrepair'

/** A value that was read. */
export interface TolerantValue {
  readonly value: unknown
  /** Index after it. */
  readonly end: number
  /** Whether the text ended inside it, so that its last part is a guess. */
  readonly truncated: boolean
}

/**
 * Reads the object or list that starts at `start`.
 *
 * Accepts single and typographic quotes, raw line breaks and unescaped quotes in strings, trailing commas, comments,
 * unquoted keys, Python's constants, and an end that is missing.
 *
 * @param limit - Index that it cannot reach over.
 * @returns Nothing if no object or list can be made of it.
 */
export function readTolerantJson(text: string, start: number, limit = text.length): TolerantValue | undefined {
  if (text[start] !== '{' && text[start] !== '[') return undefined
  for (const end of [closingIndex(text, start, limit, 'strict'), closingIndex(text, start, limit, 'lenient')]) {
    if (end === undefined) continue
    const value = parseTolerantJson(text.slice(start, end))
    if (value !== undefined) return { value, end, truncated: false }
  }
  const value = parseTolerantJson(text.slice(start, limit).trimEnd())
  return value === undefined ? undefined : { value, end: limit, truncated: true }
}

/** Parses a text that is one object or list. @returns Nothing if it cannot be read as such. */
export function parseTolerantJson(text: string): object | undefined {
  return asObject(tryParse(text, JSON.parse)) ?? asObject(tryParse(text, repair))
}

/** Python's long strings become JSON's before the rest is mended. */
function repair(text: string): unknown {
  const quoted = text.replace(/("{3}|'{3})([\s\S]*?)\1/g, (_, __, inner: string) => JSON.stringify(inner))
  return JSON.parse(jsonrepair(quoted))
}

function tryParse(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch {
    // Not JSON: the caller goes on without it.
    return undefined
  }
}

function asObject(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? value : undefined
}

/** Quotes that may close what one opens. */
const quotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”"', '‘': "’'", '`': '`' }

/**
 * Finds the index after the bracket that closes the one at `start`.
 *
 * @param mode - `strict`: double quotes, as JSON has it. `lenient`: any quote that stands where a string can begin, closed
 * by one that stands where it can end.
 */
export function closingIndex(
  text: string,
  start: number,
  limit: number,
  mode: 'strict' | 'lenient',
): number | undefined {
  let depth = 0
  for (let index = start; index < limit; index++) {
    const character = text[index] ?? ''
    if (character in quotes && (mode === 'lenient' ? beginsString(text, index) : character === '"')) {
      const end = stringEnd(text, index, limit, mode)
      if (end === undefined) return undefined
      index = end
    } else if ('{[('.includes(character)) depth++
    else if ('}])'.includes(character) && --depth === 0) return index + 1
  }
  return undefined
}

function beginsString(text: string, index: number): boolean {
  return /[{[(,:=+]\s*[rbfu]?$/i.test(text.slice(Math.max(0, index - 80), index))
}

/** Index of the quote that closes the string beginning at `start`. */
function stringEnd(text: string, start: number, limit: number, mode: 'strict' | 'lenient'): number | undefined {
  const opening = text[start] ?? ''
  const closing = quotes[opening] ?? opening
  const tripled = opening.repeat(3)
  if (mode === 'lenient' && text.startsWith(tripled, start)) {
    const end = text.indexOf(tripled, start + 3)
    return end < 0 ? undefined : end + 2
  }
  for (let index = start + 1; index < limit; index++) {
    const character = text[index] ?? ''
    if (character === '\\') index++
    else if (closing.includes(character)) {
      if (mode === 'strict' || /^\s*(?:[,:}\])=]|$)/.test(text.slice(index + 1, index + 80))) return index
    }
  }
  return undefined
}
