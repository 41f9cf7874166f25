/** The servers that the agent uses, for people. */

import { describeError } from '@salp/core'
import { z } from 'zod'
import { defineRoute, type Route } from '../../http/route.js'
import { clientMetadata } from './authorization.js'
import type { McpServers } from './mcp-servers.js'

const serverSchema = z.object({
  name: z.string(),
  trust: z.enum(['none', 'described']),
  status: z.enum(['connecting', 'connected', 'unauthorized', 'failed']),
  reason: z.string().optional(),
  authorize: z.object({ address: z.string(), until: z.number() }).optional(),
  tools: z.array(
    z.object({ name: z.string(), description: z.string(), refused: z.string().optional(), changed: z.boolean() }),
  ),
})

/** Routes under `/api/mcp`. */
export function mcpServerRoutes(
  servers: Pick<McpServers, 'list' | 'agree' | 'login' | 'logout' | 'authorize'>,
): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/mcp/servers',
      summary: 'Lists the MCP servers that the agent uses, with their tools and why one is not taken',
      response: z.object({ servers: z.array(serverSchema) }),
      answer: () => ({ servers: servers.list() }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/mcp/servers/{server}/agree',
      summary: 'Takes a tool of a server as it is now, after it changed',
      body: z.object({ tool: z.string().min(1) }),
      answer: ({ params: { server = '' }, body }) => servers.agree(server, body.tool),
    }),
    defineRoute({
      method: 'post',
      path: '/api/mcp/servers/{server}/login',
      summary: 'Begins to sign in to a server behind OAuth; gives the address to open, unless no person is needed',
      response: z.object({ address: z.string().optional() }),
      answer: async ({ params: { server = '' } }) => ({ address: await servers.login(server) }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/mcp/servers/{server}/logout',
      summary: 'Forgets the tokens of a server',
      answer: ({ params: { server = '' } }) => servers.logout(server),
    }),
    defineRoute({
      method: 'post',
      path: '/api/mcp/authorize',
      summary: 'Takes the address that a browser elsewhere came back to, and could not open',
      body: z.object({ address: z.url({ protocol: /^https?$/ }).max(8_192) }),
      response: z.object({ server: z.string() }),
      answer: async ({ body }) => ({ server: await servers.authorize(new URL(body.address).searchParams) }),
    }),
  ]
}

/** Path that browsers are sent back to. */
export const callbackPath = '/oauth/callback'
/** Path of the document by which authorization servers know the agent. */
export const clientMetadataPath = '/oauth/client.json'

/**
 * Routes for browsers that come back from an authorization server, and for that server. They ask for no token: an answer
 * is known by the secret that it was asked with.
 */
export function mcpCallbackRoutes(
  servers: Pick<McpServers, 'authorize'>,
  { clientMetadataUrl, redirectUrl }: { clientMetadataUrl?: string | undefined; redirectUrl?: string | undefined },
): Route[] {
  const callback = defineRoute({
    method: 'get',
    path: callbackPath,
    summary: 'Where a browser comes back to after its owner let the agent in to a server',
    open: true,
    async answer({ context }) {
      const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
      try {
        const server = await servers.authorize(new URL(context.req.url).searchParams)
        return context.text(`Salp may use "${server}" now. You can close this page.`, 200, headers)
      } catch (error) {
        return context.text(`${describeError(error)}.`, 400, headers)
      }
    },
  })
  if (clientMetadataUrl === undefined || redirectUrl === undefined) return [callback]
  return [
    callback,
    defineRoute({
      method: 'get',
      path: clientMetadataPath,
      summary: 'By which authorization servers know the agent, without registering it',
      open: true,
      answer: () => ({
        client_id: clientMetadataUrl,
        ...clientMetadata(redirectUrl),
        token_endpoint_auth_method: 'none',
      }),
    }),
  ]
}
