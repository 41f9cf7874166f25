/** A server of the Model Context Protocol behind OAuth, and the authorization server that lets clients in, in memory. */

import { createHash } from 'node:crypto'
import { type FetchLike, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import type { CredentialStore, Credentials } from '../mcp/client/credentials.js'
import type { McpServersDeps } from '../mcp/client/mcp-servers.js'
import { echo } from './test-mcp.js'

/** Addresses of both. */
export const protectedUrl = 'https://notes.test/mcp'
const issuer = 'https://sign-in.test'

/** A request that arrived, without its headers. */
export interface Arrived {
  readonly url: string
  readonly body: string
  readonly authorization: string | null
}

/** Two servers, and what a test may change of them. */
export interface ProtectedServer {
  /** Requests to either, in order. */
  readonly arrived: Arrived[]
  /** Answers by address without its query, in place of what would be said. */
  readonly instead: Map<string, (request: Request) => Response | Promise<Response>>
  /** Rights that a call needs. */
  scope: string
  /** Takes access tokens back; refresh tokens stay good for one use. */
  expire(): void
  /** Answers calls. @defaultValue the echo of the input */
  say: ((authorization: string) => string) | undefined
  fetch: FetchLike
  openTransport: McpServersDeps['openTransport']
  /** What a person does who agrees: the query that their browser comes back with. */
  agree(address: string): Promise<URLSearchParams>
}

/** Creates both servers. */
export function createProtectedServer(): ProtectedServer {
  /** Rights by access token. */
  const access = new Map<string, string>()
  const refresh = new Map<string, string>()
  const codes = new Map<string, URLSearchParams>()
  let made = 0
  const next = (kind: string): string => `${kind}-${++made}-of-the-suite`

  const grant = (scope: string): Response => {
    const tokens = { access_token: next('access'), refresh_token: next('refresh') }
    access.set(tokens.access_token, scope)
    refresh.set(tokens.refresh_token, scope)
    return Response.json({ ...tokens, token_type: 'Bearer', expires_in: 3_600, scope })
  }
  const token = async (request: Request): Promise<Response> => {
    const given = new URLSearchParams(await request.text())
    if (given.get('grant_type') === 'refresh_token') {
      const old = given.get('refresh_token') ?? ''
      const scope = refresh.get(old)
      if (scope === undefined)
        return Response.json({ error: 'invalid_grant', error_description: `${old} was used` }, { status: 400 })
      refresh.delete(old)
      return grant(scope)
    }
    if (given.get('grant_type') === 'client_credentials') return grant(given.get('scope') ?? 'read')
    const code = given.get('code') ?? ''
    const asked = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256').update(given.get('code_verifier') ?? '')
    const good =
      asked?.get('code_challenge') === challenge.digest('base64url') &&
      asked.get('redirect_uri') === given.get('redirect_uri') &&
      given.get('resource') === protectedUrl
    return good
      ? grant(asked.get('scope') ?? '')
      : Response.json({ error: 'invalid_grant', error_description: `no ${code}` }, { status: 400 })
  }
  const handler = createMcpHandler(({ requestInfo }) => {
    const server = new Server({ name: 'notes', version: '1' }, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', () => ({ tools: [echo] }))
    server.setRequestHandler('tools/call', ({ params }) => {
      const said = test.say?.(requestInfo?.headers.get('authorization') ?? '')
      return { content: [{ type: 'text', text: said ?? JSON.stringify(params.arguments) }] }
    })
    return server
  })
  const mcp = async (request: Request): Promise<Response> => {
    const scopes = access.get((request.headers.get('authorization') ?? '').replace('Bearer ', ''))
    const metadata = 'resource_metadata="https://notes.test/.well-known/oauth-protected-resource/mcp"'
    const challenge = (status: number, more: string) =>
      new Response(null, { status, headers: { 'www-authenticate': `Bearer ${metadata}, ${more}` } })
    if (scopes === undefined) return challenge(401, 'scope="read"')
    const calls = (await request.clone().text()).includes('"tools/call"')
    if (calls && !scopes.split(' ').includes(test.scope))
      return challenge(403, `error="insufficient_scope", scope="${test.scope}"`)
    return handler.fetch(request)
  }
  const routes: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
    [protectedUrl]: mcp,
    'https://notes.test/.well-known/oauth-protected-resource/mcp': () =>
      Response.json({ resource: protectedUrl, authorization_servers: [issuer] }),
    [`${issuer}/.well-known/oauth-authorization-server`]: () => Response.json(metadataOf()),
    [`${issuer}/register`]: async (request) =>
      Response.json({ ...((await request.json()) as object), client_id: next('client') }, { status: 201 }),
    [`${issuer}/token`]: token,
    [`${issuer}/authorize`]: ({ url }) => {
      const asked = new URL(url).searchParams
      const code = next('code')
      codes.set(code, asked)
      const back = new URL(asked.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()
      return new Response(null, { status: 302, headers: { location: back.href } })
    },
  }
  const test: ProtectedServer = {
    arrived: [],
    instead: new Map(),
    scope: 'read',
    say: undefined,
    expire: () => access.clear(),
    async fetch(input, init) {
      const request = new Request(input, init)
      const { origin, pathname } = new URL(request.url)
      test.arrived.push({
        url: request.url,
        body: await request.clone().text(),
        authorization: request.headers.get('authorization'),
      })
      const address = `${origin}${pathname}`
      return (test.instead.get(address) ?? routes[address] ?? (() => new Response(null, { status: 404 })))(request)
    },
    openTransport(config, { authProvider }) {
      if (!('url' in config)) throw new Error('There is no such server')
      return new StreamableHTTPClientTransport(new URL(config.url), {
        ...{ fetch: test.fetch, requestInit: { headers: config.headers }, onInsufficientScope: 'throw' },
        ...(authProvider !== undefined && { authProvider }),
      })
    },
    async agree(address) {
      const { headers } = await test.fetch(address)
      return new URL(headers.get('location') ?? '').searchParams
    },
  }
  return test
}

/** What an authorization server says of itself. */
export function metadataOf(change: object = {}): object {
  return {
    ...{ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` },
    ...{ registration_endpoint: `${issuer}/register`, response_types_supported: ['code'] },
    ...{ code_challenge_methods_supported: ['S256'], token_endpoint_auth_methods_supported: ['none'] },
    ...change,
  }
}

/** Keeps secrets until the process ends. */
export function mapCredentials(): CredentialStore {
  const kept = new Map<string, Credentials>()
  return {
    read: (server) => kept.get(server),
    write(server, credentials) {
      if (credentials === undefined) kept.delete(server)
      else kept.set(server, credentials)
    },
  }
}
