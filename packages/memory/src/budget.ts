/** How much a model can read. */

/** Estimates the tokens of a text: a quarter per ASCII character, one per other. Real tokenizers differ by a third or so. */
export function estimateTokens(text: string): number {
  let ascii = 0
  let other = 0
  for (const letter of text) {
    if (letter < '\x80') ascii++
    else other++
  }
  return Math.ceil(ascii / 4) + other
}

/** Takes in order what still fits, each thing whole or not at all. */
export function fitBudget<T>(ranked: readonly T[], size: (one: T) => number, budget: number): T[] {
  let left = budget
  return ranked.filter((one) => {
    const need = size(one)
    if (need > left) return false
    left -= need
    return true
  })
}
