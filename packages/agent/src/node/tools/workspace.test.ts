import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { createWorkspace } from './workspace.js'

const full = (code: string) => Object.assign(new Error(`${code}: simulated`), { code })
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('locate()', () => {
  test('gives the path from the root, whichever way it is written', async () => {
    await using folder = await temporaryFolder({ 'src/a.ts': '' })
    const workspace = await createWorkspace(folder.path)
    for (const path of ['src/a.ts', './src/a.ts', 'src/../src/a.ts', 'src\\a.ts', join(folder.path, 'src/a.ts')]) {
      expect(await workspace.locate(path)).toEqual({
        absolute: join(folder.path, 'src/a.ts'),
        relative: 'src/a.ts',
        kind: 'file',
      })
    }
    expect(await workspace.locate('.')).toMatchObject({ relative: '.', kind: 'folder' })
    expect(await workspace.locate('new/b.ts')).toMatchObject({ relative: 'new/b.ts', kind: 'missing' })
  })

  test.each([
    '..',
    '../x',
    'src/../../x',
    '/etc/passwd',
    '/',
    '~',
    '~/x',
    'C:\\Windows',
    'C:/Windows',
    '\\\\server\\share',
    '//server/share',
    '..\\x',
    'src\\..\\..\\x',
    'a\0b',
    'out/x',
    'out/new/x',
    'outfile',
    'dangling',
    'loop',
  ])('refuses %j', async (path) => {
    await using folder = await temporaryFolder({ 'root/src/a.ts': '', 'elsewhere/x': 'secret' })
    const root = join(folder.path, 'root')
    await symlink('../elsewhere', join(root, 'out'))
    await symlink('../elsewhere/x', join(root, 'outfile'))
    await symlink('nowhere', join(root, 'dangling'))
    await symlink('loop', join(root, 'loop'))
    const workspace = await createWorkspace(root)
    await expect(workspace.locate(path)).rejects.toMatchObject({ code: 'agent/tool', kind: 'invalid' })
  })

  test('does not take a folder beside the root for one inside', async () => {
    await using folder = await temporaryFolder({ 'root/a': '', 'root-other/b': '' })
    const workspace = await createWorkspace(join(folder.path, 'root'))
    await expect(workspace.locate('../root-other/b')).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('follows links that stay inside, and a root that is one', async () => {
    await using folder = await temporaryFolder({ 'root/src/a.ts': '' })
    await symlink('src', join(folder.path, 'root/link'))
    await symlink('root', join(folder.path, 'way'))
    const workspace = await createWorkspace(join(folder.path, 'way'))
    expect(await workspace.locate('link/a.ts')).toMatchObject({ relative: 'src/a.ts' })
  })

  test('refuses what is protected', async () => {
    await using folder = await temporaryFolder({ '.salp/token': 'x' })
    const workspace = await createWorkspace(folder.path, {
      protect: [join(folder.path, '.salp'), join(folder.path, 'later')],
    })
    await expect(workspace.locate('.salp/token')).rejects.toMatchObject({ kind: 'invalid' })
    await expect(workspace.locate('later/x')).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('locateForWriting()', () => {
  test.each(['.git/config', '.git', 'sub/.git/hooks/x', '.GIT/config', 'src', 'read-only', 'gitlink/config'])(
    'refuses %s',
    async (path) => {
      await using folder = await temporaryFolder({ '.git/config': '', 'src/a': '', 'read-only': '' })
      await chmod(join(folder.path, 'read-only'), 0o444)
      await symlink('.git', join(folder.path, 'gitlink'))
      const workspace = await createWorkspace(folder.path)
      await expect(workspace.locateForWriting(path)).rejects.toMatchObject({ kind: 'invalid' })
    },
  )

  test('lets .gitignore and .github be', async () => {
    await using folder = await temporaryFolder()
    const workspace = await createWorkspace(folder.path)
    expect(await workspace.locateForWriting('.gitignore')).toMatchObject({ kind: 'missing' })
    expect(await workspace.locateForWriting('.github/x')).toMatchObject({ kind: 'missing' })
  })
})

describe('commit()', () => {
  test('writes with the folders it needs, and keeps the mode', async () => {
    await using folder = await temporaryFolder({ 'run.sh': 'old' })
    await chmod(join(folder.path, 'run.sh'), 0o750)
    const workspace = await createWorkspace(folder.path)
    await workspace.commit([
      { path: await workspace.locate('run.sh'), bytes: bytes('new') },
      { path: await workspace.locate('a/b/c.txt'), bytes: bytes('c') },
    ])
    expect(await readFile(join(folder.path, 'run.sh'), 'utf8')).toBe('new')
    expect((await stat(join(folder.path, 'run.sh'))).mode & 0o777).toBe(0o750)
    expect(await readFile(join(folder.path, 'a/b/c.txt'), 'utf8')).toBe('c')
    expect((await readdir(folder.path)).sort()).toEqual(['a', 'run.sh'])
  })

  test.each(['ENOSPC', 'EDQUOT', 'EIO'])('leaves everything as it was on %s in the middle', async (code) => {
    await using folder = await temporaryFolder({ a: 'old a', b: 'old b' })
    let writes = 0
    const workspace = await createWorkspace(folder.path, {
      writeAll: async (handle, content) => {
        if (++writes === 2) {
          await handle.writeFile(content.subarray(0, 1))
          throw full(code)
        }
        await handle.writeFile(content)
      },
    })
    const changes = [
      { path: await workspace.locate('a'), bytes: bytes('new a') },
      { path: await workspace.locate('b'), bytes: bytes('new b') },
    ]
    await expect(workspace.commit(changes)).rejects.toMatchObject(
      code === 'EIO' ? { code } : { kind: 'unavailable', retryable: true },
    )
    expect(await readFile(join(folder.path, 'a'), 'utf8')).toBe('old a')
    expect(await readFile(join(folder.path, 'b'), 'utf8')).toBe('old b')
    expect((await readdir(folder.path)).sort()).toEqual(['a', 'b'])
  })

  test('takes back what was done if a later step fails', async () => {
    await using folder = await temporaryFolder({ a: 'old a', b: 'old b', gone: 'here' })
    const workspace = await createWorkspace(folder.path)
    const changes = [
      { path: await workspace.locate('a'), bytes: bytes('new a') },
      { path: await workspace.locate('gone'), bytes: undefined },
      { path: await workspace.locate('created'), bytes: bytes('x') },
      { path: await workspace.locate('b'), bytes: bytes('new b') },
    ]
    // A folder takes the place of a file that is to be created, which makes its rename fail.
    await mkdir(join(folder.path, 'created/inside'), { recursive: true })
    await expect(workspace.commit(changes)).rejects.toThrow()
    expect(await readFile(join(folder.path, 'a'), 'utf8')).toBe('old a')
    expect(await readFile(join(folder.path, 'b'), 'utf8')).toBe('old b')
    expect(await readFile(join(folder.path, 'gone'), 'utf8')).toBe('here')
    expect((await readdir(folder.path)).sort()).toEqual(['a', 'b', 'created', 'gone'])
  })

  test('says so when a part of the path is a file', async () => {
    await using folder = await temporaryFolder({ a: '' })
    const workspace = await createWorkspace(folder.path)
    await expect(workspace.commit([{ path: await workspace.locate('a/b'), bytes: bytes('x') }])).rejects.toMatchObject({
      kind: 'invalid',
    })
  })
})

describe('exclusively()', () => {
  test('runs one after the other, and goes on after a failure', async () => {
    await using folder = await temporaryFolder({ n: '0' })
    const workspace = await createWorkspace(folder.path)
    const add = () =>
      workspace.exclusively(async () => {
        const before = Number(await readFile(join(folder.path, 'n'), 'utf8'))
        await writeFile(join(folder.path, 'n'), String(before + 1))
      })
    const failing = workspace.exclusively(() => Promise.reject(new Error('no')))
    await Promise.all([expect(failing).rejects.toThrow('no'), ...Array.from({ length: 20 }, add)])
    expect(await readFile(join(folder.path, 'n'), 'utf8')).toBe('20')
  })
})
