/** Compares texts by their words: whether one stands in another, and how much two share. */

/** A text as its words, lower case and parted by single spaces, with one at each end; what hides between letters is gone. */
export function foldWords(text: string): string {
  const words = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Mn}]+/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return words === null ? ' ' : ` ${words.join(' ')} `
}

/** Whether all words of `part` stand in `whole` in their order; both folded. Nothing stands nowhere. */
export function holdsWords(whole: string, part: string): boolean {
  return part.trim() !== '' && whole.includes(part)
}

/**
 * Whether `whole` quotes `part` to the letter, spaces aside, and not as a piece of a longer word, path or address.
 */
export function quotes(whole: string, part: string): boolean {
  const text = whole.normalize('NFC').replace(/\s+/g, ' ')
  const wanted = part.normalize('NFC').replace(/\s+/g, ' ').trim()
  if (wanted === '') return false
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = text.slice(0, at)
    const after = text.slice(at + wanted.length)
    if (/(?:^|[\s"'`([{<:,])$/.test(before) && /^(?:$|[\s"'`)\]}>,;!]|[.?:](?:$|[\s"'`)]))/.test(after)) return true
  }
  return false
}

/** Whether a run of words of at least `length` characters of `part` stands in `whole`; both folded. */
export function sharesRun(whole: string, part: string, length: number): boolean {
  for (let start = 0; start >= 0 && start + length <= part.length; start = part.indexOf(' ', start + 1)) {
    const end = part.indexOf(' ', start + length - 1)
    if (end < 0) return false
    if (whole.includes(part.slice(start, end + 1))) return true
  }
  return false
}

/** Characters of a text that are read under codes too. */
const decodedLength = 65_536

/**
 * A text as it stands, without what is not shown, and what is in it under a common code: base64, hexadecimal, per cents, entities, and
 * letters that are not shown. Of one beyond 64 KiB only what stands there.
 */
export function readings(text: string): string[] {
  if (text.length > decodedLength) return [text]
  const pieces = (from: string, pattern: RegExp, read: (code: string) => string): string[] =>
    [...from.matchAll(pattern)].map(([code]) => read(code))
  return [
    text,
    ...pieces(text, /[\u{e0020}-\u{e007e}]+/gu, (tags) =>
      tags.replace(/./gu, (tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)),
    ),
    ...pieces(text, /[A-Za-z0-9+/_-]{16,}={0,2}/g, fromBase64),
    ...pieces(text, /(?:[0-9a-f]{2}){8,}/gi, (code) => code.replace(/../g, fromByte)),
    ...(/%[0-9a-f]{2}/i.test(text) ? [text.replace(/%([0-9a-f]{2})/gi, (_, byte: string) => fromByte(byte))] : []),
    ...(text.includes('&#')
      ? [
          text.replace(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (_, code: string) =>
            fromCode(Number(code.replace(/^x/i, '0x'))),
          ),
        ]
      : []),
  ]
}

/** A text as it would stand elsewhere: as it is, with its letters turned by thirteen, and backwards. */
export function disguises(text: string): string[] {
  const turned = text.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })
  return [text, turned, [...text].reverse().join('')]
}

function fromByte(byte: string): string {
  return String.fromCharCode(Number(`0x${byte}`))
}

function fromBase64(code: string): string {
  try {
    return atob(code.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''))
  } catch {
    // A word that only looks like a code.
    return ''
  }
}

function fromCode(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
