/** The agent's side of MCP servers as a program, which the official conformance suite starts with the address of its server. */

import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { scriptedModel } from '@salp/models/testing'
import { openMcpServers } from '../mcp/client/mcp-servers.js'
import { mcpMigrations } from '../mcp/client/pins.js'
import { openMcpTransport } from '../node/mcp-transport.js'
import { sha256 } from './test-agent.js'
import { toolContext } from './tool-context.js'

/** What each tool of the suite is called with; others with nothing. */
const inputs: Readonly<Record<string, object>> = { suite__add_numbers: { a: 5, b: 3 } }

const url = process.argv.at(-1) ?? ''
const db = openDatabase(':memory:')
migrate(db, 'agent-mcp', mcpMigrations)
const servers = openMcpServers(
  {
    ...{ db, clock: systemClock, log: recordingLogger(), sha256, version: '1.2.3', openTransport: openMcpTransport },
    // A person who takes what is usual.
    questions: { ask: async () => '' },
    model: scriptedModel([]),
  },
  { suite: { url, headers: {}, trust: 'none', enabled: true } },
  { folder: '/work' },
)
const tools = await servers.tools()
for (const tool of tools) await tool.run(inputs[tool.name] ?? {}, toolContext())
const [{ status, reason } = { status: 'failed', reason: 'no server' }] = servers.list()
await servers.close()
if (status !== 'connected') throw new Error(reason)
