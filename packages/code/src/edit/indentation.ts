/** Writes new lines with the indentation of the place they go to. */

/** Indentation as quoted, and as it stands in the text. */
export type IndentationPair = readonly [quoted: string, found: string]

/** The blanks a line begins with. */
export function indentationOf(line: string): string {
  return /^[^\S\n]*/.exec(line)?.[0] ?? ''
}

/**
 * Learns from lines that stand in both how quoted indentation is to be read, and gives the way to rewrite others.
 *
 * An indentation that was seen becomes the one beside it. Any other keeps its surplus over the longest one seen that it
 * starts with, in tabs or blanks as the text has them; one shorter than all seen loses as much as they did. Where most of the
 * quote is as it stands, what was not seen stays as it is.
 */
export function indentationFrom(pairs: readonly IndentationPair[]): (line: string) => string {
  const known = new Map<string, string>()
  for (const [quoted, found] of pairs) if (!known.has(quoted)) known.set(quoted, found)
  const same = pairs.filter(([quoted, found]) => quoted === found).length
  if (same === pairs.length) return (line) => line
  const longestFirst = [...known].sort(([a], [b]) => b.length - a.length)
  const [first] = pairs
  const unit = blanksPerTab(pairs)
  return (line) => {
    if (line.trim() === '') return line
    const own = indentationOf(line)
    const rest = line.slice(own.length)
    const exact = known.get(own)
    if (exact !== undefined) return exact + rest
    if (same * 2 > pairs.length) return line
    const base = longestFirst.find(([quoted]) => own.startsWith(quoted))
    if (base !== undefined) return base[1] + converted(own.slice(base[0].length), unit) + rest
    const [quoted, found] = first ?? ['', '']
    return found.slice(0, Math.max(0, found.length - (quoted.length - own.length))) + rest
  }
}

/** How blanks become tabs, or the other way round; absent if both are of a kind. */
function blanksPerTab(pairs: readonly IndentationPair[]): { blanks: number; to: 'tabs' | 'blanks' } | undefined {
  for (const [quoted, found] of pairs) {
    if (/^ +$/.test(quoted) && /^\t+$/.test(found)) return { blanks: quoted.length / found.length, to: 'tabs' }
    if (/^\t+$/.test(quoted) && /^ +$/.test(found)) return { blanks: found.length / quoted.length, to: 'blanks' }
  }
  return undefined
}

function converted(surplus: string, unit: ReturnType<typeof blanksPerTab>): string {
  if (unit?.to === 'tabs' && /^ +$/.test(surplus) && surplus.length % unit.blanks === 0)
    return '\t'.repeat(surplus.length / unit.blanks)
  if (unit?.to === 'blanks' && /^\t+$/.test(surplus)) return ' '.repeat(Math.round(surplus.length * unit.blanks))
  return surplus
}
