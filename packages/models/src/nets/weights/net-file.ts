/** The weights of a net as a safetensors file that says which net they belong to. */

import { z } from 'zod'
import { sameShape } from '../graph/graph.js'
import { ArchitectureError, architectureHash, type Net, parameterViews } from '../net.js'
import { bytesOf, decodeTensors, encodeTensors, float32Of, type StoredTensor, TensorFileError } from './safetensors.js'

/** What is known about weights. */
export interface WeightsInfo {
  /** Steps of training behind them. */
  readonly steps: number
  /** SHA-256 of the data they were trained on, in hexadecimal; empty if unknown. */
  readonly dataDigest: string
}

/** The version of the metadata. */
const format = 'salp-net-1'

const infoSchema = z.object({
  format: z.literal(format),
  architecture: z.string(),
  steps: z.string().regex(/^\d{1,15}$/),
  dataDigest: z.string().regex(/^(?:[0-9a-f]{64})?$/),
})

/**
 * Encodes weights: one tensor a parameter, and metadata with the hash of the architecture.
 *
 * @param flat - All parameters, in the layout of the net.
 * @param more - Texts of the caller's own.
 */
export async function encodeWeights(
  net: Net,
  flat: Float32Array,
  { steps, dataDigest }: WeightsInfo,
  more: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, StoredTensor>()
  const views = parameterViews(net.layout, flat)
  for (const { name, shape } of net.layout.parameters) {
    tensors.set(name, { type: 'F32', shape, bytes: bytesOf(views.get(name) ?? new Float32Array()) })
  }
  const architecture = await architectureHash(net)
  return encodeTensors({
    tensors,
    metadata: { ...more, format, net: net.name, architecture, steps: `${steps}`, dataDigest },
  })
}

/**
 * Decodes weights of `net`.
 *
 * @throws {@link TensorFileError} (`models/tensor-file`) if the file is malformed, or a weight is not finite.
 * @throws {@link ArchitectureError} (`models/architecture`) if the weights are those of another architecture: there is no migration.
 */
export async function decodeWeights(
  net: Net,
  file: Uint8Array,
): Promise<
  WeightsInfo & { readonly flat: Float32Array<ArrayBuffer>; readonly metadata: Readonly<Record<string, string>> }
> {
  const { tensors, metadata } = decodeTensors(file)
  const info = await expectArchitecture(net, metadata)
  const flat = new Float32Array(net.layout.length)
  const views = parameterViews(net.layout, flat)
  for (const { name, shape } of net.layout.parameters) {
    const tensor = tensors.get(name)
    if (tensor === undefined || !sameShape(tensor.shape, shape))
      throw new ArchitectureError(net.name, `"${name}" is missing or has another shape`)
    const values = float32Of(tensor, name)
    if (!values.every(Number.isFinite)) throw new TensorFileError(`"${name}" holds a weight that is not finite`)
    views.get(name)?.set(values)
  }
  if (tensors.size !== views.size)
    throw new ArchitectureError(net.name, `there are ${tensors.size} tensors for ${views.size} parameters`)
  return { ...info, flat, metadata }
}

/**
 * Reads what a file says about its weights.
 *
 * @throws {@link TensorFileError} (`models/tensor-file`) if it says nothing, or nonsense.
 * @throws {@link ArchitectureError} (`models/architecture`) if they belong to another net.
 */
export async function expectArchitecture(net: Net, metadata: Readonly<Record<string, string>>): Promise<WeightsInfo> {
  const info = infoSchema.safeParse(metadata)
  if (!info.success) throw new TensorFileError('its metadata are not those of a net')
  const { architecture, steps, dataDigest } = info.data
  const expected = await architectureHash(net)
  if (architecture !== expected) {
    throw new ArchitectureError(
      net.name,
      `they belong to the architecture ${architecture.slice(0, 12)}, not ${expected.slice(0, 12)}. Train it anew`,
    )
  }
  return { steps: Number(steps), dataDigest }
}
