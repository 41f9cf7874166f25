/** MCP servers that the agent uses, in words. */

import type { McpServerView } from '@salp/agent/mcp'
import { plural } from './quantity.js'

/** One line a server, and one for each tool that is not taken. What servers say of themselves is not shown. */
export function renderServers({ servers }: { readonly servers: readonly McpServerView[] }): string {
  if (servers.length === 0) return 'No MCP server is set. Name one in mcp.servers of the configuration'
  return servers
    .flatMap(({ name, trust, status, reason, tools }) => {
      const taken = tools.filter(({ refused }) => refused === undefined).length
      const why = reason === undefined ? '' : ` (${reason})`
      const asks = trust === 'none' ? 'every call is asked about' : 'by the rules'
      return [
        `${name}  ${status}${why}, ${plural(taken, 'tool', 'tools')}, ${asks}`,
        ...tools.flatMap((tool) =>
          tool.refused === undefined
            ? []
            : [`  ✗ ${tool.name}: ${tool.refused}${tool.changed ? `; salp mcp agree ${name} ${tool.name}` : ''}`],
        ),
      ]
    })
    .join('\n')
}
