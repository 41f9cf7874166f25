/** What a request is about, read by rules before any model is asked. */

import {
  compositions,
  constraintCues,
  copulas,
  courtesies,
  domainCues,
  encouragements,
  fillers,
  greetings,
  intentCues,
  interrogatives,
  introspective,
  makers,
  objectStarts,
  openings,
  pleasantries,
  pronouns,
  reachable,
  reporters,
  riskCues,
  riskyCommands,
  times,
  vagueCues,
} from './internal/cues.js'
import { type Found, findMarked, findNames } from './internal/entities.js'
import { exp } from './internal/real.js'
import { findPhrases, phraseAt, splitWords, type Word } from './internal/words.js'

/** What the speaker wants. */
export type Intent = 'meta' | 'planning' | 'research' | 'question' | 'action' | 'chat' | 'unclear'

/** What kind of work it concerns; `chat` is none in particular. */
export type Domain = 'code' | 'debug' | 'research' | 'creative' | 'admin' | 'chat'

/** A piece of the text; `start` and `end` count UTF-16 units, `end` is exclusive. */
export interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** What the text names. `text` of a quotation or of code is what stands within the marks, which the offsets include. */
export interface Entity extends Span {
  readonly kind: 'url' | 'path' | 'code' | 'quoted' | 'name'
}

/** What bounds the request; `text` runs from the cue to the end of its clause. */
export interface Constraint extends Span {
  readonly kind:
    | 'before'
    | 'after'
    | 'deadline'
    | 'requirement'
    | 'prohibition'
    | 'restriction'
    | 'limit'
    | 'minimum'
    | 'exclusion'
}

/** Words of possible harm. */
export interface RiskCue extends Span {
  readonly kind:
    | 'destructive'
    | 'irreversible'
    | 'privileged'
    | 'production'
    | 'outage'
    | 'broad'
    | 'secret'
    | 'payment'
}

/** What was understood of a text. */
export interface Perception {
  /** The text itself. */
  readonly text: string
  readonly intent: Intent
  readonly domain: Domain
  /** In order of appearance, each text once, at most 10. */
  readonly entities: readonly Entity[]
  readonly constraints: readonly Constraint[]
  readonly risks: readonly RiskCue[]
  /** Chance that a careful colleague would have to ask back. Range [0, 1]; calibrated on labelled requests. */
  readonly ambiguity: number
  /** Points for what is left open, before they become that chance. Range [0, 1]. */
  readonly rawAmbiguity: number
  /** Questions asked. Integer. */
  readonly questions: number
  /** Whether an answer will probably take a tool. */
  readonly likelyNeedsTools: boolean
}

/** Nothing understood, and nothing suspected. */
export const unperceived: Perception = {
  text: '',
  intent: 'unclear',
  domain: 'chat',
  entities: [],
  constraints: [],
  risks: [],
  ambiguity: 0,
  rawAmbiguity: 0,
  questions: 0,
  likelyNeedsTools: true,
}

/** Entities kept, and constraints and risks each. */
const limits = { entities: 10, cues: 20 } as const

/**
 * Reads a request by rules: no model, some microseconds for a sentence, linear in the text. The cues are English.
 *
 * What stands in quotes or code is a name and gives no cues, except commands of possible harm. A cue is a whole word, so that
 * "explanation" plans nothing and a "dropdown" drops nothing.
 */
export function perceive(text: string): Perception {
  const marked = findMarked(text)
  const spoken = blank(text, marked)
  const { words, ends } = splitWords(spoken)
  const starts = new Set(
    words.filter((word, index) => words[index - 1]?.sentence !== word.sentence).map(({ start }) => start),
  )
  const entities = distinct([...marked, ...findNames(spoken, starts)])
  const constraints = findConstraints(text, words, ends)
  const risks = findRisks(text, words)
  const questions = countQuestions(spoken)
  const intent = findIntent(words, questions)
  const domain = findDomain(words, entities)
  const rawAmbiguity = judgeAmbiguity(words, { intent, entities, constraints, questions })
  return {
    text,
    intent,
    domain,
    entities,
    constraints,
    risks,
    ambiguity: calibrate(rawAmbiguity),
    rawAmbiguity,
    questions,
    likelyNeedsTools: needsTools(words, { intent, domain, entities }),
  }
}

/** Replaces what stands in the spans by spaces, so that offsets stay true. */
function blank(text: string, spans: readonly { start: number; end: number }[]): string {
  let spoken = ''
  let from = 0
  for (const { start, end } of spans) {
    spoken += text.slice(from, start) + ' '.repeat(end - start)
    from = end
  }
  return spoken + text.slice(from)
}

function distinct(found: readonly Found[]): Entity[] {
  const entities: Entity[] = []
  const seen = new Set<string>()
  for (const { kind, text, start, end } of [...found].sort((a, b) => a.start - b.start)) {
    if (kind === 'fence' || seen.has(text)) continue
    seen.add(text)
    entities.push({ kind, text, start, end })
    if (entities.length === limits.entities) break
  }
  return entities
}

