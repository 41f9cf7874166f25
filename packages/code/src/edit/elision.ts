/** Lines that stand for others: "... existing code ...". */

const opener = String.raw`(?:\/\/|#|--|;|%|\/\*+|<!--|\{\s*\/\*)`

const dotted = new RegExp(String.raw`^\s*(?:${opener}\s*(?:\.{3}|…).*|(?:\.{3}|…))\s*$`)

const code = `(?:code|lines?|methods?|functions?|class|content|imports?|implementation|file|component|module|logic)`

/** With dots, a few words are enough. */
const dottedWords =
  /(?:\.{3}|…).*\b(?:rest|remain(?:s|ing|der)|existing|other|previous|unchanged|same|omitted|code|here)\b|\b(?:rest|remain(?:s|ing|der)|existing|other|previous|unchanged|same|omitted|code)\b.*(?:\.{3}|…)/i

const worded = new RegExp(
  [
    String.raw`\b(?:rest|remainder) of (?:the |your |this )?(?!lines?\b)${code}\b`,
    String.raw`\b(?:existing|remaining|other|previous|unchanged) ${code}(?: (?:here|goes here|stays|remains?|unchanged|as before|continues))*\W*$`,
    String.raw`\b${code} (?:is |stays? |remains? )(?:unchanged|the same|as before|as is)\b`,
    String.raw`\b(?:same as before|omitted for brevity)\b`,
  ].join('|'),
  'i',
)

/** Tells whether a quoted line may stand for lines that were left out. A text may hold such a line itself. */
export function isElision(line: string): boolean {
  return dotted.test(line) || isPlaceholder(line)
}

/** Tells whether a line says, in a comment or after dots, that code was left out: nobody means it to be written. */
function isPlaceholder(line: string): boolean {
  return startsSo.test(line) && (dottedWords.test(line) || worded.test(line))
}

const startsSo = new RegExp(String.raw`^\s*(?:${opener}|(?:\.{3}|…)\s+\S)`)

/** A line that stands for others, and is new in `after`. */
export function newPlaceholder(before: string, after: string): string | undefined {
  const known = new Set(before.split('\n').map((line) => line.trim()))
  return after
    .split('\n')
    .map((line) => line.trim())
    .find((line) => isPlaceholder(line) && !known.has(line))
}
