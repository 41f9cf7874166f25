/** A run of training on disk: what it takes to go on as if it had never stopped. */

import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describeError, SalpError } from '@salp/core'
import { z } from 'zod'
import type { Net } from '../net.js'
import { decodeWeights, encodeWeights } from '../weights/net-file.js'
import { bytesOf, decodeTensors, encodeTensors, float32Of } from '../weights/safetensors.js'
import { namesIn, writeFolderAtomically } from './atomic-folder.js'
import type { TrainerState } from './trainer.js'

/** Loss on held-out data after so many steps. */
export interface CurvePoint {
  readonly step: number
  readonly heldOut: number
}

/** Where a run stands between two steps. */
export interface RunState extends TrainerState {
  /** Steps behind it, those included that were left out. */
  readonly steps: number
  /** Steps that were left out because their gradient was not finite. */
  readonly skipped: number
  /** The weights that did best on held-out data, if it is evaluated. */
  readonly best?:
    | { readonly weights: Float32Array<ArrayBuffer>; readonly loss: number; readonly steps: number }
    | undefined
  /** Evaluations since then. */
  readonly stale: number
  /** All evaluations so far. */
  readonly curve: readonly CurvePoint[]
}

const folderPattern = /^step-\d{9}$/
const [weightsFile, optimizerFile, bestFile] = ['weights.safetensors', 'optimizer.safetensors', 'best.safetensors']
const number = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const curve = z
  .string()
  .transform((text) => JSON.parse(text))
  .pipe(z.array(z.object({ step: z.int(), heldOut: z.number() })))
const optimizerSchema = z.object({
  moments: z.literal('unscaled'),
  steps: number,
  skipped: number,
  stale: number,
  curve,
})
const bestSchema = z.object({ loss: z.string().transform(Number).pipe(z.number()) })

/**
 * Writes where a run stands into a folder of its own under `folder`, whole or not at all, then removes all but the last `keep`.
 *
 * The weights are a file of their own, so that peers can be given nothing else.
 *
 * @throws {@link CheckpointError} (`models/checkpoint`) if it cannot be written; those before it stay.
 */
export async function writeCheckpoint(
  folder: string,
  net: Net,
  { weights, first, second, steps, skipped, best, stale, curve }: RunState,
  { dataDigest = '', keep = 2 }: { readonly dataDigest?: string | undefined; readonly keep?: number | undefined } = {},
): Promise<void> {
  const shape = [net.layout.length]
  const optimizer = encodeTensors({
    tensors: new Map([
      ['first', { type: 'F32', shape, bytes: bytesOf(first) }],
      ['second', { type: 'F32', shape, bytes: bytesOf(second) }],
    ]),
    metadata: {
      moments: 'unscaled',
      steps: `${steps}`,
      skipped: `${skipped}`,
      stale: `${stale}`,
      curve: JSON.stringify(curve),
    },
  })
  const path = join(folder, `step-${String(steps).padStart(9, '0')}`)
  try {
    const files = {
      [weightsFile]: await encodeWeights(net, weights, { steps, dataDigest }),
      [optimizerFile]: optimizer,
      ...(best === undefined
        ? {}
        : {
            [bestFile]: await encodeWeights(
              net,
              best.weights,
              { steps: best.steps, dataDigest },
              { loss: `${best.loss}` },
            ),
          }),
    }
    await rm(path, { recursive: true, force: true })
    await writeFolderAtomically(path, files)
    const old = (await checkpointNames(folder)).slice(0, -keep)
    for (const name of old) await rm(join(folder, name), { recursive: true })
  } catch (cause) {
    throw new CheckpointError(path, 'write', cause)
  }
}

/**
 * Reads where the last run under `folder` stood; `undefined` if there is none.
 *
 * @throws {@link ArchitectureError} (`models/architecture`) if it was a run of another net.
 * @throws {@link CheckpointError} (`models/checkpoint`) if it cannot be read.
 */
export async function readCheckpoint(folder: string, net: Net): Promise<RunState | undefined> {
  let path = folder
  try {
    const name = (await checkpointNames(folder)).at(-1)
    if (name === undefined) return undefined
    path = join(folder, name)
    const { flat: weights } = await decodeWeights(net, await readFile(join(path, weightsFile)))
    const { tensors, metadata } = decodeTensors(await readFile(join(path, optimizerFile)))
    const { steps, skipped, stale, curve } = optimizerSchema.parse(metadata)
    const moment = (of: string): Float32Array<ArrayBuffer> => {
      const tensor = tensors.get(of)
      const values = tensor === undefined ? [] : float32Of(tensor, of)
      if (values.length !== net.layout.length) throw new RangeError(`"${of}" holds ${values.length} numbers`)
      return Float32Array.from(values)
    }
    const best = (await namesIn(path)).includes(bestFile)
      ? await decodeWeights(net, await readFile(join(path, bestFile)))
      : undefined
    return {
      ...{ weights, first: moment('first'), second: moment('second'), steps, skipped, stale, curve },
      best:
        best === undefined ? undefined : { weights: best.flat, steps: best.steps, ...bestSchema.parse(best.metadata) },
    }
  } catch (error) {
    if (SalpError.is(error, 'models/architecture')) throw error
    throw new CheckpointError(path, 'read', error)
  }
}

async function checkpointNames(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => folderPattern.test(name))
}

/** A checkpoint that cannot be written or read. */
export class CheckpointError extends SalpError {
  readonly path: string
  constructor(path: string, doing: 'write' | 'read', cause: unknown) {
    super('models/checkpoint', `Cannot ${doing} the checkpoint "${path}": ${describeError(cause)}`, {
      cause,
      retryable: doing === 'write',
    })
    this.path = path
  }
}
