/** Makes text from others safe to show: a terminal must not obey what a model, a file or a page says. */

/** Control characters, and marks that turn the direction of text around. */
const hidden = /[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/gu

/** Replaces characters that a terminal would act on by ones that show; lines and tabs stay, carriage returns go. */
export function visible(text: string): string {
  return text.replaceAll('\r', '').replace(hidden, (character) => {
    if (character === '\n' || character === '\t') return character
    const code = character.charCodeAt(0)
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
  })
}

/** {@link visible} text on one line, cut at `length` characters. */
export function oneLine(text: string, length: number): string {
  const line = visible(text.replace(/\s+/g, ' ').trim())
  return line.length <= length
    ? line
    : `${line
        .slice(0, length - 1)
        .toWellFormed()
        .trimEnd()}…`
}
