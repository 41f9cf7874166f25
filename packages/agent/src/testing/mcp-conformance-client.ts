/** The agent's side of MCP servers as a program, which the official conformance suite starts with the address of its server. */

import { migrate } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { scriptedModel } from '@salp/models/testing'
import { openMcpServers } from '../mcp/client/mcp-servers.js'
import { mcpMigrations } from '../mcp/client/pins.js'
import { mcpServersSchema } from '../mcp/client/server-config.js'
import { openMcpTransport } from '../node/mcp-transport.js'
import { sha256 } from './test-agent.js'
import { mapCredentials } from './test-oauth.js'
import { toolContext } from './tool-context.js'

/** What each tool of the suite is called with; others with nothing. */
const inputs: Readonly<Record<string, object>> = { suite__add_numbers: { a: 5, b: 3 } }

const url = process.argv.at(-1) ?? ''
/** What the suite says that the client is known by, where it is. */
const known = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as Readonly<Record<string, string | undefined>>
const machine = process.env.MCP_CONFORMANCE_SCENARIO?.startsWith('auth/client-credentials') === true
const { client_id: clientId, client_secret: clientSecret, private_key_pem: privateKey } = known
const oauth = clientId === undefined ? undefined : { clientId, clientSecret, privateKey }
const grant = machine ? 'client_credentials' : 'authorization_code'
const db = openDatabase(':memory:')
migrate(db, 'agent-mcp', mcpMigrations)
const servers = openMcpServers(
  {
    ...{ db, clock: systemClock, log: recordingLogger(), sha256, version: '1.2.3', openTransport: openMcpTransport },
    // A person who takes what is usual.
    questions: { ask: async () => '' },
    model: scriptedModel([]),
    authorization: {
      credentials: mapCredentials(),
      redirectUrl: 'http://127.0.0.1:4023/oauth/callback',
      clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
      outward: () => fetch,
    },
  },
  mcpServersSchema.parse({ suite: { url, ...(oauth !== undefined && { oauth: { ...oauth, grant } }) } }),
  { folder: '/work' },
)

/** Signs in as often as it is asked for, as a person does: opens the address, and comes back with the answer. */
async function signIn(): Promise<boolean> {
  const address = servers.list()[0]?.authorize?.address
  if (address === undefined) return false
  const { headers } = await fetch(address, { redirect: 'manual' })
  await servers.authorize(new URL(headers.get('location') ?? '').searchParams)
  return true
}

/** Waits until the server is in none of some states. */
async function leaves(...states: readonly string[]): Promise<void> {
  while (states.includes(servers.list()[0]?.status ?? '')) await systemClock.sleep(20)
}

await leaves('connecting')
if (await signIn()) await leaves('connecting', 'unauthorized')
for (const tool of await servers.tools()) {
  const call = async (): Promise<void> => void (await tool.run(inputs[tool.name] ?? {}, toolContext()))
  await call().catch(async (error: unknown) => {
    if (!(await signIn())) throw error
    return call()
  })
}
const [{ status, reason } = { status: 'failed', reason: 'no server' }] = servers.list()
await servers.close()
if (status !== 'connected') throw new Error(reason)
