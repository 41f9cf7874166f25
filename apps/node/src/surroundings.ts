/** What sessions have of their own that work in another folder. */

import type { Surroundings } from '@salp/agent'
import { createCommandTool, createReadTools, createWorkspace, createWriteTools } from '@salp/agent/node'

/** Tools for files and commands of a folder; nothing where a session works in the agent's own. */
export async function surroundingsOf(
  folder: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Surroundings | undefined> {
  if (folder === undefined) return undefined
  const workspace = await createWorkspace(folder)
  const tools = [
    ...createReadTools({ workspace }),
    ...createWriteTools({ workspace }),
    createCommandTool({ workspace, environment }),
  ]
  return { workspace: workspace.root, tools }
}
