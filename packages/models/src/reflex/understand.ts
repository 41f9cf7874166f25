/** Turns what a person wrote into what they want. */

import type { Intent, Mentioned } from './intent.js'
import { type Protected, protect } from './quoted.js'
import { applyRules } from './rules/rules.js'

/** Longest text that is taken apart; what follows in a sentence is content, if anything. */
const foldLength = 400
/** More than this in one message is no list of commands. */
const maxSentences = 50

/** What was found out about parts of a message, so that none is looked at twice. */
interface Context {
  readonly pieces: Protected
  readonly offered: ReadonlySet<string>
  readonly clauses: Map<string, Understood | undefined>
  readonly sentences: Map<string, Intent[]>
}

interface Understood {
  readonly intents: Intent[]
  readonly isDefinite: boolean
}

/**
 * Understands a message: one intent for each thing wanted, in order.
 *
 * Sentences stand alone; "and", "then" and commas part a sentence only where both sides mean something definite, so that
 * a fact to remember or a title may hold them.
 *
 * @param mentioned - What "it" may mean.
 * @param offered - Tools on offer; what is said of cartridges is understood as such only where theirs are.
 */
export function understand(
  message: string,
  mentioned: Mentioned = {},
  offered: ReadonlySet<string> = new Set(),
): Intent[] {
  const pieces = protect(message)
  const context: Context = { pieces, offered, clauses: new Map(), sentences: new Map() }
  const intents: Intent[] = []
  let known = mentioned
  for (const sentence of firstOf(sentencesOf(pieces.text), maxSentences)) {
    for (const intent of understandSentence(pieces.fold(sentence, foldLength), context, known)) {
      const last = intents.at(-1)
      if (intent.type === 'unclear' && last?.type === 'call' && last.tool === 'remember') {
        const content = `${String(last.input.content).replace(/(?<![.!?])$/, '.')} ${intent.text}`
        intents[intents.length - 1] = { ...last, input: { ...last.input, content } }
        continue
      }
      intents.push(intent)
      known = mention(known, intent)
    }
  }
  const wanted = intents.filter((intent) => intent.type !== 'say' || !isSmallTalk(intent.topic))
  const clear = wanted.filter(({ type }) => type !== 'unclear')
  return clear.length > 0 ? clear : (wanted.length > 0 ? wanted : intents).slice(0, 1)
}

/** The first sentences, and all others as one. */
function firstOf(sentences: readonly string[], count: number): string[] {
  const rest = sentences.slice(count).join(' ')
  return [...sentences.slice(0, count), ...(rest === '' ? [] : [rest])]
}

function isSmallTalk(topic: string): boolean {
  return topic === 'greeting' || topic === 'thanks' || topic === 'farewell'
}

function mention(known: Mentioned, intent: Intent): Mentioned {
  if (intent.type === 'use-cartridge' || intent.type === 'open-cartridge') {
    return { ...known, cartridge: intent.which, latest: 'cartridge' }
  }
  if (intent.type !== 'call') return known
  if (intent.tool === 'create_cartridge') return { ...known, cartridge: 'made', latest: 'cartridge' }
  const path = /_file$/.test(intent.tool) ? intent.input.path : undefined
  return typeof path === 'string' ? { ...known, path, latest: 'path' } : known
}

const abbreviation = /(?:\b(?:e\.g|i\.e|etc|vs|cf|dr|mr|mrs|ms|prof|st|no|nr|approx|incl|inc|ltd|jr|sr)|\b\p{L})\.$/iu

/** Splits at line breaks and at the ends of sentences; a shell prompt or a file's content keeps its line. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = []
  for (const line of text.replace(/:\s*\n\s*/g, ': ').split(/\n+/)) {
    if (/^\s*[$!]/.test(line)) {
      sentences.push(line)
      continue
    }
    let current = ''
    for (const part of line.split(/(?<=[.!?;])\s+/)) {
      current = current === '' ? part : `${current} ${part}`
      if (abbreviation.test(current.slice(-12)) || (/[^.!?;]$/.test(part) && part !== line)) continue
      sentences.push(current)
      current = ''
    }
    if (current !== '') sentences.push(current)
  }
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}$!?\uE000-\uF8FF]/u.test(sentence))
}

const connector =
  /,?\s+(?:and )?(?:then|afterwards|after that|finally|next)(?: also)?,?\s+|,?\s+and(?: also| please)?\s+|,\s+(?:also |please )?|\s*;\s+|\s+but\s+|\s+&\s+/giu

