/** How like two lines are. */

/**
 * Counts the characters to insert, delete or replace to make one text of the other (Levenshtein's distance), as far as
 * `most`; beyond that it is `most + 1`. Compares UTF-16 units. Cost: the shorter length times `most`.
 */
export function distance(a: string, b: string, most: number): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > most) return most + 1
  let start = 0
  while (start < a.length && start < b.length && a.charCodeAt(start) === b.charCodeAt(start)) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1))
    [endA, endB] = [endA - 1, endB - 1]
  const [rows, columns] = [endA - start, endB - start]
  if (rows === 0 || columns === 0) return Math.min(rows + columns, most + 1)
  let before = Uint32Array.from({ length: columns + 1 }, (_, index) => index)
  let now = new Uint32Array(columns + 1)
  for (let row = 1; row <= rows; row++) {
    const code = a.charCodeAt(start + row - 1)
    now.fill(most + 1)
    if (row <= most) now[0] = row
    let least = row <= most ? row : most + 1
    for (let column = Math.max(1, row - most); column <= Math.min(columns, row + most); column++) {
      const same = code === b.charCodeAt(start + column - 1) ? 0 : 1
      const cost = Math.min(
        (before[column - 1] ?? 0) + same,
        (before[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        most + 1,
      )
      now[column] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    ;[before, now] = [now, before]
    // What the band of the next row looks at beyond this row's.
    if (row + most < columns) before[row + most + 1] = most + 1
  }
  return before[columns] ?? most + 1
}

const marks: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2033': '"',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2026': '...',
}

/** Writes quotes, dashes, dots and blanks as a keyboard does, and leaves out marks that nobody sees. */
export function plainMarks(text: string): string {
  return text
    .replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/[\u2010-\u201e\u2026\u2032\u2033\u2212\u00ab\u00bb]/g, (mark) => marks[mark] ?? mark)
    .normalize('NFC')
}

/** The numbers that a text names, in order. A quote that has others means another place. */
export function numbersIn(text: string): string {
  return (text.match(/\d+/g) ?? []).join(' ')
}
