/** `salp mcp`: the agent for other agents, and the servers that it uses itself. */

import { SalpError } from '@salp/core'
import { Command } from 'commander'
import type { Api } from '../client/api.js'
import { type Invocation, note, print, withNode } from '../invocation.js'
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
        ['salp mcp login notes', 'sign in to one of them'],
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
  mcp
    .command('login')
    .description('sign in to a server that wants it: prints the address to open, and waits')
    .argument('<server>', 'name of the server')
    .option('--answer <address>', 'where a browser on another machine came back to, and found nothing')
    .action(
      toAction((invocation, server: string, { answer }: { answer?: string }) =>
        withNode(invocation, async ({ api }) => {
          if (answer !== undefined) await api.authorizeServer(answer)
          else await signIn(invocation, api, server)
          print(invocation, { server }, () => `Signed in to ${server}`)
        }),
      ),
    )
  mcp
    .command('logout')
    .description('forget the tokens of a server')
    .argument('<server>', 'name of the server')
    .action(
      toAction((invocation, server: string) =>
        withNode(invocation, async ({ api }) => {
          await api.logoutOfServer(server)
          print(invocation, { server }, () => `The tokens of ${server} are forgotten`)
        }),
      ),
    )
  return mcp
}

/** How often a node is asked whether the browser came back, in ms. */
const askMs = 1_000

/** Waits for a browser, with the node: one that was started for this command has to be there when it comes back. */
async function signIn(invocation: Invocation, api: Api, server: string): Promise<void> {
  const { address } = await api.loginToServer(server)
  if (address === undefined) return
  note(invocation, `Open this in a browser, and agree there:\n\n  ${address}\n`)
  const { clock } = invocation.io
  for (;;) {
    await clock.sleep(askMs, { signal: invocation.signal })
    const found = (await api.mcpServers()).servers.find(({ name }) => name === server)
    if (found?.authorize?.address === address || found?.status === 'connecting') continue
    if (found?.status === 'connected' && found.reason === undefined) return
    throw new LoginError(server, found?.reason ?? 'it is not in the settings any more')
  }
}

/** A server that was not signed in to: `cli/mcp-login`. */
class LoginError extends SalpError {
  constructor(server: string, why: string) {
    super('cli/mcp-login', `Cannot sign in to the MCP server "${server}": ${why}`)
  }
}
