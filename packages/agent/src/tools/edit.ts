/** Replaces a quoted passage of a text, forgiving differences in white space where there is one candidate only. */

import { comparisons, fromLines, lineEndOf, nearestExcerpt, placesOf, reindent, toLines } from './lines.js'

/** What to replace. */
export interface Edit {
  readonly find: string
  readonly replace: string
  /** Every place, not just one. */
  readonly all: boolean
}

/** The text after an edit, or why it does not fit, with an excerpt that shows what is there. */
export type EditResult =
  | { readonly status: 'edited'; readonly text: string; readonly replacements: number }
  | { readonly status: 'refused'; readonly reason: string; readonly excerpt: string }

/**
 * Replaces `find` by `replace`.
 *
 * An exact match wins; else whole lines that differ from `find` in white space only, if they stand in one place. The
 * replacement then takes over their indentation. Line ends follow the text.
 */
export function applyEdit(text: string, { find, replace, all }: Edit): EditResult {
  const lines = toLines(text)
  const plain = lines.map((line) => line.text)
  const end = lineEndOf(lines)
  const localize = (part: string): string => part.replace(/\r?\n/g, end)
  const refuse = (reason: string): EditResult => ({
    status: 'refused',
    reason,
    excerpt: nearestExcerpt(find.split('\n'), plain),
  })
  if (find === '') return refuse('"find" is empty')
  if (find === replace) return refuse('"find" and "replace" are the same, so nothing would change')

  const wanted = text.includes(find) ? find : localize(find)
  const count = text.split(wanted).length - 1
  if (count > 1 && !all) {
    const at = placesInText(text, wanted).slice(0, 10).join(', ')
    return refuse(`"find" stands in ${count} places (lines ${at}). Quote more lines around it, or set "all"`)
  }
  if (count > 0) return { status: 'edited', text: text.split(wanted).join(localize(replace)), replacements: count }

  const passage = trimBlank(find.split(/\r?\n/))
  for (const compare of comparisons.slice(1)) {
    const places = placesOf(passage, plain, compare)
    if (places.length > 1)
      return refuse(
        `"find" stands in ${places.length} places if white space is passed over (lines ${places
          .map((place) => place + 1)
          .slice(0, 10)
          .join(', ')}). Quote it exactly`,
      )
    const [place] = places
    if (place === undefined) continue
    const found = plain.slice(place, place + passage.length)
    const added = reindent(replace === '' ? [] : trimBlank(replace.split(/\r?\n/)), passage, found)
    const last = lines[place + passage.length - 1]?.end ?? end
    const inserted = added.map((line, index) => ({ text: line, end: index === added.length - 1 ? last : end }))
    return {
      status: 'edited',
      text: fromLines([...lines.slice(0, place), ...inserted, ...lines.slice(place + passage.length)]),
      replacements: 1,
    }
  }
  return refuse('"find" is not in the file')
}

function placesInText(text: string, wanted: string): number[] {
  const found: number[] = []
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    found.push(text.slice(0, at).split('\n').length)
  return found
}

/** Without the blank lines at either end that quoting tends to add. */
function trimBlank(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}
