/** Reaches servers of the Model Context Protocol: programs of this machine, and addresses. */

import { type AuthProvider, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { McpServerConfig } from '../mcp/client/server-config.js'

/** Opens a transport. A program gets the few variables that every program needs, and those of its settings. */
export function openMcpTransport(
  server: McpServerConfig,
  { folder, authProvider }: { folder: string; authProvider?: AuthProvider | undefined },
): Transport {
  if ('url' in server)
    return new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: server.headers },
      onInsufficientScope: 'throw',
      ...(authProvider !== undefined && { authProvider }),
    })
  const { command, args, env, cwd = folder } = server
  return new StdioClientTransport({
    ...{ command, args, cwd, stderr: 'ignore' },
    env: { ...getDefaultEnvironment(), ...env },
  })
}
