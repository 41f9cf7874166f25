/** Primitives over strings. */

import {
  binding,
  called,
  infix,
  integer,
  listed,
  method,
  nothing,
  type Plain,
  type Primitive,
  receiverText,
} from './primitive.js'
import { longestText, type Values } from './values.js'

const plain = (
  name: string,
  parameters: readonly string[],
  returns: string,
  run: Plain['run'],
  print: Plain['print'],
  over?: Plain['over'],
): Plain => ({ kind: 'plain', name, parameters, returns, run, print, over })

/** A function of text that gives text. */
const mapped =
  (change: (text: string) => string): Plain['run'] =>
  (values, a) =>
    values.text(change(values.textAt(a)))

/** A question about two texts. */
const asked =
  (question: (text: string, part: string) => boolean): Plain['run'] =>
  (values, a, b) =>
    question(values.textAt(a), values.textAt(b)) ? 1 : 0

const matched =
  (pattern: string): Plain['print'] =>
  (parts) => ({ text: `${pattern}.test(${listed(parts)})`, level: binding.call })

const padded =
  (side: 'padStart' | 'padEnd'): Plain['run'] =>
  (values, a, width, b) =>
    width > longestText ? Number.NaN : values.text(values.textAt(a)[side](width, values.textAt(b)))

const text = 'string'

