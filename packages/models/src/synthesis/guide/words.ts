/** What is read of the words of a task: those of its statement, and of the names in its signature. */

import type { Signature } from '../language/types.js'

/** What words are taken from. */
export interface Worded {
  readonly signature: Signature
  readonly statement?: string | undefined
}

/**
 * The cues of a text: the stems of its words, then each two neighbours of one clause with a space between them.
 *
 * What stands between backticks is left out: it is code, or a name of this task alone.
 */
export function cuesIn(text: string): string[] {
  const clauses = text
    .replaceAll(/`[^`]*`/g, ' ')
    .split(/[.,;:?!()"…]+/)
    .map((clause) => (clause.toLowerCase().match(/[a-z]+|\d+/g) ?? []).map(stem))
  return [
    ...clauses.flat(),
    ...clauses.flatMap((words) => words.slice(1).map((word, index) => `${words[index] ?? ''} ${word}`)),
  ]
}

/** The cues of a task, each once. */
export function cuesOf({ signature: { name, parameters }, statement = '' }: Worded): ReadonlySet<string> {
  const names = [name, ...parameters.map((parameter) => parameter.name)]
  return new Set([
    ...cuesIn(statement),
    ...names.flatMap((text) => cuesIn(text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2'))),
  ])
}

/** A word without the endings that make forms of it: rough, and the same for all forms. */
function stem(word: string): string {
  let rest = word
  if (rest.length > 4 && rest.endsWith('ies')) rest = `${rest.slice(0, -3)}y`
  else if (rest.length > 3 && rest.endsWith('s') && !rest.endsWith('ss')) rest = rest.slice(0, -1)
  if (rest.length > 5 && rest.endsWith('ing')) rest = rest.slice(0, -3)
  else if (rest.length > 4 && rest.endsWith('ed')) rest = rest.slice(0, -2)
  if (rest.length > 4 && /([bdgmnprt])\1$/.test(rest)) rest = rest.slice(0, -1)
  return rest.length > 3 && rest.endsWith('e') ? rest.slice(0, -1) : rest
}
