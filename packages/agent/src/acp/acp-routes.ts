/** Editors over HTTP: what `salp acp` carries between an editor and the agent. */

import { agentProtocolRouter } from '@agentclientprotocol/sdk/experimental/v2'
import { ndJsonStream } from '@agentclientprotocol/sdk/unstable'
import { type LineRoutesDeps, lineRoutes } from '../http/line-routes.js'
import type { Route } from '../http/route.js'
import { type AcpDeps, type AcpOptions, serveAcp } from './serve-acp.js'
import { serveAcpDraft } from './serve-draft.js'

/** Routes under `/api/acp`, and under `/api/acp-draft` with the draft of version 2 for editors that ask for it. */
export function acpRoutes(deps: AcpDeps & Pick<LineRoutesDeps, 'ids'>, options: AcpOptions): Route[] {
  const router = agentProtocolRouter()
    .withV1({ connect: (stream) => serveAcp(deps, stream, options) })
    .withV2({ connect: (stream) => serveAcpDraft(deps, stream, options) })
  return [
    ...lineRoutes(
      { ...deps, serve: ({ down, up }) => serveAcp(deps, ndJsonStream(down, up), options).closed },
      { path: '/api/acp', about: 'the Agent Client Protocol' },
    ),
    ...lineRoutes(
      { ...deps, serve: ({ down, up }) => router.connect(ndJsonStream(down, up)).closed },
      { path: '/api/acp-draft', about: 'the Agent Client Protocol, version 1 or the draft of 2' },
    ),
  ]
}
