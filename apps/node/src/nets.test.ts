import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingLogger } from '@salp/core/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openNets } from './nets.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp nets '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const gain = { mean: 0.1, low: 0.05, high: 0.15 }
const put = (name: string, value: unknown): void => {
  mkdirSync(join(folder, 'brain'), { recursive: true })
  writeFileSync(join(folder, 'brain', name), typeof value === 'string' ? value : JSON.stringify(value))
}

describe('openNets()', () => {
  test('reads what training left, and goes back one version', async () => {
    const log = recordingLogger()
    const nets = openNets(folder, log)
    expect(await nets.list()).toEqual([])
    put('adopted.json', { current: 2, adopted: [1, 2].map((number) => ({ number, at: 5, gain })) })
    put('CARD.md', '# brain')
    const report = {
      ...{ error: gain, baseline: { name: 'a coin', error: gain }, steps: 3, origins: { simulated: 9 } },
      ...{ examples: { train: 7, validation: 1, test: 1 }, curve: [{ step: 3, heldOut: 0.2 }] },
    }
    const training = { at: 5, seconds: 1, outcome: 'adopted', metric: 'error', gain, losses: [], report }
    put('last-training.json', { ...training, name: 'brain' })
    expect(await nets.list()).toEqual([
      { name: 'brain', current: 2, adopted: [expect.anything(), expect.anything()], training, card: '# brain' },
    ])
    expect(await nets.rollBack('brain')).toBe(1)
    expect(await nets.list()).toMatchObject([{ current: 1 }])
    expect(log.lines).toEqual([])
  })

  test('shows a net without the training that cannot be read, and says so', async () => {
    const log = recordingLogger()
    put('last-training.json', '{"half')
    expect(await openNets(folder, log).list()).toEqual([
      { name: 'brain', current: 0, adopted: [], training: undefined },
    ])
    expect(log.lines).toMatchObject([{ message: 'The last training of a net cannot be read' }])
  })
})
