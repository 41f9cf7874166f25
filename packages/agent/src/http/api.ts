/** The agent over HTTP. */

import { Hono } from 'hono'
import { type AccessOptions, accessRoutes, requireHost, requireToken } from './access.js'
import type { ApiDeps } from './deps.js'
import { RequestError, toProblem } from './problem.js'
import { describeRoutes, mount } from './route.js'
import { chatRoutes } from './routes/chat.js'
import { cognitionRoutes } from './routes/cognition.js'
import { insightRoutes } from './routes/insight.js'
import { memoryRoutes } from './routes/memory.js'
import { netRoutes } from './routes/nets.js'
import { nowRoutes } from './routes/now.js'
import { type ModelApiDeps, modelRoutes, openAiRoutes } from './routes/openai.js'
import { policyRoutes } from './routes/policy.js'
import { pushRoutes } from './routes/push.js'
import { routineRoutes } from './routes/routines.js'
import { sessionRoutes } from './routes/sessions.js'
import { taskRoutes } from './routes/tasks.js'
import { workRoutes } from './routes/work.js'

/**
 * Creates the API as a hono application, to be mounted at the root of a server.
 *
 * Everything but health asks for the token. Failures are problem details, RFC 9457.
 */
export function createAgentApi(deps: ApiDeps, access: AccessOptions): Hono {
  const app = new Hono()
  const routes = [
    ...chatRoutes(deps),
    ...sessionRoutes(deps),
    ...memoryRoutes(deps),
    ...taskRoutes(deps),
    ...workRoutes(deps),
    ...routineRoutes(deps),
    ...nowRoutes(deps),
    ...pushRoutes(deps),
    ...accessRoutes(),
    ...cognitionRoutes(deps),
    ...insightRoutes(deps),
    ...policyRoutes(deps),
    ...netRoutes(deps),
    ...openAiRoutes(deps),
    ...(deps.routes ?? []),
  ]
  const document = describeRoutes(routes, { title: 'Salp', version: deps.version })
  app.onError((error) => toProblem(error, { onFault: (fault) => deps.log.error('A request broke', { error: fault }) }))
  app.use('*', requireHost(access))
  mount(
    app,
    routes.filter(({ open }) => open === true),
  )
  app.use('/api/*', requireToken(access))
  app.use('/v1/*', requireToken(access, deps.visitor))
  app.get('/api/openapi.json', (context) => context.json(document))
  mount(
    app,
    routes.filter(({ open }) => open !== true),
  )
  for (const path of ['/api/*', '/v1/*']) {
    app.all(path, (context) => {
      throw new RequestError(404, 'agent/route-unknown', `There is no ${context.req.method} ${context.req.path}`)
    })
  }
  return app
}

/**
 * Creates an API of the language model alone, asking nobody who they are: for a server that sells it.
 *
 * It answers `POST /v1/chat/completions`; no tool, memory or session of the agent is within its reach.
 */
export function createModelApi(deps: ModelApiDeps): Hono {
  const app = new Hono()
  app.onError((error) => toProblem(error, { onFault: (fault) => deps.log.error('A request broke', { error: fault }) }))
  mount(app, modelRoutes(deps))
  return app
}
