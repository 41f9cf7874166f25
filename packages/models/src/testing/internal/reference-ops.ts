/** The operations of the nets once more: plain loops over float64, written apart from the graphs, to compare them with. */

/** A tensor that knows how its gradient flows to those it was made of. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float64Array
  readonly gradient: Float64Array
  readonly parents: readonly Tensor[]
  /** Adds to the gradients of the parents. */
  readonly flow: () => void
}

/** A tensor that was not computed. */
export function tensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  return make(shape, Float64Array.from(data), [], () => undefined)
}

/** Runs the tape backwards from a scalar; afterwards each tensor has its gradient. */
export function backward(loss: Tensor): void {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  const visit = (node: Tensor): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const parent of node.parents) visit(parent)
    order.push(node)
  }
  visit(loss)
  loss.gradient[0] = 1
  for (const node of order.reverse()) node.flow()
}

function make(
  shape: readonly number[],
  data: Float64Array,
  parents: readonly Tensor[],
  flow: (self: Tensor) => void,
): Tensor {
  const self: Tensor = { shape, data, gradient: new Float64Array(data.length), parents, flow: () => flow(self) }
  return self
}

/** Element `index`; loops here stay in bounds. */
function at(array: ArrayLike<number>, index: number): number {
  return array[index] ?? 0
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** out[m, n] += a[m, k] · b[k, n], with the strides of a row and a column of each. */
function multiplyInto(
  out: Float64Array,
  [a, aStart, aRow, aColumn]: readonly [Float64Array, number, number, number],
  [b, bStart, bRow, bColumn]: readonly [Float64Array, number, number, number],
  [m, k, n]: readonly [number, number, number],
  outStart = 0,
  factor = 1,
): void {
  for (let row = 0; row < m; row++)
    for (let inner = 0; inner < k; inner++) {
      const left = factor * at(a, aStart + row * aRow + inner * aColumn)
      const target = outStart + row * n
      const source = bStart + inner * bRow
      for (let column = 0; column < n; column++)
        out[target + column] = at(out, target + column) + left * at(b, source + column * bColumn)
    }
}

/** x·w + b. */
export function affine(x: Tensor, w: Tensor, b?: Tensor): Tensor {
  const [rows = 0, from = 0] = x.shape
  const to = w.shape[1] ?? 0
  const data = new Float64Array(rows * to)
  if (b !== undefined) for (let index = 0; index < data.length; index++) data[index] = at(b.data, index % to)
  multiplyInto(data, [x.data, 0, from, 1], [w.data, 0, to, 1], [rows, from, to])
  return make([rows, to], data, b === undefined ? [x, w] : [x, w, b], ({ gradient }) => {
    multiplyInto(x.gradient, [gradient, 0, to, 1], [w.data, 0, 1, to], [rows, to, from])
    multiplyInto(w.gradient, [x.data, 0, 1, from], [gradient, 0, to, 1], [from, rows, to])
    if (b !== undefined)
      for (const [index, each] of gradient.entries()) b.gradient[index % to] = at(b.gradient, index % to) + each
  })
}

/** x·tableᵀ. */
export function tied(x: Tensor, table: Tensor): Tensor {
  return affine(x, transpose(table, [1, 0]))
}

/** factor · a·b over the last two axes, b transposed if asked. */
export function batchedProduct(a: Tensor, b: Tensor, { transposeB = false, factor = 1 } = {}): Tensor {
  const rank = a.shape.length
  const right = transposeB ? transpose(b, [...Array(rank - 2).keys(), rank - 1, rank - 2]) : b
  const [m = 0, k = 0] = a.shape.slice(-2)
  const n = right.shape.at(-1) ?? 0
  const batches = count(a.shape.slice(0, -2))
  const data = new Float64Array(batches * m * n)
  for (let batch = 0; batch < batches; batch++)
    multiplyInto(
      data,
      [a.data, batch * m * k, k, 1],
      [right.data, batch * k * n, n, 1],
      [m, k, n],
      batch * m * n,
      factor,
    )
  return make([...a.shape.slice(0, -1), n], data, [a, right], ({ gradient }) => {
    for (let batch = 0; batch < batches; batch++) {
      const [g, left, other] = [batch * m * n, batch * m * k, batch * k * n]
      multiplyInto(a.gradient, [gradient, g, n, 1], [right.data, other, 1, n], [m, n, k], left, factor)
      multiplyInto(right.gradient, [a.data, left, 1, k], [gradient, g, n, 1], [k, m, n], other, factor)
    }
  })
}

/** Elementwise with broadcasting; `slopes` gives the derivatives by each operand. */
function elementwise(
  a: Tensor,
  b: Tensor,
  apply: (x: number, y: number) => number,
  slopes: (x: number, y: number) => readonly [number, number],
): Tensor {
  const rank = Math.max(a.shape.length, b.shape.length)
  const size = (of: Tensor, axis: number): number => of.shape[axis - rank + of.shape.length] ?? 1
  const shape = Array.from({ length: rank }, (_, axis) => Math.max(size(a, axis), size(b, axis)))
  const place = (of: Tensor, index: number): number => {
    let [rest, offset, stride] = [index, 0, 1]
    for (let axis = rank - 1; axis >= 0; axis--) {
      const here = rest % at(shape, axis)
      rest = Math.floor(rest / at(shape, axis))
      if (size(of, axis) > 1) offset += here * stride
      stride *= size(of, axis)
    }
    return offset
  }
  const data = Float64Array.from({ length: count(shape) }, (_, index) =>
    apply(at(a.data, place(a, index)), at(b.data, place(b, index))),
  )
  return make(shape, data, [a, b], ({ gradient }) => {
    for (const [index, each] of gradient.entries()) {
      const [i, j] = [place(a, index), place(b, index)]
      const [left, right] = slopes(at(a.data, i), at(b.data, j))
      a.gradient[i] = at(a.gradient, i) + each * left
      b.gradient[j] = at(b.gradient, j) + each * right
    }
  })
}

/** a + b. */
export const add = (a: Tensor, b: Tensor): Tensor =>
  elementwise(
    a,
    b,
    (x, y) => x + y,
    () => [1, 1],
  )
/** a − b. */
export const subtract = (a: Tensor, b: Tensor): Tensor =>
  elementwise(
    a,
    b,
    (x, y) => x - y,
    () => [1, -1],
  )
/** a · b. */
export const multiply = (a: Tensor, b: Tensor): Tensor =>
  elementwise(
    a,
    b,
    (x, y) => x * y,
    (x, y) => [y, x],
  )

function unary(x: Tensor, apply: (x: number) => number, slope: (x: number) => number): Tensor {
  return make(x.shape, x.data.map(apply), [x], ({ gradient }) => {
    for (const [index, each] of gradient.entries())
      x.gradient[index] = at(x.gradient, index) + each * slope(at(x.data, index))
  })
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** max(x, 0). */
export const relu = (x: Tensor): Tensor =>
  unary(
    x,
    (v) => Math.max(v, 0),
    (v) => (v > 0 ? 1 : 0),
  )
/** tanh x. */
export const tanh = (x: Tensor): Tensor => unary(x, Math.tanh, (v) => 1 - Math.tanh(v) ** 2)
/** 1 / (1 + e^−x). */
export const sigmoid = (x: Tensor): Tensor => unary(x, logistic, (v) => logistic(v) * (1 - logistic(v)))
/** x · sigmoid(x). */
export const silu = (x: Tensor): Tensor =>
  unary(
    x,
    (v) => v * logistic(v),
    (v) => logistic(v) + v * logistic(v) * (1 - logistic(v)),
  )
/** GELU, tanh form. */
export const gelu = (x: Tensor): Tensor => {
  const c = Math.sqrt(2 / Math.PI)
  const inner = (v: number): number => Math.tanh(c * (v + 0.044715 * v ** 3))
  return unary(
    x,
    (v) => 0.5 * v * (1 + inner(v)),
    (v) => 0.5 * (1 + inner(v)) + 0.5 * v * (1 - inner(v) ** 2) * c * (1 + 3 * 0.044715 * v * v),
  )
}

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  const width = x.shape.at(-1) ?? 1
  const data = new Float64Array(x.data.length)
  for (let start = 0; start < data.length; start += width) {
    const row = x.data.subarray(start, start + width)
    const most = Math.max(...row)
    const powers = row.map((v) => Math.exp(v - most))
    const sum = powers.reduce((a, b) => a + b, 0)
    data.set(
      powers.map((v) => v / sum),
      start,
    )
  }
  return make(x.shape, data, [x], ({ gradient }) => {
    for (let start = 0; start < data.length; start += width)
      for (let i = start; i < start + width; i++)
        for (let j = start; j < start + width; j++)
          x.gradient[i] = at(x.gradient, i) + at(gradient, j) * at(data, j) * ((i === j ? 1 : 0) - at(data, i))
  })
}

/** Layer norm of rows. */
export function normalise(x: Tensor, gain: Tensor, shift: Tensor): Tensor {
  const width = x.shape[1] ?? 1
  const data = new Float64Array(x.data.length)
  const unit = new Float64Array(x.data.length)
  const inverse = new Float64Array(x.data.length / width)
  for (let row = 0; row < inverse.length; row++) {
    const values = x.data.subarray(row * width, (row + 1) * width)
    const mean = values.reduce((a, b) => a + b, 0) / width
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / width
    inverse[row] = 1 / Math.sqrt(variance + 1e-5)
    for (let column = 0; column < width; column++) {
      const index = row * width + column
      unit[index] = (at(x.data, index) - mean) * at(inverse, row)
      data[index] = at(unit, index) * at(gain.data, column) + at(shift.data, column)
    }
  }
  return make(x.shape, data, [x, gain, shift], ({ gradient }) => {
    for (let row = 0; row < inverse.length; row++)
      for (let i = 0; i < width; i++) {
        const index = row * width + i
        gain.gradient[i] = at(gain.gradient, i) + at(gradient, index) * at(unit, index)
        shift.gradient[i] = at(shift.gradient, i) + at(gradient, index)
        // The full Jacobian, rather than its usual short form.
        for (let j = 0; j < width; j++) {
          const other = row * width + j
          const slope = at(inverse, row) * ((i === j ? 1 : 0) - 1 / width - (at(unit, index) * at(unit, other)) / width)
          x.gradient[index] = at(x.gradient, index) + at(gradient, other) * at(gain.data, j) * slope
        }
      }
  })
}

/** Moves elements: element i of the result is element `from[i]` of `x`. */
function moved(x: Tensor, shape: readonly number[], from: readonly number[]): Tensor {
  return make(
    shape,
    Float64Array.from(from, (index) => at(x.data, index)),
    [x],
    ({ gradient }) => {
      for (const [index, source] of from.entries()) x.gradient[source] = at(x.gradient, source) + at(gradient, index)
    },
  )
}

/** The same numbers in another shape. */
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => moved(x, shape, [...x.data.keys()])

/** Reorders axes. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => at(x.shape, axis))
  const strides = x.shape.map((_, axis) => count(x.shape.slice(axis + 1)))
  const from = Array.from(x.data, (_, index) => {
    let [rest, source] = [index, 0]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += (rest % at(shape, axis)) * at(strides, at(order, axis))
      rest = Math.floor(rest / at(shape, axis))
    }
    return source
  })
  return moved(x, shape, from)
}

/** Elements whose place along an axis lies in [start, start + length). */
export function slice(x: Tensor, axis: number, start: number, length: number): Tensor {
  const inner = count(x.shape.slice(axis + 1))
  const size = at(x.shape, axis)
  const from = [...x.data.keys()].filter((index) => {
    const place = Math.floor(index / inner) % size
    return place >= start && place < start + length
  })
  return moved(x, x.shape.with(axis, length), from)
}

/** Joins along an axis. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts
  const shape =
    first?.shape.with(
      axis,
      parts.reduce((sum, part) => sum + at(part.shape, axis), 0),
    ) ?? []
  const outer = count(shape.slice(0, axis))
  const places = parts.map(() => new Map<number, number>())
  const data = new Float64Array(count(shape))
  let index = 0
  for (let block = 0; block < outer; block++)
    for (const [which, part] of parts.entries()) {
      const length = part.data.length / outer
      for (let inner = 0; inner < length; inner++) {
        places[which]?.set(block * length + inner, index)
        data[index++] = at(part.data, block * length + inner)
      }
    }
  return make(shape, data, parts, ({ gradient }) => {
    for (const [which, part] of parts.entries())
      for (const [source, target] of places[which] ?? [])
        part.gradient[source] = at(part.gradient, source) + at(gradient, target)
  })
}

/** Rows of a table. */
export function lookup(table: Tensor, ids: readonly number[]): Tensor {
  const width = table.shape[1] ?? 0
  return moved(
    table,
    [ids.length, width],
    ids.flatMap((id) => Array.from({ length: width }, (_, column) => id * width + column)),
  )
}

/** Sum of all elements. */
function total(x: Tensor): Tensor {
  return make([], Float64Array.of(x.data.reduce((a, b) => a + b, 0)), [x], ({ gradient }) => {
    for (const index of x.gradient.keys()) x.gradient[index] = at(x.gradient, index) + at(gradient, 0)
  })
}

/** Cross-entropy of rows of scores against classes. */
export function crossEntropy(logits: Tensor, targets: readonly number[], weights: readonly number[]): Tensor {
  const width = logits.shape[1] ?? 1
  const likely = softmax(tensor(logits.shape, logits.data)).data
  const loss = targets.reduce(
    (sum, target, row) => sum - at(weights, row) * Math.log(at(likely, row * width + target)),
    0,
  )
  return make([], Float64Array.of(loss), [logits], ({ gradient }) => {
    for (const index of likely.keys()) {
      const row = Math.floor(index / width)
      const slope = at(likely, index) - (index % width === targets[row] ? 1 : 0)
      logits.gradient[index] = at(logits.gradient, index) + at(gradient, 0) * at(weights, row) * slope
    }
  })
}

/** Binary cross-entropy on scores. */
export function binaryCrossEntropy(logits: Tensor, targets: readonly number[], weights: readonly number[]): Tensor {
  const each = unary(
    logits,
    (v) => v,
    () => 1,
  )
  const losses = each.data.map(
    (v, index) => -at(targets, index) * Math.log(logistic(v)) - (1 - at(targets, index)) * Math.log(logistic(-v)),
  )
  return make(
    [],
    Float64Array.of(losses.reduce((sum, v, index) => sum + v * at(weights, index), 0)),
    [logits],
    ({ gradient }) => {
      for (const [index, v] of logits.data.entries())
        logits.gradient[index] =
          at(logits.gradient, index) + at(gradient, 0) * at(weights, index) * (logistic(v) - at(targets, index))
    },
  )
}

/** Weighted squared difference. */
export function squaredError(predictions: Tensor, targets: readonly number[], weights: readonly number[]): Tensor {
  const difference = subtract(predictions, tensor(predictions.shape, targets))
  return total(multiply(multiply(difference, difference), tensor(predictions.shape, weights)))
}
