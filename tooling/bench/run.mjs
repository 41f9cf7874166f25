/**
 * Prints how fast the agent is: `pnpm bench`. Needs a build. Figures are of this machine and this moment.
 *
 * `pnpm bench --filter models` prints those of one package instead, by the `speed` script that it has.
 */

import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { measureEditor, measureLongSession, measureManySessions } from './acp.mjs'
import { measureCalls } from './calls.mjs'
import { measureFirstChunk } from './first-chunk.mjs'
import { measureProcess } from './process.mjs'

const { filter } = parseArgs({ options: { filter: { type: 'string' } } }).values
if (filter !== undefined) {
  const { status } = spawnSync('pnpm', ['--filter', `@salp/${filter}`, '--fail-if-no-match', 'speed'], {
    stdio: 'inherit',
  })
  process.exit(status ?? 1)
}

/** Figures with their goals; a goal missed is printed as missed, and fails nothing. */
const questions = [
  ['Process start to ready, empty home', 'ms', 2_000, async () => (await processFigures()).emptyMs],
  ['Process start to ready, home of before', 'ms', 2_000, async () => (await processFigures()).warmMs],
  ['Resident memory, idle', 'MB', 180, async () => (await processFigures()).residentMb],
  ['Perception, context, substrate, governance per tool call', 'µs', 100, async () => (await callFigures()).memoryUs],
  ['  the same, every step kept on disk', 'µs', undefined, async () => (await callFigures()).diskUs],
  ['First chunk, over the raw provider', 'ms', 5, async () => (await chunkFigures()).addedMs],
  ['  ratio to the raw provider', '×', undefined, async () => (await chunkFigures()).ratio],
  ['Prompt of an editor to its first update, over the raw provider', 'ms', 30, measureEditor],
  ['Session of 10,000 messages, opened again', 'ms', 300, async () => (await sessionFigures()).resumedMs],
  ['  the same, everything shown again', 'ms', undefined, async () => (await sessionFigures()).loadedMs],
  ['Delay of an update, 200 sessions at once, 99th percentile', 'ms', 100, async () => (await manyFigures()).p99Ms],
  ['  resident memory, with the editor and the model', 'MB', 400, async () => (await manyFigures()).residentMb],
]

const processFigures = once(measureProcess)
const callFigures = once(measureCalls)
const chunkFigures = once(measureFirstChunk)
const sessionFigures = once(measureLongSession)
const manyFigures = once(measureManySessions)

console.log(`Node ${process.version}, ${process.platform} ${process.arch}. Medians, [least … most].\n`)
for (const [title, unit, goal, measure] of questions) {
  const { median, least, most, trials } = await measure()
  const verdict = goal === undefined ? '' : `   goal ${goal} ${unit}: ${median <= goal ? 'met' : 'missed'}`
  console.log(`${title.padEnd(62)} ${show(median)} ${unit}   [${show(least)} … ${show(most)}] n=${trials}${verdict}`)
}

function once(measure) {
  let result
  return () => (result ??= measure())
}

function show(value) {
  return value.toFixed(value < 10 ? 2 : 0)
}
