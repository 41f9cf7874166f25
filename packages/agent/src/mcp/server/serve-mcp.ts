/** The agent's MCP server: over streamable HTTP at `/mcp`, and over lines for programs of this machine. */

import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Hono } from 'hono'
import { type AccessOptions, requireToken } from '../../http/access.js'
import { type LineRoutesDeps, lineRoutes } from '../../http/line-routes.js'
import { RequestError } from '../../http/problem.js'
import type { Route } from '../../http/route.js'
import { lineTransport } from './line-transport.js'
import type { McpService, McpServiceDeps } from './mcp-service.js'

/** What serving asks of the application. */
export interface ServeMcpDeps extends Pick<McpServiceDeps, 'clock' | 'ids' | 'log'> {
  readonly service: McpService
}

/** How it is served. */
export interface ServeMcpOptions {
  readonly access: AccessOptions
  /** Whether visitors are let in, to what is for sale. */
  readonly visitors: boolean
  /** Address under which others reach this server. @defaultValue that of the request */
  readonly publicOrigin?: string | undefined
}

/** Where the server is, and where it says who may come in (RFC 9728). */
const path = '/mcp'
const metadataPath = '/.well-known/oauth-protected-resource'
/** Clients that may be connected at once; the one that was silent longest makes room. */
const mostSessions = 500

/** Serves at `/mcp`. Clients of every revision that the SDK knows are served, those with sessions in sessions. */
export function serveMcp(app: Hono, deps: ServeMcpDeps, { access, visitors, publicOrigin }: ServeMcpOptions): void {
  const owner = createEndpoint(deps, false)
  const visitor = createEndpoint(deps, true)
  const originOf = (request: Request): string => publicOrigin ?? new URL(request.url).origin

  const challenge = (request: Request): Response =>
    Response.json(
      { error: 'invalid_token', error_description: 'Send the token of this agent as a bearer' },
      {
        status: 401,
        headers: {
          'www-authenticate': `Bearer realm="salp", error="invalid_token", resource_metadata="${originOf(request)}${metadataPath}${path}"`,
        },
      },
    )
  for (const at of [metadataPath, `${metadataPath}${path}`]) {
    app.get(at, ({ req }) =>
      Response.json({
        resource: `${originOf(req.raw)}${path}`,
        resource_name: 'Salp',
        bearer_methods_supported: ['header'],
      }),
    )
  }
  app.use(path, async ({ req }, next) => {
    const origin = req.header('origin')
    const known = origin === undefined || (URL.canParse(origin) && access.hosts.includes(new URL(origin).hostname))
    if (!known) throw new RequestError(403, 'agent/origin', 'The request came from another site')
    await next()
  })
  app.use(
    path,
    requireToken(access, async (request) => (visitors && !hasToken(request) ? visitor(request) : challenge(request))),
  )
  app.all(path, ({ req }) => owner(req.raw))
}

/** A wrong token is told so; only who offers none is a visitor. */
function hasToken(request: Request): boolean {
  return request.headers.has('authorization')
}

/** Routes under `/api/mcp/lines`: what `salp mcp` carries between a client and the agent. */
export function mcpLineRoutes({ service, log, ...deps }: ServeMcpDeps & Pick<LineRoutesDeps, 'clock'>): Route[] {
  return lineRoutes(
    {
      ...deps,
      async serve(stream) {
        const transport = lineTransport(stream)
        const closed = Promise.withResolvers<void>()
        const handle = serveStdio(() => service.createServer({ visitor: false, lasting: true }), {
          transport,
          onerror: (error) => log.debug('A client erred', { error }),
        })
        const { onclose } = transport
        transport.onclose = () => {
          onclose?.()
          closed.resolve()
        }
        await closed.promise
        await handle.close()
      },
    },
    { path: '/api/mcp/lines', about: 'the Model Context Protocol' },
  )
}

function createEndpoint(
  { service, ids, log }: ServeMcpDeps,
  visitor: boolean,
): (request: Request) => Promise<Response> {
  const onerror = (error: Error): void => log.debug('A client erred', { error })
  const modern = createMcpHandler(() => service.createServer({ visitor, lasting: false }), {
    legacy: 'reject',
    onerror,
  })
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()

  const begin = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: ids,
      onsessioninitialized(id) {
        sessions.set(id, transport)
        const [oldest] = sessions.keys()
        if (sessions.size > mostSessions && oldest !== undefined) void sessions.get(oldest)?.close()
      },
    })
    await service.createServer({ visitor, lasting: true }).connect(transport)
    const { onclose } = transport
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId)
      onclose?.()
    }
    return transport
  }
  const legacy = async (request: Request): Promise<Response> => {
    const id = request.headers.get('mcp-session-id')
    const known = id === null ? undefined : sessions.get(id)
    if (known !== undefined && id !== null) {
      sessions.delete(id)
      sessions.set(id, known)
      return known.handleRequest(request)
    }
    if (id !== null) return refuse(404, -32_001, 'Session not found')
    const body: unknown = await request
      .clone()
      .json()
      .catch(() => undefined)
    if (!isInitializeRequest(body)) return refuse(400, -32_000, 'Initialize first: there is no session')
    return (await begin()).handleRequest(request)
  }
  return async (request) => ((await isLegacyRequest(request)) ? legacy(request) : modern.fetch(request))
}

function refuse(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status })
}
