/** The parts of Markdown that could do harm or look broken: addresses and character references. */

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  hellip: '…',
  mdash: '—',
  ndash: '–',
}

/** Turns character references into characters; unknown ones stay as they are. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return named[name] ?? whole
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** The address, if following it can only leave the page for the web or the mail program, or lead to a place of Studio. */
export function safeHref(href: string): string | undefined {
  if (isOwnPlace(href)) return href
  try {
    const { protocol } = new URL(href)
    return ['https:', 'http:', 'mailto:'].includes(protocol) ? href : undefined
  } catch {
    return undefined
  }
}

/** Whether it leads to another place of Studio. */
export function isOwnPlace(href: string): boolean {
  return /^#\/[\w/-]*$/.test(href)
}
