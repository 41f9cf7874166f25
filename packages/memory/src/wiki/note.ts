/** Notes of a person: Markdown that is read block by block, and left as it is. */

/** A paragraph or an item of a list. */
export interface NoteBlock {
  /** With the heading it stands under, so that it can be understood alone. */
  readonly content: string
  /** Lines it takes, `[start, end)`. */
  readonly start: number
  readonly end: number
}

const heading = /^#{1,6}\s+(.+?)\s*#*$/
const item = /^(?:[-*+]|\d{1,9}[.)])\s+/
const fence = /^(`{3,}|~{3,})/

/** Reads the blocks of a note. Front matter, headings by themselves and lines without a word are none. */
export function readBlocks(lines: readonly string[]): NoteBlock[] {
  const blocks: NoteBlock[] = []
  let under: string | undefined
  let start = afterFrontMatter(lines)
  while (start < lines.length) {
    const line = lines[start] ?? ''
    const title = heading.exec(line)?.[1]
    if (title !== undefined || line.trim() === '') {
      under = title ?? under
      start++
      continue
    }
    const end = endOfBlock(lines, start)
    const text = readText(lines.slice(start, end))
    if (/[\p{L}\p{N}]/u.test(text)) {
      blocks.push({ content: under === undefined ? text : `${under}\n\n${text}`, start, end })
    }
    start = end
  }
  return blocks
}

function afterFrontMatter(lines: readonly string[]): number {
  if (lines[0] !== '---') return 0
  const end = lines.indexOf('---', 1)
  return end === -1 ? 0 : end + 1
}

function endOfBlock(lines: readonly string[], start: number): number {
  const marker = fence.exec(lines[start] ?? '')?.[1]
  if (marker !== undefined) {
    const close = lines.findIndex((line, index) => index > start && line.startsWith(marker))
    return close === -1 ? lines.length : close + 1
  }
  let end = start + 1
  for (; end < lines.length; end++) {
    const line = lines[end] ?? ''
    if (line.trim() === '' || heading.test(line) || item.test(line) || fence.test(line)) break
  }
  return end
}

/** Lines of prose belong together; code keeps its lines. */
function readText(lines: readonly string[]): string {
  const [first = ''] = lines
  if (fence.test(first)) return lines.slice(1, fence.test(lines.at(-1) ?? '') ? -1 : undefined).join('\n')
  return lines
    .map((line) => line.trim())
    .join(' ')
    .replace(item, '')
    .replace(/<!--.*?-->/g, '')
    .trim()
}
