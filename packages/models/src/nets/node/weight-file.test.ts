import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@salp/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spiralNet } from '../../testing/internal/spirals.js'
import { aggregate, memorySource } from '../federation/aggregate.js'
import { initialWeights } from '../initial.js'
import { loadWeights, openWeightFile, saveWeights } from './weight-file.js'

const net = spiralNet()
const info = { steps: 1, dataDigest: '' }
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-weights-'))
})
afterAll(() => rm(folder, { recursive: true }))

const save = async (name: string, weights: Float32Array): Promise<string> => {
  const path = join(folder, name)
  await saveWeights(path, net, weights, info)
  return path
}

describe('saveWeights(), loadWeights()', () => {
  test('come round, and leave nothing else in the folder', async () => {
    const weights = initialWeights(net, createRng(1))
    expect(await loadWeights(await save('one', weights), net)).toMatchObject({ ...info, flat: weights })
    expect(await readdir(folder)).toEqual(['one'])
  })

  test('keep the old file if the new one cannot be written', async () => {
    const weights = initialWeights(net, createRng(1))
    const path = await save('two', weights)
    await expect(saveWeights(path, net, weights.subarray(16), info)).rejects.toThrow(RangeError)
    await expect(saveWeights(join(path, 'below'), net, weights, info)).rejects.toMatchObject({ code: 'ENOTDIR' })
    expect((await loadWeights(path, net)).flat).toEqual(weights)
  })
})

describe('openWeightFile()', () => {
  test('streams to the same result as weights in memory', async () => {
    const peers = [1, 2, 3, 4, 5].map((seed) => initialWeights(net, createRng(seed)))
    const [streamed, whole] = [new Float32Array(net.layout.length), new Float32Array(net.layout.length)]
    const files = await Promise.all(
      peers.map(async (weights, index) => openWeightFile(await save(`peer ${index}`, weights), net)),
    )
    const rule = { type: 'trimmed-mean', hostile: 1 } as const
    await aggregate(files, { rule, write: (start, block) => streamed.set(block, start) })
    await aggregate(
      peers.map((weights, index) => memorySource(`${index}`, weights)),
      { rule, write: (start, block) => whole.set(block, start) },
    )
    for (const file of files) await file.close()
    expect(streamed).toEqual(whole)
  })

  test('refuses a file of another net, and one that was cut off', async () => {
    const path = await save('three', initialWeights(net, createRng(1)))
    await expect(openWeightFile(path, spiralNet({ width: 17 }))).rejects.toMatchObject({ code: 'models/architecture' })
    await writeFile(path, (await readFile(path)).subarray(0, -4))
    await expect(openWeightFile(path, net)).rejects.toMatchObject({ code: 'models/tensor-file' })
    await writeFile(path, '')
    await expect(openWeightFile(path, net)).rejects.toMatchObject({ code: 'models/tensor-file' })
  })
})
