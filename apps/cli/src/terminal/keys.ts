/** Keys as a terminal sends them. */

/** Arrows, by the letter at the end of what a terminal sends, and the code that cartridges know them by. */
const arrows: Readonly<Record<string, number>> = { D: 37, A: 38, C: 39, B: 40 }

/** What was pressed: keys of cartridges in order, and whether the person wants to leave (`q` or Ctrl-C). */
export function readKeys(text: string): { codes: number[]; leaves: boolean } {
  const codes: number[] = []
  let leaves = false
  // An arrow, another sequence of its kind, or one character.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals begin what is no letter with this one
  for (const [key, arrow] of text.matchAll(/\u001b(?:\[|O)[0-9;]*([A-Za-z~])|./gs)) {
    if (arrow !== undefined) codes.push(...(arrows[arrow] === undefined ? [] : [arrows[arrow]]))
    else if (key === '\u0003' || key === 'q' || key === 'Q') leaves = true
    else if (key === '\r' || key === '\n') codes.push(13)
    else if (key === '\u001b') codes.push(27)
    else if (/^[ 0-9A-Za-z]$/.test(key)) codes.push(key.toUpperCase().charCodeAt(0))
  }
  return { codes, leaves }
}
