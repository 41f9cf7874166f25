/** The record of a study in a file. */

import { open, readFile } from 'node:fs/promises'
import type { RecordLog } from '../ab/run-ab.js'

/**
 * Opens the record in a file, which is made when missing. A last line without an end, as a process leaves it that was killed, is
 * cut off; each line that was appended is on disk when `append` resolves.
 */
export async function openRecordLog(path: string): Promise<RecordLog & { close(): Promise<void> }> {
  const file = await open(path, 'a+')
  const text = await readFile(path)
  await file.truncate(text.lastIndexOf(0x0a) + 1)
  return {
    read: () => readFile(path, 'utf8'),
    async append(line) {
      await file.appendFile(`${line}\n`)
      await file.datasync()
    },
    close: () => file.close(),
  }
}
