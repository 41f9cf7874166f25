/** Words that the rules share. */

/** Words that carry no subject: they are left out of what is searched for. */
const functionWords = new Set(
  `a about again all also am an and any anything are aren't as at be been being but by can can't could did didn't do does doesn't don't
  else ever every everything exactly for from get give gives had has hasn't have haven't he her hers him his how how's i i'd i'll i'm i've if in into is isn't it
  it's its just know knows let me mine my myself of on or our ours out please said say says shall she should so some something tell than thank thanks that that's the their
  theirs them then there there's these they they're this those to told too up us was wasn't we we're were what what's when when's where where's which who who's
  whom whose whats whos wheres far going why will with won't would you you'd you're you've your yours remember recall information info`.split(
    /\s+/,
  ),
)

/** The words of a text that say what it is about, in order, each once. */
export function contentWords(text: string): string[] {
  const words = text
    .replace(/[’]/g, "'")
    .replace(/'s\b/g, '')
    .match(/[\p{L}\p{N}](?:[\p{L}\p{N}_.@/'-]*[\p{L}\p{N}])?/gu)
  return [...new Set((words ?? []).filter((word) => !functionWords.has(word.toLowerCase())))]
}

/** Cuts the endings by which forms of one English word differ, so that "rotates" and "rotating" meet. Crude, and enough to compare. */
export function stem(word: string): string {
  const lower = word.toLowerCase().normalize('NFC')
  const cut = lower.replace(/(?:'s|ies|ied)$/, 'y').replace(/(?:ing|edly|ed|es|ly|s|e)$/, '')
  return cut.length >= 3 ? cut.replace(/([bdfgklmnprt])\1$/, '$1') : lower
}

const numbers: readonly string[] =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  )
const ordinals: readonly string[] = 'zeroth first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ')

/** Text of a regular expression that matches what {@link readNumber} reads. */
export const numberPattern = `(?:\\d+|${numbers.slice(1).join('|')})`
/** Text of a regular expression that matches what {@link readOrdinal} reads. */
export const ordinalPattern = `(?:\\d+(?:st|nd|rd|th)|${ordinals.slice(1).join('|')}|last)`

/** Reads "3" or "three". */
export function readNumber(text: string): number {
  const word = numbers.indexOf(text.toLowerCase())
  return word >= 0 ? word : Number.parseInt(text, 10)
}

/** Reads "third" or "3rd"; "last" is -1. */
export function readOrdinal(text: string): number {
  const word = ordinals.indexOf(text.toLowerCase())
  return text.toLowerCase() === 'last' ? -1 : word >= 0 ? word : Number.parseInt(text, 10)
}

/** Writes the first letter large. */
export function capitalise(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase())
}
