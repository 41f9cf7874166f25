/** Replaces a quoted passage of a text, forgiving what quoting tends to change where one place is meant. */

import { newPlaceholder } from './elision.js'
import { diffLines } from './line-diff.js'
import { lineEndOf, nearestExcerpt, placesExcerpt, toLines } from './lines.js'
import { applyHunks, type FitOptions, type Misplaced, type Placed } from './patch.js'

/** What to replace. */
export interface PassageEdit {
  readonly find: string
  readonly replace: string
  /** Every place, not just one. Only an exact quote is replaced so. */
  readonly all: boolean
  /** The quotes are lines rather than any text: a short one is not looked for inside of a line. @defaultValue `false` */
  readonly wholeLines?: boolean | undefined
}

/** The text after an edit, or why it does not fit. */
export type PassageResult =
  | { readonly status: 'edited'; readonly text: string; readonly places: readonly Placed[] }
  | ({ readonly status: 'refused' } & Misplaced)

/**
 * Replaces `find` by `replace`.
 *
 * An exact match wins, even inside of a line; else whole lines, as {@link applyHunks} places them: what both quotes share
 * stays as it stands in the text, what is new takes over the indentation. Last, quotes that were escaped once too often or
 * copied with line numbers are read as meant. Line ends follow the text.
 */
export function replacePassage(text: string, edit: PassageEdit, options: FitOptions = {}): PassageResult {
  const { find, replace, all } = edit
  const lines = toLines(text)
  const plain = lines.map((line) => line.text)
  const end = lineEndOf(lines)
  const refuse = (reason: string, places: readonly number[] = []): PassageResult => ({
    status: 'refused',
    reason,
    excerpt:
      places.length === 0
        ? nearestExcerpt(find.split('\n'), plain)
        : placesExcerpt(
            places.map((place) => place - 1),
            find.split('\n').length,
            plain,
          ),
    candidates: places,
  })
  if (find === '') return refuse('"find" is empty')
  if (find === replace) return refuse('"find" and "replace" are the same, so nothing would change')
  const left = newPlaceholder(find, replace)
  if (left !== undefined) return refuse(`"replace" leaves code out ("${left.slice(0, 80)}"). Write every line`)

  const exact = replaceExact(text, edit, end)
  if (exact.places.length === 1 && exact.indented && replace.trim().includes('\n')) {
    const result = replaceLines(text, edit, { confidence: 1 })
    if (result.status === 'patched') return { status: 'edited', text: result.text, places: result.places }
  }
  if (exact.places.length > 1 && !all) {
    const at = exact.places.slice(0, 10).join(', ')
    return refuse(
      `"find" stands in ${exact.places.length} places (lines ${at}). Quote more lines around it, or set "all"`,
      exact.places,
    )
  }
  if (exact.places.length > 0) {
    const places = exact.places.map((line) => ({ line, difference: 'none', confidence: 1 }) as const)
    return { status: 'edited', text: exact.text, places }
  }

  let [result, wanted, given] = [replaceLines(text, edit, options), find, replace]
  for (const read of [unescapedLines, unescapedMarkup]) {
    if (result.status === 'patched' || result.candidates.length > 0) break
    ;[wanted, given] = [read(find), read(replace)]
    if (wanted === find) continue
    const again = replaceExact(text, { ...edit, find: wanted, replace: given }, end)
    const [line] = again.places
    if (line !== undefined && again.places.length === 1)
      return { status: 'edited', text: again.text, places: [{ line, difference: 'marks', confidence: 1 }] }
    const lax = replaceLines(text, { find: wanted, replace: given }, options)
    if (lax.status === 'patched') result = lax
  }
  if (result.status === 'patched') return { status: 'edited', text: result.text, places: result.places }
  if (result.candidates.length === 0)
    return refuse(
      result.reason.includes('stand for others')
        ? result.reason.replace('its old lines are', '"find" is')
        : '"find" is not in the file',
    )
  return refuse(
    `"find" stands in ${result.candidates.length} places if small differences are passed over (lines ${result.candidates.slice(0, 10).join(', ')}). Quote it exactly`,
    result.candidates,
  )
}

/** A quote of lines that is shorter than this is no part of a line. Characters, white space apart. */
const shortestPart = 8

/** Replaces each exact quote. `indented`: the last one stands behind the indentation of its line, as far as its end. */
function replaceExact(
  text: string,
  { find, replace, wholeLines = false }: Omit<PassageEdit, 'all'>,
  end: string,
): { text: string; places: number[]; indented: boolean } {
  const localize = (part: string): string => part.replace(/\r?\n/g, end)
  const wanted = text.includes(find) ? find : localize(find)
  const partial = !wholeLines || find.replace(/\s/g, '').length >= shortestPart
  const places: number[] = []
  let written = ''
  let done = 0
  let indented = false
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
    const inWord = wholeLines && /[\w$]$/.test(before) && /^[\w$]/.test(wanted)
    if (before.trim() !== '' && (!partial || inWord)) continue
    places.push(text.slice(0, at).split('\n').length)
    written += text.slice(done, at) + localize(replace)
    done = at + wanted.length
    indented = before !== '' && before.trim() === '' && (wanted.endsWith('\n') || /^\r?(?:\n|$)/.test(text.slice(done)))
  }
  return { text: written + text.slice(done), places, indented }
}

function replaceLines(
  text: string,
  { find, replace }: Pick<PassageEdit, 'find' | 'replace'>,
  options: FitOptions,
): ReturnType<typeof applyHunks> {
  const lines = diffLines(trimBlank(find.split(/\r?\n/)), replace === '' ? [] : trimBlank(replace.split(/\r?\n/)))
  if (lines.every(({ type }) => type === 'context') || lines.every(({ type }) => type === 'add'))
    return { status: 'refused', hunk: 1, reason: 'its old lines are not in the file', excerpt: '', candidates: [] }
  const result = applyHunks(text, [{ line: undefined, lines }], options)
  // A text whose last line has no end keeps it so.
  return result.status === 'patched' && !text.endsWith('\n')
    ? { ...result, text: result.text.replace(/\r?\n$/, '') }
    : result
}

/** Line breaks, tabs and quotes that came as JSON writes them. */
function unescapedLines(text: string): string {
  if (text.includes('\n') || !/\\[nt"]/.test(text)) return text
  return text.replace(/\\([nt"\\])/g, (_, mark: string) => ({ n: '\n', t: '\t' })[mark] ?? mark)
}

/** Signs that came as HTML writes them. */
function unescapedMarkup(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'", apos: "'" }
  return text.replace(/&(lt|gt|amp|quot|#39|apos);/g, (whole, name: string) => signs[name] ?? whole)
}

/** Without the blank lines at either end that quoting tends to add. */
function trimBlank(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}