function countQuestions(spoken: string): number {
  return spoken.match(/[?？؟]+/gu)?.length ?? 0
}

/** The intent of the request: the first sentence that opens with a verb decides, then cues, then the form of a question. */
function findIntent(words: readonly Word[], questions: number): Intent {
  if (words.length === 0) return 'unclear'
  if (isChat(words)) return 'chat'
  const opening = findOpening(words)
  const cues = new Set(findPhrases(words, intentCues).map(({ kind }) => kind))
  if (cues.has('meta') && (opening === undefined || !changes(opening))) return 'meta'
  if (opening !== undefined && opening.kind !== 'question') {
    const planning = cues.has('planning') && makers.has(opening.verb)
    return planning ? 'planning' : opening.kind
  }
  if (cues.has('planning') || sequences(words)) return 'planning'
  if (cues.has('research')) return 'research'
  if (opening !== undefined || questions > 0 || asks(words)) return 'question'
  return words.length === 1 && words[0]?.lower === 'help' ? 'meta' : 'unclear'
}

interface Opening {
  readonly kind: 'action' | 'planning' | 'research' | 'question'
  readonly verb: string
}

/** The verb that opens a request in the first sentence that is one, courtesies aside; doing comes before explaining. */
function findOpening(words: readonly Word[]): Opening | undefined {
  let asked: Opening | undefined
  for (let at = 0; at < words.length; at++) {
    const sentence = words[at]?.sentence
    if (words[at - 1]?.sentence === sentence) continue
    let lead = at
    let requested = false
    for (let skip = phraseAt(words, lead, courtesies); skip !== undefined; skip = phraseAt(words, lead, courtesies)) {
      lead = skip.to
      requested ||= skip.kind === 'request'
    }
    const match = phraseAt(words, lead, openings)
    if (match === undefined || isNoun(words, match.to)) {
      if (requested && words[lead]?.sentence === sentence) return { kind: 'action', verb: words[lead]?.lower ?? '' }
      continue
    }
    const opening = { kind: match.kind, verb: words[lead]?.lower ?? '' }
    if (opening.kind !== 'question') return opening
    asked ??= opening
  }
  return asked
}

/** Whether the words from `next` on make what looked like a verb the subject of a statement: "Test results are in". */
function isNoun(words: readonly Word[], next: number): boolean {
  const [first, second] = [words[next], words[next + 1]]
  const sentence = words[next - 1]?.sentence
  if (first === undefined || first.sentence !== sentence || objectStarts.has(first.lower)) return false
  return copulas.has(first.lower) || (second !== undefined && second.sentence === sentence && copulas.has(second.lower))
}

/** Whether a request about the agent itself is to change something rather than to tell. */
function changes({ kind, verb }: Opening): boolean {
  return kind === 'action' && !/^(?:show|list|check|display|tell|print|give|test|review|read|get)$/.test(verb)
}

function isChat(words: readonly Word[]): boolean {
  return (
    words.length <= 8 &&
    words.every(({ lower }) => pleasantries.has(lower)) &&
    words.some(({ lower }) => greetings.has(lower))
  )
}

/** "First … then …", in this order. */
function sequences(words: readonly Word[]): boolean {
  const first = words.findIndex(({ lower }) => lower === 'first')
  return first >= 0 && words.some(({ lower }, index) => index > first && lower === 'then')
}

function asks(words: readonly Word[]): boolean {
  return words.some(
    ({ lower, sentence }, index) => words[index - 1]?.sentence !== sentence && interrogatives.has(lower),
  )
}

function findDomain(words: readonly Word[], entities: readonly Entity[]): Domain {
  const score = { debug: 0, code: 0, admin: 0, research: 0, creative: 0 }
  for (const { kind } of findPhrases(words, domainCues)) score[kind]++
  if (
    entities.some(
      ({ kind, text }) => kind === 'code' || (kind === 'path' && /\.(?:[cm]?[jt]sx?|py|rs|go|java)$/.test(text)),
    )
  ) {
    score.code++
  }
  let best: Domain = 'chat'
  let most = 0
  for (const domain of ['debug', 'code', 'admin', 'research', 'creative'] as const) {
    if (score[domain] > most) [best, most] = [domain, score[domain]]
  }
  return best
}

function findConstraints(text: string, words: readonly Word[], ends: readonly number[]): Constraint[] {
  const cues = findPhrases(words, constraintCues).filter(({ kind, from, to }) => {
    const [before, after] = [words[from - 1], words[to]]
    const follows = before?.sentence === words[from]?.sentence ? before?.lower : undefined
    if (after === undefined || after.sentence !== words[from]?.sentence) return false
    if (words[from]?.lower === 'by') return times.has(after.lower) || /^\d/.test(after.lower)
    if (kind === 'prohibition')
      return !(follows !== undefined && reporters.has(follows)) && !encouragements.has(after.lower)
    return !(kind === 'restriction' && follows === 'not')
  })
  return cues.slice(0, limits.cues).map(({ kind, from }, index) => {
    const start = words[from]?.start ?? 0
    const next = words[cues[index + 1]?.from ?? words.length]?.start ?? text.length
    const sentenceEnd = ends.find((end) => end > start) ?? text.length
    const clause = text.slice(start, Math.min(next, sentenceEnd))
    const cut = clause.search(/,\s|\s(?:but|then)\s/iu)
    const end = start + trimTail(cut < 0 ? clause : clause.slice(0, cut)).length
    return { kind, text: text.slice(start, end), start, end }
  })
}

