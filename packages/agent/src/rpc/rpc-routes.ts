/** Scripts over HTTP: what `salp rpc` carries between one and the agent. */

import type { Logger } from '@salp/core'
import { type LineRoutesDeps, lineRoutes } from '../http/line-routes.js'
import type { Route } from '../http/route.js'
import { serveJsonRpc } from './json-rpc.js'
import { type RpcDeps, rpcMethods } from './methods.js'

/** Routes under `/api/rpc`. */
export function rpcRoutes(
  deps: RpcDeps & Pick<LineRoutesDeps, 'clock' | 'ids'> & { readonly log: Logger; readonly version: string },
): Route[] {
  const methods = rpcMethods(deps)
  const hello = { protocol: 1, version: deps.version, methods: [...methods.keys()] }
  return lineRoutes(
    { ...deps, serve: (stream) => serveJsonRpc(stream, methods, { hello, log: deps.log }) },
    { path: '/api/rpc', about: 'JSON-RPC for scripts' },
  )
}
