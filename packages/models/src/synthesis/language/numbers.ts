/** Primitives over integers and booleans. */

import { binding, called, helped, infix, integer, nothing, type Plain, type Primitive, within } from './primitive.js'

const plain = (
  name: string,
  parameters: readonly string[],
  returns: string,
  run: Plain['run'],
  print: Plain['print'],
  over?: Plain['over'],
): Plain => ({ kind: 'plain', name, parameters, returns, run, print, over })

const two = ['number', 'number']

/** TypeScript refuses to compare what it knows to differ: literals, and booleans that a condition around has settled. */
const compare =
  (operator: string): Plain['print'] =>
  ([a = nothing, b = nothing], { types, literal }) => {
    const tooPlain = types[0] === 'boolean' || (literal[0] === true && literal[1] === true)
    const wide = { number: 'Number', string: 'String' }[types[0] ?? ''] ?? 'Boolean'
    const left = tooPlain ? { text: `${wide}(${a.text})`, level: binding.call } : a
    return {
      text: `${within(left, binding.equality)} ${operator} ${within(b, binding.equality + 1)}`,
      level: binding.equality,
    }
  }

const keys = ['number', 'string', 'boolean']

/** Arithmetic, comparison, logic and choice. */
export const numbers: readonly Primitive[] = [
  plain('add', two, 'number', (_, a, b) => integer(a + b), infix('+', binding.sum)),
  plain('subtract', two, 'number', (_, a, b) => integer(a - b), infix('-', binding.sum)),
  plain('multiply', two, 'number', (_, a, b) => integer(a * b), infix('*', binding.product)),
  plain(
    'divide',
    two,
    'number',
    (_, a, b) => (b === 0 ? Number.NaN : integer(Math.floor(a / b))),
    (parts, printing) => called('Math.floor')([infix('/', binding.product)(parts, printing)], printing),
  ),
  plain(
    'divideUp',
    two,
    'number',
    (_, a, b) => (b === 0 ? Number.NaN : integer(Math.ceil(a / b))),
    (parts, printing) => called('Math.ceil')([infix('/', binding.product)(parts, printing)], printing),
  ),
  plain('remainder', two, 'number', (_, a, b) => integer(a % b), infix('%', binding.product)),
  plain(
    'power',
    two,
    'number',
    (_, a, b) => (b < 0 ? Number.NaN : integer(a ** b)),
    ([a = nothing, b = nothing]) => ({
      text: `${within(a, binding.operand)} ** ${within(b, binding.power)}`,
      level: binding.power,
    }),
  ),
  plain(
    'negate',
    ['number'],
    'number',
    (_, a) => 0 - a,
    // Two signs in a row would read as another operator.
    ([a = nothing]) => ({ text: `-${within(a, binding.operand)}`, level: binding.sign }),
  ),
  plain('absolute', ['number'], 'number', (_, a) => Math.abs(a), called('Math.abs')),
  plain('sign', ['number'], 'number', (_, a) => Math.sign(a), called('Math.sign')),
  plain('smaller', two, 'number', (_, a, b) => Math.min(a, b), called('Math.min')),
  plain('larger', two, 'number', (_, a, b) => Math.max(a, b), called('Math.max')),
  plain(
    'squareRoot',
    ['number'],
    'number',
    (_, a) => (a < 0 ? Number.NaN : Math.floor(Math.sqrt(a))),
    (parts, printing) => called('Math.floor')([called('Math.sqrt')(parts, printing)], printing),
  ),
  plain('gcd', two, 'number', (_, a, b) => greatestCommonDivisor(a, b), helped('gcd')),
  plain('equal', ['K', 'K'], 'boolean', (_, a, b) => (a === b ? 1 : 0), compare('==='), { K: keys }),
  plain('different', ['K', 'K'], 'boolean', (_, a, b) => (a === b ? 0 : 1), compare('!=='), { K: keys }),
  plain('less', two, 'boolean', (_, a, b) => (a < b ? 1 : 0), infix('<', binding.relation)),
  plain('atMost', two, 'boolean', (_, a, b) => (a <= b ? 1 : 0), infix('<=', binding.relation)),
  plain(
    'before',
    ['string', 'string'],
    'boolean',
    (values, a, b) => (values.textAt(a) < values.textAt(b) ? 1 : 0),
    infix('<', binding.relation),
  ),
  plain('and', ['boolean', 'boolean'], 'boolean', (_, a, b) => a & b, infix('&&', binding.and)),
  plain('or', ['boolean', 'boolean'], 'boolean', (_, a, b) => a | b, infix('||', binding.or)),
  plain(
    'not',
    ['boolean'],
    'boolean',
    (_, a) => 1 - a,
    ([a = nothing]) => ({
      text: `!${within(a, binding.sign)}`,
      level: binding.sign,
    }),
  ),
  plain(
    'choose',
    ['boolean', 'T', 'T'],
    'T',
    (_, condition, a, b) => (condition === 1 ? a : b),
    ([condition = nothing, a = nothing, b = nothing]) => ({
      text: `${within(condition, binding.fallback)} ? ${within(a, binding.choice)} : ${within(b, binding.choice)}`,
      level: binding.choice,
    }),
  ),
]

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  while (y !== 0) [x, y] = [y, x % y]
  return x
}
