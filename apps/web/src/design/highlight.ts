/** Colours TypeScript, in a chunk of its own: loaded when source is first shown. */

import { typescriptLanguage } from '@codemirror/lang-javascript'
import { classHighlighter, highlightCode } from '@lezer/highlight'

/** A piece of source, and the classes of its colour. */
export interface Piece {
  readonly text: string
  readonly classes: string
}

/** Cuts source into pieces of one colour each; line breaks are pieces of their own. */
export function highlightTypeScript(source: string): Piece[] {
  const pieces: Piece[] = []
  highlightCode(
    source,
    typescriptLanguage.parser.parse(source),
    classHighlighter,
    (text, classes) => pieces.push({ text, classes }),
    () => pieces.push({ text: '\n', classes: '' }),
  )
  return pieces
}