function understandSentence(sentence: string, context: Context, mentioned: Mentioned): Intent[] {
  const key = keyOf(sentence, mentioned)
  const found = context.sentences.get(key) ?? splitSentence(sentence, context, mentioned)
  context.sentences.set(key, found)
  return found
}

function splitSentence(sentence: string, context: Context, mentioned: Mentioned): Intent[] {
  const isShell = /^\s*[$!]/.test(sentence)
  for (const match of isShell ? [] : sentence.matchAll(connector)) {
    const left = understandClause(sentence.slice(0, match.index), context, mentioned)
    if (left === undefined || !left.isDefinite || left.intents.some(isTalk)) continue
    const after = sentence.slice(match.index + match[0].length)
    const known = left.intents.reduce(mention, mentioned)
    const goesOn = understandClause(after, context, known)?.isDefinite === true || startsDefinite(after, context, known)
    const rest = goesOn ? understandSentence(after, context, known) : []
    if (rest.length > 0 && rest.every((intent) => intent.type !== 'unclear' && intent.type !== 'say')) {
      return [...left.intents, ...rest]
    }
  }
  const whole = understandClause(sentence, context, mentioned)
  return whole?.intents ?? [{ type: 'unclear', text: context.pieces.restore(sentence).trim() }]
}

function isTalk(intent: Intent): boolean {
  return intent.type === 'say' && intent.topic !== 'greeting'
}

/** Whether a text of several clauses begins with a definite one. */
function startsDefinite(text: string, context: Context, mentioned: Mentioned): boolean {
  return [...text.matchAll(connector)].some(
    ({ index }) => understandClause(text.slice(0, index), context, mentioned)?.isDefinite === true,
  )
}

function understandClause(written: string, context: Context, mentioned: Mentioned): Understood | undefined {
  const key = keyOf(written, mentioned)
  if (!context.clauses.has(key)) context.clauses.set(key, readClause(written.trim(), context, mentioned))
  return context.clauses.get(key)
}

/** Names a text together with what "it" means there. */
function keyOf(text: string, mentioned: Mentioned): string {
  return `${JSON.stringify(mentioned)}\n${text}`
}

function readClause(written: string, { pieces, offered }: Context, mentioned: Mentioned): Understood | undefined {
  const bare = written.replace(/[\s.!?;,]+$/, '')
  if (bare === '')
    return written.includes('?') ? { intents: [{ type: 'say', topic: 'help' }], isDefinite: true } : undefined
  const ending = written.slice(bare.length)
  const asks = /\?["'”)]*$/.test(written) && !isRequest(bare)
  const polite = withoutCourtesies(bare)
  for (const text of new Set([polite, bare])) {
    const found = applyRules({ text, asks, ending, pieces, mentioned, offered })
    if (found !== undefined && (found.definite || text === bare)) {
      return { intents: found.intents, isDefinite: found.definite }
    }
  }
  return undefined
}

const request = /^(?:(?:hey|hi|ok|okay|please)[,!]?\s+)*(?:can|could|would|will) (?:you|we) /i

/** A question in form only: "could you list my tasks?". */
function isRequest(text: string): boolean {
  return request.test(text)
}

const lead =
  /^(?:(?:hey|hi|hello|ok|okay|so|well|now|alright|right|great|thanks|thank you|please|pls|kindly|just|also|and|then|next|first|first of all|finally|after that|afterwards|quickly|salp|@salp|hey salp|one more thing|by the way|btw|oh|um|hmm|actually)(?:[,!:.\s]+))+/i
const asking =
  /^(?:(?:can|could|would|will|may|might) (?:you|i|we)(?: please| kindly| just| also| quickly| maybe)*|(?:would|do) you mind|i(?:'d| would)? (?:want|like|love|need|wish)(?: for)?(?: you)? to|i(?:'d|’d) (?:like|love)(?: you)? to|i want you to|i need you to|let's|let us|let’s|lets|let me|go ahead and|be so kind (?:as )?to|you (?:should|must|need to|have to)|it would be (?:great|nice) if you (?:could|would)|help me(?: to)?|try to|please) (?!know\b|have\b|be\b)/i
const tail =
  /[,\s]+(?:please|pls|thanks|thank you|thx|for me|for us|if you can|if you could|if possible|would you|will you|right now|right away|asap|when you can|ok|okay)$/i

function withoutCourtesies(text: string): string {
  let current = text
  for (;;) {
    const next = current
      .replace(lead, '')
      .replace(asking, '')
      .replace(/^(?:remember|note|memori[sz]e)\b/i.test(current) ? /[,\s]+(?:please|thanks|thank you)$/i : tail, '')
      .trim()
    if (next === current || next === '') return current
    current = next
  }
}