/** Takes the comma or conjunction off the end of a clause. */
function trimTail(clause: string): string {
  const tail = clause.trimEnd()
  return tail.replace(/(?:,|\s(?:and|or))$/iu, '').trimEnd()
}

function findRisks(text: string, words: readonly Word[]): RiskCue[] {
  const commands: RiskCue[] = []
  for (const { kind, pattern } of riskyCommands) {
    for (const match of text.matchAll(pattern)) {
      const found = match[0].trimEnd()
      const risk = { kind, text: found, start: match.index, end: match.index + found.length }
      if (!commands.some((other) => overlap(other, risk))) commands.push(risk)
      if (commands.length === limits.cues) break
    }
  }
  const spoken = findPhrases(words, riskCues)
    .map(({ kind, from, to }) => {
      const [start, end] = [words[from]?.start ?? 0, words[to - 1]?.end ?? 0]
      return { kind, text: text.slice(start, end), start, end }
    })
    .filter((risk) => !commands.some((other) => overlap(other, risk)))
  const risks = [...commands, ...spoken]
  if (risks.every(({ kind }) => kind === 'broad')) return []
  return risks.sort((a, b) => a.start - b.start).slice(0, limits.cues)
}

function overlap(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end
}

/**
 * How much is left open: 0.4; plus 0.15 for each vague word or pronoun without a referent (at most 3), 0.2 for under three words of
 * content, 0.1 for several questions, 0.1 for no intent; less 0.1 for each entity (at most 3), 0.05 for each constraint (at most 2),
 * 0.05 for each word of content beyond three (at most 4), 0.15 for a question. Small talk and questions about the agent keep a
 * quarter.
 *
 * The weights are set by judgement; {@link calibrate} turns the points into a chance.
 */
function judgeAmbiguity(
  words: readonly Word[],
  { intent, entities, constraints, questions }: Pick<Perception, 'intent' | 'entities' | 'constraints' | 'questions'>,
): number {
  const vague = findPhrases(words, vagueCues)
  const open = new Set(vague.flatMap(({ from, to }) => words.slice(from, to)))
  let content = entities.filter(({ kind }) => kind !== 'name').length
  let dangling = 0
  for (const word of words) {
    if (open.has(word)) continue
    if (pronouns.has(word.lower)) dangling += content < 2 && entities.length === 0 ? 1 : 0
    else if (!fillers.has(word.lower)) content += contentOf(word.lower)
  }
  const raw =
    0.4 +
    0.15 * Math.min(vague.length + dangling, 3) +
    (content < 3 ? 0.2 : 0) +
    (questions > 1 ? 0.1 : 0) +
    (intent === 'unclear' ? 0.1 : 0) -
    (intent === 'question' ? 0.15 : 0) -
    0.1 * Math.min(entities.length, 3) -
    0.05 * Math.min(constraints.length, 2) -
    0.05 * Math.min(Math.max(content - 3, 0), 4)
  const kept = intent === 'chat' || intent === 'meta' ? 0.25 : 1
  return Math.min(1, Math.max(0, raw * kept))
}

/** Offset and slope of the curve from points to chance, fitted on the development half of `fixtures/utterances`. */
const curve = { offset: -5.994, slope: 10.864 } as const

/** Turns points into the chance that one would have to ask back. */
function calibrate(points: number): number {
  return 1 / (1 + exp(-(curve.offset + curve.slope * points)))
}

/** One for a word; scripts without spaces say about as much in two characters. */
function contentOf(word: string): number {
  return /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)
    ? Math.ceil(word.length / 2)
    : 1
}

/** Yes unless there is a sign that words will do: a tool too many costs tokens, one too few the answer. */
function needsTools(
  words: readonly Word[],
  { intent, domain, entities }: Pick<Perception, 'intent' | 'domain' | 'entities'>,
): boolean {
  const says = (set: ReadonlySet<string>): boolean => words.some(({ lower }) => set.has(lower))
  if (intent === 'chat' || words.length + entities.length === 0) return false
  if (entities.some(({ kind }) => kind === 'path' || kind === 'url')) return true
  if (domain === 'creative' || words.slice(0, 3).some(({ lower }) => compositions.has(lower))) return false
  if (intent === 'meta') return says(introspective)
  if (intent !== 'question') return true
  // "The deploy key" is one the asker knows; "a monad" is any.
  const particular = domain !== 'chat' && domain !== 'research' && words.some(({ lower }) => lower === 'the')
  return particular || entities.some(({ kind }) => kind === 'code') || says(reachable)
}
