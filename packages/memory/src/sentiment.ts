/** How an episode felt, read from its words by rules. */

/** How it went. */
export const outcomes = ['success', 'partial', 'failure'] as const

/** How it felt. */
export const sentiments = ['win', 'loss', 'neutral', 'frustrating', 'uncertain'] as const

/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number]

/** One of {@link sentiments}. */
export type Sentiment = (typeof sentiments)[number]

const frustrating =
  /\b(?:again|still (?:no|not|broken|fail\w*|wrong)|keeps? (?:fail|break|crash|hang)\w*|stuck|annoy\w*|frustrat\w*|wast(?:e|ed|ing)|no idea why|for the (?:second|third|fourth|fifth|nth) time|over and over|ugh|argh|hopeless|painful\w*)\b/i
const uncertain =
  /\b(?:maybe|perhaps|unsure|unclear|not (?:sure|certain|clear)|might|possibly|probably|seems?|apparently|i guess|unknown whether|cannot tell|can't tell)\b/i
const good =
  /\b(?:works?|worked|fixed|solved|done|passes|passed|succeed\w*|success\w*|shipped|finished|finally|great|thanks|perfect|nice|resolved|merged|landed|won|faster)\b/i
const bad =
  /\b(?:fail\w*|broke\w*|error\w*|crash\w*|lost|wrong|denied|refused|timed out|rolled back|reverted|gave up|missing|rejected|regress\w*|bug\w*)\b/i
const denied = /\b(?:not|no|never|without|don't|doesn't|didn't|isn't|wasn't|won't|can't|cannot)\s+(?:\w+\s+){0,2}$/i

/**
 * Reads a sentiment; the outcome, where it is known, is believed over the words.
 *
 * A proxy by word lists, English only: other languages have what the outcome says.
 */
export function readSentiment(text: string, outcome?: Outcome): Sentiment {
  const upset = outcome !== 'success' && frustrating.test(text)
  if (upset && (outcome !== undefined || says(text, bad) > 0)) return 'frustrating'
  if (outcome === 'failure') return 'loss'
  if (uncertain.test(text)) return 'uncertain'
  if (outcome === 'success') return 'win'
  if (outcome === 'partial') return 'uncertain'
  const balance = says(text, good) - says(text, bad)
  if (upset && balance <= 0) return 'frustrating'
  return balance > 0 ? 'win' : balance < 0 ? 'loss' : 'neutral'
}

/** How often `words` stand there, less what is denied. */
function says(text: string, words: RegExp): number {
  let count = 0
  for (const { index } of text.matchAll(new RegExp(words, 'gi'))) count += denied.test(text.slice(0, index)) ? -1 : 1
  return count
}
