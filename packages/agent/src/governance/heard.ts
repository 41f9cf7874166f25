/** What a session has heard, and from whom: read from its events, so that a restart forgets nothing. */

import type { AgentEvent, RecalledMemory, Source } from '../protocol.js'
import type { SessionStore } from '../session/store.js'
import { sourceByEffect, speakerOf } from './source.js'
import { foldWords, readings } from './words.js'

/** Words of somebody other than the person. */
export interface HeardText {
  readonly source: Source
  readonly text: string
  /** All its {@link readings}, folded. Made when it is first asked for. */
  words(): string
}

/** What a session has heard. */
export interface Heard {
  /** What a person said: requests, answers, and what they had stated before. */
  readonly said: readonly string[]
  /** The same, folded. */
  readonly saidWords: readonly string[]
  readonly others: readonly HeardText[]
}

/** Reads what sessions have heard. */
export interface Hearing {
  heard(sessionId: string): Heard
}

/** Sessions that are kept at hand. */
const keptSessions = 32

interface Fold {
  after: number
  readonly said: string[]
  readonly saidWords: string[]
  readonly others: HeardText[]
  readonly calls: Map<string, Extract<AgentEvent, { name: 'call:requested' }>['data']>
}

/** Creates the reader; a session is read from where it was left. */
export function createHearing(store: Pick<SessionStore, 'events' | 'messages'>): Hearing {
  const folds = new Map<string, Fold>()
  const begin = (sessionId: string): Fold => {
    const fold: Fold = { after: 0, said: [], saidWords: [], others: [], calls: new Map() }
    for (const { turnId, message } of store.messages(sessionId)) {
      if (turnId !== 'history' || message.role === 'system') continue
      const text = JSON.stringify(message.content)
      if (message.role === 'user') for (const part of message.content) say(fold, part.type === 'text' ? part.text : '')
      if (message.role === 'tool') hear(fold, { kind: 'client', name: 'an earlier result', trust: 'foreign' }, text)
    }
    return fold
  }
  return {
    heard(sessionId) {
      const fold = folds.get(sessionId) ?? begin(sessionId)
      folds.delete(sessionId)
      folds.set(sessionId, fold)
      if (folds.size > keptSessions) folds.delete(folds.keys().next().value ?? '')
      for (const event of store.events({ sessionId, after: fold.after })) {
        fold.after = event.sequence
        take(fold, event)
      }
      return fold
    },
  }
}

function take(fold: Fold, event: AgentEvent): void {
  if (event.name === 'turn:started') {
    const speaker = speakerOf(event.data.channel)
    if (speaker !== undefined) hear(fold, speaker, event.data.input)
    else if (event.data.direct !== true) listen(fold, event.data)
  } else if (event.name === 'question:answered') say(fold, event.data.answer)
  else if (event.name === 'memory:recalled') for (const hit of event.data.hits) recall(fold, hit)
  else if (event.name === 'call:requested') fold.calls.set(event.data.callId, event.data)
  else if (event.name === 'call:finished') {
    const { callId, outcome } = event.data
    const call = fold.calls.get(callId)
    fold.calls.delete(callId)
    const source = outcome.source ?? (call && sourceByEffect(call.effect, call.tool, call.input))
    // Of a call that never ran there is nothing but our own words.
    if (source === undefined || (outcome.status === 'error' && outcome.source === undefined)) return
    hear(
      fold,
      source,
      outcome.status === 'ok' ? textOf(outcome.output) : `${outcome.error.message} ${outcome.error.hint}`,
    )
  }
}

/** What an editor puts in of files stands in fences below their paths, and is not what the person wrote. */
const embedded = /\n\n(\S[^\n]*):\n(`{3,})\n([\s\S]*?)\n\2(?:\n|$)/g

function listen(fold: Fold, { input, channel }: { readonly input: string; readonly channel: string }): void {
  if (channel === 'acp') {
    for (const [, name = '', , text = ''] of input.matchAll(embedded))
      hear(fold, { kind: 'file', name, trust: 'workspace' }, text)
    say(fold, input.replace(embedded, '\n'))
  } else if (channel === 'routine' || channel === 'task') {
    // What feeds and webhooks brought is quoted there, line by line, and so is what commands and models said of the work.
    const lines = input.split('\n')
    const news = lines.filter((line) => line.startsWith('> '))
    const results = lines.filter((line) => line.startsWith('| '))
    if (news.length > 0) hear(fold, { kind: 'web', name: 'news', trust: 'foreign' }, news.join('\n'))
    if (results.length > 0)
      hear(fold, { kind: 'command', name: 'checks of the work', trust: 'workspace' }, results.join('\n'))
    say(fold, lines.filter((line) => !/^[>|] /.test(line)).join('\n'))
  } else say(fold, input)
}

function say(fold: Fold, text: string): void {
  fold.said.push(text)
  fold.saidWords.push(foldWords(text))
}

function hear(fold: Fold, source: Source, text: string): void {
  let words: string | undefined
  fold.others.push({ source, text, words: () => (words ??= readings(text).map(foldWords).join('')) })
}

function recall(fold: Fold, hit: RecalledMemory): void {
  const source = sourceOfMemory(hit)
  if (source === undefined) say(fold, hit.content)
  else hear(fold, source, hit.content)
}

/** Whose words a memory is; nothing for what the person stated. What the agent made out is believed as the workspace is. */
export function sourceOfMemory({ id, source, verification }: RecalledMemory): Source | undefined {
  const peer = source.channel !== undefined && speakerOf(source.channel) !== undefined
  if (source.author === 'user' && verification !== 'inferred' && !peer) return undefined
  const foreign = peer || source.author === 'tool' || source.author === 'import'
  return { kind: 'memory', name: `memory ${id}`, trust: foreign ? 'foreign' : 'workspace' }
}

/** The texts of plain data, one after the other, without the marks of JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([key, item]) => (Array.isArray(value) ? textOf(item) : `${key} ${textOf(item)}`))
    .join('\n')
}
