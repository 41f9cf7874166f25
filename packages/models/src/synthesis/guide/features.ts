/** What is read of the examples of a task: how results relate to arguments, as numbers from -1 to 1. */

import type { Signature } from '../language/types.js'
import type { Example } from '../search/constants.js'

/** A task, as far as features are made of it. */
interface Asked {
  readonly signature: Signature
  readonly examples: readonly Example[]
}

const types = ['number', 'boolean', 'string', 'number[]', 'string[]', 'boolean[]', 'number[][]', 'string[][]']
const places = 3

/** A question about a result alone, or about a result and one argument: `undefined` where it makes no sense. */
type Question = (result: unknown, argument: unknown) => boolean | undefined

const aboutResult: Readonly<Record<string, Question>> = {
  zero: (result) => (typeof result === 'number' ? result === 0 : undefined),
  negative: (result) => (typeof result === 'number' ? result < 0 : undefined),
  even: (result) => (typeof result === 'number' ? result % 2 === 0 : undefined),
  'of one digit': (result) => (typeof result === 'number' ? Math.abs(result) < 10 : undefined),
  'above a hundred': (result) => (typeof result === 'number' ? Math.abs(result) > 100 : undefined),
  true: (result) => (typeof result === 'boolean' ? result : undefined),
  empty: (result) => (sized(result) ? result.length === 0 : undefined),
  'of one part': (result) => (sized(result) ? result.length === 1 : undefined),
  sorted: (result) =>
    numbers(result) ? result.every((value, at) => at === 0 || (result[at - 1] ?? 0) <= value) : undefined,
  falling: (result) =>
    numbers(result) ? result.every((value, at) => at === 0 || (result[at - 1] ?? 0) >= value) : undefined,
  distinct: (result) => (sized(result) ? new Set(result).size === result.length : undefined),
  'with spaces': (result) => (typeof result === 'string' ? result.includes(' ') : undefined),
  'with signs': (result) => (typeof result === 'string' ? /[^a-z0-9 ]/i.test(result) : undefined),
  'with digits': (result) => (typeof result === 'string' ? /\d/.test(result) : undefined),
  'with capitals': (result) => (typeof result === 'string' ? /[A-Z]/.test(result) : undefined),
  'in lower case': (result) => (typeof result === 'string' ? result === result.toLowerCase() : undefined),
  'with a capital first': (result) => (typeof result === 'string' ? /^[A-Z]/.test(result) : undefined),
}

