/** Emphasis, code and links within a line, recognised while the line is still being written. */

import type { Style } from './style.js'
import type { Paint } from './wrap.js'

/** A run of text and how it looks. */
export interface Run {
  readonly text: string
  readonly paint: Paint
}

/** Takes a line piece by piece; a mark is held back until it is known to be one. */
export interface InlineReader {
  /** Adds one character. @returns The runs that are settled now. */
  add(character: string): Run[]
  /** Ends the line: what was held back is text. */
  end(): Run[]
}

/** Characters a mark may be held back for; beyond, it is taken as text. */
const maxHeld = 200

const plain: Paint = (text) => text

/** Creates a reader. `paint` is how its plain text looks. */
export function createInlineReader(style: Style, paint: Paint = plain): InlineReader {
  let held = ''
  let before = ''

  const settle = (final: boolean): Run[] => {
    const runs: Run[] = []
    while (held !== '') {
      const taken = take(held, { before, final: final || held.length > maxHeld, style, paint })
      if (taken === undefined) break
      runs.push(...taken.runs)
      before = held.slice(taken.length - 1, taken.length)
      held = held.slice(taken.length)
    }
    return runs
  }

  return {
    add(character) {
      held += character
      return settle(false)
    },
    end() {
      const runs = settle(true)
      before = ''
      return runs
    },
  }
}

/** Renders a whole line. */
export function renderInline(text: string, style: Style, paint?: Paint): string {
  const reader = createInlineReader(style, paint)
  const runs = [...text].flatMap((character) => reader.add(character))
  return [...runs, ...reader.end()].map((run) => run.paint(run.text)).join('')
}

interface Place {
  /** The character before. */
  readonly before: string
  /** Whether nothing more comes. */
  readonly final: boolean
  readonly style: Style
  readonly paint: Paint
}

/** Runs made of the first `length` characters of what is held. */
interface Taken {
  readonly length: number
  readonly runs: readonly Run[]
}

/** Takes what is settled from the start of `held`; nothing while it could still become something else. */
function take(held: string, place: Place): Taken | undefined {
  const first = held.charAt(0)
  if (first === '`') return takeCode(held, place)
  if (first === '*' || first === '_') return takeEmphasis(held, place)
  if (first === '[') return takeLink(held, place)
  if (first === '\\') return takeEscape(held, place)
  return text(held.charAt(0), place)
}

function text(characters: string, { paint }: Place): Taken {
  return { length: characters.length, runs: [{ text: characters, paint }] }
}

function takeCode(held: string, place: Place): Taken | undefined {
  const match = /^(`+)(?!`)(.*?[^`])\1(?!`)/su.exec(held)
  const [whole = '', , inner = ''] = match ?? []
  if (match !== null && (place.final || whole.length < held.length)) {
    const trimmed = /^ .*[^ ].* $/s.test(inner) ? inner.slice(1, -1) : inner
    return { length: whole.length, runs: [{ text: trimmed, paint: over(place.paint, place.style.paint.cyan) }] }
  }
  return place.final ? text(/^`+/.exec(held)?.[0] ?? '`', place) : undefined
}

function takeEmphasis(held: string, place: Place): Taken | undefined {
  const { before, final, style, paint } = place
  const run = /^(?:\*+|_+)/.exec(held)?.[0] ?? ''
  if (run.length === held.length && !final) return undefined
  // Not within a word: `snake_case` and `2*3*4` mean themselves.
  const opens = /^\S/u.test(held.slice(run.length)) && !/[\p{L}\p{N}]/u.test(before)
  if (!opens || run.length > 3) return text(run, place)
  const kind = run.charAt(0)
  const mark = run.replaceAll('*', '\\*')
  // As many marks close as opened, right after a character that is neither a space nor a mark.
  const match = new RegExp(`^${mark}([^\\s${kind}](?:.*?[^\\s\\\\${kind}])??)${mark}(?![${kind}])`, 'su').exec(held)
  const [whole = '', inner = ''] = match ?? []
  if (match !== null && (final || whole.length < held.length)) {
    const { bold, italic } = style.paint
    const look = run.length === 1 ? italic : run.length === 2 ? bold : over(bold, italic)
    return { length: whole.length, runs: inlineRuns(inner, style, over(paint, look)) }
  }
  return final ? text(run, place) : undefined
}

function takeLink(held: string, place: Place): Taken | undefined {
  const match = /^\[([^\]]+)\]\(([^()\s]+)\)/u.exec(held)
  if (match !== null) {
    const [whole, label = '', url = ''] = match
    const { underline, dim } = place.style.paint
    const target: Run[] = label === url ? [] : [{ text: ` (${url})`, paint: over(place.paint, dim) }]
    return { length: whole.length, runs: [...inlineRuns(label, place.style, over(place.paint, underline)), ...target] }
  }
  const mayBecomeOne = /^\[[^\]]*(?:\](?:\([^()\s]*)?)?$/u.test(held)
  return mayBecomeOne && !place.final ? undefined : text('[', place)
}

function takeEscape(held: string, place: Place): Taken | undefined {
  if (held.length === 1) return place.final ? text('\\', place) : undefined
  const next = held.charAt(1)
  return /[!-/:-@[-`{-~]/.test(next) ? { length: 2, runs: [{ text: next, paint: place.paint }] } : text('\\', place)
}

function inlineRuns(content: string, style: Style, paint: Paint): Run[] {
  const reader = createInlineReader(style, paint)
  const joined: Run[] = []
  for (const run of [...[...content].flatMap((character) => reader.add(character)), ...reader.end()]) {
    const last = joined.at(-1)
    if (last?.paint === run.paint) joined[joined.length - 1] = { ...run, text: last.text + run.text }
    else joined.push(run)
  }
  return joined
}

function over(outer: Paint, inner: Paint): Paint {
  return (content) => outer(inner(content))
}
