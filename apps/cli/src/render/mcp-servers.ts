/** MCP servers that the agent uses, in words. */

import type { McpServerView } from '@salp/agent/mcp'
import { plural } from './quantity.js'
import { oneLine } from './visible.js'

/** One line a server, and one for each tool that is not taken. What servers say of themselves is not shown. */
export function renderServers({ servers }: { readonly servers: readonly McpServerView[] }): string {
  if (servers.length === 0) return 'No MCP server is set. Name one in mcp.servers of the configuration'
  return servers
    .flatMap(({ name, trust, status, reason, authorize, tools }) => {
      const taken = tools.filter(({ refused }) => refused === undefined).length
      const why = reason === undefined ? '' : ` (${oneLine(reason, 300)})`
      const asks = trust === 'none' ? 'every call is asked about' : 'by the rules'
      const sign = authorize === undefined ? [] : [`  to sign in, open ${oneLine(authorize.address, 4_000)}`]
      return [
        `${name}  ${words[status]}${why}, ${plural(taken, 'tool', 'tools')}, ${asks}`,
        ...sign,
        ...tools.flatMap((tool) =>
          tool.refused === undefined
            ? []
            : [
                `  ✗ ${oneLine(tool.name, 128)}: ${tool.refused}${tool.changed ? `; salp mcp agree ${name} ${tool.name}` : ''}`,
              ],
        ),
      ]
    })
    .join('\n')
}

const words: Readonly<Record<McpServerView['status'], string>> = {
  connecting: 'connecting',
  connected: 'connected',
  unauthorized: 'wants authorisation',
  failed: 'failed',
}
