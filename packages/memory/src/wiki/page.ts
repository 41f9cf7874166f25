/** Pages of the wiki: lists of records, one item each, whose ids stand in comments that Markdown does not show. */

/** First line of a page; it tells a page from a note of a person, and the person what may be done with it. */
const pageMark = '<!-- salp: one record an item. Change, add or delete items; the memory follows. -->'

/** An item of a page. */
export interface PageItem {
  /** Of its record; an item that a person added has none. */
  readonly id: string | undefined
  /** Without its bullet, indentation and id. */
  readonly content: string
  /** Lines it takes, `[start, end)`. */
  readonly start: number
  readonly end: number
}

const bullet = /^[-*+] (.*)$/
const idComment = /\s*<!-- ([\w.~!*'()%-]{1,600}) -->\s*$/

/** Whether lines are those of a page. */
export function isPage(lines: readonly string[]): boolean {
  return lines[0] === pageMark
}

/** Reads the items of a page; what stands between them is a person's and stays as it is. */
export function readItems(lines: readonly string[]): PageItem[] {
  const items: PageItem[] = []
  for (let start = 0; start < lines.length; start++) {
    const first = bullet.exec(lines[start] ?? '')?.[1]
    if (first === undefined) continue
    let end = start + 1
    while (end < lines.length && continues(lines, end)) end++
    const text = [first, ...lines.slice(start + 1, end).map((line) => line.replace(/^ {1,2}/, ''))].join('\n')
    items.push({ id: readId(text), content: text.replace(idComment, '').trim(), start, end })
    start = end - 1
  }
  return items
}

/** Writes a record as the lines of an item. */
export function writeItem(id: string, content: string): string[] {
  const [first = '', ...rest] = content.replaceAll('-->', '--\u200b>').split(/\r\n|[\n\r]/)
  const comment = `<!-- ${encodeURIComponent(id)} -->`
  if (rest.length === 0) return [`- ${first} ${comment}`]
  return [`- ${first}`, ...rest.map((line) => `  ${line}`), `  ${comment}`].map((line) => line.trimEnd())
}

/** Whether nothing is left of a page but its title. */
export function isBare(lines: readonly string[]): boolean {
  return lines.every((line, index) => index === 0 || line.trim() === '' || (index === 2 && line.startsWith('# ')))
}

/** Starts a page. */
export function newPage(title: string): string[] {
  return [pageMark, '', `# ${title}`, '']
}

function readId(text: string): string | undefined {
  const written = idComment.exec(text)?.[1]
  try {
    return written === undefined ? undefined : decodeURIComponent(written)
  } catch {
    // A person has changed it: then it names no record.
    return written
  }
}

/** An item goes on in indented lines, and over blank ones if such a line follows. */
function continues(lines: readonly string[], at: number): boolean {
  if (/^ {2}/.test(lines[at] ?? '')) return true
  if ((lines[at] ?? '') !== '') return false
  let next = at
  while (next < lines.length && lines[next] === '') next++
  return /^ {2}/.test(lines[next] ?? '')
}
