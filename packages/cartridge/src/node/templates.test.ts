import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openTemplates } from './templates.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp-templates-'))
})
afterEach(() => rm(folder, { recursive: true }))

const manifest = {
  ...{ name: 'Echo', description: 'Says it again.', kind: 'backend', language: 'assemblyscript' },
  ...{ capabilities: [], words: ['echo'], tests: [{ name: 'answers', request: { path: '/' } }] },
}

async function put(id: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, id))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, id, name), text)
}

const open = (): ReturnType<typeof openTemplates> => openTemplates(pathToFileURL(`${folder}/`))

describe('openTemplates()', () => {
  test('reads folders in the order of their ids, with what is left out filled in', async () => {
    await put('b', { 'cartridge.json': JSON.stringify(manifest), 'main.ts': 'source', 'page.html': '<p>' })
    await put('a', { 'cartridge.json': JSON.stringify(manifest), 'main.ts': 'source' })
    await writeFile(join(folder, 'README.md'), 'not a template')
    const [a, b, ...others] = await open()
    const request = { method: 'GET', path: '/', query: '', headers: {}, body: '' }
    const tests = [{ name: 'answers', request }]
    expect(a).toEqual({ ...manifest, id: 'a', callTargets: [], tests, source: 'source' })
    expect(b).toEqual({ ...a, id: 'b', page: '<p>' })
    expect(others).toEqual([])
  })

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['has no manifest', { 'main.ts': '' }, 'a/cartridge.json": there is no such file'],
    ['has no source', { 'cartridge.json': JSON.stringify(manifest) }, 'a/main.ts": there is no such file'],
    ['has a manifest that is not JSON', { 'cartridge.json': '{', 'main.ts': '' }, 'a/cartridge.json": it is not JSON'],
    [
      'has a manifest that breaks a rule',
      { 'cartridge.json': JSON.stringify({ ...manifest, words: [] }), 'main.ts': '' },
      'at words',
    ],
  ])('names the file of a template that %s', async (_, files, message) => {
    await put('a', files)
    await expect(open()).rejects.toMatchObject({
      code: 'cartridge/template',
      message: expect.stringContaining(message),
      path: expect.stringContaining('/a/'),
    })
  })

  test('names a folder that is no id', async () => {
    await put('No Id', {})
    await expect(open()).rejects.toMatchObject({ message: expect.stringContaining('its name is no id') })
  })
})
