/** The agent for other agents, by the Agent2Agent protocol over HTTP: versions 1.0 and 0.3. */

import { A2A_VERSION_HEADER, AgentCard, Extensions, HTTP_EXTENSION_HEADER } from '@a2a-js/sdk'
import { LEGACY_HTTP_EXTENSION_HEADER } from '@a2a-js/sdk/compat/v0_3'
import { LegacyJsonRpcTransportHandler, LegacyRestTransportHandler } from '@a2a-js/sdk/compat/v0_3/server'
import { JsonRpcTransportHandler, ServerCallContext, validateVersion } from '@a2a-js/sdk/server'
import type { Clock, IdSource, Logger, SqlDatabase } from '@salp/core'
import type { Context, Hono } from 'hono'
import type { Agent } from '../agent.js'
import { type AccessOptions, requireToken } from '../http/access.js'
import { createCard } from './card.js'
import { createHooks } from './hooks.js'
import { createRequestHandler, goneKey } from './request-handler.js'
import type { Strangers } from './strangers.js'
import { type Caller, createTaskStore } from './task-store.js'
import { type A2aTasks, createA2aTasks } from './tasks.js'

/** What serving asks of the application. */
export interface A2aDeps {
  readonly agent: Agent
  /** With the tables of `a2aMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly ids: IdSource
  readonly log: Logger
  /** Reaches only what a stranger may have asked: addresses to be told of tasks come from others. */
  readonly fetch: typeof globalThis.fetch
  /** What anyone may buy; nothing where it is absent. */
  readonly strangers?: Strangers | undefined
  /** Why nothing may run now. */
  paused?(): string | undefined
}

/** How it is served. */
export interface A2aOptions {
  readonly name: string
  readonly version: string
  /** Where others reach the node, such as `https://agent.example.org`; where they asked, if absent. */
  readonly publicUrl?: string | undefined
  /** Hosts, or `host:port`, of this machine or its network that may be told of tasks. */
  readonly allowHosts: readonly string[]
}

/** A served agent. */
export interface A2aServing extends Pick<A2aTasks, 'ofStrangers' | 'strangerSource'> {
  /** Adds the card, and the place where the agent is asked. */
  mount(app: Hono, access: AccessOptions): void
  /** The card, as JSON of version 1.0. @param origin - Where it was asked for. */
  card(origin: string): unknown
  /** Goes on with tasks of strangers, and tells addresses. */
  start(): void
  close(): Promise<void>
}

/** Paths of the card and of the agent. */
const a2aPaths = { card: '/.well-known/agent-card.json', agent: '/a2a' } as const

/** Largest request, in bytes. */
const maxBodyBytes = 1_048_576

const legacyVersion = '0.3'

