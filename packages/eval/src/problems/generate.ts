/** Arguments drawn by a seed: the same text, the same cases, on every machine. */

import { createRng, type Rng } from '@salp/core'
import type { Data } from './data.js'
import type { InputGenerator, Problem } from './problem.js'

/**
 * Draws the argument lists of a problem's generated cases; none where it has no generators.
 *
 * @param seed - Equal seeds give equal lists; the id is part of the stream.
 */
export function generateArguments({ id, generated }: Pick<Problem, 'id' | 'generated'>, seed: string): Data[][] {
  if (generated === undefined) return []
  const rng = createRng(seed).fork(id)
  return Array.from({ length: generated.count }, (_, index) => {
    const stream = rng.fork(String(index))
    // The first tenth stay small, where edges are met.
    const reach = index < generated.count / 10 ? 0.2 : 1
    return generated.inputs.map((input) => draw(input, stream, reach))
  })
}

function draw(input: InputGenerator, rng: Rng, reach: number): Data {
  switch (input.kind) {
    case 'integer':
      return between(input.min, input.max, rng)
    case 'boolean':
      return rng() < 0.5
    case 'string': {
      const letters = [...input.alphabet]
      return Array.from({ length: lengthOf(input, rng, reach) }, () => letters[below(letters.length, rng)] ?? '').join(
        '',
      )
    }
    case 'word':
      return input.words[below(input.words.length, rng)] ?? ''
    case 'list': {
      let items = Array.from({ length: lengthOf(input, rng, reach) }, () => draw(input.of, rng, reach))
      if (input.distinct === true) items = [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
      return input.sorted === true ? items.sort(ascending) : items
    }
    case 'pair':
    case 'tuple':
      return input.of.map((part) => draw(part, rng, reach))
    case 'record':
      return Object.fromEntries(Object.entries(input.fields).map(([name, part]) => [name, draw(part, rng, reach)]))
  }
}

function lengthOf({ minLength, maxLength }: { minLength: number; maxLength: number }, rng: Rng, reach: number): number {
  return between(minLength, minLength + Math.ceil((maxLength - minLength) * reach), rng)
}

function between(min: number, max: number, rng: Rng): number {
  return min + below(max - min + 1, rng)
}

function below(count: number, rng: Rng): number {
  return Math.floor(rng() * count)
}

function ascending(a: Data, b: Data): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)]
  return left < right ? -1 : Number(left > right)
}
