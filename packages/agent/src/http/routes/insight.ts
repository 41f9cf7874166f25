/** How the agent is: health, status, audit, settings, and everything as it happens. */

import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { type AgentEvent, agentStatusSchema, auditEntrySchema, chainStateSchema } from '../../protocol.js'
import type { ApiDeps } from '../deps.js'
import { defineRoute, type Route } from '../route.js'

/** How often an idle event stream shows that it lives, in ms. */
const heartbeatMs = 15_000

/** Events that a reader who was away is told of at most. */
const maxReplay = 1_000

/** Routes that only read. */
export function insightRoutes(deps: ApiDeps): Route[] {
  const { agent, version, config } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/api/health',
      summary: 'Tells that the agent answers',
      open: true,
      response: z.object({ status: z.literal('ok'), version: z.string() }),
      answer: () => ({ status: 'ok', version }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/status',
      summary: 'Tells what the agent is and has',
      response: agentStatusSchema,
      answer: () => deps.status(),
    }),
    defineRoute({
      method: 'get',
      path: '/api/audit',
      summary: 'Gives recorded calls, the newest first, and whether the record is intact',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(500).default(50),
        before: z.coerce.number().int().optional(),
        /** Recomputes everything from the first entry. */
        all: z.stringbool().default(false),
      }),
      response: z.object({ entries: z.array(auditEntrySchema), chain: chainStateSchema }),
      answer: ({ query }) => ({ entries: agent.audit.list(query), chain: agent.audit.verify(query) }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/config',
      summary: 'Gives every setting and where it came from',
      response: z.object({
        entries: z.array(z.object({ path: z.string(), value: z.json(), source: z.string(), origin: z.string() })),
      }),
      answer: () => ({
        entries: config.map(({ path, value, source, origin, secret }) => ({
          path,
          value: secret && value !== undefined ? '[hidden]' : (value ?? null),
          source,
          origin,
        })),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/events',
      summary: 'Streams everything that happens; `Last-Event-ID` goes on where a reader left',
      query: z.object({ after: z.coerce.number().int().optional() }),
      streams: 'Server-sent events: `id` is the sequence, `event` the name, `data` the event as JSON',
      answer: ({ context, query }) =>
        streamEvents(deps, context, Number(context.req.header('last-event-id') ?? query.after ?? Number.NaN)),
    }),
  ]
}

function streamEvents({ agent, clock }: ApiDeps, context: Parameters<typeof streamSSE>[0], after: number): Response {
  return streamSSE(context, async (stream) => {
    const gone = new AbortController()
    stream.onAbort(() => gone.abort())
    const queue: AgentEvent[] = Number.isSafeInteger(after) ? agent.store.events({ after, limit: maxReplay }) : []
    let wake = Promise.withResolvers<void>()
    const unsubscribe = agent.events.subscribeAll((_, event) => {
      queue.push(event)
      wake.resolve()
    })
    try {
      await stream.write(': connected\n\n')
      while (!gone.signal.aborted) {
        for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
          await stream.writeSSE({ id: String(event.sequence), event: event.name, data: JSON.stringify(event) })
        }
        const idle = await Promise.race([
          wake.promise.then(() => false),
          clock.sleep(heartbeatMs, { signal: gone.signal }).then(
            () => true,
            () => false,
          ),
        ])
        wake = Promise.withResolvers()
        if (idle) await stream.write(': alive\n\n')
      }
    } finally {
      unsubscribe()
    }
  })
}
