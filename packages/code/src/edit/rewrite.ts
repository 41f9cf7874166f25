/** Puts changed lines where their quote was found. */

import { indentationFrom, indentationOf } from './indentation.js'
import type { Line } from './lines.js'
import type { Match } from './locate.js'
import { plainMarks } from './similarity.js'

/** A line that stays, goes or comes. */
export interface HunkLine {
  readonly type: 'context' | 'add' | 'remove'
  readonly text: string
  /** The line is the last and has no end. */
  readonly open: boolean
}

/** The lines that a hunk quotes. */
export function oldLines(lines: readonly HunkLine[]): string[] {
  return lines.filter(({ type }) => type !== 'add').map(({ text }) => text)
}

/**
 * Writes the lines from `match.start` to `match.end` anew.
 *
 * Lines that stay keep the text's own form, and so do blank lines that the quote lacks; new ones take over the place's
 * indentation, and its plain quotes where the quote had typographic ones.
 *
 * @param end - Line end of the text, for what is new.
 */
export function rewriteLines(
  text: readonly Line[],
  lines: readonly HunkLine[],
  { match, end }: { match: Match; end: '\n' | '\r\n' },
): Line[] {
  const quoted = oldLines(lines)
  const pairs = quoted.flatMap((line, index) => {
    const found = text[match.lines[index] ?? -1]?.text
    return found === undefined || line.trim() === '' || found.trim() === '' ? [] : [[line, found] as const]
  })
  const indent = indentationFrom(pairs.map(([line, found]) => [indentationOf(line), indentationOf(found)]))
  const plain = pairs.some(([line, found]) => plainMarks(line) !== line && plainMarks(found) === found)
  const written: Line[] = []
  let [at, index] = [match.start, 0]
  for (const line of lines) {
    if (line.type === 'add') {
      const own = indent(line.text)
      written.push({ text: plain ? plainMarks(own) : own, end: line.open ? '' : end })
      continue
    }
    const place = match.lines[index++]
    if (place === undefined) continue
    written.push(...text.slice(at, place))
    const kept = text[place]
    if (line.type === 'context' && kept !== undefined) written.push(line.open ? { ...kept, end: '' } : kept)
    at = place + 1
  }
  return [...written, ...text.slice(at, match.end)]
}
