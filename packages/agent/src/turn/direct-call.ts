/** One call that no model asked for: a client of the agent did. It is governed, recorded and shown like any other. */

import type { Clock, IdSource, Redactor } from '@salp/core'
import type { AuditQueue } from '../governance/audit.js'
import type { Governor } from '../governance/govern.js'
import { failure } from '../governance/pipeline.js'
import type { Outcome } from '../protocol.js'
import type { Feed } from '../session/feed.js'
import type { SessionStore } from '../session/store.js'
import type { Capability, JsonValue } from '../tool.js'
import type { Toolbox } from '../toolbox.js'

/** What a call is made with. */
export interface DirectCallDeps {
  readonly store: SessionStore
  readonly feed: Feed
  readonly governor: Governor
  readonly audits: AuditQueue
  readonly toolbox: Toolbox
  readonly clock: Pick<Clock, 'monotonic'>
  /** Takes secrets out of what is kept. */
  readonly redactor: Redactor
  readonly ids: IdSource
}

/** A call to make. */
export interface DirectCallInput {
  readonly sessionId: string
  readonly turnId: string
  /** Surface it came from. */
  readonly channel: string
  readonly tool: string
  readonly input: JsonValue
  readonly capability: Capability
}

/**
 * Makes a call. Nothing goes on with one that the process did not live to see the end of.
 *
 * @returns How it ended; an abort is an outcome too.
 */
export async function callDirectly(
  deps: DirectCallDeps,
  { sessionId, turnId, channel, tool: name, input, capability }: DirectCallInput,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, feed, governor, audits, toolbox, clock, ids, redactor } = deps
  const place = { sessionId, turnId }
  const callId = ids()
  const shown = redactor.data(input)
  const about = `${name} ${JSON.stringify(shown).slice(0, 200).toWellFormed()}`
  const begunAt = clock.monotonic()
  store.transaction(() => {
    feed.tell(place, 'turn:started', { input: about, channel, direct: true })
    store.addCall(sessionId, turnId, { id: callId, tool: name, input })
    feed.tell(place, 'call:requested', { callId, tool: name, input: shown, effect: toolbox.effect(name) })
  })
  const tool = toolbox.get(name)
  const outcome =
    tool === undefined
      ? failure('unknown-tool', `There is no tool "${name}"`)
      : await governor.run({
          id: callId,
          tool,
          input,
          context: {
            ...{ signal, callId, ...place, channel, request: about, capability },
            progress: (text) => void feed.tell(place, 'call:progressed', { callId, tool: name, text }, { kept: false }),
          },
          onStart: (started) =>
            void feed.tell(place, 'call:started', { callId, tool: name, input: started }, { kept: false }),
        })
  const durationMs = clock.monotonic() - begunAt
  store.transaction(() => {
    audits.flush()
    store.finishCall(callId, outcome, shown)
    feed.tell(place, 'call:finished', { callId, tool: name, outcome, durationMs })
    feed.tell(place, 'turn:finished', {
      status: signal.aborted ? 'cancelled' : 'completed',
      ...{ text: '', steps: 0, calls: 1, usage: {}, durationMs },
    })
  })
  return outcome
}
