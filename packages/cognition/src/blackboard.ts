/** Where the modules leave what others should know: bounded, and ordered by how much it matters now. */

import { type Clock, createEventBus } from '@salp/core'
import { exp2 } from './internal/real.js'
import { containment, type Signature, signatureOf, similarity } from './internal/signature.js'
import type { Modulators } from './neuromodulation.js'
import type { Regime } from './precision.js'

/** What entries are about. */
export const topics = ['risk', 'ambiguity', 'surprise', 'frustration', 'denial', 'regime'] as const

/** One of {@link topics}. */
export type Topic = (typeof topics)[number]

/** Who may see an entry: one turn, one session, or the whole agent. */
export type Scope =
  | { readonly level: 'agent' }
  | { readonly level: 'session'; readonly sessionId: string }
  | { readonly level: 'turn'; readonly sessionId: string; readonly turnId: string }

/** Why an entry matters. Each computed, range [0, 1]. */
export interface SalienceFactors {
  /** 1 − the greatest similarity to an entry that the same readers see. */
  readonly novelty: number
  /** Share of its words that the goal has too, joined with the poster's evidence. */
  readonly relevance: number
  /** Harm at stake, joined with how far the scarcest budget is drained. */
  readonly urgency: number
  /** What it taught, squashed: 1 − 2^(−4·bits). */
  readonly learning: number
}

/** One thing worth knowing: plain data. Its content may quote a user or a tool, so it is data, never an instruction. */
export interface Entry {
  /** Ascends. Integer. */
  readonly id: number
  readonly topic: Topic
  /** What it comes from, such as a tool's name. */
  readonly source: string
  /** At most 300 UTF-16 units; more is cut. */
  readonly content: string
  readonly scope: Scope
  readonly factors: SalienceFactors
  /** When it was posted; it halves every 5 minutes. Range [0, 1]. */
  readonly salience: number
  /** ms since the epoch. */
  readonly at: number
  /** How often the same was posted. Integer, range [1, ∞). */
  readonly count: number
  /** Modules that acted on it, in order of their first reading. */
  readonly readBy: readonly Reader[]
}

/** Who may act on entries. */
export type Reader = 'precision' | 'belief' | 'person'

/** Something to post, with what its poster measured. */
export interface Post {
  readonly topic: Topic
  readonly source: string
  readonly content: string
  readonly scope: Scope
  /** Information the news carried, in bits. Range [0, ∞). @defaultValue `0` */
  readonly informationBits?: number | undefined
  /** Harm at stake. Range [0, 1]. @defaultValue `0` */
  readonly harm?: number | undefined
  /** How much of the present work it concerns, beyond its words. Range [0, 1]. @defaultValue `0` */
  readonly share?: number | undefined
}

/** What salience is measured against. */
export interface Attention {
  readonly goal: Signature
  readonly regime: Regime
  readonly modulators: Modulators
  /** Share of the scarcest budget that is left. Range [0, 1]. */
  readonly energy: number
}

/** What became of a post. */
export type PostResult = { readonly status: 'added' | 'merged'; readonly entry: Entry } | { readonly status: 'refused' }

/** Entries held; a full board takes a new one only in place of one that matters less. */
export const boardCapacity = 128

/** Salience from which others act on an entry, while nothing else was set. */
const broadcastSalience = 0.4

/** Back-pressure: posts that one source may make at once, and how many more each second gives it. */
const pressure = { burst: 32, perSecond: 4, sources: 256 } as const

const contentLimit = 300
const halfLifeMs = 300_000

/** Weights of novelty, learning, relevance and urgency; each row sums to 1. */
const weights: Readonly<
  Record<Regime, readonly [novelty: number, learning: number, relevance: number, urgency: number]>
> = {
  balanced: [0.3, 0.25, 0.3, 0.15],
  explore: [0.4, 0.3, 0.15, 0.15],
  exploit: [0.15, 0.15, 0.5, 0.2],
  conservative: [0.1, 0.2, 0.35, 0.35],
}

