/** Keeps quoted text, code and addresses whole while the words around them are taken apart. */

/** Text with such pieces replaced by single characters of a private area. */
export interface Protected {
  readonly text: string
  /** Puts pieces back as they were written. */
  restore(text: string): string
  /** Makes one piece of what goes beyond `length` characters: rules look at beginnings, and cost more than they are worth on pages. */
  fold(text: string, length: number): string
  /** Puts pieces back without their quotes, where a piece is all there is. */
  value(text: string): string
}

const piece =
  /```[^\n`]*\n?([\s\S]*?)```|``([^\n]+?)``|`([^`\n]+)`|"((?:[^"\\]|\\.)*)"|“([^”]*)”|(?<![\p{L}\p{N}])'([^'\n]*(?:\p{L}'\p{L}[^'\n]*)*)'(?![\p{L}\p{N}])|«([^»]*)»|https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]]/gu

const area = 0xe000
/** Matches one protected piece. */
export const pieceMark = '[\\uE000-\\uF8FF]'

/** Protects the pieces of a text. */
export function protect(text: string): Protected {
  const pieces: { whole: string; inner: string | undefined }[] = []
  const keep = (whole: string, inner?: string): string => {
    pieces.push({ whole, inner })
    return String.fromCharCode(area + pieces.length - 1)
  }
  const clean = text.replace(/[\uE000-\uF8FF]/g, '')
  const shown = clean.replace(piece, (whole: string, ...groups: (string | undefined)[]) => {
    if (pieces.length >= 0x1000) return whole
    return keep(
      whole,
      groups.slice(0, 7).find((group) => group !== undefined),
    )
  })
  const restore = (part: string): string =>
    part.replace(/[\uE000-\uF8FF]/g, (mark) => pieces[mark.charCodeAt(0) - area]?.whole ?? '')
  return {
    text: shown,
    restore,
    fold: (part, length) => (part.length <= length ? part : part.slice(0, length) + keep(restore(part.slice(length)))),
    value(part) {
      const trimmed = part.trim()
      const only = /^[\uE000-\uF8FF]$/.test(trimmed) ? pieces[trimmed.charCodeAt(0) - area] : undefined
      return only === undefined ? restore(trimmed) : (only.inner ?? only.whole)
    },
  }
}
