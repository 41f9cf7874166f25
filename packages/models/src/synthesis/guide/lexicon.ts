/** What English words say about primitives: the knowledge that a synthesizer starts with, before it learnt anything. */

import { cuesIn } from './words.js'

/**
 * Words, and pairs of neighbouring words, that speak for a production; between commas. Written by hand, for the vocabulary of the
 * language, after the training half of the benchmark; the held-out half was not looked at.
 */
const lexicon: Readonly<Record<string, string>> = {
  absolute:
    'absolute, distance, far, farthest, nearest, closest, from zero, without sign, ignoring sign, deviation, apart',
  add: 'add, plus, sum, more, increase, raise, together, cost, total, neighbour sum, past, later, after',
  and: 'and, both, between, range, within, inside, among, neither, strictly, all three',
  append: 'append, at end, added at, put at, followed by',
  atMost:
    'at most, at least, included, inclusive, up to, sorted, ascending, no more, no smaller, no greater, overlap, reach',
  before: 'alphabetical, alphabet, date, earlier, later, begin with',
  character: 'character, letter, first letter, last letter, initial, begin with, end with, position, capital letter',
  characters:
    'character, letter, each letter, every letter, each character, every character, vowel, sign, symbol, palindrome, alphabet',
  choose: 'if, else, otherwise, unless, except, instead, leave, whether, but, becom, then, depending',
  chunk: 'chunk, group, block, piece, at time, row of, in pair, portion',
  code: 'alphabet, code, place in, shift, cipher',
  concat: 'concatenate, one after, followed by, join, both list, rotate, before, move, behind, append, end, one list',
  count: 'how many, count, number of, how often',
  countInText: 'how often, occur, occurrence, count, how many',
  different: 'different, not equal, other than, except, remove, without, differ, change, neighbour, unequal',
  digits: 'digit, digital, decimal',
  divide:
    'divide, half, halve, average, rounded down, round down, round, quotient, share, split evenly, whole, mean, percent, percentage, middle, floor',
  divideUp: 'rounded up, round up, needed, ceiling, started, at least, divide, half',
  drop: 'without first, drop, skip, remove, after, rest, from, last, behind, rotate, but first, without, follow, neighbour, before it, increase',
  dropText: 'without first, drop, remove, after, rest, follow, last, from, move, without, end, begin',
  dropWhile: 'leading, after first, from first, begin at, drop while, until, skip',
  element:
    'first, last, item, at, position, place, middle, smallest, kth, th, second, third, index, nth, end, begin, one, neighbour',
  empty: 'empty, nothing, none, no number, empty list',
  endsWith: 'end with, suffix, ending, end in, ends',
  equal:
    'equal, same, is, divisible, multiple, even, exactly, whose, palindrome, divide, divisor, matching, read, hold',
  every: 'every, all, each, are all, no, none, only, never',
  fill: 'times, repeat, copy, row of, count, fill, in row',
  filter:
    'keep, only, remove, whose, that, which, those, drop, filter, without, select, occur, leave, in order, their order, among, even number, odd number, positive, negative',
  find: 'first, find, search, the one, smallest, nearest',
  findIndex: 'position, first, index, where, before first',
  first: 'pair, first, key, price, left',
  flat: 'flatten, flat, one list, one after, row, nested, grid, table, all together',
  gcd: 'divisor, greatest common, divide both, common, lowest term, fraction, largest integer',
  groupBy: 'group, run, consecutive, together, by their, occurrence, same',
  inBase: 'binary, hexadecimal, base, bit, octal, ones, hex',
  includes:
    'contain, occur, in list, among, is in, one of, member, common, missing, found, both list, neither, second list, in second',
  includesText:
    'contain, occur, contains, vowel, part, inside, common, within, in text, one of, space, consonant, missing, both word',
  indicesWhere: 'position, index, where, at which, place',
  isDigits: 'digit, number, numeric',
  isLetters: 'letter, alphabetic, alphabet',
  join: 'join, text, together, word, letter, between, separate, reverse, with, initial, keep, each letter, every letter, phrase, sentence, comma, hyphen, spaces',
  joinNumbers: 'join, number, digit, text, comma, between',
  joinText:
    'write, put, add, follow, before, after, followed by, prefix, suffix, end, name, sign, form, mark, twice, around, surround, append, with, dot, then',
  larger:
    'at least, larger, greater, maximum, larger of, never below, not below, no less, 0 if, negative, limit, range, beyond, longest, nothing, up to, left, clamp, never negative',
  largest: 'largest, greatest, highest, maximum, most, longest, oldest, biggest, best, max, top, tallest',
  length: 'how many, length, long, count, average, number of, how long, size, half, mean, its length, many',
  less: 'less, greater, smaller, larger, below, above, more, positive, negative, than, before, between, beyond, under, over, increase, later, earlier, exceed, strictly, longer, shorter, greater than, peak',
  lower: 'small letter, lower, case, lowercase, count as, ignoring case, no matter, no difference',
  map: 'each, every, replace, all, double, square, change, turn, square of, number by, of all, each word, each number, each row, respectively, add to, mark, says',
  multiply:
    'multiply, times, product, double, twice, square, area, cost, triple, minute, pay, per, price, percent, rate, each, cube, weight, volume',
  negate: 'negative, opposite, negate, from largest, descending, sign, minus, largest first, longest first, decreasing',
  not: 'not, no, isn, nor, unless, without, neither, missing, do not',
  'number 0':
    'zero, 0, positive, negative, empty, none, nothing, even, multiple, divisible, divisor, divide, first, true, non negative, no',
  'number 1':
    'one, 1, first, next, before, odd, from 1, but one, single, last, capital, each pair, neighbour, without, rest, exactly, further',
  'number 10': 'digit, ten, 10, decimal, last digit, tens, units',
  'number 2':
    'two, half, halve, even, odd, double, twice, second, pair, square, other, binary, middle, both, every other, neighbour',
  'number 3': 'three, third, triple, 3, fizz',
  'number -1': 'last, end, before, not found, from end, without last, minus',
  ofBase: 'binary, hexadecimal, base, number, value of',
  ofCode: 'alphabet, code, shift, place in, cipher, position',
  or: 'or, either, one of, any, outside',
  padEnd: 'pad, left, align, fill up, wide, width, long, column, behind',
  padStart: 'pad, right, align, leading zero, two digit, digit, width, put zero, wide, clock, enough zero',
  pair: 'pair, together with, zip, both, two number, tuple, swap',
  parse: 'number, value, integer, digit, as number, sum of, written, read, decimal, hour, minute',
  position: 'position, index, place, where, first occurrence, occur, once, first time, at which',
  positionInText: 'position, index, place, where, before, until, up to, first occurrence, alphabet, after',
  power: 'power, square, raise, cube, exponent, squared',
  prepend: 'before, in front, begin with, prepend, starting with, put first, start',
  product: 'product, multiply, factorial, multiplied',
  range:
    'from 1, range, up to, integer from, divisor, all integer, from to, between, factorial, prime, missing, first number, count, number from, sequence, perfect, numbered',
  reduce:
    'total, number from, one by, combine, balance, accumulate, state, begin with, in turn, step, fold, result, longest',
  remainder:
    'even, odd, remainder, divisible, multiple, divide, last digit, left over, modulo, digit, divisor, week, hour, clock, leap, minute, circle, ending, every other, parity, rest',
  repeat: 'repeat, times, asterisk, row of, that many, as often, twice, copy, star, stretch',
  replace: 'replace, instead, remove, turn, swap, substitute, every occurrence, without, in place, change, hide',
  reverse:
    'reverse, backward, palindrome, from end, both side, descending, largest first, mirror, last first, order, from right, swap, opposite, from largest, right to',
  sameItems: 'palindrome, same, equal, sorted, order, anagram, permutation, identical, both list, ascending',
  scan: 'running, so far, up to, cumulative, balance, step, prefix, partial, each step, after each, highest so, including it',
  second: 'pair, second, value, quantity, right, price',
  show: 'text, number, as text, write, digit, form, written, amount, format',
  sign: 'sign, positive, negative, direction, compare',
  single: 'one, alone, single, only, list of, put',
  smaller:
    'at most, smaller, minimum, smaller of, limit, upper, cap, never above, range, no more, clamp, not above, lower of, up to, share, least',
  smallest: 'smallest, least, lowest, minimum, shortest, youngest, min, cheapest',
  some: 'any, some, is there, contain, there, at least one, one of, exist',
  sort: 'sort, order, smallest, largest, descending, ascending, median, middle, rank, kth, smallest first, to largest, anagram, second, permutation',
  sortBy:
    'sort by, by length, sort, order, nearest, first, longest, shortest, descending, largest first, by their, distance, absolute, ranked',
  sortByText: 'alphabetical, alphabetically, sort, sort by, letter',
  sortTexts: 'alphabetical, alphabetically, sort, order, anagram, dictionary',
  split:
    'word, separate, comma, space, written, line, part, split, dot, field, hyphen, sentence, date, key, tag, after, path, column',
  squareRoot: 'square root, perfect square, root, square',
  startsWith: 'begin with, start with, prefix, start, beginning',
  'string " "': 'word, space, blank, name, sentence, spaces',
  'string ""':
    'empty text, letter, character, without, reverse, remove, nothing, keep, drop, empty, digit, palindrome, each letter',
  'string ","': 'comma, csv, list',
  'string "-"': 'hyphen, dash, date, kebab, yyyy',
  subtract:
    'difference, minus, subtract, without, less, change, distance, left, remain, between, missing, other, deviation, lose, take away, fewer, remaining, gap, apart',
  sum: 'sum, total, add up, average, altogether, in all, add, together, mean, costs, cost',
  take: 'first, beginning, take, up to, leading, prefix, three, half, without last, before it, at most, top, begin, but last',
  takeText:
    'first, beginning, take, prefix, leading, begin, capital, initial, first letter, half, shorten, without last, limit',
  takeWhile: 'until, before first, while, take while, beginning, as long, leading, up to, before',
  textLength:
    'length, long, longest, shortest, character, letter, how many, by length, word length, longer, shorter, how long',
  trim: 'trim, space, both end, around, surrounding, leading, clean, spaces',
  unique:
    'different, distinct, once, unique, duplicate, each once, repeat, several times, twice, only once, first occurrence, set',
  upper: 'capital, upper, uppercase, in capital, large letter, shout, capital letter',
  windows:
    'neighbour, neighbouring, consecutive, next, adjacent, window, following, right before, in row, two neighbour, pair, follow',
  zipWith:
    'two list, both list, position, corresponding, same position, pairwise, neighbour, number by, position by, right before, each pair, its neighbour, weight, same place, element by, name, by position',
  index:
    'position, index, place, counted from, own position, every other, second, numbered, row, how far, times, ordinal, earlier',
}

/** Productions by the cues that speak for them. */
const productionsOf = new Map<string, string[]>()
for (const [production, phrases] of Object.entries(lexicon)) {
  for (const cue of phrases.split(',').flatMap((phrase) => cuesIn(phrase).slice(-1))) {
    productionsOf.set(cue, [...(productionsOf.get(cue) ?? []), production])
  }
}

/** The productions that a cue speaks for. */
export function productionsFor(cue: string): readonly string[] {
  return productionsOf.get(cue) ?? []
}

/**
 * How strongly cues speak for productions: 0 is not at all, 1 is one cue that speaks for nothing else. A cue that speaks for many
 * says less of each, and each further cue adds less.
 */
export function hintsOf(cues: Iterable<string>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const cue of cues) {
    const productions = productionsFor(cue)
    for (const production of productions)
      sums.set(production, (sums.get(production) ?? 0) + 1 / Math.sqrt(productions.length))
  }
  return new Map([...sums].map(([production, sum]) => [production, Math.sqrt(sum)]))
}
