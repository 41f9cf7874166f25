/** The nets of an agent by the built program: trained, cancelled, measured, carried to another home, rolled back. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPlace, type Place } from './salp.js'

let place: Place
beforeEach(() => {
  place = createPlace()
})
afterEach(() => place[Symbol.dispose]())

describe('salp models', () => {
  test('trains a net that wins, and carries it to an agent without one', { timeout: 180_000 }, async () => {
    expect((await place.salp('models', 'list')).output).toMatch(/^brain .*not trained yet\nquality/)
    const trained = await place.salp('models', 'train', 'quality', '--minutes', '1', '--simulated')
    expect([trained.exitCode, trained.output]).toEqual([0, expect.stringMatching(/^quality: adopted\n/)])
    expect((await place.salp('models', 'list')).output).toContain('version 1 of 1')
    const card = readFileSync(join(place.home, 'models', 'nets', 'quality', 'CARD.md'), 'utf8')
    expect(card).toContain('It beats its baseline.')
    expect(card).toContain('Simulated experience is from made-up worlds')

    await place.salp('models', 'export', 'quality', 'quality.onnx')
    await place.salp('models', 'export', 'quality', 'quality.safetensors')
    expect(statSync(join(place.workspace, 'quality.onnx')).size).toBeGreaterThan(1_000_000)
    const weights = readFileSync(join(place.workspace, 'quality.safetensors'))
    const header = weights.toString('utf8', 8, 8 + Number(weights.readBigUInt64LE(0)))
    expect(JSON.parse(header).__metadata__).toMatchObject({
      steps: expect.stringMatching(/^[1-9]\d*$/),
      dataDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((await place.salp('models', 'rollback', 'quality')).output).toBe('No weights are in use any more\n')
    expect(await place.salp('models', 'eval', 'quality')).toMatchObject({ exitCode: 2 })
    const offered = await place.salp('models', 'import', 'quality', 'quality.safetensors', '--simulated')
    expect(offered.output).toMatch(/^Adopted: better by 0\.\d+/)
    const again = await place.salp('models', 'import', 'quality', 'quality.safetensors', '--simulated')
    expect(again.output).toMatch(/^Refused: gain 0\.0000/)
    const other = await place.salp('models', 'import', 'brain', 'quality.safetensors', '--simulated')
    expect([other.exitCode, other.errors]).toEqual([1, expect.stringContaining('they belong to the architecture')])
  })

  test('says how far it is, ends at Ctrl-C, and leaves what was in use', async () => {
    const terminal = place.terminal('models', 'train', 'brain', '--simulated')
    await terminal.see(/brain: (?:trying a rate|training), step \d+ of \d+, loss \d/)
    terminal.type('\u0003')
    expect(await terminal.ended()).toBe(130)
    expect(existsSync(join(place.home, 'models', 'nets', 'brain', 'adopted.json'))).toBe(false)
  })

  test('refuses to learn from nothing, and nets there are not', async () => {
    const empty = await place.salp('models', 'train', 'brain')
    expect([empty.exitCode, empty.errors]).toEqual([1, expect.stringContaining('too little experience')])
    expect((await place.salp('models', 'train', 'heart')).exitCode).toBe(2)
    expect((await place.salp('models', 'train')).exitCode).toBe(2)
  })
})
