/** How text falls into words, the same way on the side of the record and of the question. */

/** What SQLite's unicode61 tokenizer holds together: letters, digits, private use, marks on Latin letters. */
const wordPattern = /[\u0300-\u0331\p{L}\p{N}\p{Co}]+/gu

/** Scripts written without spaces, and Hangul, whose particles cling to the word. */
const unspacedRun =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]+/gu

/** Between the parts of `camelCase` and of `HTTPServer`. */
const hump = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u

/** What only texts have that need more than their words: other letters than Latin ones, or humps. */
const special = /[^\0-\x7f]|[a-z0-9][A-Z]|[A-Z]{2}[a-z]/

/** Gives the words of `text` in order, as they are written. */
export function words(text: string): string[] {
  return text.normalize('NFC').match(wordPattern) ?? []
}

/** Gives the words of `text` that look like names: capitals or identifiers, but not merely the start of a sentence. */
export function nameLikeWords(text: string): Set<string> {
  const names = new Set<string>()
  let end = 0
  let starts = true
  for (const match of text.normalize('NFC').matchAll(wordPattern)) {
    starts ||= /[.!?\n]/.test(text.normalize('NFC').slice(end, match.index))
    const rest = starts ? match[0].slice(1) : match[0]
    if (/\p{Lu}/u.test(rest)) names.add(match[0])
    starts = false
    end = match.index + match[0].length
  }
  return names
}

/** Folds case, and takes the marks off Latin letters: `Ångström` gives `angstrom`. */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  if (/^[\0-\x7f]*$/.test(lower)) return lower
  return lower
    .replace(/[^\0-\x7f]/gu, (letter) => {
      const base = letter.normalize('NFD').charAt(0)
      return base < '\x80' ? base : letter
    })
    .replace(/[\u0300-\u0331]/g, '')
}

/** Splits an identifier into its folded parts; a plain word has none. Single letters are left out. */
export function identifierParts(word: string): string[] {
  const parts = word.split(hump)
  return parts.length < 2 ? [] : parts.filter((part) => part.length > 1).map(fold)
}

/**
 * Splits the unspaced runs of `word` into overlapping pairs of letters, each run followed by its last letter alone.
 *
 * Pairs need no dictionary, so that an index written today is read the same way by any later version of Unicode's tables.
 * One letter is then found as the prefix of a pair.
 */
export function unspacedPairs(word: string): string[] {
  return [...word.matchAll(unspacedRun)].flatMap(([run]) => {
    const letters = [...run]
    return letters.map((letter, index) => letter + (letters[index + 1] ?? ''))
  })
}

/** Gives what is left of `word` beside its unspaced runs. */
export function spacedWords(word: string): string[] {
  return word.split(unspacedRun).filter((part) => part !== '')
}

/** Gives the words a record shall be found by beside those its text spells out: parts of identifiers, pairs, tags. */
export function extraTerms(content: string, tags: readonly string[]): string {
  const extra = new Set<string>()
  for (const word of special.test(content) ? words(content) : []) {
    for (const part of identifierParts(word)) extra.add(part)
    for (const pair of unspacedPairs(word)) extra.add(pair)
    const spaced = spacedWords(word)
    if (spaced[0] !== word) for (const part of spaced) extra.add(fold(part))
  }
  for (const word of words(tags.join(' '))) extra.add(fold(word))
  return [...extra].join(' ')
}
