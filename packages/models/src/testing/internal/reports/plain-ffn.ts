/** A training step of a feed-forward net in plain loops over Float32Array: what one would write without a library. */

/** Layers of `widths`, ReLU between, softmax cross-entropy, AdamW without clipping. */
export function createPlainNet(
  widths: readonly number[],
  rows: number,
): { step(x: Float32Array, labels: Int32Array): number } {
  const layers = widths.slice(1).map((to, index) => {
    const from = widths[index] ?? 0
    const make = (length: number): Float32Array => new Float32Array(length)
    const w = Float32Array.from({ length: from * to }, (_, at) => Math.sin(at * 12.9898) * Math.sqrt(2 / from))
    return {
      ...{ from, to, w, b: make(to), dw: make(from * to), db: make(to), m: make(from * to), v: make(from * to) },
      ...{ out: make(rows * to), slope: make(rows * to) },
    }
  })
  let steps = 0
  return {
    step(x, labels) {
      let input = x
      for (const [index, layer] of layers.entries()) {
        forward(input, layer.w, layer.b, layer.out, rows, layer.from, layer.to)
        if (index < layers.length - 1)
          for (let at = 0; at < layer.out.length; at++) layer.out[at] = Math.max(0, layer.out[at] as number)
        input = layer.out
      }
      const last = layers.at(-1)
      if (last === undefined) return 0
      const loss = softmaxLoss(last.out, labels, last.slope, rows, last.to)
      steps++
      for (let index = layers.length - 1; index >= 0; index--) {
        const layer = layers[index]
        const below = layers[index - 1]
        if (layer === undefined) continue
        weightSlopes(below?.out ?? x, layer.slope, layer.dw, layer.db, rows, layer.from, layer.to)
        if (below !== undefined) inputSlopes(layer.slope, layer.w, below.out, below.slope, rows, layer.from, layer.to)
      }
      for (const layer of layers) adam(layer.w, layer.dw, layer.m, layer.v, steps)
      return loss
    },
  }
}

// The indices below stay in bounds by construction: `as number` keeps the loops as fast as they can be.

function forward(
  x: Float32Array,
  w: Float32Array,
  b: Float32Array,
  out: Float32Array,
  rows: number,
  from: number,
  to: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * to
    out.set(b, start)
    for (let i = 0; i < from; i++) {
      const value = x[row * from + i] as number
      if (value === 0) continue
      const line = i * to
      for (let j = 0; j < to; j++) out[start + j] = (out[start + j] as number) + value * (w[line + j] as number)
    }
  }
}

function weightSlopes(
  x: Float32Array,
  slope: Float32Array,
  dw: Float32Array,
  db: Float32Array,
  rows: number,
  from: number,
  to: number,
): void {
  dw.fill(0)
  db.fill(0)
  for (let row = 0; row < rows; row++) {
    const start = row * to
    for (let j = 0; j < to; j++) db[j] = (db[j] as number) + (slope[start + j] as number)
    for (let i = 0; i < from; i++) {
      const value = x[row * from + i] as number
      if (value === 0) continue
      const line = i * to
      for (let j = 0; j < to; j++) dw[line + j] = (dw[line + j] as number) + value * (slope[start + j] as number)
    }
  }
}

function inputSlopes(
  slope: Float32Array,
  w: Float32Array,
  out: Float32Array,
  result: Float32Array,
  rows: number,
  from: number,
  to: number,
): void {
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < from; i++) {
      const at = row * from + i
      if ((out[at] as number) <= 0) {
        result[at] = 0
        continue
      }
      let sum = 0
      const line = i * to
      const start = row * to
      for (let j = 0; j < to; j++) sum += (slope[start + j] as number) * (w[line + j] as number)
      result[at] = sum
    }
}

function softmaxLoss(
  scores: Float32Array,
  labels: Int32Array,
  slope: Float32Array,
  rows: number,
  classes: number,
): number {
  let loss = 0
  for (let row = 0; row < rows; row++) {
    const start = row * classes
    let [most, sum] = [Number.NEGATIVE_INFINITY, 0]
    for (let j = 0; j < classes; j++) most = Math.max(most, scores[start + j] as number)
    for (let j = 0; j < classes; j++) sum += Math.exp((scores[start + j] as number) - most)
    for (let j = 0; j < classes; j++) {
      const share = Math.exp((scores[start + j] as number) - most) / sum
      const right = j === labels[row]
      if (right) loss -= Math.log(share) / rows
      slope[start + j] = (share - (right ? 1 : 0)) / rows
    }
  }
  return loss
}

/** AdamW over one tensor. */
export function adam(p: Float32Array, g: Float32Array, m: Float32Array, v: Float32Array, step: number): void {
  const [first, second] = [1 - 0.9 ** step, 1 - 0.999 ** step]
  for (let at = 0; at < p.length; at++) {
    const slope = g[at] as number
    const m1 = 0.9 * (m[at] as number) + 0.1 * slope
    const v1 = 0.999 * (v[at] as number) + 0.001 * slope * slope
    m[at] = m1
    v[at] = v1
    p[at] = (p[at] as number) * (1 - 1e-5) - (0.001 * (m1 / first)) / (Math.sqrt(v1 / second) + 1e-8)
  }
}
