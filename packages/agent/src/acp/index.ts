/** The agent for editors, by the Agent Client Protocol. */

export { acpRoutes } from './acp-routes.js'
export type { ClientMachine, TerminalCommand, TerminalEnd } from './client-machine.js'
export { clientServers } from './client-servers.js'
export {
  createSessionPlaces,
  type Place,
  PlaceError,
  type PlaceRequest,
  type PlacesDeps,
  placesMigrations,
  type SessionPlaces,
} from './places.js'
export { type AcpDeps, type AcpOptions, type AcpServing, describeAgent, serveAcp } from './serve-acp.js'
