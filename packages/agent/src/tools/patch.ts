/** Reads unified diffs as models write them, and fits them to files that have moved on. */

import { comparisons, fromLines, type Line, lineEndOf, nearestExcerpt, placesOf, reindent, toLines } from './lines.js'

/** One line of a hunk. */
interface HunkLine {
  readonly type: 'context' | 'add' | 'remove'
  readonly text: string
  /** The line is the last and has no end. */
  readonly open: boolean
}

/** A passage to change. */
export interface Hunk {
  /** Line number of the old text that the header gives, from 1; absent if it gives none. */
  readonly line: number | undefined
  readonly lines: readonly HunkLine[]
}

/** What is to happen to one file. Paths as written, without `a/` and `b/`. */
export interface FilePatch {
  /** Absent: the file is created. */
  readonly from: string | undefined
  /** Absent: the file is deleted. */
  readonly to: string | undefined
  readonly hunks: readonly Hunk[]
}

/** Files of a patch, or why it cannot be read. */
export type ParsedPatch =
  | { readonly status: 'parsed'; readonly files: readonly FilePatch[] }
  | { readonly status: 'refused'; readonly reason: string }

/** The text after a patch, or which hunk does not fit, with an excerpt that shows what is there. */
export type PatchResult =
  | { readonly status: 'patched'; readonly text: string }
  | { readonly status: 'refused'; readonly hunk: number; readonly reason: string; readonly excerpt: string }

const header = /^@@+(?:\s*-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?\s*@@.*|.*)$/

/**
 * Reads a unified diff of one or more files.
 *
 * Counts in hunk headers are not believed, line numbers may be missing, a fence of Markdown around it is taken off, and
 * context lines may lack their blank.
 */
export function parsePatch(patch: string): ParsedPatch {
  const lines = unfence(patch)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
  const files: {
    from: string | undefined
    to: string | undefined
    hunks: { line: number | undefined; lines: HunkLine[] }[]
  }[] = []
  let renamed: string | undefined
  /** Empty lines are blank context if more of the hunk follows; else they belong to the letter around the patch. */
  let blanks = 0
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const file = files.at(-1)
    const hunk = file?.hunks.at(-1)
    if (line.startsWith('GIT binary patch') || /^Binary files .* differ$/.test(line))
      return refused('it holds binary data')
    if (/^--- /.test(line) && /^\+\+\+ /.test(lines[index + 1] ?? '')) {
      const [old, next] = [pathOf(line.slice(4)), pathOf((lines[index + 1] ?? '').slice(4))]
      if (old === undefined && next === undefined) return refused('a file has no name')
      files.push({ from: old, to: next, hunks: [] })
      renamed = undefined
      blanks = 0
      index++
    } else if (/^diff --git /.test(line)) renamed = undefined
    else if (/^rename from /.test(line)) renamed = line.slice(12).trim()
    else if (/^rename to /.test(line) && renamed !== undefined) {
      if (!/^--- /.test(nextHeader(lines, index))) files.push({ from: renamed, to: line.slice(10).trim(), hunks: [] })
    } else if (header.test(line)) {
      if (file === undefined) return refused('a hunk stands before any file. Start with "--- a/path" and "+++ b/path"')
      const number = header.exec(line)?.[1]
      blanks = 0
      file.hunks.push({ line: number === undefined ? undefined : Number(number), lines: [] })
    } else if (
      hunk !== undefined &&
      !/^(?:index |old mode |new mode |deleted file |new file |similarity )/.test(line)
    ) {
      if (line === '') blanks++
      else if (line.startsWith('\\')) {
        const last = hunk.lines.pop()
        if (last !== undefined) hunk.lines.push({ ...last, open: true })
      } else {
        for (; blanks > 0; blanks--) hunk.lines.push(hunkLine(''))
        hunk.lines.push(hunkLine(line))
      }
    }
  }
  const [first] = files
  if (first === undefined) return refused('it names no file. Start with "--- a/path" and "+++ b/path"')
  const empty = files.find(
    ({ from: old, to, hunks }) =>
      old === to && hunks.every((hunk) => hunk.lines.every(({ type }) => type === 'context')),
  )
  if (empty !== undefined)
    return refused(`it changes nothing in "${empty.to}". Put "-" and "+" before the lines that change`)
  return { status: 'parsed', files }
}

/**
 * Fits the hunks to a text, one after the other.
 *
 * Each goes where its old lines stand, nearest to its line number; then where they stand if trailing, then if all white
 * space is passed over, and there in one place only. Context keeps the text's own white space.
 */
