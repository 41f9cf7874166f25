/** A command line in words, without a shell. */

import { UsageError } from '../cli-errors.js'

/**
 * Splits at white space; quotes of either kind hold words together, and mean nothing else.
 *
 * @throws {@link UsageError} for a quote that is not closed, and where there is no word.
 */
export function splitWords(text: string): [string, ...string[]] {
  if (/["']/.test(text.replace(/"[^"]*"|'[^']*'/g, '')))
    throw new UsageError(`Cannot read the command ${JSON.stringify(text)}: a quote is not closed`)
  const [program, ...words] = (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  )
  if (program === undefined || program === '') throw new UsageError('Cannot run the command: it is empty')
  return [program, ...words]
}