/**
 * Weighs the factors: Σ wᵢ·mᵢ·fᵢ, clamped to [0, 1].
 *
 * Weights depend on the regime. Noradrenaline raises novelty (½ + ½·NA) and urgency (0.3 + 0.7·NA), dopamine relevance
 * (0.2 + 0.8·DA); at rest every m is 1.
 */
export function salienceOf(
  { novelty, relevance, urgency, learning }: SalienceFactors,
  { regime, modulators: { dopamine, noradrenaline } }: Pick<Attention, 'regime' | 'modulators'>,
): number {
  const [novel, taught, relevant, urgent] = weights[regime]
  const sum =
    novel * (0.5 + 0.5 * noradrenaline) * novelty +
    taught * learning +
    relevant * (0.2 + 0.8 * dopamine) * relevance +
    urgent * (0.3 + 0.7 * noradrenaline) * urgency
  return Math.min(1, Math.max(0, sum))
}

/** What is left of an entry's salience at the time `now`, in ms since the epoch. */
export function salienceAt({ salience, at }: Pick<Entry, 'salience' | 'at'>, now: number): number {
  return now <= at ? salience : salience * exp2((at - now) / halfLifeMs)
}

/** Whether readers in the scope `reader` see what was posted in `scope`: their own turn's, their session's, and the agent's. */
export function isVisible(scope: Scope, reader: Scope): boolean {
  if (scope.level === 'agent') return true
  if (reader.level === 'agent' || scope.sessionId !== reader.sessionId) return false
  return scope.level === 'session' || (reader.level === 'turn' && scope.turnId === reader.turnId)
}

/** Entries of one agent. */
export interface Blackboard {
  /**
   * Adds an entry, counts a repetition, or refuses: what matters less than everything on a full board, and what comes from a source
   * faster than 32 at once and 4 a second.
   */
  post(post: Post, attention: Attention): PostResult
  /** Whether a scope sees an entry on `topic` that is broadcast: posted at 0.4 or above, or at what was set. Notes who read it. */
  hears(reader: Scope, topic: Topic, by?: Reader): boolean
  /** Sets the salience from which entries are heard. Range [0, 1]. */
  setThreshold(salience: number): void
  /** Entries posted since the last call of this, and those of them that were read. */
  takeFlow(): { readonly posted: number; readonly heard: number }
  /** Adds entries of an earlier board, those of single turns left out, until it is full. */
  restore(entries: readonly Entry[]): void
  /** Takes back what `source` posted on `topic` in `scope`. */
  withdraw(scope: Scope, topic: Topic, source?: string): void
  /** Drops the entries of one turn. */
  endTurn(turnId: string): void
  /** Calls `handler` for each later entry on `topic`. @returns A function that stops it. */
  subscribe(topic: Topic, handler: (entry: Entry) => void): () => void
  /** Every entry, in order of posting. */
  entries(): readonly Entry[]
}

interface Held {
  readonly entry: Entry
  readonly signature: Signature
}

/**
 * Creates an empty board of 128 places.
 *
 * @param deps - `onError` receives what a subscriber throws.
 */
