/** The Model Context Protocol in a node: the servers it uses. */

import { createHash } from 'node:crypto'
import type { Surroundings, Tool, ToolParts } from '@salp/agent'
import { clientServers, createSessionPlaces, type SessionPlaces } from '@salp/agent/acp'
import {
  type CredentialStore,
  callbackPath,
  clientMetadataPath,
  McpError,
  type McpServerConfig,
  type McpServers,
  type McpServersDeps,
  openMcpServers,
} from '@salp/agent/mcp'
import { openMcpTransport, openPlace, type Sandbox, type Workspace } from '@salp/agent/node'
import type { Clock, SqlDatabase } from '@salp/core'
import { type OutwardFetch, openOutwardFetch } from '../a2a/outward-fetch.js'

/** What the parts ask of the node. */
export interface McpDeps extends Omit<McpServersDeps, 'sha256' | 'openTransport' | 'questions' | 'authorization'> {
  readonly db: SqlDatabase
  readonly clock: Clock
  /** Keeps what servers let the node in with. */
  readonly credentials: CredentialStore
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Folders that no tool touches in a session that works in `folder`. */
  protect(folder: string): readonly string[]
  /** Keeps commands to their folder. */
  readonly sandbox?: Sandbox | undefined
  /** Keeps what stands in files before they are changed. */
  watch(workspace: Workspace): Workspace
  /** Secrets that commands may use, by the names of their variables. */
  readonly secrets: Readonly<Record<string, string>>
  /** Folder in which maps of repositories are kept. */
  readonly maps: string
  /** Nothing may leave the machine. */
  readonly airGap: boolean
}

/** Servers for every session, places for those of editors, and what each session gets of both. */
export interface Mcp {
  readonly servers: Pick<McpServers, 'list' | 'agree' | 'login' | 'logout' | 'authorize'>
  readonly places: SessionPlaces
  surroundings(sessionId: string): Promise<Surroundings | undefined>
  /** Lets servers ask the person, in turns where somebody is there. */
  attend(questions: ToolParts['questions']): void
  /** Connects. @param url - Address of the node on this machine, for browsers that come back to it. */
  start(url: string): void
  close(): Promise<void>
}

/**
 * Where servers behind OAuth find a node that others reach: by https alone, as they demand of all but this machine.
 *
 * @param publicUrl - As in the settings.
 */
export function publicAddresses(publicUrl: string | undefined): { redirectUrl?: string; clientMetadataUrl?: string } {
  if (publicUrl === undefined || new URL(publicUrl).protocol !== 'https:') return {}
  const at = (path: string): string => `${publicUrl.replace(/\/+$/, '')}${path}`
  return { redirectUrl: at(callbackPath), clientMetadataUrl: at(clientMetadataPath) }
}

/** Where a browser on this machine finds a node, whatever address that listens on. */
function localCallback(url: string): string {
  const { hostname, port } = new URL(url)
  const host = hostname === '[::1]' || hostname === 'localhost' ? hostname : '127.0.0.1'
  return `http://${host}:${port || '80'}${callbackPath}`
}

/** Creates the parts; nothing is connected to before `start()`. */
export function createMcp(
  { environment, secrets, protect, sandbox, watch, maps, airGap, credentials, ...deps }: McpDeps,
  {
    servers: configs,
    folder,
    publicUrl,
  }: { servers: Readonly<Record<string, McpServerConfig>>; folder: string; publicUrl: string | undefined },
): Mcp {
  let questions: ToolParts['questions'] | undefined
  let opened: McpServers | undefined
  const ways: OutwardFetch[] = []
  const open = (
    named: Readonly<Record<string, McpServerConfig>>,
    at: string,
    authorization?: McpServersDeps['authorization'],
  ): McpServers => {
    if (questions === undefined) throw new RangeError('Cannot connect to servers: nobody can be asked yet')
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
    const parts = { ...deps, questions, sha256, openTransport: openMcpTransport, authorization }
    return openMcpServers(parts, named, { folder: at })
  }
  const places = createSessionPlaces({
    db: deps.db,
    folder,
    open: (request) =>
      openPlace(
        {
          ...{
            clock: deps.clock,
            protect: protect(request.folder),
            environment,
            secrets,
            sandbox,
            watch,
            maps,
            airGap,
          },
          openServers: (list, at) => open(clientServers(list, at), at),
        },
        request,
      ),
  })
  const common = async (): Promise<readonly Tool[]> => (await opened?.tools()) ?? []
  const begun = (): McpServers => {
    if (opened === undefined) throw new McpError('The node has not connected to its MCP servers yet')
    return opened
  }
  return {
    servers: {
      list: () => opened?.list() ?? [],
      agree: (server, tool) => begun().agree(server, tool),
      login: async (server) => begun().login(server),
      logout: async (server) => begun().logout(server),
      authorize: async (answer) => begun().authorize(answer),
    },
    places,
    async surroundings(sessionId) {
      const [own, shared] = await Promise.all([places.surroundings(sessionId), common()])
      if (own === undefined) return shared.length === 0 ? undefined : { tools: shared }
      return { ...own, tools: [...shared, ...own.tools] }
    },
    attend(ask) {
      questions = ask
    },
    start(url) {
      opened = open(configs, folder, {
        ...{ credentials, redirectUrl: localCallback(url), ...publicAddresses(publicUrl) },
        outward(allowHosts) {
          const way = openOutwardFetch({ clock: deps.clock }, { allowHosts, closed: airGap })
          ways.push(way)
          return way.fetch
        },
      })
    },
    async close() {
      await opened?.close()
      for (const way of ways) way.close()
    },
  }
}
