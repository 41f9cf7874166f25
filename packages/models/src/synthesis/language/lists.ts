/** Primitives over lists and pairs, those without a lambda. */

import {
  binding,
  called,
  helped,
  integer,
  method,
  nothing,
  type Plain,
  type Primitive,
  receiverText,
} from './primitive.js'
import { longestList, type Values } from './values.js'

const plain = (
  name: string,
  parameters: readonly string[],
  returns: string,
  run: Plain['run'],
  print: Plain['print'],
  over?: Plain['over'],
): Plain => ({ kind: 'plain', name, parameters, returns, run, print, over })

/** The part of a list from `from` to `to`, which lie within it. */
function part(values: Values, list: number, from: number, to: number): number {
  const length = Math.max(0, to - from)
  const start = values.open(length)
  const source = values.start(list) + from
  for (let at = 0; at < length; at++) values.data[start + at] = values.data[source + at] ?? 0
  return values.close(length)
}

/** Where an index that may count from the end lies, kept within the list. */
const place = (index: number, length: number): number =>
  index < 0 ? Math.max(0, length + index) : Math.min(index, length)

function folded(values: Values, list: number, from: number, step: (total: number, item: number) => number): number {
  const start = values.start(list)
  let total = from
  for (let at = 0; at < values.length(list); at++) total = integer(step(total, values.data[start + at] ?? 0))
  return total
}

function joined(values: Values, a: number, b: number): number {
  const [first, second] = [values.length(a), values.length(b)]
  const start = values.open(first + second)
  const { data } = values
  const [from, then] = [values.start(a), values.start(b)]
  for (let at = 0; at < first; at++) data[start + at] = data[from + at] ?? 0
  for (let at = 0; at < second; at++) data[start + first + at] = data[then + at] ?? 0
  return values.close(first + second)
}

function position(values: Values, list: number, item: number): number {
  const start = values.start(list)
  for (let at = 0; at < values.length(list); at++) if (values.data[start + at] === item) return at
  return -1
}

function sortedNumbers(values: Values, list: number): number {
  return values.list(Float64Array.from(values.items(list)).sort())
}

function sortedTexts(values: Values, list: number): number {
  const items = values.items(list).map((id) => values.textAt(id))
  return values.list(items.sort().map((item) => values.text(item)))
}

function reversed(values: Values, list: number): number {
  const length = values.length(list)
  const start = values.open(length)
  const last = values.start(list) + length - 1
  for (let at = 0; at < length; at++) values.data[start + at] = values.data[last - at] ?? 0
  return values.close(length)
}

function chunks(values: Values, list: number, size: number): number {
  if (size < 1) return Number.NaN
  const parts: number[] = []
  for (let at = 0; at < values.length(list); at += size) {
    parts.push(part(values, list, at, Math.min(values.length(list), at + size)))
  }
  return values.list(parts)
}

function numbersBetween(values: Values, from: number, to: number): number {
  const length = Math.max(0, to - from)
  if (length > longestList) return Number.NaN
  const start = values.open(length)
  for (let at = 0; at < length; at++) values.data[start + at] = from + at
  return values.close(length)
}

const keys = ['number', 'string', 'boolean']
const bracketed =
  (build: (...parts: string[]) => string): Plain['print'] =>
  (parts) => ({ text: `[${build(...parts.map(({ text }) => text))}]`, level: binding.call })

