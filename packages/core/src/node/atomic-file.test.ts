import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFileAtomically } from './atomic-file.js'

describe('writeFileAtomically', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'salp-atomic-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  test('replaces what stood there, and leaves nothing beside', async () => {
    const path = join(folder, 'kept.json')
    await writeFile(path, 'before')
    await writeFileAtomically(path, new TextEncoder().encode('after'))
    expect(await readFile(path, 'utf8')).toBe('after')
    expect(await readdir(folder)).toEqual(['kept.json'])
  })

  test('keeps others out where that is asked for', async () => {
    const path = join(folder, 'secret')
    await writeFileAtomically(path, 'hidden', { mode: 0o600 })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  test('leaves nothing beside where it cannot write', async () => {
    const path = join(folder, 'taken')
    await mkdir(join(path, 'inside'), { recursive: true })
    await expect(writeFileAtomically(path, 'text')).rejects.toThrow()
    expect(await readdir(folder)).toEqual(['taken'])
  })

  test('keeps one of two that are written at once, whole', async () => {
    const path = join(folder, 'shared')
    const texts = ['a', 'b'].map((letter) => letter.repeat(200_000))
    await Promise.all(texts.map((text) => writeFileAtomically(path, text)))
    expect(texts).toContain(await readFile(path, 'utf8'))
    expect(await readdir(folder)).toEqual(['shared'])
  })
})
