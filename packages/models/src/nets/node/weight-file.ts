/** Files of weights: whole, and a block at a time. */

import { type FileHandle, open, readFile } from 'node:fs/promises'
import { SalpError } from '@salp/core'
import { writeFileAtomically } from '@salp/core/node'
import type { WeightSource } from '../federation/aggregate.js'
import { sameShape } from '../graph/graph.js'
import { ArchitectureError, type Net } from '../net.js'
import { decodeWeights, encodeWeights, expectArchitecture, type WeightsInfo } from '../weights/net-file.js'
import { parseHeaderLength, parseTensorIndex, TensorFileError, type TensorIndex } from '../weights/safetensors.js'

/** Writes weights to a file, whole or not at all: what stood there stays until then. */
export async function saveWeights(
  path: string,
  net: Net,
  flat: Float32Array,
  info: WeightsInfo,
  more?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomically(path, await encodeWeights(net, flat, info, more))
}

/**
 * Reads the weights of a file.
 *
 * @throws {@link TensorFileError} (`models/tensor-file`) if it is malformed, or a weight is not finite.
 * @throws {@link ArchitectureError} (`models/architecture`) if they belong to another net.
 */
export async function loadWeights(path: string, net: Net): Promise<Awaited<ReturnType<typeof decodeWeights>>> {
  return decodeWeights(net, await readFile(path))
}

/** An open file of weights, of which only what is asked for is read. */
export interface WeightFile extends WeightSource {
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a file of weights for {@link aggregate}, which finds weights that are not finite by itself.
 *
 * @throws {@link TensorFileError} (`models/tensor-file`) if its header is malformed, or does not fit its length.
 * @throws {@link ArchitectureError} (`models/architecture`) if the weights belong to another net.
 */
export async function openWeightFile(
  path: string,
  net: Net,
  { id = path, share }: { readonly id?: string | undefined; readonly share?: number | undefined } = {},
): Promise<WeightFile> {
  const file = await open(path, 'r')
  const close = (): Promise<void> => file.close()
  try {
    const index = await readIndex(file)
    await expectArchitecture(net, index.metadata)
    const parts = partsOf(net, index)
    return {
      ...{ id, share, length: net.layout.length, close, [Symbol.asyncDispose]: close },
      async read(start, into) {
        into.fill(0)
        const end = start + into.length
        for (const { offset, length, place } of parts) {
          const [from, to] = [Math.max(start, offset), Math.min(end, offset + length)]
          if (from >= to) continue
          const bytes = new Uint8Array(into.buffer, into.byteOffset + (from - start) * 4, (to - from) * 4)
          const { bytesRead } = await file.read(bytes, 0, bytes.length, place + (from - offset) * 4)
          if (bytesRead < bytes.length) throw new TensorFileError('it was cut off while it was read')
        }
      },
    }
  } catch (error) {
    await close()
    throw SalpError.is(error) ? error : new TensorFileError(error instanceof Error ? error.message : String(error))
  }
}

async function readIndex(file: FileHandle): Promise<TensorIndex> {
  const { size } = await file.stat()
  const start = Buffer.alloc(8)
  const { bytesRead } = await file.read(start, 0, 8, 0)
  const header = Buffer.alloc(parseHeaderLength(start.subarray(0, bytesRead), size))
  await file.read(header, 0, header.length, 8)
  return parseTensorIndex(header, size)
}

/** Where each parameter lies in the layout (elements) and in the file (bytes). */
function partsOf(net: Net, { dataStart, tensors }: TensorIndex): { offset: number; length: number; place: number }[] {
  if (tensors.size !== net.layout.parameters.length)
    throw new ArchitectureError(net.name, `there are ${tensors.size} tensors`)
  return net.layout.parameters.map(({ name, shape, offset, length }) => {
    const tensor = tensors.get(name)
    if (tensor?.type !== 'F32' || !sameShape(tensor.shape, shape))
      throw new ArchitectureError(net.name, `"${name}" is missing or has another shape`)
    return { offset, length, place: dataStart + tensor.start }
  })
}