/** Lists: parts, order, search, sums. */
export const lists: readonly Primitive[] = [
  plain('length', ['T[]'], 'number', (values, list) => values.length(list), method('length')),
  plain(
    'element',
    ['T[]', 'number'],
    'T',
    (values, list, index, _, missing) => {
      const length = values.length(list)
      const at = index < 0 ? length + index : index
      return at >= 0 && at < length ? (values.data[values.start(list) + at] ?? Number.NaN) : missing
    },
    (parts, printing) => ({
      text: `${method('at(')(parts, printing).text} ?? ${printing.missing(printing.type)}`,
      level: binding.fallback,
    }),
  ),
  plain(
    'take',
    ['T[]', 'number'],
    'T[]',
    (values, list, count) => part(values, list, 0, place(count, values.length(list))),
    ([list = nothing, count = nothing]) => ({
      text: `${receiverText(list)}.slice(0, ${count.text})`,
      level: binding.call,
    }),
  ),
  plain(
    'drop',
    ['T[]', 'number'],
    'T[]',
    (values, list, count) => part(values, list, place(count, values.length(list)), values.length(list)),
    method('slice('),
  ),
  plain('reverse', ['T[]'], 'T[]', reversed, (parts, printing) =>
    method('reverse(')([bracketed((list) => `...${list}`)(parts, printing)], printing),
  ),
  plain('sort', ['number[]'], 'number[]', sortedNumbers, (parts, printing) =>
    method('sort(')(
      [bracketed((list) => `...${list}`)(parts, printing), { text: '(a, b) => a - b', level: 1 }],
      printing,
    ),
  ),
  plain('sortTexts', ['string[]'], 'string[]', sortedTexts, (parts, printing) =>
    method('sort(')([bracketed((list) => `...${list}`)(parts, printing)], printing),
  ),
  plain(
    'unique',
    ['K[]'],
    'K[]',
    (values, list) => values.list([...new Set(values.items(list))]),
    bracketed((list) => `...new Set(${list})`),
    { K: keys },
  ),
  plain(
    'concat',
    ['T[]', 'T[]'],
    'T[]',
    joined,
    bracketed((a, b) => `...${a}, ...${b}`),
  ),
  plain(
    'append',
    ['T[]', 'T'],
    'T[]',
    (values, list, item) => joined(values, list, values.list([item])),
    bracketed((list, item) => `...${list}, ${item}`),
  ),
  plain(
    'prepend',
    ['T', 'T[]'],
    'T[]',
    (values, item, list) => joined(values, values.list([item]), list),
    bracketed((item, list) => `${item}, ...${list}`),
  ),
  plain(
    'single',
    ['T'],
    'T[]',
    (values, item) => values.list([item]),
    bracketed((item) => item),
  ),
  plain(
    'fill',
    ['T', 'number'],
    'T[]',
    (values, item, count) =>
      count > longestList ? Number.NaN : values.list(new Array<number>(Math.max(0, count)).fill(item)),
    ([item = nothing, count = nothing]) => ({
      text: `Array.from({ length: ${count.text} }, () => ${item.text})`,
      level: binding.call,
    }),
  ),
  plain(
    'includes',
    ['K[]', 'K'],
    'boolean',
    (values, list, item) => (position(values, list, item) < 0 ? 0 : 1),
    method('includes('),
    { K: keys },
  ),
  plain('position', ['K[]', 'K'], 'number', position, method('indexOf('), { K: keys }),
  plain(
    'sum',
    ['number[]'],
    'number',
    (values, list) => folded(values, list, 0, (total, item) => total + item),
    ([list = nothing]) => ({
      text: `${receiverText(list)}.reduce((a, b) => a + b, 0)`,
      level: binding.call,
    }),
  ),
  plain(
    'product',
    ['number[]'],
    'number',
    (values, list) => folded(values, list, 1, (total, item) => total * item),
    ([list = nothing]) => ({
      text: `${receiverText(list)}.reduce((a, b) => a * b, 1)`,
      level: binding.call,
    }),
  ),
  plain(
    'largest',
    ['number[]'],
    'number',
    (values, list) =>
      integer(folded(values, list, values.data[values.start(list)] ?? 0, Math.max) / Math.min(1, values.length(list))),
    (parts, printing) => called('Math.max')([{ text: `...${parts[0]?.text ?? ''}`, level: 1 }], printing),
  ),
  plain(
    'smallest',
    ['number[]'],
    'number',
    (values, list) =>
      integer(folded(values, list, values.data[values.start(list)] ?? 0, Math.min) / Math.min(1, values.length(list))),
    (parts, printing) => called('Math.min')([{ text: `...${parts[0]?.text ?? ''}`, level: 1 }], printing),
  ),
  plain('range', ['number', 'number'], 'number[]', numbersBetween, helped('range')),
  plain('chunk', ['T[]', 'number'], 'T[][]', chunks, helped('chunk')),
  plain(
    'windows',
    ['T[]', 'number'],
    'T[][]',
    (values, list, size) => {
      if (size < 1) return Number.NaN
      const windows: number[] = []
      for (let at = 0; at + size <= values.length(list); at++) windows.push(part(values, list, at, at + size))
      return values.list(windows)
    },
    helped('windows'),
  ),
  plain(
    'flat',
    ['T[][]'],
    'T[]',
    (values, list) => values.list(values.items(list).flatMap((inner) => values.items(inner))),
    method('flat('),
  ),
  plain('sameItems', ['K[]', 'K[]'], 'boolean', (_, a, b) => (a === b ? 1 : 0), helped('sameItems'), { K: keys }),
  plain('pair', ['A', 'B'], '[A, B]', (values, a, b) => values.list([a, b]), helped('pair')),
  plain(
    'first',
    ['[A, B]'],
    'A',
    (values, pair) => values.data[values.start(pair)] ?? Number.NaN,
    ([pair = nothing]) => ({
      text: `${receiverText(pair)}[0]`,
      level: binding.call,
    }),
  ),
  plain(
    'second',
    ['[A, B]'],
    'B',
    (values, pair) => values.data[values.start(pair) + 1] ?? Number.NaN,
    ([pair = nothing]) => ({
      text: `${receiverText(pair)}[1]`,
      level: binding.call,
    }),
  ),
]
