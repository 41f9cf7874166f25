/** Answers from memory: the fact in question, and where it is from. */

import { z } from 'zod'
import { plainText } from './markdown.js'
import { capitalise, contentWords, stem } from './words.js'

/** How answers are written. */
export interface AnswerOptions {
  /** What was asked; recall finds the hit that answers it best. */
  readonly question: string
  /** IANA name of the zone in which dates are given. */
  readonly timeZone: string
}

const hitSchema = z.object({
  content: z.string(),
  source: z.object({ author: z.string(), channel: z.string().nullish(), at: z.number() }),
  verification: z.string(),
  confidence: z.number().optional(),
})
const recallSchema = z.object({ hits: z.array(hitSchema) })
type Hit = z.infer<typeof hitSchema>

/**
 * Answers from the hit that shares most words with the question; ties go to the one that memory ranks first.
 *
 * Hits that share none are shown as what they are: near, and no answer.
 *
 * @returns Nothing if `value` is not a result of recall.
 */
export function answerRecall(
  value: unknown,
  { query }: Readonly<Record<string, unknown>>,
  { question, timeZone }: AnswerOptions,
): string | undefined {
  const parsed = recallSchema.safeParse(value)
  if (!parsed.success) return undefined
  const { hits } = parsed.data
  const asked = typeof query === 'string' ? query : question
  if (hits.length === 0) {
    return `I know nothing about “${plainText(asked)}”. I answer from memory alone; tell me with “remember that …”, and I will.`
  }
  const wanted = contentWords(asked).map(stem)
  const shared = (hit: Hit): number => {
    const words = new Set(contentWords(hit.content).map(stem))
    return wanted.filter((word) => words.has(word)).length
  }
  const ranked = hits.map((hit) => ({ hit, shared: shared(hit) })).sort((a, b) => b.shared - a.shared)
  const [best, ...others] = ranked
  if (best === undefined) return undefined
  if (best.shared === 0 && wanted.length > 0) {
    const near = ranked.slice(0, 3).map(({ hit }) => `- ${sentenceOf(hit)} ${provenance(hit, timeZone)}`)
    return `I know nothing for certain about “${plainText(asked)}”. The nearest I remember:\n\n${near.join('\n')}`
  }
  const also = others.filter((other) => other.shared > 0 && other.shared >= best.shared).slice(0, 4)
  const more = also.map(({ hit }) => `- ${sentenceOf(hit)} ${provenance(hit, timeZone)}`)
  const answer = `${sentenceOf(best.hit)}\n\n*${provenance(best.hit, timeZone)}*`
  return more.length === 0 ? answer : `${answer}\n\nI also remember:\n\n${more.join('\n')}`
}

/** The fact as said to the person: what they called theirs is "your". */
function sentenceOf({ content, source }: Hit): string {
  const turned = source.author === 'user' ? turnAround(content) : content
  return plainText(capitalise(turned.trim())).replace(/(?<![.!?])$/, '.')
}

const turns: Readonly<Record<string, string>> = {
  my: 'your',
  mine: 'yours',
  myself: 'yourself',
  me: 'you',
  i: 'you',
  "i'm": 'you are',
  "i've": 'you have',
  "i'd": 'you would',
  "i'll": 'you will',
  our: 'your',
}

/** Turns the first person into the second. Quoted words stay. */
function turnAround(text: string): string {
  return text
    .split(/("[^"]*"|“[^”]*”|`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : turnWords(part)))
    .join('')
}

function turnWords(text: string): string {
  return text
    .replace(/[’]/g, "'")
    .replace(/\b(i am|am i|i was|was i)\b/gi, (phrase) =>
      phrase
        .toLowerCase()
        .replace('i', 'you')
        .replace(/\bam\b/, 'are')
        .replace('was', 'were')
        .replace('you am', 'you are'),
    )
    .replace(
      /(?<![\p{L}\p{N}./@-])(?:my|mine|myself|me|i(?:'m|'ve|'d|'ll)?|our)(?![\p{L}\p{N}/@-]|'[a-z])/giu,
      (word) => turns[word.toLowerCase()] ?? word,
    )
}

const authors: Readonly<Record<string, string>> = {
  user: 'You told me',
  agent: 'I noted it myself',
  tool: 'A tool told me',
  import: 'It was imported',
}

function provenance({ source, verification, confidence }: Hit, timeZone: string): string {
  const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(
    source.at,
  )
  const via = source.channel ? `, via ${plainText(source.channel)}` : ''
  const certainty =
    confidence === undefined || confidence >= 0.995 ? '' : `, confidence ${Math.round(confidence * 100)} %`
  return `${authors[source.author] ?? 'Noted'} on ${date} (${plainText(verification)}${via}${certainty}).`
}
