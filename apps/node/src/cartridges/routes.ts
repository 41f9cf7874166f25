/** Cartridges over HTTP, for the operator's tools. */

import { defineRoute, RequestError, type Route } from '@salp/agent'
import {
  type CallOrder,
  type ChangeOrder,
  type CreateOrder,
  callOrderSchema,
  changeOrderSchema,
  checkOrderSchema,
  createOrderSchema,
  kvOrderSchema,
  publishOrderSchema,
  slugSchema,
} from '@salp/cartridge'
import { z } from 'zod'
import type { Cartridges } from './cartridges.js'
import { pageResponse } from './page.js'

const version = z.coerce.number().int().positive()

/** Creates the routes of a workshop and its ports. */
export function cartridgeRoutes({ workshop, ports }: Pick<Cartridges, 'workshop' | 'ports'>): readonly Route[] {
  const path = (rest: string): string => `/api/cartridges/{id}${rest}`
  const response = z.json()
  /** The id in the path. */
  const idOf = ({ id = '' }: Readonly<Record<string, string>>): string => {
    const { success } = slugSchema.safeParse(id)
    if (!success) throw new RequestError(404, 'cartridge/unknown', `There is no cartridge "${id}"`)
    return id
  }
  return [
    defineRoute({
      method: 'get',
      path: '/api/cartridges',
      summary: 'Cartridges, the one changed last first; templates and languages for new ones',
      response,
      answer() {
        // Whoever looks at the list may write next.
        workshop.warm()
        return { cartridges: workshop.list(), templates: workshop.templates, languages: workshop.languages }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/cartridges',
      summary: 'Begins a cartridge, from a template or from a kind; it is not built yet',
      body: createOrderSchema,
      response,
      answer: ({ body }) => workshop.create(body satisfies CreateOrder),
    }),
    defineRoute({
      method: 'post',
      path: '/api/cartridges/check',
      summary: 'What the compiler says of a source',
      body: checkOrderSchema,
      response,
      answer: ({ body, context }) => workshop.check(body, { signal: context.req.raw.signal }),
    }),
    defineRoute({
      method: 'get',
      path: path(''),
      summary: 'A cartridge with its draft and its versions',
      response,
      answer: ({ params }) => workshop.get(idOf(params)),
    }),
    defineRoute({
      method: 'patch',
      path: path(''),
      summary: 'Changes a draft; 409 if it was changed since the revision that is named',
      body: changeOrderSchema,
      response,
      answer: ({ params, body }) => workshop.change(idOf(params), body satisfies ChangeOrder),
    }),
    defineRoute({
      method: 'delete',
      path: path(''),
      summary: 'Deletes a cartridge with its versions, keys and values',
      answer: ({ params }) => workshop.remove(idOf(params)),
    }),
    defineRoute({
      method: 'post',
      path: path('/build'),
      summary: 'Compiles, tries and tests the draft, and makes it the active version',
      response,
      answer: ({ params, context }) => workshop.build(idOf(params), { signal: context.req.raw.signal }),
    }),
    defineRoute({
      method: 'post',
      path: path('/test'),
      summary: 'Runs the tests against the active version, apart from what runs',
      response,
      answer: async ({ params }) => ({ tests: await workshop.test(idOf(params)) }),
    }),
    defineRoute({
      method: 'post',
      path: path('/call'),
      summary: 'Calls the active version: with a request, a value or an event',
      body: callOrderSchema,
      response,
      answer: ({ params, body }) => workshop.perform(idOf(params), body satisfies CallOrder),
    }),
    defineRoute({
      method: 'post',
      path: path('/rollback'),
      summary: 'Goes back to the version that answered before',
      response,
      answer: ({ params }) => workshop.rollback(idOf(params)),
    }),
    defineRoute({
      method: 'post',
      path: path('/activate'),
      summary: 'Makes a version that is kept the active one',
      body: z.strictObject({ version }),
      response,
      answer: ({ params, body }) => workshop.activate(idOf(params), body.version),
    }),
    defineRoute({
      method: 'post',
      path: path('/publish'),
      summary: 'Lets anyone use a cartridge, for a price or for nothing; or no longer',
      body: publishOrderSchema,
      response,
      answer: ({ params, body }) => workshop.publish(idOf(params), body),
    }),
    defineRoute({
      method: 'get',
      path: path('/versions/{number}'),
      summary: 'What a version was made from',
      response,
      answer: ({ params }) => workshop.version(idOf(params), version.catch(0).parse(params.number)),
    }),
    defineRoute({
      method: 'get',
      path: path('/module'),
      summary: 'What the active version runs: a module, or the text of a script',
      streams: 'application/wasm, or text/javascript',
      async answer({ params }) {
        const code = await workshop.code(idOf(params))
        const type = code.language === 'script' ? 'text/javascript; charset=utf-8' : 'application/wasm'
        const headers = {
          'content-type': type,
          'x-cartridge-version': String(code.version),
          'cache-control': 'no-store',
        }
        return new Response(code.bytes, { headers })
      },
    }),
    defineRoute({
      method: 'get',
      path: path('/page'),
      summary: 'The page of a frontend, as it is written now; for a frame',
      streams: 'text/html',
      answer: ({ params }) => pageResponse(workshop.get(idOf(params)).draft.page),
    }),
    defineRoute({
      method: 'get',
      path: path('/logs'),
      summary: 'Lines of its log, oldest first',
      query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
      response,
      answer: ({ params, query }) => ({ lines: workshop.logs(idOf(params), query) }),
    }),
    defineRoute({
      method: 'get',
      path: path('/kv'),
      summary: 'Keys and values, in order of their keys',
      query: z.object({
        prefix: z.string().max(256).default(''),
        after: z.string().max(256).optional(),
        limit: z.coerce.number().int().min(1).max(1_000).default(100),
      }),
      response,
      answer: ({ params, query }) => workshop.entries(idOf(params), { ...query, after: query.after }),
    }),
    defineRoute({
      method: 'put',
      path: path('/kv'),
      summary: 'Sets a value, or deletes it with null',
      body: kvOrderSchema,
      answer: ({ params, body }) => workshop.write(idOf(params), body.key, body.value),
    }),
    defineRoute({
      method: 'get',
      path: '/api/ports',
      summary: 'Places of the agent that a cognitive cartridge may take over, and who has them',
      response,
      answer: () => ({ ports: ports.list() }),
    }),
  ]
}
