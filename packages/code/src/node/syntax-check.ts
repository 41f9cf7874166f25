/** Finds what an edit broke. */

import type { ApplyEditsDeps } from '../edit/apply-edits.js'
import { languageOf } from '../map/languages.js'
import { createGrammars, type Grammars } from './grammars.js'

/** Texts beyond this are not parsed. Characters. */
const longest = 1_000_000

/**
 * Creates what {@link applyEdits} asks for: places of the new text that cannot be parsed, if there are more of them than
 * before. A language that is not known has none.
 */
export function createSyntaxCheck(grammars: Grammars = createGrammars()): NonNullable<ApplyEditsDeps['checkSyntax']> {
  return async ({ path, before, after }) => {
    const language = languageOf(path)
    if (language === undefined || after.length > longest || before.length > longest) return []
    const now = await grammars.problems(language, after)
    if (now.length === 0) return []
    const then = await grammars.problems(language, before)
    if (now.length <= then.length) return []
    const known = new Set(then.map(({ text }) => text))
    const fresh = now.filter(({ text }) => !known.has(text))
    return fresh.length > 0 ? fresh : now
  }
}
