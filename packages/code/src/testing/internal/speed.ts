/** Prints how fast a repository is mapped: `pnpm bench --filter code`. Figures are of this machine and this moment. */

import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { findSymbols } from '../../map/find-symbols.js'
import { renderMap } from '../../map/render-map.js'
import { openRepositoryIndex } from '../../node/repository-index.js'
import { writeGeneratedRepository } from './generated-repository.js'

const count = Number(process.argv[2] ?? 5_000)
const root = await mkdtemp(join(tmpdir(), 'salp-map-'))
const cacheFile = join(root, '.git', 'salp-map')
try {
  await writeGeneratedRepository(root, { count, seed: 'map' })
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', '--all'], { cwd: root })
  const open = () => openRepositoryIndex({ environment: process.env }, { root, cacheFile })
  const focus = { files: ['module1/part1.ts'], names: ['handleItem0Part0'] }

  const cold = []
  for (let trial = 0; trial < 3; trial++) {
    await rm(cacheFile, { force: true })
    cold.push(await timed(async () => renderMap(await open().refresh(), { tokens: 2_000, ...focus })))
  }
  show(`Map of ${count} files, nothing kept`, cold, 3_000)
  show(
    '  the same, by a new process that finds what was kept',
    await times(7, async () => renderMap(await open().refresh(), { tokens: 2_000, ...focus })),
    100,
  )
  const index = open()
  const known = await index.refresh()
  show(
    '  the same, in the process that made it',
    await times(7, async () => renderMap(await index.refresh(), { tokens: 2_000, ...focus })),
    100,
  )
  show('    of which looking whether anything changed', await times(7, () => index.refresh()))
  show('    of which ranking and writing', await times(7, async () => renderMap(known, { tokens: 2_000, ...focus })))
  show(
    '  the same, after one file changed',
    await times(5, async () => {
      await appendFile(join(root, known.files[0]?.path ?? ''), '\n')
      renderMap(await index.refresh(), { tokens: 2_000, ...focus })
    }),
  )
  show('Symbol by a misspelt name', await times(7, async () => findSymbols(known, { name: 'handelItem77Part3' })))
  show('References to a name', await times(5, () => index.references('handleItem0Part0')))
  const map = renderMap(known, { tokens: 2_000, ...focus })
  console.log(
    `\n${known.files.length} files, ${known.names.length} names; kept in ${((await stat(cacheFile)).size / 1e6).toFixed(1)} MB; ${availableParallelism()} cores`,
  )
  console.log(`Map: ${map.tokens} tokens, ${map.definitions} definitions of ${map.files} files`)
} finally {
  await rm(root, { recursive: true, force: true })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

async function times(trials: number, work: () => Promise<unknown>): Promise<number[]> {
  const found: number[] = []
  for (let trial = 0; trial < trials; trial++) found.push(await timed(work))
  return found
}

function show(title: string, found: readonly number[], goal?: number): void {
  const sorted = [...found].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const verdict = goal === undefined ? '' : `   goal ${goal} ms: ${median <= goal ? 'met' : 'missed'}`
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  console.log(
    `${title.padEnd(56)} ${median.toFixed(0).padStart(5)} ms   [${least.toFixed(0)} … ${most.toFixed(0)}] n=${found.length}${verdict}`,
  )
}
