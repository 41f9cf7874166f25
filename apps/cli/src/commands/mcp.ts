/** `salp mcp`: the agent for other agents, and the servers that it uses itself. */

import { Command } from 'commander'
import { print, withNode } from '../invocation.js'
import { serveLines } from '../lines/carry-lines.js'
import { renderServers } from '../render/mcp-servers.js'
import { examples, type ToAction } from './action.js'

/** Creates the command. */
export function mcpCommand(toAction: ToAction): Command {
  const mcp = new Command('mcp')
    .description('serve the agent to any MCP client, over standard input and output; it is at /mcp of the node, too')
    .action(toAction((invocation) => serveLines(invocation, '/api/mcp/lines')))
    .addHelpText(
      'after',
      examples(
        ['salp mcp', 'what to put into the settings of a client, as the command of a server'],
        ['salp memory mcp', 'the memory alone, without a node'],
        ['salp mcp servers', 'the servers whose tools this agent uses'],
      ),
    )
  mcp
    .command('servers')
    .description('list the MCP servers of the settings (mcp.servers), and why a tool of theirs is not taken')
    .action(
      toAction((invocation) =>
        withNode(invocation, async ({ api }) => print(invocation, await api.mcpServers(), renderServers)),
      ),
    )
  mcp
    .command('agree')
    .description('take a tool of a server as it is now, after its description or input changed')
    .argument('<server>', 'name of the server')
    .argument('<tool>', 'name of the tool, as the server calls it')
    .action(
      toAction((invocation, server: string, tool: string) =>
        withNode(invocation, async ({ api }) => {
          await api.agreeToTool(server, tool)
          print(invocation, { server, tool }, () => `${tool} of ${server} is taken as it is now`)
        }),
      ),
    )
  return mcp
}
