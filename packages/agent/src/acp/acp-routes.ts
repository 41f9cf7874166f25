/** Editors over HTTP: what `salp acp` carries between an editor and the agent. */

import { ndJsonStream, type Stream } from '@agentclientprotocol/sdk/unstable'
import { type LineRoutesDeps, lineRoutes } from '../http/line-routes.js'
import type { Route } from '../http/route.js'
import { type AcpDeps, type AcpOptions, serveAcp } from './serve-acp.js'

/** Routes under `/api/acp`, and under `/api/acp-draft` with the draft of version 2 for editors that ask for it. */
export function acpRoutes(deps: AcpDeps & Pick<LineRoutesDeps, 'ids'>, options: AcpOptions): Route[] {
  /** Its schemas take some ten megabytes, which a node has only once somebody asks for the draft. */
  const serveEither = async (stream: Stream): Promise<void> => {
    const [{ agentProtocolRouter }, { serveAcpDraft }] = await Promise.all([
      import('@agentclientprotocol/sdk/experimental/v2'),
      import('./serve-draft.js'),
    ])
    const router = agentProtocolRouter()
      .withV1({ connect: (chosen) => serveAcp(deps, chosen, options) })
      .withV2({ connect: (chosen) => serveAcpDraft(deps, chosen, options) })
    await router.connect(stream).closed
  }
  return [
    ...lineRoutes(
      { ...deps, serve: ({ down, up }) => serveAcp(deps, ndJsonStream(down, up), options).closed },
      { path: '/api/acp', about: 'the Agent Client Protocol' },
    ),
    ...lineRoutes(
      { ...deps, serve: ({ down, up }) => serveEither(ndJsonStream(down, up)) },
      { path: '/api/acp-draft', about: 'the Agent Client Protocol, version 1 or the draft of 2' },
    ),
  ]
}
