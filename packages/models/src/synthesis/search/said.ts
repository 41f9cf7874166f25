/** Constants that a statement names: numbers in digits or words, what stands in quotes, signs and units by their names. */

const numberWords: Readonly<Record<string, number>> = {
  four: 4,
  fourth: 4,
  five: 5,
  fifth: 5,
  six: 6,
  sixth: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  eleven: 11,
  twelve: 12,
  dozen: 12,
  thirteen: 13,
  twenty: 20,
  hundred: 100,
  thousand: 1_000,
}

/** How many of one there are in the next. */
const units: Readonly<Record<string, readonly number[]>> = {
  second: [60],
  minute: [60],
  hour: [60, 24],
  day: [24],
  week: [7],
  month: [12],
  year: [12, 365],
  cent: [100],
  percent: [100],
  hexadecimal: [16],
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz'
const signs: Readonly<Record<string, readonly string[]>> = {
  alphabet: [alphabet],
  alphabetical: [alphabet],
  ampersand: ['&'],
  asterisk: ['*'],
  bar: ['|'],
  bracket: ['[', ']'],
  colon: [':'],
  comma: [', '],
  dot: ['.'],
  exclamation: ['!'],
  equals: ['='],
  hash: ['#'],
  line: ['\n'],
  parenthesis: ['(', ')'],
  parentheses: ['(', ')'],
  period: ['.'],
  plus: ['+'],
  question: ['?'],
  quote: ['"', "'"],
  semicolon: [';'],
  slash: ['/'],
  star: ['*'],
  stop: ['.'],
  underscore: ['_'],
  vowel: ['aeiou'],
  zero: ['0'],
}

/** Finds the constants of a statement; each once, in no order that matters. */
export function saidIn(statement: string): (number | string)[] {
  const plain = statement.replaceAll(/"[^"]*"/g, ' ')
  const words = (plain.toLowerCase().match(/[a-z]+/g) ?? []).flatMap((word) => [word, word.replace(/s$/, '')])
  return [
    ...new Set([
      ...(plain.match(/\d+/g) ?? []).map(Number).filter(Number.isSafeInteger),
      ...words.flatMap((word) => [...ofName(numberWords, word), ...(ofName(units, word)[0] ?? [])]),
      ...words.flatMap((word) => ofName(signs, word)[0] ?? []),
      ...[...statement.matchAll(/"([^"]*)"/g)].flatMap(([, quoted = '']) => piecesOf(quoted)),
    ]),
  ]
}

function ofName<T>(table: Readonly<Record<string, T>>, name: string): T[] {
  return Object.entries(table).flatMap(([key, value]) => (key === name ? [value] : []))
}

/** What stands in quotes, whole where it is short; of a pattern such as "HH:MM (NAME)" what stands around the placeholders. */
function piecesOf(quoted: string): string[] {
  const text = quoted.replaceAll('\\n', '\n')
  const pieces = text.split(/[A-Z]{2,}|\d+/)
  return pieces.filter((piece) => piece !== '' && piece.length <= 20)
}
