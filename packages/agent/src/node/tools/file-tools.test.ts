import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, stat, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { toolContext } from '../../testing/tool-context.js'
import type { Tool } from '../../tool.js'
import { createReadTools } from './read-tools.js'
import { createWorkspace } from './workspace.js'
import { createWriteTools } from './write-tools.js'

async function setUp(files: Readonly<Record<string, string | Uint8Array>> = {}) {
  const folder = await temporaryFolder(files)
  const workspace = await createWorkspace(folder.path)
  const tools = new Map<string, Tool>(
    [...createReadTools({ workspace }), ...createWriteTools({ workspace })].map((tool) => [tool.name, tool]),
  )
  const get = (name: string): Tool => {
    const tool = tools.get(name)
    if (tool === undefined) throw new RangeError(name)
    return tool
  }
  return {
    path: folder.path,
    run: (name: string, input: unknown, signal?: AbortSignal) =>
      get(name).run(get(name).input.parse(input), toolContext({ signal })),
    assess: async (name: string, input: unknown) => get(name).assess?.(get(name).input.parse(input)),
    basis: async (name: string, input: unknown) => get(name).basis?.(get(name).input.parse(input)),
    verify: (name: string, input: unknown, output: Awaited<ReturnType<Tool['run']>>) =>
      get(name).verify?.(get(name).input.parse(input), output, toolContext()),
    text: (name: string) => readFile(join(folder.path, name), 'utf8'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

const numbers = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('')

describe('read_file', () => {
  test('gives a whole file as it is, and a range with a head line', async () => {
    await using files = await setUp({ a: numbers(5) })
    expect(await files.run('read_file', { path: 'a' })).toBe(numbers(5))
    expect(await files.run('read_file', 'a')).toBe(numbers(5))
    expect(await files.run('read_file', { file_path: 'a', start_line: '2', end_line: 3 })).toBe(
      '[lines 2 to 3 of 5]\nline 2\nline 3\n',
    )
    expect(await files.run('read_file', { path: 'a', startLine: 4, endLine: 99 })).toBe(
      '[lines 4 to 5 of 5]\nline 4\nline 5\n',
    )
  })

  test('comes in pages', async () => {
    await using files = await setUp({ a: numbers(10_000) })
    const first = String(await files.run('read_file', { path: 'a' }))
    const [, next] = /go on with startLine (\d+)/.exec(first) ?? []
    expect(first.split('\n')[0]).toBe(`[lines 1 to ${Number(next) - 1} of 10000; go on with startLine ${next}]`)
    expect(String(await files.run('read_file', { path: 'a', startLine: Number(next) }))).toContain(`\nline ${next}\n`)
    expect(first.length).toBeLessThan(31_000)
  })

  test('pages files too large for memory, and endless lines', async () => {
    await using files = await setUp({
      large: numbers(1_000_000),
      line: 'x'.repeat(9_000_000),
      short: 'x'.repeat(50_000),
    })
    expect(String(await files.run('read_file', { path: 'large', startLine: 900_000, endLine: 900_001 }))).toContain(
      '\nline 900000\nline 900001\n',
    )
    expect(String(await files.run('read_file', { path: 'large' })).length).toBeLessThan(31_000)
    expect(String(await files.run('read_file', { path: 'line' }))).toContain('[the line goes on]')
    expect(String(await files.run('read_file', { path: 'short' }))).toContain('[the line goes on for 20000 characters]')
    await expect(files.run('read_file', { path: 'large', startLine: 2_000_000 })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test('describes binary files', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)])
    await using files = await setUp({ 'a.png': png, b: new Uint8Array([1, 2, 0, 3]) })
    expect(await files.run('read_file', { path: 'a.png' })).toMatch(/^\[PNG image, 108 bytes, sha256 [\da-f]{64}\]$/)
    expect(await files.run('read_file', { path: 'b' })).toMatch(/^\[binary file, 4 bytes/)
  })

  test('decodes other encodings', async () => {
    await using files = await setUp({
      bom: '\ufeffhé',
      le: Buffer.from('\ufeffhé', 'utf16le'),
      be: Buffer.from('\ufeffhé', 'utf16le').swap16(),
      latin: Buffer.from('hé', 'latin1'),
      empty: '',
    })
    for (const name of ['bom', 'le', 'be', 'latin']) expect(await files.run('read_file', { path: name })).toBe('hé')
    expect(await files.run('read_file', { path: 'empty' })).toBe('[the file is empty]')
  })

  test.each([
    ['missing', 'there is no such file'],
    ['folder', 'it is a folder'],
    ['pipe', 'it is no ordinary file'],
    ['../x', 'outside the workspace'],
    ['a/b', 'there is no such file'],
    ['x'.repeat(300), 'too long'],
  ])('explains why it cannot read %s', async (path, why) => {
    await using files = await setUp({ 'folder/x': '', a: '' })
    await promisify(execFile)('mkfifo', [join(files.path, 'pipe')])
    await expect(files.run('read_file', { path })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(why),
    })
  })

  test('names files that are like a missing one', async () => {
    await using files = await setUp({ 'src/Readme.md': '' })
    await expect(files.run('read_file', { path: 'src/readme.txt' })).rejects.toMatchObject({
      hint: 'Did you mean "src/Readme.md"?',
    })
  })

  test('says that permission is missing', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may read everything')
    await using files = await setUp({ a: 'x' })
    await chmod(join(files.path, 'a'), 0)
    await expect(files.run('read_file', { path: 'a' })).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('permission'),
    })
  })

  test('asks before secrets are read, and refuses what is outside', async () => {
    await using files = await setUp({ '.env': 'KEY=1', a: '' })
    await symlink('.env', join(files.path, 'harmless'))
    expect(await files.assess('read_file', { path: 'a' })).toEqual({ risk: { level: 'low', reasons: [] } })
    expect(await files.assess('read_file', { path: '.env' })).toMatchObject({ risk: { level: 'high' }, ask: true })
    expect(await files.assess('read_file', { path: 'harmless' })).toMatchObject({ risk: { level: 'high' }, ask: true })
    expect(await files.assess('read_file', { path: '/etc/passwd' })).toMatchObject({
      refuse: expect.stringContaining('outside'),
    })
  })
})

