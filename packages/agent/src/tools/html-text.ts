/** The readable text of a web page. */

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  deg: '°',
  times: '×',
  middot: '·',
  bull: '•',
  shy: '',
  rarr: '→',
  larr: '←',
}

/** Replaces character references by what they stand for; unknown ones stay. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (whole, decimal, hexadecimal, name) => {
    if (name !== undefined) return entities[name] ?? entities[String(name).toLowerCase()] ?? whole
    const point = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : '\uFFFD'
  })
}

/** Elements whose content is no text; what stands in `raw` ones is no markup either. */
const raw = /^(?:script|style|noscript|template|textarea|iframe|xmp|title)$/
const dropped = /^(?:svg|math|object|canvas|nav|footer|form|select|dialog|button)$/
const paragraphs =
  /^(?:p|div|section|article|main|header|aside|blockquote|table|ul|ol|dl|dt|dd|figure|figcaption|hr|h[1-6]|body)$/

/**
 * Extracts a page's title and its text, with headings, lists, links and code kept as Markdown.
 *
 * Scripts, styles, menus and forms are left out. Nothing in the page is run or loaded. Takes one pass, in time linear in
 * the page: broken markup gives a poorer result, never an error.
 *
 * @param base - Address of the page, for links.
 */
export function readHtml(html: string, base: string): { title: string; text: string } {
  const lower = html.toLowerCase()
  const out: string[] = []
  let size = 0
  const put = (text: string): void => {
    out.push(text)
    size += text.length
  }
  let title = ''
  let skipped = ''
  let skipDepth = 0
  let pre = false
  let anchor: { readonly href: string; readonly at: number } | undefined
  let main: { readonly start: number; end: number; readonly from: number; size: number } | undefined

  for (let at = 0; at < html.length; ) {
    const open = html.indexOf('<', at)
    const text = html.slice(at, open < 0 ? undefined : open)
    if (text !== '' && skipDepth === 0) put(pre ? decodeEntities(text) : decodeEntities(text).replace(/\s+/g, ' '))
    if (open < 0) break
    if (html.startsWith('<!--', open)) {
      const close = html.indexOf('-->', open)
      at = close < 0 ? html.length : close + 3
      continue
    }
    const match = /^<(\/?)([a-z][a-z\d-]*)/.exec(lower.slice(open, open + 40))
    if (match === null) {
      if (skipDepth === 0 && !/^<[!?/]/.test(lower.slice(open, open + 2))) put('<')
      at = open + 1
      if (/^<[!?]/.test(lower.slice(open, open + 2))) at = tagEnd(html, open)
      continue
    }
    const [, slash, name = ''] = match
    const closing = slash === '/'
    at = tagEnd(html, open)
    if (!closing && raw.test(name)) {
      const close = lower.indexOf(`</${name}`, at)
      if (name === 'title' && title === '') title = decodeEntities(html.slice(at, close < 0 ? at : close))
      at = close < 0 ? html.length : tagEnd(html, close)
      continue
    }
    if (skipDepth > 0) {
      if (name === skipped) skipDepth += closing ? -1 : 1
      continue
    }
    if (dropped.test(name)) {
      if (!closing && !html.startsWith('/>', at - 2)) [skipped, skipDepth] = [name, 1]
      continue
    }
    if (name === 'main' || name === 'article') {
      if (!closing) main ??= { start: out.length, end: -1, from: size, size: 0 }
      else if (main !== undefined) [main.end, main.size] = [out.length, size - main.from]
    }
    if (paragraphs.test(name)) put('\n\n')
    if (name === 'pre') {
      if (pre === closing) put(closing ? '\n```\n\n' : '\n\n```\n')
      pre = !closing
    } else if (/^h[1-6]$/.test(name) && !closing) put(`${'#'.repeat(Number(name[1]))} `)
    else if (name === 'li' && !closing) put('\n- ')
    else if (name === 'br' || (name === 'tr' && !closing)) put('\n')
    else if ((name === 'td' || name === 'th') && !closing) put(' | ')
    else if (name === 'a' && !closing) anchor = { href: hrefOf(html.slice(open, at), base), at: out.length }
    else if (name === 'a' && anchor !== undefined) {
      const label = out.slice(anchor.at).join('').replace(/\s+/g, ' ').trim()
      if (label !== '' && anchor.href !== '' && label.length < 1_000) {
        out.splice(anchor.at, out.length, `[${label}](${anchor.href})`)
      }
      anchor = undefined
    }
  }
  const chosen = main !== undefined && main.end > 0 && main.size * 10 > size ? out.slice(main.start, main.end) : out
  return { title: title.replace(/\s+/g, ' ').trim(), text: tidy(chosen.join('')) }
}

/** Index after the tag that starts at `open`. A `>` in a quoted attribute does not end it, unless the quote is open. */
function tagEnd(html: string, open: number): number {
  let quote = ''
  const limit = Math.min(html.length, open + 10_000)
  for (let at = open; at < limit; at++) {
    const character = html[at] ?? ''
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '>') return at + 1
    else if ((character === '"' || character === "'") && html[at - 1] === '=') quote = character
  }
  const close = html.indexOf('>', open)
  return close < 0 ? html.length : close + 1
}

function hrefOf(tag: string, base: string): string {
  const match = /\shref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag)
  const address = decodeEntities(match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim()
  if (address === '' || address.startsWith('#')) return ''
  const url = URL.parse(address, base)
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : ''
}

/** Takes out blanks that layout left behind, outside code. */
function tidy(text: string): string {
  return text
    .split(/(```\n[\s\S]*?\n```)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/ *\n */g, '\n').replace(/ {2,}/g, ' ')))
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
