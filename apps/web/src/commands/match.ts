/** Finds commands by a few typed letters. */

/**
 * How well `query` fits `text`: every letter must occur in order; letters that open a word or follow the
 * one before count more. `undefined` when it does not fit.
 */
export function matchScore(query: string, text: string): number | undefined {
  const wanted = [...query.toLowerCase().replaceAll(/\s+/g, '')]
  const letters = [...text.toLowerCase()]
  let score = 0
  let from = 0
  for (const letter of wanted) {
    const at = letters.indexOf(letter, from)
    if (at === -1) return undefined
    if (at === from) score += 2
    if (at === 0 || letters[at - 1] === ' ') score += 3
    score -= Math.min(at - from, 10) / 10
    from = at + 1
  }
  return score
}

/** The items that fit, best first, equals in the order given. */
export function bestMatches<Item>(query: string, items: readonly Item[], textOf: (item: Item) => string): Item[] {
  return items
    .flatMap((item) => {
      const score = matchScore(query, textOf(item))
      return score === undefined ? [] : [{ item, score }]
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ item }) => item)
}