describe('list_files', () => {
  test('leaves out what git ignores, links and dependencies', async () => {
    await using files = await setUp({
      'README.md': 'hello',
      'src/a.ts': '',
      'src/deep/b.ts': '',
      'src/deep/c.log': '',
      'src/deep/.gitignore': '*.log',
      'dist/x.js': '',
      'node_modules/y/index.js': '',
      '.git/config': '',
      '.gitignore': 'dist/\n',
    })
    await symlink('/etc', join(files.path, 'link'))
    expect(await files.run('list_files', {})).toEqual({
      path: '.',
      entries: [
        { path: '.gitignore', kind: 'file', sizeBytes: 6 },
        { path: 'README.md', kind: 'file', sizeBytes: 5 },
        { path: 'src', kind: 'folder' },
      ],
      truncated: false,
    })
    expect(await files.run('list_files', { path: 'src', pattern: '**/*' })).toMatchObject({
      entries: [{ path: 'src/a.ts' }, { path: 'src/deep' }, { path: 'src/deep/.gitignore' }, { path: 'src/deep/b.ts' }],
    })
    expect(await files.run('list_files', { path: 'dist' })).toMatchObject({ entries: [{ path: 'dist/x.js' }] })
    expect(await files.run('list_files', { path: 'node_modules', depth: 2 })).toMatchObject({
      entries: [{ path: 'node_modules/y' }, { path: 'node_modules/y/index.js' }],
    })
  })

  test('stops at a bound', async () => {
    await using files = await setUp(Object.fromEntries(Array.from({ length: 510 }, (_, index) => [`f${index}`, ''])))
    const output = await files.run('list_files', {})
    expect(output).toMatchObject({ truncated: true })
    expect(output).toHaveProperty('entries.length', 500)
  })

  test.each(['missing', 'a', '..', '/'])('refuses %s', async (path) => {
    await using files = await setUp({ a: '' })
    await expect(files.run('list_files', { path })).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('search_files', () => {
  const project = {
    'src/a.ts': 'one\nfoo(1)\n',
    'src/b.md': 'foo bar\n',
    'big.png': new Uint8Array([0, 102, 111, 111]),
    '.env': 'foo=secret\n',
    '.gitignore': 'out\n',
    'out/c.ts': 'foo',
  }

  test('finds text, literally', async () => {
    await using files = await setUp(project)
    expect(await files.run('search_files', { query: 'foo(' })).toBe('src/a.ts:2: foo(1)')
    expect(await files.run('search_files', { query: 'foo' })).toBe('src/a.ts:2: foo(1)\nsrc/b.md:1: foo bar')
    expect(await files.run('search_files', { query: 'foo', pattern: '*.md' })).toBe('src/b.md:1: foo bar')
    expect(await files.run('search_files', { query: 'foo', path: 'src/a.ts' })).toBe('src/a.ts:2: foo(1)')
    expect(await files.run('search_files', { query: 'zzz' })).toBe('No line matches "zzz"')
  })

  test('matches a regular expression', async () => {
    await using files = await setUp(project)
    expect(await files.run('search_files', { query: '^foo\\(\\d\\)$', regex: true })).toBe('src/a.ts:2: foo(1)')
    await expect(files.run('search_files', { query: '(', regex: true })).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('ends patterns that never do, without holding up the process', async () => {
    await using files = await setUp({ a: `${'a'.repeat(40)}!\n` })
    let ticks = 0
    const timer = setInterval(() => ticks++, 20)
    await expect(files.run('search_files', { query: '^(a+)+$', regex: true })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('takes too long'),
    })
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(20)
  })

  test('stops when nobody waits any more', async () => {
    await using files = await setUp({ a: `${'a'.repeat(40)}!\n` })
    const controller = new AbortController()
    const search = files.run('search_files', { query: '^(a+)+$', regex: true }, controller.signal)
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 50)
    await expect(search).rejects.toBe(reason)
  })

  test('says when there is more', async () => {
    await using files = await setUp({ a: 'x\n'.repeat(300), long: 'y'.repeat(3_000_000) })
    const output = String(await files.run('search_files', { query: 'x' }))
    expect(output.split('\n')).toHaveLength(201)
    expect(output).toContain('[more than 200 matches')
    expect(await files.run('search_files', { query: 'y' })).toContain('1 files of more than 2 MB were left out')
  })
})

describe('write_file', () => {
  test('creates, overwrites and appends, and proves it', async () => {
    await using files = await setUp()
    const created = await files.run('write_file', { path: 'a/b.txt', content: 'one\n' })
    expect(created).toEqual({
      path: 'a/b.txt',
      sizeBytes: 4,
      sha256: expect.stringMatching(/^[\da-f]{64}$/),
      created: true,
    })
    expect(await files.verify('write_file', { path: 'a/b.txt', content: '' }, created)).toEqual({
      passed: true,
      detail: 'the file on disk is what was written',
    })
    expect(await files.run('write_file', { path: 'a/b.txt', content: 'two\n', mode: 'append' })).toMatchObject({
      created: false,
    })
    expect(await files.text('a/b.txt')).toBe('one\ntwo\n')
    expect(await files.verify('write_file', { path: 'a/b.txt', content: '' }, created)).toMatchObject({ passed: false })
    await files.run('write_file', { file: 'a/b.txt', text: 'three' })
    expect(await files.text('a/b.txt')).toBe('three')
    await expect(files.run('write_file', { path: 'a/b.txt', content: '', mode: 'create' })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test('verify() notices that somebody else wrote', async () => {
    await using files = await setUp()
    const input = { path: 'a', content: 'mine' }
    const output = await files.run('write_file', input)
    await writeFile(join(files.path, 'a'), 'theirs')
    expect(await files.verify('write_file', input, output)).toEqual({
      passed: false,
      detail: 'a is not what was written',
    })
    await unlink(join(files.path, 'a'))
    expect(await files.verify('write_file', input, output)).toMatchObject({ passed: false })
  })

  test('appends in the encoding that is there, and not to binary files', async () => {
    await using files = await setUp({ latin: Buffer.from('é', 'latin1'), bin: new Uint8Array([0, 1]) })
    await files.run('write_file', { path: 'latin', content: 'ü', mode: 'append' })
    expect((await readFile(join(files.path, 'latin'))).toString('latin1')).toBe('éü')
    await expect(files.run('write_file', { path: 'latin', content: '日', mode: 'append' })).rejects.toMatchObject({
      kind: 'invalid',
    })
    await expect(files.run('write_file', { path: 'bin', content: 'x', mode: 'append' })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test('writes through a link to the file it leads to', async () => {
    await using files = await setUp({ 'real.txt': 'x' })
    await symlink('real.txt', join(files.path, 'link.txt'))
    expect(await files.run('write_file', { path: 'link.txt', content: 'y' })).toMatchObject({ path: 'real.txt' })
    expect((await stat(join(files.path, 'link.txt'))).isFile()).toBe(true)
    expect(await files.text('real.txt')).toBe('y')
  })

  test('says what it would do, and refuses what it must not', async () => {
    await using files = await setUp({ a: 'x', '.git/config': '' })
    expect(await files.assess('write_file', { path: 'a', content: '' })).toEqual({
      risk: { level: 'medium', reasons: ['overwrites a'] },
      grant: 'change a',
    })
    expect(await files.assess('write_file', { path: 'b', content: '' })).toMatchObject({
      risk: { reasons: ['creates b'] },
    })
    expect(await files.assess('write_file', { path: '.env', content: '' })).toMatchObject({ risk: { level: 'high' } })
    expect(await files.assess('write_file', { path: '.github/workflows/ci.yml', content: '' })).toMatchObject({
      risk: { level: 'high' },
    })
    for (const path of ['../x', '.git/config', '/etc/x'])
      expect(await files.assess('write_file', { path, content: '' })).toHaveProperty('refuse')
  })

  test('is approved for what it overwrites, be it there or not', async () => {
    await using files = await setUp({ a: 'x' })
    const basis = (path: string, mode: string) => files.basis('write_file', { path, content: 'z', mode })
    const before = [await basis('a', 'overwrite'), await basis('b', 'create')]
    expect([await basis('a', 'overwrite'), await basis('b', 'create')]).toEqual(before)
    await files.run('write_file', { path: 'a', content: 'y' })
    await files.run('write_file', { path: 'b', content: '' })
    const after = [await basis('a', 'overwrite'), await basis('b', 'create')]
    expect(after[0]).not.toBe(before[0])
    expect(after[1]).not.toBe(before[1])
    expect(await basis('a', 'append')).toBeUndefined()
  })

  test('does nothing once it was aborted', async () => {
    await using files = await setUp()
    await expect(
      files.run('write_file', { path: 'a', content: 'x' }, AbortSignal.abort(new Error('stop'))),
    ).rejects.toThrow('stop')
    await expect(files.text('a')).rejects.toThrow('ENOENT')
  })
})

describe('edit_file', () => {
  test('edits, keeping encoding and line ends', async () => {
    await using files = await setUp({ a: '\ufeffone\r\ntwo\r\n' })
    const output = await files.run('edit_file', { path: 'a', old_string: 'two', new_string: 'zwei\nund' })
    expect(output).toEqual({ path: 'a', replacements: 1, sha256: expect.any(String) })
    expect(await files.text('a')).toBe('\ufeffone\r\nzwei\r\nund\r\n')
    expect(await files.verify('edit_file', { path: 'a', find: '', replace: '' }, output)).toMatchObject({
      passed: true,
    })
  })

  test('shows the file when the quote is not in it', async () => {
    await using files = await setUp({ a: 'one\ntwo\n' })
    await expect(files.run('edit_file', { path: 'a', find: 'three', replace: 'x' })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Cannot apply "a": "find" is not in the file. Nothing was changed',
      hint: 'The file reads:\n1| one\n2| two',
    })
  })

  test('loses nothing when many edit one file at once', async () => {
    await using files = await setUp({ a: Array.from({ length: 20 }, (_, index) => `<${index}>\n`).join('') })
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        files.run('edit_file', { path: 'a', find: `<${index}>`, replace: `[${index}]` }),
      ),
    )
    expect(await files.text('a')).toBe(Array.from({ length: 20 }, (_, index) => `[${index}]\n`).join(''))
  })

  test.each(['bin', 'missing', '.'])('refuses %s', async (path) => {
    await using files = await setUp({ bin: new Uint8Array([0, 1, 2]) })
    await expect(files.run('edit_file', { path, find: 'a', replace: 'b' })).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('patch_file', () => {
  test('takes blocks, says what differed, and changes nothing if one does not fit', async () => {
    await using files = await setUp({ 'a.txt': 'one\n  two\n', 'b.txt': 'three\n' })
    const block = (path: string, find: string, replace: string): string =>
      `${path}\n<<<<<<< SEARCH\n${find}\n=======\n${replace}\n>>>>>>> REPLACE\n`
    const fits = block('./a.txt', 'two ', '2')
    expect(await files.run('patch_file', { patch: fits })).toMatchObject({
      files: [{ path: 'a.txt', notes: ['line 2 was found although the quote differs in white space'] }],
    })
    expect(await files.text('a.txt')).toBe('one\n  2\n')
    const both = block('b.txt', 'three', '3') + block('a.txt', 'nothing', '0')
    await expect(files.run('patch_file', { patch: both })).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Cannot apply edit 2, "a.txt": "find" is not in the file. Nothing was changed',
    })
    expect(await files.text('b.txt')).toBe('three\n')
  })

  test('takes a diff of hunks only where the file is named beside it', async () => {
    await using files = await setUp({ 'a.txt': 'one\ntwo\n' })
    await files.run('patch_file', { path: 'a.txt', patch: '@@ -1 +1 @@\n-one\n+1\n' })
    expect(await files.text('a.txt')).toBe('1\ntwo\n')
  })

  const patch = `--- a/a.txt
+++ b/a.txt
@@ -1,2 +1,2 @@
 one
-two
+zwei
--- /dev/null
+++ b/new/c.txt
@@ -0,0 +1 @@
+created
--- a/b.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye
`

  test('changes, creates and deletes, and proves it', async () => {
    await using files = await setUp({ 'a.txt': 'one\ntwo\n', 'b.txt': 'bye\n' })
    const output = await files.run('patch_file', { diff: patch })
    expect(output).toEqual({
      files: [
        { path: 'a.txt', sha256: expect.any(String) },
        { path: 'new/c.txt', sha256: expect.any(String) },
        { path: 'b.txt', deleted: true },
      ],
    })
    expect(await files.text('a.txt')).toBe('one\nzwei\n')
    expect(await files.text('new/c.txt')).toBe('created\n')
    await expect(files.text('b.txt')).rejects.toThrow('ENOENT')
    expect(await files.verify('patch_file', { patch }, output)).toMatchObject({ passed: true })
    await writeFile(join(files.path, 'b.txt'), 'back')
    expect(await files.verify('patch_file', { patch }, output)).toEqual({
      passed: false,
      detail: 'b.txt is still there',
    })
  })

  test('changes nothing if one hunk does not fit', async () => {
    await using files = await setUp({ 'a.txt': 'one\ntwo\n', 'b.txt': 'other\n' })
    await expect(files.run('patch_file', { patch })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('hunk 1 to "b.txt"'),
      hint: expect.stringContaining('1| other'),
    })
    expect(await files.text('a.txt')).toBe('one\ntwo\n')
    await expect(files.text('new/c.txt')).rejects.toThrow('ENOENT')
  })

  test('renames', async () => {
    await using files = await setUp({ 'a.txt': 'one\n' })
    await files.run('patch_file', {
      patch:
        'diff --git a/a.txt b/b.txt\nrename from a.txt\nrename to b.txt\n--- a/a.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-one\n+two\n',
    })
    expect(await files.text('b.txt')).toBe('two\n')
    await expect(files.text('a.txt')).rejects.toThrow('ENOENT')
  })

  test('is assessed by every file it touches', async () => {
    await using files = await setUp({ 'a.txt': 'one\ntwo\n', 'b.txt': 'bye\n' })
    expect(await files.assess('patch_file', { patch })).toEqual({
      risk: { level: 'high', reasons: ['deletes b.txt', 'changes a.txt', 'creates new/c.txt', 'changes b.txt'] },
    })
    expect(await files.assess('patch_file', { patch: patch.replaceAll('new/c.txt', '../c.txt') })).toHaveProperty(
      'refuse',
    )
    expect(await files.assess('patch_file', { patch: 'hello' })).toHaveProperty('refuse')
  })

  test.each([
    ['an existing file that is to be created', '--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+x\n'],
    ['a missing file', '--- a/z.txt\n+++ b/z.txt\n@@ -1 +1 @@\n-x\n+y\n'],
    ['a deletion that leaves text', '--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n'],
    ['no patch', 'hello'],
  ])('refuses %s', async (_, text) => {
    await using files = await setUp({ 'a.txt': 'one\ntwo\n' })
    await expect(files.run('patch_file', { patch: text })).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('does not mistake a folder for a file', async () => {
    await using files = await setUp()
    await mkdir(join(files.path, 'x'))
    await expect(
      files.run('patch_file', { patch: '--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x\n' }),
    ).rejects.toMatchObject({ kind: 'invalid' })
  })
})
