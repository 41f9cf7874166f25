/** What a net is trained on: batches by number, so that a run that stopped goes on with the batch it would have had. */

import { createRng } from '@salp/core'

/** The arrays of one batch, by the name of the input or target. */
export type Batch = Readonly<Record<string, Float32Array | Int32Array>>

/**
 * Fills the arrays of batch `index` (0, 1, 2, …), whole, with nothing left of what stood there.
 *
 * The same index gives the same batch, always: there is no hidden state.
 */
export type BatchSource = (batch: Batch, index: number) => void

/** The numbers of one example, by the name of the input or target; each as long as one row of the array. */
export type Example = Readonly<Record<string, ArrayLike<number>>>

/**
 * Makes batches of examples, in another order each time round; none is left out.
 *
 * Weights are divided by their sum in the batch. The last batch of a round is filled up from the next.
 *
 * @param weights - Names of the arrays that hold weights of a loss.
 * @throws RangeError if there are no examples, or one does not fit a row of its array.
 */
export function shuffledBatches(
  examples: readonly Example[],
  { seed, weights }: { readonly seed: string | number; readonly weights: readonly string[] },
): BatchSource {
  if (examples.length === 0) throw new RangeError('Cannot make batches of no examples')
  const orders = new Map<number, Uint32Array>()
  const orderOf = (round: number): Uint32Array => {
    const known = orders.get(round)
    if (known !== undefined) return known
    // A batch reaches into two rounds at most, and steps go forward.
    for (const old of orders.keys()) if (old < round - 1) orders.delete(old)
    const order = shuffled(examples.length, `${seed}/${round}`)
    orders.set(round, order)
    return order
  }
  return (batch, index) => {
    const rows = rowsOf(batch, examples[0] ?? {})
    for (let row = 0; row < rows; row++) {
      const place = index * rows + row
      const example = examples[orderOf(Math.floor(place / examples.length))[place % examples.length] ?? 0] ?? {}
      writeRow(batch, example, row)
    }
    for (const name of weights) {
      const array = batch[name]
      if (array !== undefined) divide(array, sumOf(array))
    }
  }
}

/** Batches that together hold each example once; the sum of their losses is the loss over all examples. */
export interface OrderedBatches {
  readonly fill: BatchSource
  readonly count: number
}

/**
 * Makes batches of `rows` examples in order. Rows behind the last example weigh nothing, and weights are divided by their
 * sum over all examples, so that a short last batch counts for no more than it holds.
 *
 * @throws RangeError if there are no examples, or one does not fit a row of its array.
 */
export function orderedBatches(
  examples: readonly Example[],
  { rows, weights }: { readonly rows: number; readonly weights: readonly string[] },
): OrderedBatches {
  if (examples.length === 0) throw new RangeError('Cannot make batches of no examples')
  const totals = new Map(
    weights.map((name) => [name, examples.reduce((sum, example) => sum + sumOf(example[name] ?? []), 0)]),
  )
  const fill: BatchSource = (batch, index) => {
    for (let row = 0; row < rows; row++) writeRow(batch, examples[index * rows + row] ?? examples[0] ?? {}, row)
    for (const [name, total] of totals) {
      const array = batch[name]
      if (array === undefined) continue
      array.fill(0, (array.length / rows) * Math.max(0, examples.length - index * rows))
      divide(array, total)
    }
  }
  return { fill, count: Math.ceil(examples.length / rows) }
}

/** Numbers below `count` in an order drawn by seed. */
function shuffled(count: number, seed: string): Uint32Array {
  const rng = createRng(seed)
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(rng() * (index + 1))
    const value = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = value
  }
  return order
}

function rowsOf(batch: Batch, example: Example): number {
  const [[name, values] = ['', []]] = Object.entries(example)
  const rows = (batch[name]?.length ?? 0) / values.length
  if (!Number.isInteger(rows) || rows === 0) throw new RangeError(`Cannot fill "${name}" with rows of ${values.length}`)
  return rows
}

function writeRow(batch: Batch, example: Example, row: number): void {
  for (const [name, array] of Object.entries(batch)) {
    const values = example[name]
    if (values === undefined) throw new RangeError(`Cannot fill "${name}": the example lacks it`)
    if (array.length % values.length !== 0 || (row + 1) * values.length > array.length) {
      throw new RangeError(`Cannot fill "${name}" with rows of ${values.length}`)
    }
    array.set(values, row * values.length)
  }
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index] ?? 0
  return sum
}

/** All zero stays so. */
function divide(array: Batch[string], by: number): void {
  if (by > 0) for (const index of array.keys()) array[index] = (array[index] ?? 0) / by
}
