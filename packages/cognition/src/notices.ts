/** What is worth posting: of a request, of a call, of denials. */

import { type Belief, type CallOutcome, rateMean, reliability } from './belief.js'
import type { Post } from './blackboard.js'
import { betaDivergence } from './internal/beta.js'
import type { KnownTool } from './mind.js'
import type { Perception, RiskCue } from './perception.js'

/** A post whose scope is plain from where it is made. */
export type Notice = Omit<Post, 'scope'>

/** Ambiguity from which asking back is worth it. Range [0, 1]. */
export const openRequest = 0.6

/** Denials in a row after which the human should be asked what they want. */
const deniedOften = 2

/** Harm that a word of each kind hints at. Range [0, 1]; set by judgement. */
const harmOf: Readonly<Record<RiskCue['kind'], number>> = {
  irreversible: 0.9,
  payment: 0.8,
  destructive: 0.7,
  outage: 0.7,
  production: 0.6,
  privileged: 0.6,
  secret: 0.5,
  broad: 0.4,
}

/** Words of harm, whose chances of being meant are joined, and an ambiguity of 0.6 or more. */
export function noticeRequest({ text, risks, ambiguity }: Perception): Notice[] {
  const notices: Notice[] = []
  if (risks.length > 0) {
    const harm = 1 - risks.reduce((safe, { kind }) => safe * (1 - harmOf[kind]), 1)
    const content = risks.map((risk) => risk.text).join(', ')
    notices.push({ topic: 'risk', source: 'perception', content, harm, share: 1 })
  }
  if (ambiguity >= openRequest) {
    notices.push({ topic: 'ambiguity', source: 'perception', content: text, informationBits: ambiguity, share: 1 })
  }
  return notices
}

/** A spike of surprise, and being stuck; `stuck` is 0 for who is not. */
export function noticeCall(
  { tool, outcome }: { readonly tool: string; readonly outcome: CallOutcome },
  { before, after, spiked, stuck }: { before: Belief; after: KnownTool; spiked: boolean; stuck: number },
): Notice[] {
  if (stuck === 0 && !spiked) return []
  const old = reliability(before)
  const now = reliability(after.belief)
  const unreliable = 1 - rateMean(now)
  const evidence = {
    source: tool,
    informationBits: betaDivergence(now.successes, now.failures, old.successes, old.failures),
    harm: unreliable,
    share: 1,
  }
  const notices: Notice[] = []
  if (spiked) notices.push({ topic: 'surprise', content: `${tool} surprised: ${outcome}`, ...evidence })
  if (stuck > 0) {
    notices.push({
      topic: 'frustration',
      content: 'What is tried keeps failing',
      ...evidence,
      source: 'belief',
      harm: stuck,
    })
  }
  return notices
}

/** A human who denied two calls in a row or more. */
export function noticeDenials(denials: number): Notice[] {
  if (denials < deniedOften) return []
  return [{ topic: 'denial', source: 'governance', content: 'The human denies these calls', harm: 0.5, share: 1 }]
}
