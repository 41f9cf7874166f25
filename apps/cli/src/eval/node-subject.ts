/** A real agent as what cases are tried on: a node of its own for each, in a place that goes away. */

import type { AgentEvent, AgentStatus } from '@salp/agent'
import type { CaseAgent, CaseSubject } from '@salp/eval'
import type { Api } from '../client/api.js'
import { type ConnectDeps, startNodeOn } from '../client/connect.js'
import type { HomePaths } from '../client/home.js'
import { turnEvents } from '../client/turn-events.js'
import { nobodyAnswers } from '../turn/desk.js'
import { makeTrialPlace, trialEnvironment, trialSettings } from './trial-place.js'
import { traceOf } from './turn-trace.js'

/** How nodes are started. */
export interface NodeSubjectOptions {
  /** Of the agent: what `config.json` holds. */
  readonly settings: Readonly<Record<string, unknown>>
  /** `PATH=VALUE`, above all else. */
  readonly overrides: readonly string[]
}

/** Settings with which no language model is found. */
const withoutModel = ['model.detect=false']

/**
 * Says how nodes are started for trials: with the model and the manner of a home folder.
 *
 * @param asked - `reflex`: without a language model, whatever there is; `settings`: `PATH=VALUE`.
 */
export function trialNodes(
  { io, home }: { readonly io: ConnectDeps; readonly home: HomePaths },
  { reflex, settings }: { readonly reflex: boolean; readonly settings: readonly string[] },
): { readonly deps: ConnectDeps; readonly options: NodeSubjectOptions } {
  const own = trialSettings(home)
  if (!reflex) return { deps: io, options: { settings: own, overrides: settings } }
  const named = Object.entries(io.environment).filter(([name]) => !name.startsWith('SALP_MODEL'))
  return {
    deps: { ...io, environment: Object.fromEntries(named) },
    options: { settings: { ...own, model: undefined }, overrides: [...settings, ...withoutModel] },
  }
}

/** Money has no place in a trial. */
const fixed = ['wallet.chain=off']

/** How often a node is asked which model answers, and how long in between, in ms. */
const attempts = 100
const pauseMs = 100

/**
 * Creates the subject. What waits for a person is decided as the case says, but a call of high risk is denied in any case, as with
 * `salp ask --yes`: nobody looks on.
 *
 * @param deps - As for connecting to a node.
 */
export function nodeSubject(deps: ConnectDeps, name: string, options: NodeSubjectOptions): CaseSubject {
  return {
    name,
    open: async ({ files }, { signal }) => {
      const place = makeTrialPlace(options.settings, files)
      try {
        const { api, close } = await startTrialNode(deps, place, options, signal)
        const sessions = new Map<number, string>()
        return {
          async turn(input, { session, decision, signal: asked }) {
            const events: AgentEvent[] = []
            const request = { sessionId: sessions.get(session), text: input, unattended: false }
            for await (const event of turnEvents({ api, clock: deps.clock }, request, asked)) {
              events.push(event)
              sessions.set(session, event.sessionId)
              await settle(api, event, decision)
            }
            return traceOf(events, place.files())
          },
          async close() {
            try {
              await close()
            } finally {
              place[Symbol.dispose]()
            }
          },
        } satisfies CaseAgent
      } catch (error) {
        place[Symbol.dispose]()
        throw error
      }
    },
  }
}

/** Decides what waits for a person. */
async function settle(api: Api, event: AgentEvent, decision: 'approve' | 'deny'): Promise<void> {
  if (event.name === 'question:asked') await api.answer(event.data.question.id, nobodyAnswers)
  if (event.name !== 'approval:requested') return
  const { id, risk } = event.data.approval
  if (decision === 'deny') await api.decide(id, { decision })
  else if (risk.level === 'high') await api.decide(id, { decision: 'deny', reason: 'nobody looks on in a trial' })
  else await api.decide(id, { decision })
}

/** Says which model answers in a node that is started like those of the trials. */
export async function modelOf(deps: ConnectDeps, options: NodeSubjectOptions, signal: AbortSignal): Promise<string> {
  using place = makeTrialPlace(options.settings, {})
  const { api, close } = await startTrialNode(deps, place, options, signal)
  try {
    let status: AgentStatus | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      status = await api.status({ signal })
      if (status.model.provider !== 'none') break
      await deps.clock.sleep(pauseMs, { signal })
    }
    return status?.model.name ?? 'not connected'
  } finally {
    await close()
  }
}

function startTrialNode(
  deps: ConnectDeps,
  place: ReturnType<typeof makeTrialPlace>,
  { overrides }: NodeSubjectOptions,
  signal: AbortSignal,
): ReturnType<typeof startNodeOn> {
  const environment = trialEnvironment(deps.environment)
  const settings = [...overrides, ...fixed]
  return startNodeOn({ ...deps, environment, folder: place.workspace }, place.home, { signal, settings })
}
