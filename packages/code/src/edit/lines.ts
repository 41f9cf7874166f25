/** Text as lines, and the part of it that is most like a passage. */

/** A line and what ends it; the last line of a text may end in nothing. */
export interface Line {
  readonly text: string
  readonly end: '\n' | '\r\n' | ''
}

/** Splits text into lines, keeping their ends. `''` has none. */
export function toLines(text: string): Line[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => {
    const end = line.endsWith('\r\n') ? '\r\n' : line.endsWith('\n') ? '\n' : ''
    return { text: line.slice(0, line.length - end.length), end }
  })
}

/** Joins lines as they are. */
export function fromLines(lines: readonly Line[]): string {
  return lines.map(({ text, end }) => text + end).join('')
}

/** The line end that most lines of a text have. */
export function lineEndOf(lines: readonly Line[]): '\n' | '\r\n' {
  const windows = lines.filter(({ end }) => end === '\r\n').length
  return windows * 2 > lines.length ? '\r\n' : '\n'
}

/** Lines with their numbers, as error messages quote them. `start` and `end` are indexes, `end` exclusive. */
function numbered(lines: readonly string[], start = 0, end = lines.length): string {
  const width = String(end).length
  return lines
    .slice(start, end)
    .map((line, offset) => `${String(start + offset + 1).padStart(width)}| ${line.slice(0, 400)}`)
    .join('\n')
}

/** The part of a text that is most like `passage`, numbered; all of a short text. */
export function nearestExcerpt(
  passage: readonly string[],
  lines: readonly string[],
  { around = 20, all = 60 } = {},
): string {
  if (lines.length <= all) return numbered(lines)
  const center = nearest(passage, lines)
  const start = Math.max(0, center - around)
  return numbered(lines, start, Math.min(lines.length, center + passage.length + around))
}

/** The places at which a passage might be meant, numbered; all of a short text. `places` are indexes. */
export function placesExcerpt(
  places: readonly number[],
  size: number,
  lines: readonly string[],
  { around = 3, all = 60, most = 5 } = {},
): string {
  if (lines.length <= all) return numbered(lines)
  return places
    .slice(0, most)
    .map((place) => numbered(lines, Math.max(0, place - around), Math.min(lines.length, place + size + around)))
    .join('\n…\n')
}

/** Index at which most words of `passage` are found in order of lines; 0 if none is. */
function nearest(passage: readonly string[], lines: readonly string[]): number {
  const weights = new Map<string, number>()
  for (const word of passage.join('\n').match(/\w{2,}/g) ?? []) weights.set(word, 0)
  const words = lines.map((line) => new Set((line.match(/\w{2,}/g) ?? []).filter((word) => weights.has(word))))
  for (const found of words) for (const word of found) weights.set(word, (weights.get(word) ?? 0) + 1)
  const scores = words.map((found) => [...found].reduce((sum, word) => sum + 1 / (weights.get(word) ?? 1), 0))
  const size = Math.max(1, passage.length)
  let sum = scores.slice(0, size).reduce((total, score) => total + score, 0)
  let best = { start: 0, sum }
  for (let start = 1; start + size <= scores.length; start++) {
    sum += (scores[start + size - 1] ?? 0) - (scores[start - 1] ?? 0)
    if (sum > best.sum + 1e-9) best = { start, sum }
  }
  return best.start
}
