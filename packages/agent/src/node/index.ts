/** Tools of the agent that touch the machine: files, commands and the web. */

export { CheckoutError, type GitCheckoutDeps, type GitCheckoutOptions, openGitCheckout } from './git-checkout.js'
export { createLocalTools, type LocalToolDeps } from './local-tools.js'
export { createLook, type LookOptions } from './look.js'
export { openMcpTransport } from './mcp-transport.js'
export { type OpenPlaceDeps, openPlace } from './open-place.js'
export { findSandbox, type Sandbox, type SandboxOptions, secretPlaces } from './sandbox.js'
export { secretValues, setApart, withoutSecrets } from './secret-variables.js'
export {
  type CommandRunner,
  type CommandToolDeps,
  type CommandToolOptions,
  createCommandTool,
} from './tools/command-tool.js'
export { createFetchTool, type FetchToolOptions } from './tools/fetch-tool.js'
export type { ResolvedAddress } from './tools/guarded-fetch.js'
export { createReadTools } from './tools/read-tools.js'
export { withSpeculation } from './tools/speculative-workspace.js'
export {
  createWorkspace,
  type FileChange,
  type OpenedFile,
  type Workspace,
  type WorkspaceEntry,
  type WorkspaceOptions,
  type WorkspacePath,
} from './tools/workspace.js'
export { createWriteTools } from './tools/write-tools.js'
export { openUndoLog, type UndoableTurn, UndoError, type UndoLog, type UndoneFile } from './undo.js'
