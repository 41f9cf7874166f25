/** Reads calls written as code: `name({…})`, `name(key="value")`, `name("value")`. */

import { closingIndex, parseTolerantJson } from './tolerant-json.js'

/** Arguments in parentheses. */
export interface WrittenArguments {
  /** An object of named values, a list of positional ones, or the one object that was given. */
  readonly input: unknown
  /** Index after the closing parenthesis. */
  readonly end: number
}

/**
 * Reads the arguments whose opening parenthesis stands at `start`.
 *
 * @returns Nothing if they are not literals: a name, an operator or a call among them makes it a piece of code.
 */
export function readWrittenArguments(text: string, start: number, limit = text.length): WrittenArguments | undefined {
  for (const mode of ['strict', 'lenient'] as const) {
    const end = closingIndex(text, start, limit, mode)
    const input = end === undefined ? undefined : parseArguments(text.slice(start + 1, end - 1))
    if (end !== undefined && input !== undefined) return { input, end }
  }
  return undefined
}

function parseArguments(text: string): unknown {
  const parts = splitArguments(text)
  if (parts.length === 0) return {}
  const named: [string, unknown][] = []
  const positional: unknown[] = []
  for (const part of parts) {
    const [whole = '', name] = /^([\p{L}_][\p{L}\p{N}_]*)\s*[=:]\s*(?!=)/u.exec(part) ?? []
    const value = literal(part.slice(whole.length))
    if (value === undefined) return undefined
    if (name === undefined) positional.push(value)
    else named.push([name, value])
  }
  if (positional.length === 0) return Object.fromEntries(named)
  if (named.length > 0) return undefined
  const [only] = positional
  return positional.length === 1 && typeof only === 'object' && !Array.isArray(only) ? only : positional
}

/** Splits at commas outside quotes and brackets. */
function splitArguments(text: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ''
    if ('"\'“‘`'.includes(character)) index = skipString(text, index)
    else if ('{[('.includes(character)) index = (closingIndex(text, index, text.length, 'lenient') ?? text.length) - 1
    else if (character === ',') {
      parts.push(text.slice(from, index))
      from = index + 1
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== '')
}

function skipString(text: string, start: number): number {
  const opening = text[start] ?? ''
  const tripled = opening.repeat(3)
  if (text.startsWith(tripled, start)) {
    const end = text.indexOf(tripled, start + 3)
    return end < 0 ? text.length : end + 2
  }
  const closing = opening === '“' ? '”' : opening === '‘' ? '’' : opening
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === closing) return index
  }
  return text.length
}

function literal(text: string): unknown {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  const constant = /^(?:(true)|(false)|null|none)$/i.exec(text)
  if (constant !== null) return constant[1] !== undefined ? true : constant[2] !== undefined ? false : null
  if (/^["'“‘`[{]/.test(text)) {
    const list = parseTolerantJson(`[${text}]`)
    return Array.isArray(list) && list.length === 1 ? list[0] : undefined
  }
  return undefined
}