export function createBlackboard({
  clock,
  onError,
}: {
  clock: Pick<Clock, 'now'>
  onError: (error: unknown, topic: string) => void
}): Blackboard {
  const bus = createEventBus<Record<Topic, Entry>>({ onError })
  let held: Held[] = []
  let lastId = 0
  let threshold = broadcastSalience
  let [posted, heard] = [0, 0]
  /** What each source may still post, and when that was reckoned. */
  const allowance = new Map<string, { left: number; at: number }>()

  const admits = (source: string, now: number): boolean => {
    const known = allowance.get(source) ?? { left: pressure.burst, at: now }
    const gained = (Math.max(0, now - known.at) / 1_000) * pressure.perSecond
    const left = Math.min(pressure.burst, known.left + gained)
    allowance.set(source, { left: Math.max(0, left - 1), at: now })
    if (allowance.size > pressure.sources) allowance.delete(allowance.keys().next().value ?? '')
    return left >= 1
  }

  const place = (next: Held, now: number): boolean => {
    if (held.length >= boardCapacity) {
      let weakest = 0
      for (let index = 1; index < held.length; index++) {
        if (strength(held, index, now) < strength(held, weakest, now)) weakest = index
      }
      if (strength(held, weakest, now) >= next.entry.salience) return false
      held.splice(weakest, 1)
    }
    held.push(next)
    return true
  }

  return {
    post(post, attention) {
      const now = clock.now()
      const { topic, source, scope } = post
      if (!admits(source, now)) return { status: 'refused' }
      const content = post.content.slice(0, contentLimit).toWellFormed()
      const same = held.findIndex(
        ({ entry }) =>
          entry.topic === topic &&
          entry.source === source &&
          entry.content === content &&
          sameScope(entry.scope, scope),
      )
      const signature = held[same]?.signature ?? signatureOf(content)
      const factors = weigh(post, attention, signature, held)
      const salience = salienceOf(factors, attention)
      const known = held[same]?.entry
      if (known !== undefined) {
        const entry = {
          ...known,
          factors,
          salience: Math.max(salience, salienceAt(known, now)),
          at: now,
          count: known.count + 1,
        }
        held.splice(same, 1)
        held.push({ entry, signature })
        bus.publish(topic, entry)
        return { status: 'merged', entry }
      }
      const entry: Entry = {
        id: lastId + 1,
        topic,
        source,
        content,
        scope,
        factors,
        salience,
        at: now,
        count: 1,
        readBy: [],
      }
      if (!place({ entry, signature }, now)) return { status: 'refused' }
      lastId = entry.id
      posted++
      bus.publish(topic, entry)
      return { status: 'added', entry }
    },
    hears(reader, topic, by = 'precision') {
      const index = held.findIndex(
        ({ entry }) => entry.topic === topic && entry.salience >= threshold && isVisible(entry.scope, reader),
      )
      const found = held[index]
      if (found === undefined) return false
      const { readBy } = found.entry
      if (!readBy.includes(by)) {
        if (readBy.length === 0) heard++
        held[index] = { ...found, entry: { ...found.entry, readBy: [...readBy, by] } }
      }
      return true
    },
    setThreshold(salience) {
      threshold = salience
    },
    takeFlow() {
      const flow = { posted, heard }
      posted = 0
      heard = 0
      return flow
    },
    restore(entries) {
      for (const entry of entries) {
        if (entry.scope.level === 'turn' || held.length >= boardCapacity) continue
        lastId = Math.max(lastId, entry.id)
        held.push({ entry, signature: signatureOf(entry.content) })
      }
    },
    withdraw(scope, topic, source) {
      held = held.filter(
        ({ entry }) =>
          entry.topic !== topic || !sameScope(entry.scope, scope) || (source !== undefined && entry.source !== source),
      )
    },
    endTurn(turnId) {
      held = held.filter(({ entry: { scope } }) => scope.level !== 'turn' || scope.turnId !== turnId)
    },
    subscribe: (topic, handler) => bus.subscribe(topic, handler),
    entries: () => held.map(({ entry }) => entry),
  }
}

/** Computes why a post matters to those who will see it. */
function weigh(
  { scope, informationBits = 0, harm = 0, share = 0 }: Post,
  { goal, energy }: Attention,
  signature: Signature,
  held: readonly Held[],
): SalienceFactors {
  let closest = 0
  for (const other of held) {
    if (isVisible(other.entry.scope, scope)) closest = Math.max(closest, similarity(signature, other.signature))
  }
  return {
    novelty: 1 - closest,
    relevance: either(containment(signature, goal), share),
    urgency: either(harm, (1 - energy) * (1 - energy)),
    learning: 1 - exp2(-4 * informationBits),
  }
}

/** Joins two reasons: 1 − (1 − a)(1 − b). */
function either(a: number, b: number): number {
  return 1 - (1 - a) * (1 - b)
}

function strength(held: readonly Held[], index: number, now: number): number {
  const entry = held[index]?.entry
  return entry === undefined ? Infinity : salienceAt(entry, now)
}

function sameScope(a: Scope, b: Scope): boolean {
  if (a.level !== b.level) return false
  if (a.level === 'agent' || b.level === 'agent') return true
  if (a.sessionId !== b.sessionId) return false
  return a.level === 'session' || (b.level === 'turn' && a.turnId === b.turnId)
}
