/** Servers of tools that an editor brings, as the agent's settings would name them. */

import type { McpServer } from '@agentclientprotocol/sdk/unstable'
import type { McpServerConfig } from '../mcp/client/server-config.js'
import { PlaceError } from './places.js'

/**
 * Names the servers of an editor `acp_…`, each differently. None of them is trusted: an editor passes on what a project says.
 *
 * @throws {@link PlaceError} for a transport that is not spoken.
 */
export function clientServers(servers: readonly McpServer[], folder: string): Record<string, McpServerConfig> {
  const named: Record<string, McpServerConfig> = {}
  for (const server of servers) {
    const word = server.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 20)
    const plain = `acp_${word || 'server'}`
    const name = plain in named ? `${plain}_${Object.keys(named).length}` : plain
    named[name] = { ...configOf(server, folder), trust: 'none', enabled: true }
  }
  return named
}

function configOf(server: McpServer, folder: string) {
  const pairs = (list: readonly { readonly name: string; readonly value: string }[]) =>
    Object.fromEntries(list.map(({ name, value }) => [name, value]))
  if (!('type' in server)) {
    const { command, args, env } = server
    return { command, args, env: pairs(env) }
  }
  if (server.type !== 'http') throw new PlaceError(folder, `servers of type "${server.type}" are not spoken to`)
  return { url: server.url, headers: pairs(server.headers) }
}
