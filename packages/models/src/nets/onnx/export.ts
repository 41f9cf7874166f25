/** Nets as files of their own: one that answers, and one that trains. */

import { forwardGraph, type Net, parameterViews, type Sizes, type View } from '../net.js'
import { type AdamOptions, loopGraph } from '../train-graphs.js'
import { toOnnx } from './onnx.js'

/** What a file is made of. */
export interface ExportOptions {
  /** Sizes of the named axes, for good. */
  readonly sizes: Sizes
  /** Another graph over the parameters of the net. @defaultValue the net itself */
  readonly view?: View | undefined
  /** Texts about the net, such as its licence. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Writes an ONNX file that answers: inputs and outputs are those of the net, the weights are in it. Any runtime reads it. */
export function exportInference(
  net: Net,
  weights: Float32Array,
  { sizes, view = net, metadata }: ExportOptions,
): Uint8Array<ArrayBuffer> {
  const graph = forwardGraph(view, sizes)
  return toOnnx(graph, { name: view.name, weights: parameterViews(net.layout, weights), metadata })
}

/**
 * Writes an ONNX file that trains: a run takes `count` batches stacked on a leading axis, three numbers for each step
 * ({@link adamScalars}), and all weights and moments; it gives losses, norms, and weights and moments anew. Fed back, the
 * next run goes on from there. Needs no kernel and no gradient of the runtime.
 *
 * The weights are not in it, since onnxruntime-web does not let values in a file be replaced: feed them by their names, and
 * zeros for the moments at first (see {@link trainNames}).
 *
 * @throws RangeError if the net has dropout, whose masks the host draws.
 */
export function exportTraining(
  net: Net,
  { sizes, count, metadata, ...adam }: Omit<ExportOptions, 'view'> & AdamOptions & { readonly count: number },
): Uint8Array<ArrayBuffer> {
  return toOnnx(loopGraph(net, sizes, count, adam), { name: net.name, metadata })
}
