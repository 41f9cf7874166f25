/** Opens folders for sessions of editors: file tools and commands in a folder of the session's own. */

import { isAbsolute } from 'node:path'
import { createSyntaxCheck } from '@salp/code/node'
import { type Clock, describeError } from '@salp/core'
import { type Place, PlaceError, type PlaceRequest } from '../acp/places.js'
import type { McpServers } from '../mcp/client/mcp-servers.js'
import { type JsonValue, type Tool, ToolError } from '../tool.js'
import { withClient } from './client-workspace.js'
import type { Sandbox } from './sandbox.js'
import { createCodeTools } from './tools/code-tools.js'
import { createCommandTool } from './tools/command-tool.js'
import { createGitTools } from './tools/git-tools.js'
import { createReadTools } from './tools/read-tools.js'
import { decodeText } from './tools/text-file.js'
import { createWorkspace, type Workspace } from './tools/workspace.js'
import { createWriteTools } from './tools/write-tools.js'

/** What opening asks of the application. */
export interface OpenPlaceDeps {
  readonly clock: Pick<Clock, 'now'>
  /** Folders that no tool touches, such as the home folder with its keys. */
  readonly protect: readonly string[]
  /** Variables of the process; those that look secret are not handed to commands. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Secrets that commands may use, by the names of their variables. @defaultValue none */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Keeps commands to the folder. */
  readonly sandbox?: Sandbox | undefined
  /** Keeps what stands in files before they are changed. @defaultValue nothing is kept */
  watch?(workspace: Workspace): Workspace
  /** Folder in which maps of repositories are kept between runs. @defaultValue none */
  readonly maps?: string | undefined
  /** Nothing may leave the machine: commands run here, and no server is connected to. @defaultValue `false` */
  readonly airGap?: boolean | undefined
  /** Connects to servers of tools that a client brings, which work in the folder. */
  openServers(servers: PlaceRequest['servers'], folder: string): Pick<McpServers, 'tools' | 'close'>
}

/** Opens a folder, with what a client lends. @throws {@link PlaceError} if it is no folder of this machine. */
export async function openPlace(
  {
    clock,
    protect,
    environment,
    secrets,
    sandbox,
    watch = (workspace) => workspace,
    maps,
    airGap = false,
    openServers,
  }: OpenPlaceDeps,
  { folder, machine, servers }: PlaceRequest,
): Promise<Place> {
  if (!isAbsolute(folder)) throw new PlaceError(folder, 'it is not an absolute path')
  const base = watch(await openWorkspace(folder, protect))
  const workspace = machine === undefined ? base : withClient(base, machine)
  const run = machine?.run
  const runner = () =>
    run === undefined || airGap || machine?.gone.aborted !== false
      ? undefined
      : async (...[command, context]: Parameters<typeof run>): Promise<JsonValue> => {
          const { exitCode, signal, output, truncated, timedOut } = await run(command, context)
          context.signal.throwIfAborted()
          if (timedOut) throw ended(`it took longer than ${command.timeoutMs / 1_000} s`, 'timeout', output)
          if (signal !== null) throw ended(`it was ended by ${signal}`, 'failed', output)
          return { exitCode, stdout: output, stderr: '', truncated }
        }
  const tools: readonly Tool[] = [
    // A search looks at many files: on the disk, not one by one through the editor.
    ...createReadTools({ workspace }).filter(({ name }) => name === 'read_file'),
    ...createReadTools({ workspace: base }).filter(({ name }) => name !== 'read_file'),
    ...createWriteTools({ workspace, checkSyntax: createSyntaxCheck() }),
    createCommandTool({ workspace: base, environment, secrets, runner, sandbox }),
    ...createCodeTools({ workspace: base, environment, sandbox, maps }),
    ...createGitTools({ workspace: base, clock, environment }),
  ]
  const foreign = servers.length === 0 || airGap ? undefined : openServers(servers, base.root)
  return {
    folder: base.root,
    tools: async () => [...tools, ...((await foreign?.tools()) ?? [])],
    readText: async (path) => {
      try {
        const found = await workspace.locate(path)
        return found.kind === 'file' ? decodeText(await workspace.read(found))?.text : undefined
      } catch {
        // A path that the tools would refuse is theirs to explain.
        return undefined
      }
    },
    close: async () => foreign?.close(),
  }
}

async function openWorkspace(folder: string, protect: readonly string[]): Promise<Workspace> {
  try {
    const workspace = await createWorkspace(folder, { protect })
    if ((await workspace.locate('.')).kind === 'folder') return workspace
  } catch (cause) {
    throw new PlaceError(folder, `${describeError(cause)}. Sessions work on the machine of the node`, { cause })
  }
  throw new PlaceError(folder, 'it is no folder')
}

function ended(why: string, kind: 'timeout' | 'failed', output: string): ToolError {
  return new ToolError(`Cannot finish the command: ${why}`, {
    kind,
    hint: output === '' ? 'It printed nothing' : `It printed last:\n${output.slice(-1_500).toWellFormed()}`,
  })
}
