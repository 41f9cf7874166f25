/** Lines typed earlier, kept in the home folder. */

import { readFileSync, writeFileSync } from 'node:fs'

/** Lines that are kept. */
const maxLines = 500

/** Reads the lines, the newest first; none if there is no such file. */
export function readHistory(path: string): string[] {
  try {
    return parseHistory(readFileSync(path, 'utf8'))
  } catch {
    // A history that cannot be read is no reason not to talk.
    return []
  }
}

/** Keeps the newest lines, readable by their owner only. */
export function writeHistory(path: string, lines: readonly string[]): void {
  try {
    writeFileSync(path, formatHistory(lines), { mode: 0o600 })
  } catch {
    // Nor is one that cannot be written.
  }
}

/** Reads a file of JSON texts, the oldest first; lines that are none are passed over. */
export function parseHistory(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => {
      try {
        const value: unknown = JSON.parse(line)
        return typeof value === 'string' ? [value] : []
      } catch {
        return []
      }
    })
    .reverse()
}

/** Writes lines, the newest first, as {@link parseHistory} reads them. */
export function formatHistory(lines: readonly string[]): string {
  return lines
    .slice(0, maxLines)
    .map((line) => `${JSON.stringify(line)}\n`)
    .reverse()
    .join('')
}
