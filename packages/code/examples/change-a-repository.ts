/** Looks at a repository, changes it as a model said, and takes that back: `node examples/change-a-repository.ts`. */

import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyEdits, findSymbols, parseEdits, renderMap } from '@salp/code'
import { createSyntaxCheck, openGitRepository, openRepositoryIndex } from '@salp/code/node'
import { systemClock } from '@salp/core/node'

const folder = await mkdtemp(join(tmpdir(), 'salp-example-'))
const at = (path: string): string => join(folder, path)
await writeFile(at('sum.ts'), 'export function sum(values: number[]): number {\n  return values.length\n}\n')
await writeFile(at('main.ts'), "import { sum } from './sum.js'\n\nconsole.log(sum([1, 2]))\n")
execFileSync('git', ['init', '-q'], { cwd: folder })
const environment = process.env

// What is there, as a model is told it.
const index = await openRepositoryIndex({ environment }, { root: folder }).refresh()
console.log(renderMap(index, { tokens: 100, files: ['main.ts'] }).text)
console.log(findSymbols(index, { name: 'SUM' }).map(({ path, definition }) => `${path}:${definition.line}`))

// What the model answered, without the indentation.
const answer = `sum.ts
<<<<<<< SEARCH
return values.length
=======
return values.reduce((total, value) => total + value, 0)
>>>>>>> REPLACE`

const git = await openGitRepository({ clock: systemClock, environment }, { folder })
const checkpoint = await git.checkpoint('before the edit')
const parsed = parseEdits(answer)
if (parsed.status === 'refused') throw new Error(parsed.reason)
const result = await applyEdits(
  { read: (path) => readFile(at(path), 'utf8').catch(() => undefined), checkSyntax: createSyntaxCheck() },
  parsed.edits,
)
if (result.status === 'refused') throw new Error(result.problems[0]?.reason)
for (const { path, after = '' } of result.files) await writeFile(at(path), after)
console.log(await readFile(at('sum.ts'), 'utf8'))

// The way back.
const { files } = await git.restore(checkpoint.id)
console.log(files, (await readFile(at('sum.ts'), 'utf8')).includes('reduce'))
await rm(folder, { recursive: true })