export function applyHunks(text: string, hunks: readonly Hunk[]): PatchResult {
  const given = toLines(text)
  const end = lineEndOf(given)
  const result: Line[] = []
  let done = 0
  let shift = 0
  for (const [index, written] of hunks.entries()) {
    const rest = given.slice(done).map((line) => line.text)
    const fit = [written, withoutNumbers(written)]
      .filter((hunk) => hunk !== undefined)
      .map((hunk) => fitHunk(hunk, rest, done, shift, given.length))
    const placed = fit.find((attempt) => typeof attempt !== 'string')
    if (placed === undefined || typeof placed === 'string') {
      const old = (withoutNumbers(written) ?? written).lines
        .filter(({ type }) => type !== 'add')
        .map((line) => line.text)
      return {
        status: 'refused',
        hunk: index + 1,
        reason: String(fit[0]),
        excerpt: nearestExcerpt(
          old,
          given.map((line) => line.text),
        ),
      }
    }
    const { start, added } = placed
    if (written.line !== undefined)
      shift = start - (added.some(({ type }) => type !== 'add') ? written.line - 1 : written.line)
    result.push(...given.slice(done, start))
    let at = start
    for (const line of added) {
      if (line.type !== 'add') {
        const kept = given[at++]
        if (line.type === 'context' && kept !== undefined) result.push(line.open ? { ...kept, end: '' } : kept)
      } else result.push({ text: line.text, end: line.open ? '' : end })
    }
    done = at
  }
  result.push(...given.slice(done))
  const last = result.length - 1
  return {
    status: 'patched',
    text: fromLines(result.map((line, index) => (index < last && line.end === '' ? { ...line, end } : line))),
  }
}

/** Where a hunk goes and the lines it becomes, or why it goes nowhere. `rest` starts at index `done` of the text. */
function fitHunk(
  hunk: Hunk,
  rest: readonly string[],
  done: number,
  shift: number,
  total: number,
): { start: number; added: readonly HunkLine[] } | string {
  const old = hunk.lines.filter(({ type }) => type !== 'add').map((line) => line.text)
  if (old.length === 0) {
    if (total === 0) return { start: 0, added: hunk.lines }
    if (hunk.line === undefined) return 'it only adds lines, without context that says where'
    return { start: Math.min(total, Math.max(done, hunk.line + shift)), added: hunk.lines }
  }
  for (const [strictness, compare] of comparisons.entries()) {
    const places = placesOf(old, rest, compare).map((place) => place + done)
    const expected = hunk.line === undefined ? undefined : hunk.line - 1 + shift
    const [best] =
      expected === undefined ? places : [...places].sort((a, b) => Math.abs(a - expected) - Math.abs(b - expected))
    if (best === undefined) continue
    if (places.length > 1 && (expected === undefined || strictness > 1))
      return `its old lines stand in ${places.length} places. Give more context`
    const found = rest.slice(best - done, best - done + old.length)
    const texts =
      strictness < 2
        ? hunk.lines.map((line) => line.text)
        : reindent(
            hunk.lines.map((line) => line.text),
            old,
            found,
          )
    return { start: best, added: hunk.lines.map((line, index) => ({ ...line, text: texts[index] ?? line.text })) }
  }
  return 'its old lines are not in the file'
}

/** The hunk with line numbers taken off, if every old line starts with one, as in an excerpt that was copied. */
function withoutNumbers(hunk: Hunk): Hunk | undefined {
  const number = /^\s*(\d+)\s?[|:\t→] ?/
  const old = hunk.lines.filter(({ type }) => type !== 'add')
  const numbers = old.filter(({ text }) => text !== '').map(({ text }) => Number(number.exec(text)?.[1]))
  if (numbers.length === 0 || numbers.some((value, index) => !(value > (numbers[index - 1] ?? 0)))) return undefined
  return { line: numbers[0], lines: hunk.lines.map((line) => ({ ...line, text: line.text.replace(number, '') })) }
}

function hunkLine(line: string): HunkLine {
  if (line.startsWith('+')) return { type: 'add', text: line.slice(1), open: false }
  if (line.startsWith('-')) return { type: 'remove', text: line.slice(1), open: false }
  return { type: 'context', text: line.startsWith(' ') ? line.slice(1) : line, open: false }
}

function nextHeader(lines: readonly string[], index: number): string {
  return lines.slice(index + 1).find((line) => /^(?:--- |diff --git |@@)/.test(line)) ?? ''
}

function pathOf(text: string): string | undefined {
  const bare = text
    .replace(/\t.*$/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
  return bare === '/dev/null' || bare === '' ? undefined : bare.replace(/^[ab]\//, '')
}

function unfence(patch: string): string {
  const fenced = /^\s*```[\w-]*\n([\s\S]*?)\n?```\s*$/.exec(patch)
  return fenced?.[1] ?? patch
}

function refused(reason: string): ParsedPatch {
  return { status: 'refused', reason }
}
