/** Breaks styled text into lines at spaces, as it comes. */

import stringWidth from 'string-width'

/** Paints a piece of text. */
export type Paint = (text: string) => string

/** Takes text in order and gives what can be shown; a word is held until it ends. */
export interface Wrapper {
  /** Begins a line with `lead`, and the lines that it is broken into with `indent`. */
  beginLine(lead: string, indent: string): string
  /** Adds text within the line. */
  add(text: string, paint: Paint): string
  endLine(): string
}

/** Creates a wrapper for lines of `width` columns. */
export function createWrapper(width: number): Wrapper {
  let column = 0
  let indent = ''
  let spaces = ''
  let word = ''
  let wordWidth = 0

  const flush = (): string => {
    if (word === '') return ''
    const broken = column + spaces.length + wordWidth > width && column > stringWidth(indent)
    const before = broken ? `\n${indent}` : spaces
    column = (broken ? stringWidth(indent) : column + spaces.length) + wordWidth
    const shown = before + word
    spaces = ''
    word = ''
    wordWidth = 0
    return shown
  }

  return {
    add(text, paint) {
      let shown = ''
      for (const [piece] of text.matchAll(/\s|\S+/gu)) {
        if (/\s/.test(piece)) {
          shown += flush()
          spaces += piece === '\t' ? '  ' : ' '
        } else {
          word += paint(piece)
          wordWidth += stringWidth(piece)
        }
      }
      return shown
    },
    beginLine(lead, continuation) {
      column = stringWidth(lead)
      indent = continuation
      return lead
    },
    endLine() {
      const shown = `${flush()}\n`
      column = 0
      indent = ''
      spaces = ''
      return shown
    },
  }
}