/** Serves an agent; nothing runs before `start()`. */
export function serveA2a(deps: A2aDeps, { name, version, publicUrl, allowHosts }: A2aOptions): A2aServing {
  const store = createTaskStore(deps)
  const tasks = createA2aTasks({ ...deps, store })
  const hooks = createHooks({ ...deps, tasks }, { allowHosts })
  const { toolbox } = deps.agent
  const cardAt = (origin: string): AgentCard =>
    createCard({
      ...{ name, version, toolbox, url: `${publicUrl ?? origin}${a2aPaths.agent}` },
      sold: deps.strangers,
    })
  const cardFor = ({ req }: Context): AgentCard => cardAt(new URL(req.url).origin)

  /** The card in words of version 0.3, which the SDK writes only as the answer to a request. */
  const legacyCard = (card: AgentCard): Promise<object> =>
    new LegacyRestTransportHandler({
      ...createRequestHandler({ tasks, store, hooks, card }),
      getAuthenticatedExtendedAgentCard: async () => card,
    }).getAuthenticatedExtendedAgentCard(new ServerCallContext())

  const answer = async (context: Context, caller: Caller): Promise<Response> => {
    const { req } = context
    const requestedVersion = req.header(A2A_VERSION_HEADER) ?? legacyVersion
    const isLegacy = requestedVersion === legacyVersion
    const extensionHeader = isLegacy ? LEGACY_HTTP_EXTENSION_HEADER : HTTP_EXTENSION_HEADER
    const gone = new AbortController()
    const card = cardFor(context)
    const requestHandler = createRequestHandler({ tasks, store, hooks, card })
    const call = new ServerCallContext({
      user: { isAuthenticated: caller === 'owner', userName: caller },
      requestedVersion,
      requestedExtensions: Extensions.parseServiceParameter(
        req.header(extensionHeader) ?? req.header(HTTP_EXTENSION_HEADER),
      ),
      state: new Map([[goneKey, AbortSignal.any([gone.signal, req.raw.signal])]]),
    })
    const transport = isLegacy
      ? new LegacyJsonRpcTransportHandler(requestHandler)
      : new JsonRpcTransportHandler(requestHandler)
    const toError = isLegacy
      ? LegacyJsonRpcTransportHandler.mapToLegacyJSONRPCError
      : JsonRpcTransportHandler.mapToJSONRPCError
    const failure = (error: unknown) => ({ jsonrpc: '2.0', id: null, error: toError(error) })
    const body = await req.text()
    if (body.length > maxBodyBytes) return context.json(tooLarge, 413)
    try {
      validateVersion(requestedVersion, card, 'JSONRPC')
      const request = parse(body)
      if (request === undefined) return context.json(unreadable)
      const result = await transport.handle(request, call)
      const activated = (): Record<string, string> =>
        call.activatedExtensions === undefined
          ? {}
          : { [extensionHeader]: Extensions.toServiceParameter(call.activatedExtensions) }
      if (!isStream(result)) return context.json(result, 200, activated())
      // The first event tells whether there is a stream at all.
      const events = result[Symbol.asyncIterator]()
      const first = await events.next()
      return stream({ first, events, failure, gone, headers: activated() })
    } catch (error) {
      return context.json({ ...failure(error), id: idOf(body) })
    }
  }

  return {
    mount(app, access) {
      app.get(a2aPaths.card, async (context) => {
        const card = cardFor(context)
        context.header('access-control-allow-origin', '*')
        context.header('vary', A2A_VERSION_HEADER)
        const isLegacy = (context.req.header(A2A_VERSION_HEADER) ?? legacyVersion) === legacyVersion
        return context.json(isLegacy ? await legacyCard(card) : AgentCard.toJSON(card))
      })
      const sold = deps.strangers !== undefined
      app.post(
        a2aPaths.agent,
        async (context, next) => {
          const guard = requireToken(access, sold ? () => answer(context, 'stranger') : undefined)
          return guard(context, next)
        },
        (context) => answer(context, 'owner'),
      )
    },
    card: (origin) => AgentCard.toJSON(cardAt(origin)),
    ofStrangers: tasks.ofStrangers,
    strangerSource: tasks.strangerSource,
    start() {
      tasks.start()
      hooks.start()
    },
    async close() {
      await tasks.close()
      await hooks.close()
    },
  }
}

const tooLarge = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32600, message: `At most ${maxBodyBytes} bytes are taken` },
}
const unreadable = { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'The request is no JSON' } }

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    // What is no object is no request; the transport says so in the protocol's words.
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return undefined
  }
}

function idOf(body: string): unknown {
  const id = parse(body)?.id
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function isStream<T extends object>(
  result: T | AsyncGenerator<T, void, undefined>,
): result is AsyncGenerator<T, void, undefined> {
  return Symbol.asyncIterator in result
}

interface Streaming {
  readonly first: IteratorResult<unknown, void>
  readonly events: AsyncIterator<unknown, void, undefined>
  readonly failure: (error: unknown) => unknown
  readonly gone: AbortController
  readonly headers: Readonly<Record<string, string>>
}

/** Events of the server, as long as somebody reads. */
function stream({ first, events, failure, gone, headers }: Streaming): Response {
  const encoder = new TextEncoder()
  const write = (value: unknown): Uint8Array => encoder.encode(`data: ${JSON.stringify(value)}\n\n`)
  let next: IteratorResult<unknown, void> | undefined = first
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = next ?? (await events.next())
        next = undefined
        if (done === true) controller.close()
        else controller.enqueue(write(value))
      } catch (error) {
        controller.enqueue(write(failure(error)))
        controller.close()
      }
    },
    cancel: () => gone.abort(),
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...headers,
    },
  })
}
