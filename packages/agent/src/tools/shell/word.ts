/** What a shell word will be when it runs, as far as its text tells. */

import type { DoubleQuotedChild, Word, WordPart } from 'unbash'

/** A word of a command after quotes and known variables are gone. */
export interface Value {
  readonly text: string
  /** Part of it is known only when it runs. */
  readonly dynamic: boolean
  /** Holds an unquoted wildcard or brace list. */
  readonly pattern: boolean
  /** Names a pipe to another command: `<(…)`. */
  readonly process: boolean
}

/** Variables whose one value is known. */
export type Bindings = ReadonlyMap<string, string>

/** What the shell sets by itself. */
const standard: ReadonlyMap<string, string> = new Map([
  ['HOME', '~'],
  ['PWD', '.'],
  ['TMPDIR', '/tmp'],
  ['IFS', ' '],
])

/** A word that stands for itself. */
export const literal = (text: string): Value => ({ text, dynamic: false, pattern: false, process: false })

/** Resolves one word to the words it becomes; unquoted variables split at blanks. */
export function resolveWord(word: Word, bindings: Bindings): Value[] {
  if (word.parts === undefined) return [literal(word.value)]
  let [text, splits, dynamic, pattern, process] = ['', false, false, false, false]
  const expand = (name: string): void => {
    const value = bindings.get(name) ?? standard.get(name)
    if (value === undefined) dynamic = true
    text += value ?? `$${name}`
  }
  const take = (part: WordPart | DoubleQuotedChild, quoted: boolean): void => {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
      case 'AnsiCQuoted':
        text += part.value
        break
      case 'DoubleQuoted':
      case 'LocaleString':
        for (const child of part.parts) take(child, true)
        break
      case 'SimpleExpansion':
        splits ||= !quoted
        expand(part.text.slice(1))
        break
      case 'ParameterExpansion':
        splits ||= !quoted
        if (part.operation === undefined && part.prefix === undefined && part.index === undefined)
          expand(part.parameter)
        else {
          dynamic = true
          text += part.text
        }
        break
      case 'ArithmeticExpansion':
        text += '0'
        break
      case 'CommandExpansion':
        dynamic = true
        text += part.text
        break
      case 'ProcessSubstitution':
        process = true
        text += '/dev/fd/63'
        break
      default:
        pattern = true
        text += part.text
    }
  }
  for (const part of word.parts) take(part, false)
  const value = { dynamic, pattern, process }
  return splits && /\s/.test(text)
    ? text
        .split(/\s+/)
        .filter((piece) => piece !== '')
        .map((piece) => ({ ...value, text: piece }))
    : [{ ...value, text }]
}

/** Tells whether text that stands in quotes holds a command, which runs if something evaluates the text. */
export function holdsCommand({ text, dynamic }: Value): boolean {
  return !dynamic && /\$[({]|`/.test(text)
}
