/** Lines that stand for others: "... existing code ...". */

const opener = String.raw`(?:\/\/|#|--|;|%|\/\*+|<!--|\{\s*\/\*)`

const dotted = new RegExp(String.raw`^\s*(?:${opener}\s*(?:\.{3}|…).*|(?:\.{3}|…))\s*$`)

const worded = new RegExp(
  String.raw`^\s*${opener}?\s*[\[(<]?\s*(?:\.{3}|…)?\s*(?:(?:the\s+)?(?:rest|remainder) of\b|(?:other|existing|remaining|previous|unchanged|same)\b.*\b(?:code|lines?|methods?|functions?|content|imports?|implementation|file)\b|.*\b(?:(?:code|file|content|function|class) (?:is |stays |remains? )(?:unchanged|the same)|same as before|omitted for brevity)).*$`,
  'i',
)

/** Tells whether a quoted line may stand for lines that were left out. A text may hold such a line itself. */
export function isElision(line: string): boolean {
  return dotted.test(line) || isPlaceholder(line)
}

/** Tells whether a line says, in a comment or after dots, that code was left out: nobody means it to be written. */
function isPlaceholder(line: string): boolean {
  return (new RegExp(`^\\s*${opener}`).test(line) || /^\s*(?:\.{3}|…)\s*\S/.test(line)) && worded.test(line)
}

/** A line that stands for others, and is new in `after`. */
export function newPlaceholder(before: string, after: string): string | undefined {
  const known = new Set(before.split('\n').map((line) => line.trim()))
  return after
    .split('\n')
    .map((line) => line.trim())
    .find((line) => isPlaceholder(line) && !known.has(line))
}
