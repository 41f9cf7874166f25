/** A text as numbers: hashed words and pieces of words, and what the rules found. */

import { hashText } from '../internal/draws.js'
import { type Perception, perceive } from '../perception.js'

/** Places for hashed words and pieces. */
export const hashedFeatures = 1_024

/** Names of what the rules contribute, in order. */
export const ruleFeatures = [
  'one',
  'intent:meta',
  'intent:planning',
  'intent:research',
  'intent:question',
  'intent:action',
  'intent:chat',
  'intent:unclear',
  'ambiguity',
  'entities',
  'constraints',
  'risks',
  'questions',
  'words',
  'short',
  'very-short',
  'foreign',
] as const

/** A text as numbers: places of hashed features that are present, and the dense ones. */
export interface TextFeatures {
  /** Distinct places, range [0, {@link hashedFeatures}). */
  readonly places: readonly number[]
  /** What each of them counts, so that long texts weigh no more than short ones. */
  readonly weight: number
  /** One value for each of {@link ruleFeatures}. */
  readonly dense: readonly number[]
  readonly perception: Perception
}

/** Turns a text into numbers. */
export function featuresOf(text: string): TextFeatures {
  const perception = perceive(text)
  const lower = text.toLowerCase()
  const words = lower.match(/[\p{L}\p{M}\p{N}_']+/gu) ?? []
  const places = new Set<number>()
  const mark = (feature: string): void => void places.add((hashText(feature) >>> 0) % hashedFeatures)
  for (const [index, word] of words.slice(0, 64).entries()) {
    mark(`w ${word}`)
    if (index < 2) mark(`${index} ${word}`)
    mark(`b ${words[index - 1] ?? ''} ${word}`)
    const padded = ` ${word} `
    for (let start = 0; start + 3 <= padded.length && start < 24; start++) mark(`c ${padded.slice(start, start + 3)}`)
  }
  const { intent, entities, constraints, risks, questions, rawAmbiguity } = perception
  return {
    places: [...places],
    weight: places.size === 0 ? 0 : 1 / Math.sqrt(places.size),
    dense: [
      1,
      ...(['meta', 'planning', 'research', 'question', 'action', 'chat', 'unclear'] as const).map((name) =>
        intent === name ? 1 : 0,
      ),
      2 * rawAmbiguity - 1,
      Math.min(3, entities.length) / 3,
      Math.min(2, constraints.length) / 2,
      risks.length > 0 ? 1 : 0,
      Math.min(2, questions) / 2,
      Math.min(20, words.length) / 20,
      words.length <= 5 ? 1 : 0,
      words.length <= 2 ? 1 : 0,
      /[^\p{Script=Latin}\p{Script=Common}]/u.test(text) ? 1 : 0,
    ],
    perception,
  }
}
