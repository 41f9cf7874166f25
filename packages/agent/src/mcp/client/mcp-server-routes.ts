/** The servers that the agent uses, for people. */

import { z } from 'zod'
import { defineRoute, type Route } from '../../http/route.js'
import type { McpServers } from './mcp-servers.js'

const serverSchema = z.object({
  name: z.string(),
  trust: z.enum(['none', 'described']),
  status: z.enum(['connecting', 'connected', 'failed']),
  reason: z.string().optional(),
  tools: z.array(
    z.object({ name: z.string(), description: z.string(), refused: z.string().optional(), changed: z.boolean() }),
  ),
})

/** Routes under `/api/mcp`. */
export function mcpServerRoutes(servers: Pick<McpServers, 'list' | 'agree'>): Route[] {
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
  ]
}
