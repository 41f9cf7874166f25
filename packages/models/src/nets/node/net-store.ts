/** The weights of a net that are in use, and those before them: new ones are adopted only if they win. */

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SalpError } from '@salp/core'
import { writeFileAtomically } from '@salp/core/node'
import { z } from 'zod'
import type { Interval } from '../evaluation/statistics.js'
import type { Net } from '../net.js'
import type { WeightsInfo } from '../weights/net-file.js'
import { namesIn } from './atomic-folder.js'
import { loadWeights, saveWeights } from './weight-file.js'

/** Weights on disk, by their number: 1, 2, 3, … */
const entrySchema = z.object({
  number: z.int().min(1),
  /** ms since the epoch. */
  at: z.int().min(0),
  /** By how much they were better than those before, or than the baseline, on held-out data: mean and 95 % interval. */
  gain: z.object({ mean: z.number(), low: z.number(), high: z.number() }),
})
const historySchema = z.object({ current: z.int().min(0), adopted: z.array(entrySchema) })

/** An adoption. */
export type Adoption = z.infer<typeof entrySchema>

/** What is in use, 0 for nothing, and what was adopted, oldest first. */
export type AdoptionHistory = z.infer<typeof historySchema>

/** The weights of one net over time. */
export interface NetStore {
  /** The weights in use; `undefined` if none are. @throws {@link ArchitectureError} (`models/architecture`) if they are of another net. */
  current(): Promise<Float32Array<ArrayBuffer> | undefined>
  /** The weights in use, and what is known of them. @throws As {@link NetStore.current}. */
  stored(): Promise<(WeightsInfo & { readonly flat: Float32Array<ArrayBuffer> }) | undefined>
  /**
   * Offers new weights. They are adopted if the whole interval of their gain lies above 0; else nothing changes.
   *
   * @param gain - Error of the weights in use (or of the baseline) less theirs, on held-out data.
   */
  offer(weights: Float32Array, info: WeightsInfo, gain: Interval): Promise<'adopted' | 'refused'>
  /** Goes back to the weights adopted before those in use, or to none. @returns The number in use afterwards, 0 for none. */
  rollBack(): Promise<number>
  history(): Promise<AdoptionHistory>
}

const historyFile = 'adopted.json'

/** Reads what was adopted, without knowing the net. @throws {@link NetStoreError} (`models/net-store`). */
export async function readAdoptions(folder: string): Promise<AdoptionHistory> {
  if (!(await namesIn(folder)).includes(historyFile)) return { current: 0, adopted: [] }
  try {
    return historySchema.parse(JSON.parse(await readFile(join(folder, historyFile), 'utf8')))
  } catch (cause) {
    throw new NetStoreError(folder, cause)
  }
}

/** Goes back to the weights adopted before those in use, or to none. @returns The number in use afterwards, 0 for none. */
export async function rollBackAdoption(folder: string): Promise<number> {
  const { current, adopted } = await readAdoptions(folder)
  const before = adopted.filter(({ number }) => number < current).at(-1)?.number ?? 0
  if (current > 0) await writeHistory(folder, { current: before, adopted })
  return before
}

/** Opens the store of a net in a folder of its own. One process writes at a time. */
export function openNetStore(
  { clock }: { readonly clock: { now(): number } },
  { folder, net }: { readonly folder: string; readonly net: Net },
): NetStore {
  const pathOf = (number: number): string => join(folder, `${String(number).padStart(6, '0')}.safetensors`)
  const stored: NetStore['stored'] = async () => {
    const { current } = await readAdoptions(folder)
    return current === 0 ? undefined : loadWeights(pathOf(current), net)
  }
  return {
    history: () => readAdoptions(folder),
    stored,
    current: async () => (await stored())?.flat,
    async offer(weights, info, gain) {
      if (!(gain.low > 0)) return 'refused'
      const { adopted } = await readAdoptions(folder)
      const number = (adopted.at(-1)?.number ?? 0) + 1
      await mkdir(folder, { recursive: true })
      // The weights are on disk before anything says that they are in use.
      await saveWeights(pathOf(number), net, weights, info)
      const { mean, low, high } = gain
      const entry = { number, at: clock.now(), gain: { mean, low, high } }
      await writeHistory(folder, { current: number, adopted: [...adopted, entry] })
      return 'adopted'
    },
    rollBack: () => rollBackAdoption(folder),
  }
}

function writeHistory(folder: string, value: AdoptionHistory): Promise<void> {
  const text = `${JSON.stringify(value, undefined, 2)}\n`
  return writeFileAtomically(join(folder, historyFile), new TextEncoder().encode(text))
}

/** A store whose history cannot be read. */
export class NetStoreError extends SalpError {
  readonly folder: string
  constructor(folder: string, cause: unknown) {
    super('models/net-store', `Cannot read which weights are in use in "${folder}"`, { cause })
    this.folder = folder
  }
}
