/** What a score is made of, in words. */

import type { FoundRecord } from '@salp/agent'

/** Why a record was found where it was. */
export type Explanation = NonNullable<FoundRecord['explanation']>

/** One part of a score. */
export interface ScorePart {
  readonly name: string
  /** What it is, for those who ask. */
  readonly meaning: string
  /** Range [0, 1]. */
  readonly share: number
}

const signals = [
  ['text', 'Words', 'It has words of the question, the rarer the better'],
  ['thread', 'Thread', 'It stands beside a hit in the same conversation'],
  ['graph', 'Names', 'Names lead to it from the question'],
  ['vector', 'Meaning', 'It is like the question by meaning'],
] as const

/** The signals that found a record, the strongest first; what they add up to is the score before its quality. */
export function scoreParts({ shares }: Explanation): ScorePart[] {
  return signals
    .map(([key, name, meaning]) => ({ name, meaning, share: shares[key] }))
    .filter(({ share }) => share >= 0.005)
    .toSorted((a, b) => b.share - a.share)
}
