/** The agent for other agents, and other agents for it, by the Agent2Agent protocol. */

export { a2aRoutes } from './a2a-routes.js'
export {
  type AskAnswer,
  AskError,
  type Asker,
  type AskerDeps,
  type AskOrder,
  createAsker,
  type Said,
  type TaskBill,
  type TaskPaid,
  type TaskPayer,
} from './ask-agent.js'
export { type AskAgentToolDeps, type AskAgentToolOptions, createAskAgentTool } from './ask-agent-tool.js'
export { type A2aDeps, type A2aOptions, type A2aServing, serveA2a } from './serve-a2a.js'
export type { SaleMessage, SaleRecords, SaleUpdate, SaleWork, Sell, Strangers } from './strangers.js'
export { a2aMigrations } from './task-store.js'
