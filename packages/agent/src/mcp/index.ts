/** The agent and the Model Context Protocol: servers whose tools it uses, and its own for others to use. */

export { type CredentialStore, type Credentials, credentialsSchema } from './client/credentials.js'
export { callbackPath, clientMetadataPath, mcpCallbackRoutes, mcpServerRoutes } from './client/mcp-server-routes.js'
export {
  McpError,
  type McpServers,
  type McpServersDeps,
  type McpServerView,
  type McpToolView,
  openMcpServers,
} from './client/mcp-servers.js'
export { mcpMigrations } from './client/pins.js'
export { type McpServerConfig, mcpServersSchema } from './client/server-config.js'
export {
  createMcpService,
  type McpService,
  type McpServiceDeps,
  type ResourceSource,
  type Shop,
  transcript,
} from './server/mcp-service.js'
export { mcpLineRoutes, type ServeMcpDeps, type ServeMcpOptions, serveMcp } from './server/serve-mcp.js'