const aboutBoth: Readonly<Record<string, Question>> = {
  equal: (result, argument) => JSON.stringify(result) === JSON.stringify(argument),
  'as long': (result, argument) => (sized(result) && sized(argument) ? result.length === argument.length : undefined),
  longer: (result, argument) => (sized(result) && sized(argument) ? result.length > argument.length : undefined),
  'made of its parts': (result, argument) =>
    sized(result) && sized(argument) ? [...result].every((part) => [...argument].includes(part)) : undefined,
  'with all its parts': (result, argument) =>
    sized(result) && sized(argument) ? [...argument].every((part) => [...result].includes(part)) : undefined,
  'its beginning': (result, argument) =>
    sized(result) && sized(argument) ? [...result].every((part, at) => part === argument[at]) : undefined,
  'its end': (result, argument) =>
    sized(result) && sized(argument)
      ? [...result].every((part, at) => part === argument[argument.length - result.length + at])
      : undefined,
  'its first part': (result, argument) => (sized(argument) ? result === argument[0] : undefined),
  'its last part': (result, argument) => (sized(argument) ? result === argument[argument.length - 1] : undefined),
  'one of its parts': (result, argument) => (sized(argument) ? [...argument].includes(result as never) : undefined),
  'its reverse': (result, argument) =>
    sized(result) && sized(argument) ? [...result].join('\0') === [...argument].reverse().join('\0') : undefined,
  'a subsequence': (result, argument) =>
    sized(result) && sized(argument) ? isWithin([...result], [...argument]) : undefined,
  'its length': (result, argument) => (sized(argument) ? result === argument.length : undefined),
  'below its length': (result, argument) =>
    typeof result === 'number' && sized(argument) ? result >= 0 && result < argument.length : undefined,
  'its sum': (result, argument) => (numbers(argument) ? result === argument.reduce((a, b) => a + b, 0) : undefined),
  'its largest': (result, argument) => (numbers(argument) ? result === Math.max(...argument) : undefined),
  'its smallest': (result, argument) => (numbers(argument) ? result === Math.min(...argument) : undefined),
  'above its sum': (result, argument) =>
    typeof result === 'number' && numbers(argument) ? result > argument.reduce((a, b) => a + b, 0) : undefined,
  larger: (result, argument) =>
    typeof result === 'number' && typeof argument === 'number' ? result > argument : undefined,
  smaller: (result, argument) =>
    typeof result === 'number' && typeof argument === 'number' ? result < argument : undefined,
  'a multiple': (result, argument) =>
    typeof result === 'number' && typeof argument === 'number' && argument !== 0 ? result % argument === 0 : undefined,
  'a divisor': (result, argument) =>
    typeof result === 'number' && typeof argument === 'number' && result !== 0 ? argument % result === 0 : undefined,
  'as many': (result, argument) =>
    sized(result) && typeof argument === 'number' ? result.length === argument : undefined,
  'its text': (result, argument) =>
    typeof result === 'string' && typeof argument === 'number' ? result.includes(String(argument)) : undefined,
  'the same but for case': (result, argument) =>
    typeof result === 'string' && typeof argument === 'string'
      ? result.toLowerCase() === argument.toLowerCase()
      : undefined,
  'with it inside': (result, argument) =>
    typeof result === 'string' && typeof argument === 'string' ? result.includes(argument) : undefined,
  'as if even': (result, argument) =>
    typeof result === 'boolean' && typeof argument === 'number' ? result === (argument % 2 === 0) : undefined,
}

/** Names of the features, in order. */
export const featureNames: readonly string[] = [
  ...types.map((type) => `result is ${type}`),
  ...types.map((type) => `an argument is ${type}`),
  'arguments',
  ...Object.keys(aboutResult).map((name) => `result ${name}`),
  ...Array.from({ length: places }, (_, place) =>
    Object.keys(aboutBoth).map((name) => `result ${name} of argument ${place + 1}`),
  ).flat(),
]

/**
 * Reads the features of a task: for each question the share of examples that say yes, from -1 (none) to 1 (all); 0 where it
 * makes no sense.
 */
export function featuresOf({ signature, examples }: Asked): Float32Array {
  const { parameters, returns } = signature
  const ask = (question: Question, place: number): number => {
    const answers = examples.flatMap(({ args, returns: result }) => question(result, args[place]) ?? [])
    if (answers.length === 0) return 0
    return (2 * answers.filter((answer) => answer).length) / answers.length - 1
  }
  return Float32Array.from([
    ...types.map((type) => (returns === type ? 1 : 0)),
    ...types.map((type) => (parameters.some((parameter) => parameter.type === type) ? 1 : 0)),
    parameters.length / 4,
    ...Object.values(aboutResult).map((question) => ask(question, 0)),
    ...Array.from({ length: places }, (_, place) =>
      Object.values(aboutBoth).map((question) => (place < parameters.length ? ask(question, place) : 0)),
    ).flat(),
  ])
}

type Sized = string | readonly unknown[]

function sized(value: unknown): value is Sized {
  return typeof value === 'string' || Array.isArray(value)
}

function numbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')
}

function isWithin(part: readonly unknown[], whole: readonly unknown[]): boolean {
  let at = 0
  for (const item of whole) if (at < part.length && item === part[at]) at++
  return at === part.length
}
