/** A server of tools behind OAuth, on loopback: what it serves is another node's, let in with a token of its own. */

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** The server. */
export interface SignInServer extends AsyncDisposable {
  /** Of the tools. */
  readonly url: string
  /** Every secret that it gave out. */
  readonly secrets: string[]
  /** Takes access tokens back. */
  expire(): void
}

/** Starts it. Its person always agrees. */
export async function startSignInServer(tools: {
  readonly url: string
  readonly token: string
}): Promise<SignInServer> {
  const secrets: string[] = []
  const access = new Set<string>()
  const codes = new Map<string, URLSearchParams>()
  const make = (kind: string): string => {
    const secret = `${kind}-${crypto.randomUUID()}`
    secrets.push(secret)
    return secret
  }
  const grant = (): object => {
    const token = make('access')
    access.add(token)
    return { access_token: token, refresh_token: make('refresh'), token_type: 'Bearer', expires_in: 3_600 }
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const json = (response: ServerResponse, body: object, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const exchange = (given: URLSearchParams): object | undefined => {
    if (given.get('grant_type') === 'refresh_token')
      return secrets.includes(given.get('refresh_token') ?? '') ? grant() : undefined
    const asked = codes.get(given.get('code') ?? '')
    const challenge = createHash('sha256').update(given.get('code_verifier') ?? '')
    return asked?.get('code_challenge') === challenge.digest('base64url') ? grant() : undefined
  }
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!access.has((request.headers.authorization ?? '').replace('Bearer ', '')))
      return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers as Record<string, string>
    const { method = 'GET' } = request
    const inner = await fetch(`${tools.url}/mcp`, {
      ...{ method, headers: { ...headers, authorization: `Bearer ${tools.token}` } },
      ...(method === 'POST' && { body: await text(request) }),
    })
    const { 'content-type': type = '', 'mcp-session-id': session } = Object.fromEntries(inner.headers)
    response.writeHead(inner.status, { 'content-type': type, ...(session && { 'mcp-session-id': session }) })
    for await (const chunk of inner.body ?? []) response.write(chunk)
    response.end()
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '', origin)
    switch (pathname) {
      case '/mcp':
        return serve(request, response)
      case '/.well-known/oauth-protected-resource/mcp':
        return json(response, { resource: `${origin}/mcp`, authorization_servers: [origin] })
      case '/.well-known/oauth-authorization-server':
        return json(response, {
          ...{ issuer: origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` },
          ...{ registration_endpoint: `${origin}/register`, response_types_supported: ['code'] },
          ...{ code_challenge_methods_supported: ['S256'], token_endpoint_auth_methods_supported: ['none'] },
        })
      case '/register':
        return json(response, { ...JSON.parse(await text(request)), client_id: 'salp' }, 201)
      case '/authorize': {
        const code = make('code')
        codes.set(code, searchParams)
        const back = new URL(searchParams.get('redirect_uri') ?? '')
        back.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString()
        return void response.writeHead(302, { location: back.href }).end()
      }
      case '/token': {
        const granted = exchange(new URLSearchParams(await text(request)))
        return granted === undefined ? json(response, { error: 'invalid_grant' }, 400) : json(response, granted)
      }
      default:
        return void response.writeHead(404).end()
    }
  }
  return {
    url: `${origin}/mcp`,
    secrets,
    expire: () => access.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
