/** Reads unified diffs as models write them, and fits them to files that have moved on. */

import { isElision } from './elision.js'
import { fromLines, type Line, lineEndOf, nearestExcerpt, placesExcerpt, toLines } from './lines.js'
import { type Difference, type Located, locate, type Match } from './locate.js'
import { type HunkLine, oldLines, rewriteLines } from './rewrite.js'

/** A passage to change. */
export interface Hunk {
  /** Line number of the old text that the header gives, from 1; absent if it gives none. */
  readonly line: number | undefined
  /** Lines above the passage that tell it from others like it, such as the head of its function; outermost first. */
  readonly anchors?: readonly string[] | undefined
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

/** Where a passage was found, and how sure that is. */
export interface Placed {
  /** Its first line, from 1. */
  readonly line: number
  readonly difference: Difference
  /** Range (0, 1]; 1 says that nothing but white space and marks differ. */
  readonly confidence: number
}

/** Why a passage has no place, with the part of the text to quote it from. */
export interface Misplaced {
  readonly reason: string
  /** Lines of the text with their numbers: those most like the passage, or each place that it may mean. */
  readonly excerpt: string
  /** First lines of the places it may mean, from 1; none if it fits nowhere. */
  readonly candidates: readonly number[]
}

/** How much may be forgiven. */
export interface FitOptions {
  /** Least share of characters that have to be as quoted; 1 forgives no wording. @defaultValue `0.9` */
  readonly confidence?: number | undefined
}

/** The text after a patch, or which hunk does not fit. */
export type PatchResult =
  | { readonly status: 'patched'; readonly text: string; readonly places: readonly Placed[] }
  | ({ readonly status: 'refused'; readonly hunk: number } & Misplaced)

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
 * Each goes where its old lines stand, nearest to its line number; else where {@link locate} finds them. Lines that stand
 * for others, such as "...", are passed over where the rest is found around them.
 */
export function applyHunks(text: string, hunks: readonly Hunk[], options: FitOptions = {}): PatchResult {
  const given = toLines(text)
  const plain = given.map((line) => line.text)
  const end = lineEndOf(given)
  const result: Line[] = []
  const places: Placed[] = []
  let done = 0
  let shift = 0
  for (const [index, written] of hunks.entries()) {
    const attempts = [written, withoutNumbers(written), ...elided(written)]
    const fits = attempts
      .filter((attempt) => attempt !== undefined)
      .map((hunk) => fit(Array.isArray(hunk) ? hunk : [hunk], plain, { done, shift, ...options }))
    const fitted = fits.find((found) => found.status === 'fits')
    if (fitted === undefined) {
      const [first] = fits
      if (first?.status !== 'refused') throw new RangeError('Cannot fit a hunk without lines')
      return { ...first, hunk: index + 1 }
    }
    for (const { match, lines } of fitted.parts) {
      result.push(...given.slice(done, match.start), ...rewriteLines(given, lines, { match, end }))
      done = match.end
    }
    const { match } = fitted.parts[0]
    places.push({ line: match.start + 1, difference: match.difference, confidence: match.confidence })
    if (written.line !== undefined)
      shift = match.start - (oldLines(written.lines).length > 0 ? written.line - 1 : written.line)
  }
  result.push(...given.slice(done))
  const last = result.length - 1
  return {
    status: 'patched',
    text: fromLines(result.map((line, index) => (index < last && line.end === '' ? { ...line, end } : line))),
    places,
  }
}

interface Part {
  readonly match: Match
  readonly lines: readonly HunkLine[]
}

type Fit = { status: 'fits'; parts: readonly [Part, ...Part[]] } | ({ status: 'refused' } & Misplaced)

/** Places the parts of a hunk one below the other. */
function fit(
  parts: readonly Hunk[],
  text: readonly string[],
  { done, shift, confidence }: { done: number; shift: number } & FitOptions,
): Fit {
  const fitted: Part[] = []
  let from = done
  for (const hunk of parts) {
    const found = place(hunk, text, { from, shift, confidence, after: fitted.length > 0 })
    if (found.status !== 'found') return { ...misplaced(found, hunk, text), status: 'refused' }
    fitted.push({ match: found.match, lines: hunk.lines })
    from = found.match.end
  }
  const [first, ...others] = fitted
  if (first === undefined) throw new RangeError('Cannot fit a hunk without lines')
  return { status: 'fits', parts: [first, ...others] }
}

type Place = Located | { readonly status: 'nowhere' }

function place(
  hunk: Hunk,
  text: readonly string[],
  { from, shift, confidence, after }: { from: number; shift: number; confidence?: number | undefined; after: boolean },
): Place {
  const old = oldLines(hunk.lines)
  const at = (start: number): Place => ({
    status: 'found',
    match: { start, end: start, lines: [], difference: 'none', confidence: 1 },
  })
  const anchored = anchorOf(hunk.anchors ?? [], text, from)
  if (old.length === 0) {
    if (text.length === 0) return at(0)
    if (hunk.line !== undefined) return at(Math.min(text.length, Math.max(from, hunk.line + shift)))
    return anchored === undefined ? { status: 'nowhere' } : at(anchored)
  }
  const near = hunk.line === undefined ? undefined : hunk.line - 1 + shift
  const found = locate(old, text, { from, near, confidence })
  if (found.status !== 'ambiguous') return found
  // Below a part that was found, lines that only stay are the next ones of their kind.
  if (after && hunk.lines.every(({ type }) => type === 'context'))
    return locate(old, text, { from, near: from, confidence })
  return anchored === undefined ? found : locate(old, text, { from: anchored, near: anchored, confidence })
}

/** Index below the anchors, if each stands in one place below the one before it. */
function anchorOf(anchors: readonly string[], text: readonly string[], from: number): number | undefined {
  let at: number | undefined
  for (const anchor of anchors) {
    const found = locate([anchor], text, { from: at ?? from, confidence: 1 })
    const wanted = anchor.trim()
    const parts = text.flatMap((line, index) => (index >= (at ?? from) && line.includes(wanted) ? [index] : []))
    if (found.status === 'found') at = found.match.end
    else if (parts.length === 1 && parts[0] !== undefined) at = parts[0] + 1
    else return undefined
  }
  return at
}

function misplaced(found: Exclude<Place, { status: 'found' }>, hunk: Hunk, text: readonly string[]): Misplaced {
  const old = oldLines(hunk.lines)
  if (found.status === 'ambiguous') {
    const candidates = found.places.map((index) => index + 1)
    return {
      reason: `its old lines stand in ${candidates.length} places. Give more context`,
      excerpt: placesExcerpt(found.places, old.length, text),
      candidates,
    }
  }
  const reason =
    found.status === 'nowhere'
      ? 'it only adds lines, without context that says where'
      : old.some(isElision)
        ? 'its old lines are not in the file, and some stand for others. Quote every line'
        : 'its old lines are not in the file'
  return { reason, excerpt: nearestExcerpt(old, text), candidates: [] }
}

/** The hunk in parts, if lines that stay stand for others. */
function elided(hunk: Hunk): Hunk[][] {
  if (!hunk.lines.some(({ type, text }) => type === 'context' && isElision(text))) return []
  const parts: HunkLine[][] = [[]]
  for (const line of hunk.lines)
    if (line.type === 'context' && isElision(line.text)) parts.push([])
    else parts.at(-1)?.push(line)
  const filled = parts.filter((lines) => lines.some(({ type, text }) => type !== 'context' || text.trim() !== ''))
  const changing = filled.some((lines) => lines.some(({ type }) => type !== 'context'))
  if (!changing || filled.some((lines) => oldLines(lines).length === 0)) return []
  return [filled.map((lines, index) => ({ line: index === 0 ? hunk.line : undefined, anchors: hunk.anchors, lines }))]
}

/** The hunk with line numbers taken off, if every old line starts with one, as in an excerpt that was copied. */
function withoutNumbers(hunk: Hunk): Hunk | undefined {
  const number = /^\s*(\d+)\s?[|:\t→] ?/
  const old = hunk.lines.filter(({ type }) => type !== 'add')
  const numbers = old.filter(({ text }) => text !== '').map(({ text }) => Number(number.exec(text)?.[1]))
  if (numbers.length === 0 || numbers.some((value, index) => !(value > (numbers[index - 1] ?? 0)))) return undefined
  return {
    ...hunk,
    line: numbers[0],
    lines: hunk.lines.map((line) => ({ ...line, text: line.text.replace(number, '') })),
  }
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

/** A text without the fence of Markdown around it. */
export function unfence(patch: string): string {
  const fenced = /^\s*```[\w-]*\n([\s\S]*?)\n?```\s*$/.exec(patch)
  return fenced?.[1] ?? patch
}

function refused(reason: string): ParsedPatch {
  return { status: 'refused', reason }
}
