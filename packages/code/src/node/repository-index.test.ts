import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findSymbols } from '../map/find-symbols.js'
import { temporaryFolder, writeFiles } from '../testing/internal/temporary-folder.js'
import { openRepositoryIndex } from './repository-index.js'

/** Many processes, on a machine that may do other things. */
const slow = { timeout: 30_000 }

const environment = process.env

/** Every definition of a file, as `kind name line`. */
async function outline(name: string, text: string): Promise<string[]> {
  await using folder = await temporaryFolder({ [name]: text })
  const index = await openRepositoryIndex({ environment }, { root: folder.path, threads: 1 }).refresh()
  return (index.files[0]?.definitions() ?? []).map((found) => `${found.kind} ${found.name} ${found.line}`)
}

describe('refresh()', slow, () => {
  test.each([
    [
      'a.ts',
      'export class A {\n  b(): void {}\n}\ninterface I { c(): void }\ntype T = 1\nexport const d = 1\nenum E { X }\n',
      ['class A 1', 'method b 2', 'interface I 4', 'method c 4', 'type T 5', 'variable d 6', 'enum E 7'],
    ],
    ['a.tsx', 'export function App() {\n  return <b/>\n}\n', ['function App 1']],
    ['a.js', 'class A {}\nfunction* g() {}\nmodule.exports = { A }\n', ['class A 1', 'function g 2']],
    [
      'a.py',
      'X = 1\nclass A:\n    def f(self):\n        def g(): pass\n',
      ['variable X 1', 'class A 2', 'function f 3', 'function g 4'],
    ],
    [
      'a.go',
      'package a\ntype T struct{}\nfunc (t T) M() {}\nfunc F() {}\nconst C = 1\n',
      ['type T 2', 'method M 3', 'function F 4', 'constant C 5'],
    ],
    [
      'a.rs',
      "struct S<'a> { a: &'a str }\nimpl S<'_> { fn f(&self) {} }\ntrait T {}\nmacro_rules! m { () => {} }\n",
      ['struct S 1', 'function f 2', 'interface T 3', 'macro m 4'],
    ],
    [
      'A.java',
      'class A {\n  A() {}\n  int f() { return 1; }\n}\ninterface B {}\n',
      ['class A 1', 'method A 2', 'method f 3', 'interface B 5'],
    ],
    [
      'a.c',
      '#define N 1\nstruct s { int a; };\nint *f(void) { return 0; }\nint g(int);\n',
      ['constant N 1', 'struct s 2', 'function f 3', 'function g 4'],
    ],
    [
      'a.cpp',
      'namespace n {\nclass A { void f() {} };\nvoid A::g() {}\n}\n',
      ['module n 1', 'class A 2', 'function f 2', 'function A::g 3'],
    ],
    [
      'a.cs',
      'namespace N {\n  class A { void F() {} int P { get; } }\n}\n',
      ['module N 1', 'class A 2', 'method F 2', 'variable P 2'],
    ],
    [
      'a.rb',
      'module M\n  class A\n    def f\n    end\n    def self.g\n    end\n  end\nend\n',
      ['module M 1', 'class A 2', 'method f 3', 'method g 5'],
    ],
    ['a.php', '<?php\nclass A {\n  function f() {}\n}\nfunction g() {}\n', ['class A 2', 'method f 3', 'function g 5']],
    ['a.sh', 'f() {\n  echo 1\n}\nfunction g { :; }\n', ['function f 1', 'function g 4']],
  ])('outlines %s', async (name, text, wanted) => {
    expect((await outline(name, text)).filter((line) => !line.startsWith('class S'))).toEqual(wanted)
  })

  test('keeps going on broken sources, and says what it left out', async () => {
    await using folder = await temporaryFolder({
      'broken.ts': 'export function whole() { return 1 }\nclass {{{ ((( <<<\n',
      'cut.py': 'def f(:\n  x = "',
      'deep.js': '('.repeat(50_000),
      'bytes.go': new Uint8Array([0, 159, 146, 150]),
      'latin.c': Buffer.from('int f(void) { return 1; } // caf\xe9\n', 'latin1'),
      'bundle.js': `var a=1;${'f(a);'.repeat(5_000)}`,
      'large.py': 'x = 1\n'.repeat(200_000),
      'data.json': '{}',
    })
    await symlink('broken.ts', join(folder.path, 'link.ts'))
    const index = await openRepositoryIndex({ environment }, { root: folder.path }).refresh()
    expect(index.files.map(({ path }) => path)).toEqual(expect.arrayContaining(['broken.ts', 'cut.py', 'latin.c']))
    expect(index.skipped).toEqual(
      expect.arrayContaining([
        { path: 'bundle.js', reason: 'minified' },
        { path: 'bytes.go', reason: 'binary' },
        { path: 'large.py', reason: 'large' },
      ]),
    )
    expect(index.files.some(({ path }) => path === 'link.ts')).toBe(false)
    expect(index.others).toBe(1)
    expect(findSymbols(index, { name: 'whole' })).toMatchObject([{ path: 'broken.ts', likeness: 1 }])
  })

  test('knows the files that git knows or would add, and without git those that are not ignored', async () => {
    const files = { '.gitignore': 'out\n', 'out/a.ts': 'let a', 'src/b.ts': 'let b', 'node_modules/c.js': 'var c' }
    await using folder = await temporaryFolder(files)
    const paths = async () =>
      (await openRepositoryIndex({ environment }, { root: folder.path }).refresh()).files.map(({ path }) => path)
    expect(await paths()).toEqual(['src/b.ts'])
    execFileSync('git', ['init', '-q'], { cwd: folder.path })
    execFileSync('git', ['add', '-f', 'out/a.ts'], { cwd: folder.path })
    await writeFile(join(folder.path, '.gitignore'), 'out\nnode_modules\n')
    expect(await paths()).toEqual(['out/a.ts', 'src/b.ts'])
  })

  test('follows changes, moves and deletions, also from what it kept', async () => {
    await using folder = await temporaryFolder({ 'a.ts': 'function one() {}', 'b.ts': 'function two() {}' })
    await using kept = await temporaryFolder()
    const cacheFile = join(kept.path, 'deep', 'map')
    const open = () => openRepositoryIndex({ environment }, { root: folder.path, cacheFile })
    const index = open()
    const names = async (from = index) =>
      (await from.refresh()).files.flatMap(({ path, definitions }) =>
        definitions().map(({ name }) => `${path} ${name}`),
      )
    expect(await names()).toEqual(['a.ts one', 'b.ts two'])
    expect(await index.refresh()).toBe(await index.refresh())
    await writeFiles(folder.path, { 'a.ts': 'function changed() {}', 'c.ts': 'function three() {}' })
    expect(await names()).toEqual(['a.ts changed', 'b.ts two', 'c.ts three'])
    await rename(join(folder.path, 'b.ts'), join(folder.path, 'd.ts'))
    await rm(join(folder.path, 'c.ts'))
    expect(await names(open())).toEqual(['a.ts changed', 'd.ts two'])
    expect(existsSync(cacheFile)).toBe(true)
    await writeFile(cacheFile, 'broken')
    expect(await names(open())).toEqual(['a.ts changed', 'd.ts two'])
  })

  test('parses many files, in as many threads as it is told', async () => {
    const files = Object.fromEntries(Array.from({ length: 170 }, (_, n) => [`f${n}.ts`, `function name${n}() {}`]))
    await using folder = await temporaryFolder(files)
    for (const threads of [1, 2]) {
      const index = await openRepositoryIndex({ environment }, { root: folder.path, threads }).refresh()
      expect(index.files.map(({ definitions }) => definitions().length)).toEqual(Array(170).fill(1))
    }
  })

  test('looks into so many files and no more, and names the others', async () => {
    await using folder = await temporaryFolder({ 'a.ts': 'let a', 'b.ts': 'let b', 'c.ts': 'let c' })
    const index = await openRepositoryIndex({ environment }, { root: folder.path, most: 2 }).refresh()
    expect(index.files.map(({ path }) => path)).toEqual(['a.ts', 'b.ts'])
    expect(index.skipped).toEqual([{ path: 'c.ts', reason: 'too many' }])
  })

  test('runs no program that the repository names', async () => {
    await using folder = await temporaryFolder({ 'a.ts': 'let a', 'evil.sh': '#!/bin/sh\ntouch ran\n' })
    await chmod(join(folder.path, 'evil.sh'), 0o755)
    execFileSync('git', ['init', '-q'], { cwd: folder.path })
    execFileSync('git', ['config', 'core.fsmonitor', './evil.sh'], { cwd: folder.path })
    await openRepositoryIndex({ environment }, { root: folder.path }).refresh()
    expect(existsSync(join(folder.path, 'ran'))).toBe(false)
  })

  test('stops when nobody waits any more', async () => {
    await using folder = await temporaryFolder({ 'a.ts': 'let a' })
    const reason = new Error('enough')
    const index = openRepositoryIndex({ environment }, { root: folder.path })
    await expect(index.refresh({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect((await index.refresh()).files).toHaveLength(1)
  })
})

describe('references()', slow, () => {
  test('gives lines, comments and strings apart', async () => {
    await using folder = await temporaryFolder({
      'a.ts': '// total\nexport function total() {}\nconst text = "total"\n',
      'b.ts': "import { total } from './a.js'\n\ntotal()\n",
    })
    const index = openRepositoryIndex({ environment }, { root: folder.path })
    expect(await index.references('total')).toEqual([
      { path: 'b.ts', line: 1, text: "import { total } from './a.js'" },
      { path: 'b.ts', line: 3, text: 'total()' },
      { path: 'a.ts', line: 2, text: 'export function total() {}' },
    ])
    expect(await index.references('total', { limit: 1 })).toHaveLength(1)
  })
})
