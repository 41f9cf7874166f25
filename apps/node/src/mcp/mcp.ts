/** The Model Context Protocol in a node: the servers it uses. */

import { createHash } from 'node:crypto'
import type { Surroundings, Tool, ToolParts } from '@salp/agent'
import { clientServers, createSessionPlaces, type SessionPlaces } from '@salp/agent/acp'
import { type McpServerConfig, type McpServers, type McpServersDeps, openMcpServers } from '@salp/agent/mcp'
import { openMcpTransport, openPlace, type Sandbox, type Workspace } from '@salp/agent/node'
import type { SqlDatabase } from '@salp/core'

/** What the parts ask of the node. */
export interface McpDeps extends Omit<McpServersDeps, 'sha256' | 'openTransport' | 'questions'> {
  readonly db: SqlDatabase
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
  readonly servers: Pick<McpServers, 'list' | 'agree'>
  readonly places: SessionPlaces
  surroundings(sessionId: string): Promise<Surroundings | undefined>
  /** Lets servers ask the person, in turns where somebody is there. */
  attend(questions: ToolParts['questions']): void
  /** Connects. */
  start(): void
  close(): Promise<void>
}

/** Creates the parts; nothing is connected to before `start()`. */
export function createMcp(
  { environment, secrets, protect, sandbox, watch, maps, airGap, ...deps }: McpDeps,
  { servers: configs, folder }: { servers: Readonly<Record<string, McpServerConfig>>; folder: string },
): Mcp {
  let questions: ToolParts['questions'] | undefined
  let opened: McpServers | undefined
  const open = (named: Readonly<Record<string, McpServerConfig>>, at: string): McpServers => {
    if (questions === undefined) throw new RangeError('Cannot connect to servers: nobody can be asked yet')
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
    return openMcpServers({ ...deps, questions, sha256, openTransport: openMcpTransport }, named, { folder: at })
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
  return {
    servers: {
      list: () => opened?.list() ?? [],
      agree: (server, tool) => opened?.agree(server, tool),
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
    start() {
      opened = open(configs, folder)
    },
    close: async () => opened?.close(),
  }
}
