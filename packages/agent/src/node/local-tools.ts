/** The tools of an agent that works on a machine. */

import { createSyntaxCheck } from '@salp/code/node'
import type { ToolParts } from '../agent.js'
import type { AgentStatus } from '../protocol.js'
import type { Tool } from '../tool.js'
import { createMemoryTools, type MemoryPort } from '../tools/memory-tools.js'
import { createAskTool, createStatusTool } from '../tools/self-tools.js'
import { createTaskTools } from '../tools/task-tools.js'
import type { Sandbox } from './sandbox.js'
import { createCommandTool } from './tools/command-tool.js'
import { createFetchTool } from './tools/fetch-tool.js'
import { createReadTools } from './tools/read-tools.js'
import type { Workspace } from './tools/workspace.js'
import { createWriteTools } from './tools/write-tools.js'

/** What the tools work on. */
export interface LocalToolDeps extends Pick<ToolParts, 'questions' | 'tasks'> {
  readonly workspace: Workspace
  /** Variables of the process; those that look secret are not handed to commands. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Keeps commands to the workspace. */
  readonly sandbox?: Sandbox | undefined
  readonly memory: MemoryPort
  status(): AgentStatus | Promise<AgentStatus>
}

/** Creates every tool that there is. */
export function createLocalTools({
  workspace,
  environment,
  sandbox,
  memory,
  questions,
  tasks,
  status,
}: LocalToolDeps): readonly Tool[] {
  return [
    ...createReadTools({ workspace }),
    ...createWriteTools({ workspace, checkSyntax: createSyntaxCheck() }),
    createCommandTool({ workspace, environment, sandbox }),
    createFetchTool(),
    ...createMemoryTools({ memory }),
    ...createTaskTools({ tasks }),
    createAskTool({ human: questions }),
    createStatusTool({ status }),
  ]
}
