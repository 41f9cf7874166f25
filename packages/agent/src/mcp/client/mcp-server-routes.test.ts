import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { mount } from '../../http/route.js'
import { mcpCallbackRoutes } from './mcp-server-routes.js'
import { McpError } from './mcp-servers.js'

function serve(addresses: Parameters<typeof mcpCallbackRoutes>[1] = {}) {
  const answers: string[] = []
  const app = new Hono()
  const servers = {
    async authorize(answer: URLSearchParams) {
      answers.push(answer.toString())
      if (answer.get('state') !== 'good') throw new McpError('Nobody waits for this answer')
      return 'notes'
    },
  }
  mount(app, mcpCallbackRoutes(servers, addresses))
  return { answers, get: async (path: string) => app.request(`http://127.0.0.1:4023${path}`) }
}

describe('mcpCallbackRoutes()', () => {
  test('take what a browser brings back, and say in plain text what came of it', async () => {
    const { answers, get } = serve()
    const done = await get('/oauth/callback?code=1&state=good')
    expect([done.status, await done.text()]).toEqual([200, 'Salp may use "notes" now. You can close this page.'])
    const refused = await get('/oauth/callback?code=%3Cscript%3E&state=bad')
    expect([refused.status, await refused.text()]).toEqual([400, 'Nobody waits for this answer.'])
    expect(answers).toEqual(['code=1&state=good', 'code=%3Cscript%3E&state=bad'])
    for (const { headers } of [done, refused])
      expect(Object.fromEntries(headers)).toMatchObject({
        ...{ 'content-type': expect.stringContaining('text/plain'), 'cache-control': 'no-store' },
        'referrer-policy': 'no-referrer',
      })
  })

  test('describe the agent to authorization servers where others reach it', async () => {
    expect((await serve().get('/oauth/client.json')).status).toBe(404)
    const at = 'https://salp.test/oauth'
    const { get } = serve({ clientMetadataUrl: `${at}/client.json`, redirectUrl: `${at}/callback` })
    expect(await (await get('/oauth/client.json')).json()).toEqual({
      ...{ client_id: `${at}/client.json`, client_name: 'Salp', redirect_uris: [`${at}/callback`] },
      ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
      token_endpoint_auth_method: 'none',
    })
  })
})
