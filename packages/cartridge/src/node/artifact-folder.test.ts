import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArtifactError, openArtifactFolder, sha256Of } from './artifact-folder.js'

describe('openArtifactFolder()', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartridge-artifacts-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('keeps bytes under their hash, once', async () => {
    const artifacts = openArtifactFolder(join(folder, 'new'))
    const bytes = Uint8Array.of(1, 2, 3)
    const [one, two] = await Promise.all([artifacts.put(bytes), artifacts.put(bytes)])
    expect([one, two]).toEqual([sha256Of(bytes), sha256Of(bytes)])
    expect(await artifacts.get(one)).toEqual(bytes)
    expect(readdirSync(join(folder, 'new'))).toEqual([one])
  })

  test('gives undefined for what it does not have, and refuses what is no hash', async () => {
    const artifacts = openArtifactFolder(folder)
    expect(await artifacts.get('0'.repeat(64))).toBeUndefined()
    await expect(artifacts.get('../../etc/passwd')).rejects.toThrow(RangeError)
  })

  test('throws ArtifactError for bytes that were changed', async () => {
    const artifacts = openArtifactFolder(folder)
    const hash = await artifacts.put(Uint8Array.of(1, 2, 3))
    writeFileSync(join(folder, hash), Uint8Array.of(1, 2, 4))
    await expect(artifacts.get(hash)).rejects.toThrow(ArtifactError)
  })
})
