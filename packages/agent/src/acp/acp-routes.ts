/** Editors over HTTP: what `salp acp` carries between an editor and the agent. */

import { ndJsonStream } from '@agentclientprotocol/sdk/unstable'
import { type LineRoutesDeps, lineRoutes } from '../http/line-routes.js'
import type { Route } from '../http/route.js'
import { type AcpDeps, type AcpOptions, serveAcp } from './serve-acp.js'

/** Routes under `/api/acp`. */
export function acpRoutes(deps: AcpDeps & Pick<LineRoutesDeps, 'ids'>, options: AcpOptions): Route[] {
  return lineRoutes(
    { ...deps, serve: ({ down, up }) => serveAcp(deps, ndJsonStream(down, up), options).closed },
    { path: '/api/acp', about: 'the Agent Client Protocol' },
  )
}
