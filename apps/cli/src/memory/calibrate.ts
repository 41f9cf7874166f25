/** Measuring what recall by meaning is worth on the questions of this user. */

import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Calibration, calibrate, type Judged, type Memory } from '@salp/memory'
import { z } from 'zod'
import { UsageError } from '../cli-errors.js'
import { type Invocation, note } from '../invocation.js'
import type { Style } from '../render/style.js'
import { oneLine } from '../render/visible.js'

const questionSchema = z.object({ text: z.string().min(1), ids: z.array(z.string()).min(1) })

/** Reads judged questions, one JSON object a line; none if the file is not there. @throws UsageError naming the line. */
export function readQuestions(path: string): Judged[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      if (line.trim() === '') return []
      try {
        return [questionSchema.parse(JSON.parse(line))]
      } catch (cause) {
        const why = cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is not JSON'
        throw new UsageError(`Cannot read ${path}, line ${index + 1}: ${why}`)
      }
    })
}

/**
 * Shows records, and asks for a question that each should answer; every answer is written at once.
 *
 * An empty line passes a record over; Ctrl-C or Ctrl-D ends.
 */
export async function askForQuestions(
  { terminal, ...invocation }: Invocation,
  memory: Memory,
  { path, count }: { readonly path: string; readonly count: number },
): Promise<void> {
  if (terminal === undefined) throw new UsageError('Cannot ask: no terminal is there. Give a file with --questions')
  const known = new Set(readQuestions(path).flatMap(({ ids }) => ids))
  const records = (await memory.list({ limit: 1_000 })).filter(({ id }) => !known.has(id))
  // Every so many-th one, so that old and new ones are asked about.
  const step = Math.max(1, Math.floor(records.length / count))
  let asked = 0
  for (let index = 0; index < records.length && asked < count; index += step) {
    const record = records[index]
    if (record === undefined) break
    note({ ...invocation, terminal }, `\n${oneLine(record.content, 500)}`)
    const reply = await terminal.ask('Which question should find this? ', { signal: invocation.signal })
    if (reply.type !== 'line') return
    if (reply.text.trim() === '') continue
    appendFileSync(path, `${JSON.stringify({ text: reply.text.trim(), ids: [record.id] })}\n`)
    asked++
  }
}

/** Measures. Records that were forgotten since do not count. */
export async function measure(memory: Memory, questions: readonly Judged[]): Promise<Calibration> {
  const judged = await Promise.all(
    questions.map(async ({ text, ids }) => {
      const held = await Promise.all(ids.map((id) => memory.get(id)))
      return { text, ids: ids.filter((_, index) => held[index] !== undefined) }
    }),
  )
  const left = judged.filter(({ ids }) => ids.length > 0)
  if (left.length < 20) {
    throw new UsageError(
      `Cannot measure on ${left.length} questions: at least 20 are needed. "salp memory calibrate --ask 20" asks for more`,
    )
  }
  return calibrate(memory, left)
}

/** Tells what was measured. */
export function renderCalibration({ questions, rows, tuning }: Calibration, { paint }: Style): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1).padStart(5)} %`
  return [
    paint.dim(`${questions} questions   recall@5   reciprocal rank`),
    ...rows.map(({ weight, recallAt5, reciprocalRank }) => {
      const chosen = weight === tuning.vectors ? '  ← use this' : ''
      return `weight ${String(weight).padEnd(7)} ${percent(recallAt5).padStart(10)}   ${reciprocalRank.toFixed(3).padStart(15)}${chosen}`
    }),
    tuning.vectors > 0.2
      ? 'Meaning helps here, by a sign test at one in twenty.'
      : 'Meaning is not proven to help here; it may only add at the tail.',
  ].join('\n')
}

/** Writes what was measured into the configuration of the node, whole or not at all. */
export function saveCalibration(path: string, { tuning }: Calibration): void {
  const config = existsSync(path) ? z.record(z.string(), z.json()).parse(JSON.parse(readFileSync(path, 'utf8'))) : {}
  const memory = z.record(z.string(), z.json()).catch({}).parse(config.memory)
  const changed = { ...config, memory: { ...memory, vectorWeight: tuning.vectors, likeness: tuning.likeness } }
  const draft = `${path}.draft`
  writeFileSync(draft, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}
