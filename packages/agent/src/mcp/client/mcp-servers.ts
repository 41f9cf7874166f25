/** The servers that an agent uses: their tools, under its governance, as long as they are what was agreed. */

import type { AuthProvider, Transport } from '@modelcontextprotocol/client'
import type { Clock, Logger, SqlDatabase } from '@salp/core'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { Sha256 } from '../../governance/audit.js'
import { createTool, type Tool, ToolError } from '../../tool.js'
import type { AnswerDeps } from './answer-server.js'
import { type Authorization, type AuthorizationDeps, createAuthorization } from './authorization.js'
import { type Connection, openConnection } from './connection.js'
import { describeForeign, type ForeignTool, nameOf, pinnedText, refusalOf } from './judge-tool.js'
import { createPins } from './pins.js'
import type { McpServerConfig } from './server-config.js'

/** What servers ask of the application. */
export interface McpServersDeps extends AnswerDeps {
  /** With the table of `mcpMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly log: Logger
  readonly sha256: Sha256
  readonly version: string
  openTransport(
    server: McpServerConfig,
    options: { folder: string; authProvider?: AuthProvider | undefined },
  ): Transport | Promise<Transport>
  /** Signs in to servers behind OAuth; without, they are not let in by. */
  readonly authorization?: Omit<AuthorizationDeps, 'clock'> | undefined
}

/** A server, for a person. */
export interface McpServerView {
  readonly name: string
  readonly trust: McpServerConfig['trust']
  /** `unauthorized`: it wants the owner to let the agent in. */
  readonly status: 'connecting' | 'connected' | 'unauthorized' | 'failed'
  readonly reason?: string | undefined
  /** Where the owner does that in a browser, or gives a server more rights. `until` in ms since the epoch. */
  readonly authorize?: { readonly address: string; readonly until: number } | undefined
  readonly tools: readonly McpToolView[]
}

/** A tool of a server; `refused` says why the agent does not have it. */
export interface McpToolView {
  readonly name: string
  readonly description: string
  readonly refused?: string | undefined
  /** Whether it waits for {@link McpServers.agree}. */
  readonly changed: boolean
}

/** Servers, connected. */
export interface McpServers extends AsyncDisposable {
  /** The tools that are there now. Waits for first attempts to connect, for a moment. */
  tools(): Promise<readonly Tool[]>
  list(): McpServerView[]
  /** Takes a tool as it is now, after it changed. @throws {@link McpError} (`agent/mcp-unknown`). */
  agree(server: string, tool: string): void
  /**
   * Begins to sign in to a server anew.
   *
   * @returns The address to open in a browser; nothing if no person is needed.
   * @throws {@link McpError} (`agent/mcp-unknown`), or AuthorizationError (`agent/mcp-authorization`).
   */
  login(server: string): Promise<string | undefined>
  /** Forgets what a server let the agent in with. @throws {@link McpError} (`agent/mcp-unknown`). */
  logout(server: string): Promise<void>
  /**
   * Takes the query of the address that a browser came back to, once.
   *
   * @returns Name of the server that lets the agent in now.
   * @throws {@link McpError} (`agent/mcp-unknown`) if nobody waits for it, or AuthorizationError (`agent/mcp-authorization`).
   */
  authorize(answer: URLSearchParams): Promise<string>
  close(): Promise<void>
}

/** Tools of one server. */
const mostTools = 100
/** How long a turn waits for servers that never answered, in ms. */
const patienceMs = 5_000
/** How long a call may be silent, in ms. */
const silenceMs = 60_000

interface Offered {
  readonly foreign: ForeignTool
  readonly hash: string
  readonly refused?: string | undefined
  readonly changed: boolean
}

interface Server {
  readonly config: McpServerConfig
  readonly connection: Connection
  readonly authorization: Authorization | undefined
  offered: readonly Offered[]
  tools: readonly Tool[]
}

