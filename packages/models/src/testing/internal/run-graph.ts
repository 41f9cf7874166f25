/** Runs a graph once, for tests: everything goes in and comes out as plain numbers. */

import { InferenceSession, Tensor } from 'onnxruntime-node'
import { type Graph, sizeOf, type Value } from '../../nets/graph/graph.js'
import { liveInputs, toOnnx } from '../../nets/onnx/onnx.js'

/** Opens a graph; the function runs it. */
export async function openGraph(
  graph: Graph,
  options: InferenceSession.SessionOptions = {},
): Promise<(feeds: Readonly<Record<string, ArrayLike<number>>>) => Promise<Record<string, number[]>>> {
  const inputs = liveInputs(graph)
  const session = await InferenceSession.create(toOnnx(graph, { name: 'test' }), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
    ...options,
  })
  return async (feeds) => {
    const tensors = Object.fromEntries(inputs.map((value) => [value.name, toTensor(value, feeds[value.name])]))
    const results = await session.run(tensors)
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, numbers(data)]))
  }
}

function toTensor({ name, type, shape }: Value, data: ArrayLike<number> | undefined): Tensor {
  if (data === undefined || data.length !== sizeOf(shape))
    throw new RangeError(`No ${sizeOf(shape)} numbers for "${name}"`)
  if (type === 'float32') return new Tensor(type, Float32Array.from(data), shape)
  if (type === 'float64') return new Tensor(type, Float64Array.from(data), shape)
  if (type === 'int32') return new Tensor(type, Int32Array.from(data), shape)
  throw new RangeError(`A ${type} cannot be fed here`)
}

function numbers(data: Tensor.DataType): number[] {
  return Array.from(data as ArrayLike<number>, Number)
}
