/** What a text names: addresses, paths, code, quotations, capitalised names. */

/** A name with its place; `fence` is a block of code, which hides its words but names nothing. */
export interface Found {
  readonly kind: 'url' | 'path' | 'code' | 'quoted' | 'name' | 'fence'
  readonly text: string
  /** Of the whole, delimiters included. UTF-16 units. */
  readonly start: number
  readonly end: number
}

const token = '\\p{L}\\p{N}_.@+-'
const alternatives = {
  fence: '```[^]*?(?:```|$)',
  code: '`([^`\\n]{1,200})`',
  url: `(?:https?|ftp|file):\\/\\/[^\\s<>"'\`）」]+`,
  double: '"([^"\\n]{1,200})"|“([^”\\n]{1,200})”|«([^»\\n]{1,200})»|„([^“”\\n]{1,200})[“”]|「([^」\\n]{1,200})」',
  // An apostrophe has a letter before it; a quotation mark that opens has none, and one that closes has none after it.
  single: "(?<![\\p{L}\\p{N}])['‘](?=\\S)((?:[^'’\\n]|(?<=\\p{L})['’](?=\\p{L})){1,200})(?<=\\S)['’](?![\\p{L}\\p{N}])",
  path: `(?<![${token}~/\\\\])(?:[A-Za-z]:[\\\\/][${token}\\\\/]*|(?:~|\\.{1,2})?(?:[/\\\\][${token}]+)+[/\\\\]?|[${token}]+(?:[/\\\\][${token}]+)+[/\\\\]?)`,
  file: '(?<![\\p{L}\\p{N}_./\\\\-])[\\p{L}\\p{N}_@+-]+(?:\\.[\\p{L}\\p{N}_-]+)*\\.(?:md|txt|ts|tsx|js|jsx|mjs|cjs|json|jsonl|ya?ml|toml|py|rs|go|java|c|h|cpp|hpp|cs|rb|php|sh|sql|css|scss|html?|xml|csv|tsv|pdf|png|jpe?g|svg|gif|lock|env|ini|cfg|conf|log|db|sqlite|wasm|sol|ipynb|zip|tar|gz)(?![\\p{L}\\p{N}_])',
  identifier:
    '(?<![\\p{L}\\p{N}_$.-])(?:--[a-z][a-z0-9-]*|[A-Za-z_$][\\w$]*(?:\\.[A-Za-z_$][\\w$]*)*\\(\\)|[a-z][a-z0-9]*[A-Z]\\w*|(?:[A-Z][a-z0-9]+){2,}|[A-Za-z0-9]+_\\w*[A-Za-z0-9])(?![\\p{L}\\p{N}_])',
} as const

const pattern = new RegExp(
  Object.entries(alternatives)
    .map(([name, source]) => `(?<${name}>${source})`)
    .join('|'),
  'gu',
)

/** Pairs that people write with a slash and that are no path, and numbers such as dates and fractions. */
const slashPair =
  /^(?:and\/or|either\/or|he\/she|she\/he|his\/her|him\/her|s\/he|yes\/no|on\/off|true\/false|input\/output|read\/write|client\/server|n\/a|w\/o|pros\/cons|start\/stop|up\/down|in\/out|km\/h|tcp\/ip|a\/b|i\/o|ci\/cd|ui\/ux|[\d.,]+(?:\/[\d.,]+)+)$/i

const kinds: Readonly<Record<keyof typeof alternatives, Found['kind']>> = {
  fence: 'fence',
  code: 'code',
  url: 'url',
  double: 'quoted',
  single: 'quoted',
  path: 'path',
  file: 'path',
  identifier: 'code',
}

/** Finds what has a form of its own, from left to right, without overlap. */
export function findMarked(text: string): Found[] {
  const found: Found[] = []
  for (const match of text.matchAll(pattern)) {
    const groups = match.groups ?? {}
    const name = (Object.keys(kinds) as (keyof typeof kinds)[]).find((key) => groups[key] !== undefined)
    if (name === undefined) continue
    const whole = kinds[name] === 'url' || kinds[name] === 'path' ? trimmed(match[0]) : match[0]
    if (whole === '' || (name === 'path' && slashPair.test(whole))) continue
    const bare = name === 'code' || kinds[name] === 'quoted' ? whole.slice(1, -1) : whole
    found.push({ kind: kinds[name], text: bare, start: match.index, end: match.index + whole.length })
  }
  return found
}

/** Takes off the punctuation of the sentence around an address; a closing bracket stays if it was opened within. */
function trimmed(address: string): string {
  let end = address.length
  while (end > 0) {
    const last = address.charAt(end - 1)
    const unopened = last === ')' && !address.slice(0, end - 1).includes('(')
    if (!unopened && !/[.,:;!?\]}»”’]/.test(last)) break
    end--
  }
  return address.slice(0, end)
}

/** Words that begin with a capital for other reasons than being a name. */
const capitalised = new Set(
  "i, i'm, i'd, i'll, i've, ok, please, hi, hello, hey, thanks, dear, yes, no, the, a, an, this, that, it, we, you, they, he, she, what, why, how, when, where, who, which, if, and, or, but, so, then, mr, mrs, ms, dr, todo, note, ps".split(
    ', ',
  ),
)

/**
 * Finds capitalised names in a text whose marked parts were blanked; neighbours make one name.
 *
 * A single word at the start of a sentence is none, since its capital says nothing. A text with hardly a small initial has none
 * either.
 *
 * @param starts - Offsets at which sentences begin.
 */
export function findNames(text: string, starts: ReadonlySet<number>): Found[] {
  const found: Found[] = []
  let capitals = 0
  let total = 0
  for (const match of text.matchAll(/[\p{L}\p{N}_]+(?:[-'’][\p{L}\p{N}_]+)*/gu)) {
    total++
    const word = match[0]
    if (!/^\p{Lu}/u.test(word)) continue
    capitals++
    if (capitalised.has(word.toLowerCase().replaceAll('’', "'"))) continue
    const last = found.at(-1)
    const end = match.index + word.length
    if (last !== undefined && /^[ \t]$/.test(text.slice(last.end, match.index))) {
      found[found.length - 1] = { ...last, text: text.slice(last.start, end), end }
    } else {
      found.push({ kind: 'name', text: word, start: match.index, end })
    }
  }
  if (capitals > 3 && capitals > 0.6 * total) return []
  return found.filter(({ start, text: name }) => !starts.has(start) || name.includes(' '))
}
