/** The Porter stemmer, as SQLite's full text runs it, so that stems here and in the index are the same. */

/**
 * Cuts an English word down to its stem: `rotates`, `rotated` and `rotating` give `rotat`.
 *
 * @param word - Lower case. Shorter than three bytes or longer than 64, it is returned as it is.
 * @see M. F. Porter, "An algorithm for suffix stripping" (1980); SQLite's `fts5_tokenize.c` for the limits and edge cases.
 */
export function stem(word: string): string {
  // Every suffix is ASCII, but what stands before it is measured in bytes.
  if (/[^\0-\x7f]$/.test(word)) return word
  return /[^\0-\x7f]/.test(word) ? fromBytes(stemBytes(toBytes(word))) : stemBytes(word)
}

function stemBytes(word: string): string {
  if (word.length < 3 || word.length > 64) return word
  let stemmed = inflection(plural(word))
  if (stemmed.endsWith('y') && hasVowel(stemmed.slice(0, -1))) stemmed = `${stemmed.slice(0, -1)}i`
  stemmed = removeEnding(replaceSuffix(replaceSuffix(stemmed, step2), step3))
  if (stemmed.endsWith('e')) {
    const base = stemmed.slice(0, -1)
    const size = measure(base)
    if (size > 1 || (size === 1 && !endsShort(base))) stemmed = base
  }
  return stemmed.endsWith('ll') && measure(stemmed.slice(0, -1)) > 1 ? stemmed.slice(0, -1) : stemmed
}

/** Writes the UTF-8 bytes of a word as one character each. */
function toBytes(word: string): string {
  return String.fromCharCode(...new TextEncoder().encode(word))
}

function fromBytes(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}

/** Step 1a. */
function plural(word: string): string {
  if (!word.endsWith('s')) return word
  if ((word.endsWith('sses') && word.length > 4) || (word.endsWith('ies') && word.length > 3)) return word.slice(0, -2)
  return word.endsWith('ss') ? word : word.slice(0, -1)
}

/** Step 1b. */
function inflection(word: string): string {
  if (word.endsWith('eed') && word.length > 3) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word
  const ending = word.endsWith('ed') ? 2 : word.endsWith('ing') ? 3 : 0
  const base = word.slice(0, word.length - ending)
  if (ending === 0 || !hasVowel(base)) return word
  if (/(?:at|bl|iz)$/.test(base)) return `${base}e`
  if (/([^aeioulsz])\1$/.test(base)) return base.slice(0, -1)
  return measure(base) === 1 && endsShort(base) ? `${base}e` : base
}

const step2: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
]

const step3: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
]

const step4 = /(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$/

/** Replaces the first suffix that fits, if a vowel-consonant pair stands before it. */
function replaceSuffix(word: string, suffixes: typeof step2): string {
  const found = suffixes.find(([suffix]) => word.endsWith(suffix))
  if (found === undefined) return word
  const base = word.slice(0, word.length - found[0].length)
  return measure(base) > 0 ? base + found[1] : word
}

function removeEnding(word: string): string {
  const at = word.search(step4)
  return at >= 0 && measure(word.slice(0, at)) > 1 ? word.slice(0, at) : word
}

function isVowel(word: string, index: number): boolean {
  const letter = word[index] ?? ''
  return 'aeiou'.includes(letter) || (letter === 'y' && index > 0 && !isVowel(word, index - 1))
}

function hasVowel(word: string): boolean {
  for (let index = 0; index < word.length; index++) if (isVowel(word, index)) return true
  return false
}

/** Times a consonant follows a vowel: Porter's m. */
function measure(word: string): number {
  let pairs = 0
  let vowel = false
  for (let index = 0; index < word.length; index++) {
    const now = isVowel(word, index)
    if (vowel && !now) pairs++
    vowel = now
  }
  return pairs
}

/** Consonant, vowel, consonant other than w, x and y: Porter's *o. */
function endsShort(word: string): boolean {
  const last = word.length - 1
  return (
    last >= 2 &&
    !isVowel(word, last) &&
    !'wxy'.includes(word[last] ?? '') &&
    isVowel(word, last - 1) &&
    !isVowel(word, last - 2)
  )
}
