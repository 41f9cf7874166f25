import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { requireToken } from './access.js'

const access = { token: 'secret', hosts: ['localhost'], trustLoopback: false }

/** A server whose every path asks for the token, and a visitor who is answered on one of them. */
function server(visitor?: (request: Request) => Promise<Response | undefined>) {
  const app = new Hono()
  app.onError((error) => new Response(error.name, { status: 401 }))
  app.use('*', requireToken(access, visitor))
  app.all('*', (context) => context.text('owner'))
  return (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })
}

test('requireToken() hands who has no token to the visitor, and refuses where that has no answer', async () => {
  const ask = server(async ({ url }) => (url.endsWith('/sold') ? new Response('sold') : undefined))
  expect(await (await ask('/sold')).text()).toBe('sold')
  expect(await (await ask('/sold', { authorization: 'Bearer wrong' })).text()).toBe('sold')
  expect((await ask('/other')).status).toBe(401)
})

test('requireToken() shows the visitor nothing of who has the token', async () => {
  const ask = server(async () => new Response('sold'))
  expect(await (await ask('/sold', { authorization: 'Bearer secret' })).text()).toBe('owner')
  expect((await server()('/sold')).status).toBe(401)
})
