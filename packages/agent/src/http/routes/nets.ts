/** The nets that the agent trains: how they do, and back to what was in use before. */

import { z } from 'zod'
import { netSchema } from '../../protocol-nets.js'
import type { ApiDeps } from '../deps.js'
import { RequestError } from '../problem.js'
import { defineRoute, type Route } from '../route.js'

/** Creates the routes; an application without nets has none to show. */
export function netRoutes({ nets }: Pick<ApiDeps, 'nets'>): readonly Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/nets',
      summary: 'The nets: what is in use, what was before, and how the last training went',
      response: z.object({ nets: z.array(netSchema) }),
      answer: async () => ({ nets: (await nets?.list()) ?? [] }),
    }),
    defineRoute({
      method: 'post',
      path: '/api/nets/{name}/rollback',
      summary: 'Goes back to the weights adopted before those in use; `current` is 0 if none are left',
      response: z.object({ current: z.number() }),
      async answer({ params: { name = '' } }) {
        const known = (await nets?.list())?.some((net) => net.name === name)
        if (nets === undefined || known !== true)
          throw new RequestError(404, 'agent/net-unknown', `There is no net "${name}"`)
        return { current: await nets.rollBack(name) }
      },
    }),
  ]
}