/** Connects to servers. `folder`: the absolute folder that they work in, and are told of. */
export function openMcpServers(
  deps: McpServersDeps,
  configs: Readonly<Record<string, McpServerConfig>>,
  { folder }: { folder: string },
): McpServers {
  const { clock, log, sha256 } = deps
  const pins = createPins(deps)
  const servers = new Map<string, Server>()

  const accept = (name: string, foreign: readonly ForeignTool[]): void => {
    const server = servers.get(name)
    if (server === undefined) return
    const seen = new Set<string>()
    server.offered = foreign.map((tool, index): Offered => {
      const hash = sha256(pinnedText(tool))
      const reason =
        index >= mostTools
          ? `the server has ${foreign.length} tools, at most ${mostTools} are taken`
          : seen.has(tool.name)
            ? 'another tool has its name'
            : refusalOf(tool)
      seen.add(tool.name)
      if (reason !== undefined) return { foreign: tool, hash, refused: reason, changed: false }
      if (pins.holds(name, tool.name, hash)) return { foreign: tool, hash, changed: false }
      return { foreign: tool, hash, refused: 'it is not what was agreed any more', changed: true }
    })
    const refused = server.offered.filter((tool) => tool.refused !== undefined)
    if (refused.length > 0) {
      const told = refused.slice(0, 20).map((tool) => `${tool.foreign.name.slice(0, 60)}: ${tool.refused}`)
      log.warn('Tools of a server are not taken', { server: name, refused: told })
    }
    const taken = new Set<string>()
    server.tools = server.offered.flatMap((tool) => {
      if (tool.refused !== undefined) return []
      const known = nameOf(name, tool.foreign.name, { taken, mark: sha256(tool.foreign.name) })
      taken.add(known)
      return [toTool(known, name, server, tool)]
    })
  }

  for (const [name, config] of Object.entries(configs)) {
    if (!config.enabled) continue
    const authorization =
      deps.authorization !== undefined && 'url' in config && !sendsItsOwn(config.headers)
        ? createAuthorization({ ...deps.authorization, clock }, { name, url: config.url, oauth: config.oauth })
        : undefined
    const connection = openConnection(name, {
      ...deps,
      ...{ folder, authorization },
      openTransport: () => deps.openTransport(config, { folder, authProvider: authorization?.provider }),
      onTools: (tools) => accept(name, tools),
    })
    servers.set(name, { config, connection, authorization, offered: [], tools: [] })
  }
  const find = (name: string): Server => {
    const server = servers.get(name)
    if (server === undefined) throw new McpError(`There is no MCP server "${name}"`)
    return server
  }
  const authorizationOf = (name: string): Authorization => {
    const { authorization } = find(name)
    if (authorization === undefined) throw new McpError(`The MCP server "${name}" is not one to sign in to`)
    return authorization
  }
  const close = async (): Promise<void> => {
    await Promise.all([...servers.values()].map(({ connection }) => connection.close()))
  }

  return {
    async tools() {
      const all = [...servers.values()]
      const waiting = new AbortController()
      await Promise.race([
        Promise.all(all.map(({ connection }) => connection.tried)),
        clock.sleep(patienceMs, { signal: waiting.signal }).catch(() => undefined),
      ])
      waiting.abort()
      return all.flatMap(({ tools }) => tools)
    },
    list: () =>
      [...servers].map(([name, { config, connection, authorization, offered }]) => ({
        name,
        trust: config.trust,
        ...connection.state(),
        ...signingIn(authorization),
        tools: offered.map(({ foreign, refused, changed }) => ({
          name: foreign.name,
          description: describeForeign(name, foreign),
          refused,
          changed,
        })),
      })),
    agree(name, tool) {
      const server = find(name)
      const found = server.offered.find(({ foreign, changed }) => foreign.name === tool && changed)
      if (found === undefined) throw new McpError(`No tool "${tool}" of "${name}" waits for your word`)
      pins.agree(name, tool, found.hash)
      accept(
        name,
        server.offered.map(({ foreign }) => foreign),
      )
    },
    login: async (name) => authorizationOf(name).begin(),
    async logout(name) {
      authorizationOf(name).forget()
      await find(name).connection.renew()
    },
    async authorize(answer) {
      for (const [name, { authorization }] of servers) if (await authorization?.finish(answer)) return name
      throw new McpError('Nobody waits for this answer: it was used, came too late, or belongs to an earlier attempt')
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Whether the settings say what a server is sent to let the agent in. */
function sendsItsOwn(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
}

/** What a person is told of signing in: where, or why the last attempt came to nothing. */
function signingIn(authorization: Authorization | undefined): Pick<McpServerView, 'reason' | 'authorize'> {
  const wanted = authorization?.wanted()
  if (wanted !== undefined) return { authorize: { address: wanted.address, until: wanted.until } }
  const reason = authorization?.refusal()
  return reason === undefined ? {} : { reason }
}

/** A tool of a server, as one of the agent's. */
function toTool(name: string, serverName: string, server: Server, { foreign, hash }: Offered): Tool {
  const { trust } = server.config
  const believed = trust === 'described' ? foreign.annotations : undefined
  return createTool({
    name,
    description: describeForeign(serverName, foreign),
    input: inputOf(foreign),
    effect: believed?.readOnlyHint === true ? 'read' : 'network',
    timeoutMs: silenceMs,
    assess: () => ({
      risk: {
        level:
          believed?.readOnlyHint === true ? 'low' : foreign.annotations?.destructiveHint === true ? 'high' : 'medium',
        reasons: [`sends this to the MCP server "${serverName}"`],
      },
      ask: trust === 'none',
    }),
    remote: true,
    source: () => ({ kind: 'mcp', name: serverName, trust: 'foreign' }),
    async run(input, context) {
      const now = server.offered.find((tool) => tool.foreign.name === foreign.name && tool.refused === undefined)
      if (now?.hash !== hash) {
        throw new ToolError(`${name} is not what it was when this turn began`, {
          kind: 'denied',
          hint: 'The operator has to agree to what it is now',
        })
      }
      return server.connection.call(foreign.name, input, context)
    },
  })
}

/** The schema of a tool: the model is shown the server's own, and inputs are held against as much of it as we understand. */
function inputOf({ inputSchema }: ForeignTool): z.ZodType<Record<string, unknown>> {
  // An `id` would be entered in the registry of schemas, which all of a process share.
  const { $schema: _, id: __, ...shown } = inputSchema
  const check = checkOf(inputSchema)
  return z
    .looseObject({})
    .superRefine((value, context) => {
      for (const { path, message } of check?.safeParse(value).error?.issues ?? [])
        context.addIssue({ code: 'custom', path, message })
    })
    .meta(shown)
}

/** Nothing for a schema beyond us, or with patterns, which may be made to never end: the server checks what it gets. */
function checkOf(schema: ForeignTool['inputSchema']): z.ZodType | undefined {
  if (JSON.stringify(schema).includes('"pattern')) return undefined
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    return undefined
  }
}

/** A server or a tool that does not exist: `agent/mcp-unknown`. */
export class McpError extends SalpError {
  constructor(message: string) {
    super('agent/mcp-unknown', message)
  }
}
