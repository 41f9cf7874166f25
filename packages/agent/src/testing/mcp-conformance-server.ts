/** The agent's MCP server with the few tools that the official conformance suite calls, for as long as a test needs it. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createIdSource, createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { Hono } from 'hono'
import { z } from 'zod'
import { requireHost } from '../http/access.js'
import { toProblem } from '../http/problem.js'
import { createMcpService } from '../mcp/server/mcp-service.js'
import { serveMcp } from '../mcp/server/serve-mcp.js'
import { createTool, type Tool, ToolError } from '../tool.js'
import { createTestAgent } from './test-agent.js'

const common = {
  description: 'For the conformance suite',
  input: z.object({}),
  effect: 'read',
  timeoutMs: 10_000,
} as const

const tools: readonly Tool[] = [
  createTool({ ...common, name: 'test_simple_text', run: async () => 'This is a simple text response for testing.' }),
  createTool({
    ...common,
    name: 'test_error_handling',
    run: () => Promise.reject(new ToolError('This tool intentionally returns an error for testing')),
  }),
  createTool({
    ...common,
    name: 'test_tool_with_progress',
    async run(_, { progress }) {
      for (const step of ['0', '50', '100']) progress(step)
      return 'Done'
    },
  }),
]

/** Serves until disposed. The suite sends no token, so one is put into every request before it arrives. */
export async function startConformanceServer(): Promise<{ readonly url: string } & AsyncDisposable> {
  const { agent, log, db } = createTestAgent({ tools: () => tools })
  const ids = createIdSource({ clock: systemClock, rng: createRng('conformance') })
  const parts = { clock: systemClock, ids, log }
  const service = createMcpService({
    ...{ ...parts, agent, version: '1.2.3' },
    memory: { recall: async () => ({ hits: [] }) },
    resources: [],
  })
  const app = new Hono()
  app.onError((error) => toProblem(error, { onFault: () => undefined }))
  const access = { token: 'secret', hosts: ['localhost', '127.0.0.1'], trustLoopback: false }
  app.use('*', requireHost(access))
  serveMcp(app, { ...parts, service }, { access, visitors: false })
  const listener = getRequestListener((request) => {
    const headers = new Headers(request.headers)
    headers.set('authorization', 'Bearer secret')
    return app.fetch(new Request(request, { headers }))
  })
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await service.close()
      await agent.close()
      db.close()
    },
  }
}
