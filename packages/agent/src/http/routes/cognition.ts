/** How the agent steers itself: the substrate now, what it made of calls before, and a session in another configuration. */

import type { SubstrateModules } from '@salp/cognition'
import { z } from 'zod'
import { replay, replayedEvents } from '../../replay/replay.js'
import { SessionError } from '../../session/store.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** Modules of the substrate, each switched off or on; an absent one is as the substrate has it by itself. */
export const modulesSchema = z.object({
  perception: z.boolean().optional(),
  surprise: z.boolean().optional(),
  belief: z.boolean().optional(),
  precision: z.boolean().optional(),
  neuromodulation: z.boolean().optional(),
  blackboard: z.boolean().optional(),
  memory: z.boolean().optional(),
  counterfactual: z.boolean().optional(),
  integration: z.boolean().optional(),
  holographic: z.boolean().optional(),
  controllers: z.boolean().optional(),
} satisfies Record<keyof SubstrateModules, z.ZodType>)

/** What a page needs to draw the past of the substrate. */
const recordNames = ['call:observed', 'regime:changed', 'batch:kept', 'batch:undone'] as const

/** Events before a session that a replay learns from at most. */
const maxLearnt = 20_000

const moduleList = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .pipe(z.array(modulesSchema.keyof()))
  .optional()

/** Routes under `/api/cognition`, and `/api/substrate`. */
export function cognitionRoutes({ agent }: ApiDeps): Route[] {
  const { store } = agent
  return [
    defineRoute({
      method: 'get',
      path: '/api/substrate',
      summary: 'Gives the state of the cognitive substrate',
      response: z.json(),
      answer: () => agent.substrate(),
    }),
    defineRoute({
      method: 'get',
      path: '/api/cognition/record',
      summary:
        'Gives what the substrate made of the newest calls, with changes of regime and replies kept or undone, in order',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(5_000).default(500),
        session: z.string().optional(),
      }),
      response: z.object({ events: z.array(z.json()) }),
      answer: ({ query: { limit, session } }) => ({ events: store.newest(recordNames, { limit, sessionId: session }) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/cognition/replay/{session}',
      summary: 'Replays a recorded session with the modules that are on now, but for those named',
      query: z.object({ without: moduleList, with: moduleList }),
      response: z.json(),
      answer({ params: { session = '' }, query }) {
        if (store.get(session) === undefined) throw new SessionError('unknown', session)
        const own = store.newest(replayedEvents, { sessionId: session, limit: maxLearnt })
        const upTo = own.at(-1)?.sequence ?? 0
        const modules = Object.fromEntries([
          ...Object.entries(agent.substrate().modules),
          ...(query.without ?? []).map((name) => [name, false] as const),
          ...(query.with ?? []).map((name) => [name, true] as const),
        ])
        return replay(store.newest(replayedEvents, { limit: maxLearnt, upTo }), { sessionId: session, modules })
      },
    }),
  ]
}
