import { execFileSync } from 'node:child_process'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mapFileIn } from './map-file.js'

test('mapFileIn() gives worktrees the file of their repository, and other folders one each', async () => {
  await using folder = await temporaryFolder()
  const path = await realpath(folder.path)
  const [repository, worktree, other] = ['repository', 'a worktree', 'other'].map((name) => join(path, name))
  if (repository === undefined || worktree === undefined || other === undefined) throw new RangeError('no folders')
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: repository })
  await mkdir(repository)
  await mkdir(other)
  git('init', '-q')
  git('commit', '-q', '--allow-empty', '-m', 'first')
  git('worktree', 'add', '-q', '--detach', worktree)
  expect(mapFileIn('/maps', worktree)).toBe(mapFileIn('/maps', repository))
  expect(mapFileIn('/maps', other)).not.toBe(mapFileIn('/maps', repository))
  // A submodule has such a link too, and is no worktree.
  await writeFile(join(other, '.git'), 'gitdir: ../repository/.git/modules/other\n')
  expect(mapFileIn('/maps', other)).not.toBe(mapFileIn('/maps', repository))
})
