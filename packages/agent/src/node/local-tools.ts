/** The tools of an agent that works on a machine. */

import { createSyntaxCheck } from '@salp/code/node'
import type { Clock } from '@salp/core'
import type { ToolParts } from '../agent.js'
import type { AgentStatus } from '../protocol.js'
import type { Tool } from '../tool.js'
import { createMemoryTools, type MemoryPort } from '../tools/memory-tools.js'
import { createAskTool, createStatusTool } from '../tools/self-tools.js'
import { createTaskTools } from '../tools/task-tools.js'
import type { Sandbox } from './sandbox.js'
import { createCodeTools } from './tools/code-tools.js'
import { createCommandTool } from './tools/command-tool.js'
import { createFetchTool } from './tools/fetch-tool.js'
import { createGitTools, type GithubAccess } from './tools/git-tools.js'
import { createReadTools } from './tools/read-tools.js'
import type { Workspace } from './tools/workspace.js'
import { createWriteTools } from './tools/write-tools.js'

/** What the tools work on. */
export interface LocalToolDeps extends Pick<ToolParts, 'questions' | 'tasks'> {
  readonly workspace: Workspace
  readonly clock: Pick<Clock, 'now'>
  /** Variables of the process; those that look secret are not handed to commands. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Secrets that commands may use, by the names of their variables. @defaultValue none */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Keeps commands to the workspace. */
  readonly sandbox?: Sandbox | undefined
  /** Folder in which the map of the workspace is kept between runs. @defaultValue none */
  readonly maps?: string | undefined
  /** Opens pull requests. @defaultValue none */
  readonly github?: GithubAccess | undefined
  readonly memory: MemoryPort
  status(): AgentStatus | Promise<AgentStatus>
}

/** Creates every tool that there is. */
export function createLocalTools({
  workspace,
  clock,
  environment,
  secrets,
  sandbox,
  maps,
  github,
  memory,
  questions,
  tasks,
  status,
}: LocalToolDeps): readonly Tool[] {
  return [
    ...createReadTools({ workspace }),
    ...createWriteTools({ workspace, checkSyntax: createSyntaxCheck() }),
    createCommandTool({ workspace, environment, secrets, sandbox }),
    ...createCodeTools({ workspace, environment, sandbox, maps }),
    ...createGitTools({ workspace, clock, environment, github }),
    createFetchTool(),
    ...createMemoryTools({ memory }),
    ...createTaskTools({ tasks }),
    createAskTool({ human: questions }),
    createStatusTool({ status }),
  ]
}
