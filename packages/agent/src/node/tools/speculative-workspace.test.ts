import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { withSpeculation } from './speculative-workspace.js'
import { walk } from './walk.js'
import { createWorkspace, type Workspace } from './workspace.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

const put = async (workspace: Workspace, path: string, text: string | undefined): Promise<void> =>
  workspace.commit([
    { path: await workspace.locateForWriting(path), bytes: text === undefined ? undefined : bytes(text) },
  ])

const get = async (workspace: Workspace, path: string): Promise<string> =>
  new TextDecoder().decode(await workspace.read(await workspace.locate(path)))

const paths = async (workspace: Workspace): Promise<string[]> => {
  const found: string[] = []
  const { signal } = new AbortController()
  for await (const { path } of walk(workspace, await workspace.locate('.'), { depth: 9, signal })) found.push(path)
  return found
}

async function open() {
  const folder = await temporaryFolder({ 'src/a.ts': 'a', 'src/b.ts': 'b', '.gitignore': 'dist\n' })
  return { folder, workspace: withSpeculation(await createWorkspace(folder.path)) }
}

describe('speculate()', () => {
  test('shows changes to who tries them and to nobody else, until they are kept', async () => {
    const { folder, workspace } = await open()
    await using _ = folder
    const trial = await workspace.speculate(async () => {
      await put(workspace, 'src/a.ts', 'a2')
      await put(workspace, 'src/b.ts', undefined)
      await put(workspace, 'src/deep/c.ts', 'c')
      await put(workspace, 'src/deep/c.ts', 'c2')
      expect((await workspace.locate('src/deep')).kind).toBe('folder')
      await expect(put(workspace, 'src/deep', 'x')).rejects.toThrow('it is a folder')
      await expect(put(workspace, 'src/a.ts/x', 'x')).rejects.toMatchObject({ kind: 'invalid' })
      await expect(get(workspace, 'src/b.ts')).rejects.toThrow('no such file')
      return [await get(workspace, 'src/a.ts'), await get(workspace, 'src/deep/c.ts'), await paths(workspace)]
    })
    expect(trial.value).toEqual(['a2', 'c2', ['.gitignore', 'src', 'src/a.ts', 'src/deep', 'src/deep/c.ts']])
    expect([await get(workspace, 'src/a.ts'), await paths(workspace)]).toEqual([
      'a',
      ['.gitignore', 'src', 'src/a.ts', 'src/b.ts'],
    ])
    await trial.keep()
    expect(await readFile(join(folder.path, 'src/a.ts'), 'utf8')).toBe('a2')
    expect(await paths(workspace)).toEqual(['.gitignore', 'src', 'src/a.ts', 'src/deep', 'src/deep/c.ts'])
  })

  test('leaves everything as it was when discarded, or when the work fails', async () => {
    const { folder, workspace } = await open()
    await using _ = folder
    const trial = await workspace.speculate(() => put(workspace, 'new/c.ts', 'c'))
    await trial.discard()
    const failing = workspace.speculate(async () => {
      await put(workspace, 'src/a.ts', 'a2')
      throw new TypeError('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect([await get(workspace, 'src/a.ts'), existsSync(join(folder.path, 'new'))]).toEqual(['a', false])
  })

  test('keeps nothing when a file was changed by somebody else meanwhile', async () => {
    const { folder, workspace } = await open()
    await using _ = folder
    const trial = await workspace.speculate(async () => {
      await put(workspace, 'src/b.ts', 'b2')
      await put(workspace, 'src/a.ts', 'a2')
    })
    await writeFile(join(folder.path, 'src/a.ts'), 'theirs')
    await expect(trial.keep()).rejects.toThrow('"src/a.ts" was changed by somebody else')
    expect([await get(workspace, 'src/a.ts'), await get(workspace, 'src/b.ts')]).toEqual(['theirs', 'b'])
  })

  test('keeps trials apart that run at the same time', async () => {
    const { folder, workspace } = await open()
    await using _ = folder
    const both = await Promise.all(
      ['a', 'b'].map((name) =>
        workspace.speculate(async () => {
          await put(workspace, `src/${name}.ts`, 'tried')
          return Promise.all(['a', 'b'].map((each) => get(workspace, `src/${each}.ts`)))
        }),
      ),
    )
    expect(both.map(({ value }) => value)).toEqual([
      ['tried', 'b'],
      ['a', 'tried'],
    ])
    for (const trial of both) await trial.keep()
    expect([await get(workspace, 'src/a.ts'), await get(workspace, 'src/b.ts')]).toEqual(['tried', 'tried'])
  })
})
