/** Servers of the Model Context Protocol in memory, and the agent's side of them, for tests. */

import { InMemoryTransport, Server, type Tool as ServerTool } from '@modelcontextprotocol/server'
import { migrate } from '@salp/core'
import { openDatabase } from '@salp/core/node'
import { recordingLogger, stoppedClock } from '@salp/core/testing'
import { scriptedModel } from '@salp/models/testing'
import { type McpServers, type McpServersDeps, openMcpServers } from '../mcp/client/mcp-servers.js'
import { mcpMigrations } from '../mcp/client/pins.js'
import type { McpServerConfig } from '../mcp/client/server-config.js'
import { sha256 } from './test-agent.js'

/** A server that says what a test wants. */
export interface TestServer {
  /** What it lists; a change is told by {@link TestServer.changed}. */
  tools: ServerTool[]
  /** Answers calls. @defaultValue echoes the input */
  answer: (
    call: { name: string; arguments?: Record<string, unknown> | undefined },
    server: Server,
    signal: AbortSignal,
  ) => Promise<object>
  changed(): Promise<void>
  /** Ends the connection from its side. */
  drop(): Promise<void>
  /** How often it was connected to. */
  connections: number
  transport(): InMemoryTransport
}

/** Creates a server with one tool, `echo`. */
export function createTestServer(tools: ServerTool[] = [echo]): TestServer {
  let server: Server | undefined
  const test: TestServer = {
    tools,
    answer: async ({ arguments: given }) => ({ content: [{ type: 'text', text: JSON.stringify(given) }] }),
    changed: async () => server?.sendToolListChanged(),
    drop: async () => server?.close(),
    connections: 0,
    transport() {
      const [ours, theirs] = InMemoryTransport.createLinkedPair()
      test.connections++
      server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: { listChanged: true } } })
      const made = server
      made.setRequestHandler('tools/list', () => ({ tools: test.tools }))
      made.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
        return (await test.answer(params, made, mcpReq.signal)) as { content: [] }
      })
      void made.connect(theirs)
      return ours
    },
  }
  return test
}

/** A tool that echoes. */
export const echo: ServerTool = {
  name: 'echo',
  description: 'Echoes',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
}

/** Servers by name. */
export interface TestServers extends AsyncDisposable {
  readonly servers: McpServers
  readonly log: ReturnType<typeof recordingLogger>
  readonly db: ReturnType<typeof openDatabase>
}

/** Connects to test servers. */
export function openTestServers(
  named: Readonly<Record<string, TestServer>>,
  {
    trust = 'none',
    db = openDatabase(':memory:'),
    configs = {},
    ...change
  }: Partial<McpServersDeps> & {
    trust?: McpServerConfig['trust']
    db?: ReturnType<typeof openDatabase>
    /** Servers beside the named ones, which `openTransport` reaches. */
    configs?: Readonly<Record<string, McpServerConfig>>
  } = {},
): TestServers {
  migrate(db, 'agent-mcp', mcpMigrations)
  const log = recordingLogger()
  const byUrl = new Map(Object.entries(named).map(([name, server]) => [`http://${name}.test/`, server]))
  const servers = openMcpServers(
    {
      ...{ db, log, sha256, version: '1.2.3', clock: stoppedClock(0), model: scriptedModel([]) },
      questions: { ask: () => Promise.reject(new Error('Nobody is asked here')) },
      openTransport(config) {
        const server = 'url' in config ? byUrl.get(config.url) : undefined
        if (server === undefined) throw new Error('There is no such server')
        return server.transport()
      },
      ...change,
    },
    {
      ...configs,
      ...Object.fromEntries(
        Object.keys(named).map((name) => [name, { url: `http://${name}.test/`, headers: {}, trust, enabled: true }]),
      ),
    },
    { folder: '/work' },
  )
  return {
    servers,
    log,
    db,
    async [Symbol.asyncDispose]() {
      await servers.close()
    },
  }
}
