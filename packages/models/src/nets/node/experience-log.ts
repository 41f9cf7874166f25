/** Experience on disk, one JSON object a line, within bounds: the oldest goes first. */

import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createTurns } from '@salp/core'
import { type Experience, ExperienceError, experienceSchema, parseExperience } from '../experience/record.js'
import type { LeakGuard } from '../experience/split.js'
import { namesIn } from './atomic-folder.js'

/** Where experience is kept, and how much of it. */
export interface ExperienceLogOptions {
  /** A folder of its own. */
  readonly folder: string
  /** Keeps what is hidden out; without one nothing is known to be hidden. */
  readonly guard?: LeakGuard | undefined
  /** @defaultValue 64 MiB */
  readonly maxBytes?: number | undefined
}

/** Experience on disk. */
export interface ExperienceLog {
  /**
   * Keeps a record; it is on disk once this resolves.
   *
   * @throws {@link ExperienceError} (`models/experience`) if it is no record, or must not be learnt from.
   */
  add(record: Experience): Promise<void>
  /** Reads what is kept, oldest first. A line that a crash cut off is passed over, as is what must not be learnt from any more. */
  read(): Promise<Experience[]>
}

/** Parts of the log; the oldest is dropped whole. */
const segments = 8
const pattern = /^\d{8}\.jsonl$/

/** Opens a log. One process writes at a time. */
export function openExperienceLog({ folder, guard, maxBytes = 64 * 2 ** 20 }: ExperienceLogOptions): ExperienceLog {
  const files = async (): Promise<string[]> => (await namesIn(folder)).filter((name) => pattern.test(name))
  let first = true
  const append = async (line: string): Promise<void> => {
    await mkdir(folder, { recursive: true })
    const names = await files()
    const last = names.at(-1) ?? '00000000.jsonl'
    const size = names.length === 0 ? 0 : (await stat(join(folder, last))).size
    const full = size > 0 && size + line.length > maxBytes / segments
    const name = full ? `${String(Number.parseInt(last, 10) + 1).padStart(8, '0')}.jsonl` : last
    // A line that a crash cut off, before this log was opened, must not swallow the next.
    const cut = first && size > 0 && !full && !(await readFile(join(folder, name), 'latin1')).endsWith('\n')
    first = false
    await appendFile(join(folder, name), `${cut ? '\n' : ''}${line}`, { flush: true })
    if (full) for (const old of [...names, name].slice(0, -segments)) await rm(join(folder, old))
  }
  const inTurn = createTurns()
  return {
    add(record) {
      const parsed = experienceSchema.safeParse(record)
      if (!parsed.success) return Promise.reject(new ExperienceError(parsed.error.message, parsed.error))
      try {
        guard?.check(parsed.data)
      } catch (error) {
        return Promise.reject(error)
      }
      const line = `${JSON.stringify(parsed.data)}\n`
      if (Buffer.byteLength(line) > maxBytes / segments)
        return Promise.reject(new ExperienceError('it is larger than a part of the log'))
      return inTurn(() => append(line))
    },
    async read() {
      const records: Experience[] = []
      for (const name of await files()) {
        for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) {
          const record = line === '' ? undefined : readable(line, guard)
          if (record !== undefined) records.push(record)
        }
      }
      return records
    },
  }
}

function readable(line: string, guard: LeakGuard | undefined): Experience | undefined {
  try {
    const record = parseExperience(line)
    guard?.check(record)
    return record
  } catch (error) {
    if (error instanceof ExperienceError) return undefined
    throw error
  }
}