/** Strings: cutting, joining, case, search, padding, reading numbers. */
export const texts: readonly Primitive[] = [
  plain(
    'joinText',
    [text, text],
    text,
    (values, a, b) => values.text(values.textAt(a) + values.textAt(b)),
    infix('+', binding.sum),
  ),
  plain('textLength', [text], 'number', (values, a) => values.textAt(a).length, method('length')),
  plain(
    'character',
    [text, 'number'],
    text,
    (values, a, at) => values.text(values.textAt(a).at(at) ?? ''),
    (parts, printing) => ({ text: `${method('at(')(parts, printing).text} ?? ''`, level: binding.fallback }),
  ),
  plain(
    'takeText',
    [text, 'number'],
    text,
    (values, a, count) => values.text(values.textAt(a).slice(0, count)),
    ([a = nothing, count = nothing]) => ({ text: `${receiverText(a)}.slice(0, ${count.text})`, level: binding.call }),
  ),
  plain(
    'dropText',
    [text, 'number'],
    text,
    (values, a, count) => values.text(values.textAt(a).slice(count)),
    method('slice('),
  ),
  plain(
    'upper',
    [text],
    text,
    mapped((a) => a.toUpperCase()),
    method('toUpperCase('),
  ),
  plain(
    'lower',
    [text],
    text,
    mapped((a) => a.toLowerCase()),
    method('toLowerCase('),
  ),
  plain(
    'trim',
    [text],
    text,
    mapped((a) => a.trim()),
    method('trim('),
  ),
  plain(
    'replace',
    [text, text, text],
    text,
    (values, a, b, c) => {
      const [from, part, to] = [values.textAt(a), values.textAt(b), values.textAt(c)]
      // With nothing to look for, it would be put between all characters.
      return (from.length + 1) * (to.length + 1) > 16 * longestText
        ? Number.NaN
        : values.text(from.replaceAll(part, to))
    },
    method('replaceAll('),
  ),
  plain(
    'includesText',
    [text, text],
    'boolean',
    asked((a, b) => a.includes(b)),
    method('includes('),
  ),
  plain(
    'startsWith',
    [text, text],
    'boolean',
    asked((a, b) => a.startsWith(b)),
    method('startsWith('),
  ),
  plain(
    'endsWith',
    [text, text],
    'boolean',
    asked((a, b) => a.endsWith(b)),
    method('endsWith('),
  ),
  plain(
    'positionInText',
    [text, text],
    'number',
    (values, a, b) => values.textAt(a).indexOf(values.textAt(b)),
    method('indexOf('),
  ),
  plain(
    'repeat',
    [text, 'number'],
    text,
    (values, a, count) => {
      const part = values.textAt(a)
      return count < 0 || count > longestText || part.length * count > longestText
        ? Number.NaN
        : values.text(part.repeat(count))
    },
    method('repeat('),
  ),
  plain('padStart', [text, 'number', text], text, padded('padStart'), method('padStart(')),
  plain('padEnd', [text, 'number', text], text, padded('padEnd'), method('padEnd(')),
  plain('parse', [text], 'number', (values, a) => integer(Number(values.textAt(a))), called('Number')),
  plain('show', ['number'], text, (values, a) => values.text(String(a)), called('String')),
  plain(
    'inBase',
    ['number', 'number'],
    text,
    (values, a, base) => (base < 2 || base > 36 ? Number.NaN : values.text(a.toString(base))),
    method('toString('),
  ),
  plain(
    'ofBase',
    [text, 'number'],
    'number',
    (values, a, base) => (base < 2 || base > 36 ? Number.NaN : integer(Number.parseInt(values.textAt(a), base))),
    called('Number.parseInt'),
  ),
  plain(
    'code',
    [text],
    'number',
    (values, a) => values.textAt(a).charCodeAt(0),
    ([a = nothing]) => ({
      text: `${receiverText(a)}.charCodeAt(0)`,
      level: binding.call,
    }),
  ),
  plain(
    'ofCode',
    ['number'],
    text,
    (values, a) => (a < 0 || a > 0xffff ? Number.NaN : values.text(String.fromCharCode(a))),
    called('String.fromCharCode'),
  ),
  plain(
    'isLetters',
    [text],
    'boolean',
    (values, a) => (/^[a-z]+$/i.test(values.textAt(a)) ? 1 : 0),
    matched('/^[a-z]+$/i'),
  ),
  plain('isDigits', [text], 'boolean', (values, a) => (/^\d+$/.test(values.textAt(a)) ? 1 : 0), matched('/^\\d+$/')),
  plain(
    'split',
    [text, text],
    'string[]',
    (values, a, b) => splitText(values, values.textAt(a), values.textAt(b)),
    method('split('),
  ),
  plain('join', ['string[]', text], text, joinItems, method('join(')),
  plain('joinNumbers', ['number[]', text], text, joinNumbers, method('join(')),
  plain(
    'characters',
    [text],
    'string[]',
    (values, a) => splitText(values, values.textAt(a), ''),
    ([a = nothing]) => ({ text: `${receiverText(a)}.split('')`, level: binding.call }),
  ),
  plain('digits', ['number'], 'number[]', digitsOf, ([a = nothing]) => ({
    text: `[...String(Math.abs(${a.text}))].map(Number)`,
    level: binding.call,
  })),
  plain(
    'countInText',
    [text, text],
    'number',
    (values, a, part) => {
      const sought = values.textAt(part)
      return sought === '' ? Number.NaN : values.textAt(a).split(sought).length - 1
    },
    (parts, printing) => ({ text: `${method('split(')(parts, printing).text}.length - 1`, level: binding.sum }),
  ),
]

/** The digits of a number, without its sign. */
function digitsOf(values: Values, value: number): number {
  return values.list([...String(Math.abs(value))].map(Number))
}

function splitText(values: Values, whole: string, separator: string): number {
  const parts = whole.split(separator)
  const start = values.open(parts.length)
  for (let at = 0; at < parts.length; at++) values.data[start + at] = values.text(parts[at] ?? '')
  return values.close(parts.length)
}

function joinItems(values: Values, list: number, separator: number): number {
  const between = values.textAt(separator)
  const start = values.start(list)
  let joined = ''
  for (let at = 0; at < values.length(list); at++) {
    joined += (at === 0 ? '' : between) + values.textAt(values.data[start + at] ?? 0)
  }
  return values.text(joined)
}

function joinNumbers(values: Values, list: number, separator: number): number {
  return values.text(values.items(list).join(values.textAt(separator)))
}
