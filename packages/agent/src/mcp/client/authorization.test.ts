import { openDatabase } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openTestServers, type TestServers } from '../../testing/test-mcp.js'
import {
  createProtectedServer,
  mapCredentials,
  metadataOf,
  type ProtectedServer,
  protectedUrl,
} from '../../testing/test-oauth.js'
import { toolContext } from '../../testing/tool-context.js'
import type { CredentialStore } from './credentials.js'
import type { McpServerView } from './mcp-servers.js'
import { mcpServersSchema } from './server-config.js'

const redirectUrl = 'http://127.0.0.1:4023/oauth/callback'
const signIn = 'https://sign-in.test'

let warned: string
let remote: ProtectedServer
let kept: CredentialStore
let clock: ReturnType<typeof stoppedClock>
beforeEach(() => {
  remote = createProtectedServer()
  kept = mapCredentials()
  clock = stoppedClock(0)
  warned = ''
  // The SDK says there what it gives up.
  vi.spyOn(console, 'warn').mockImplementation((...words) => {
    warned += words.join(' ')
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** The agent's side, which knows one server, `notes`. */
function open(settings: object = {}, change: object = {}): TestServers {
  return openTestServers(
    {},
    {
      ...{ clock, db: openDatabase(':memory:'), openTransport: remote.openTransport },
      configs: mcpServersSchema.parse({ notes: { url: protectedUrl, ...settings } }),
      authorization: { credentials: kept, redirectUrl, outward: () => remote.fetch, ...change },
    },
  )
}

const viewOf = ({ servers }: TestServers): McpServerView | undefined => servers.list()[0]

/** Waits until the server is in a state. */
async function reaches(opened: TestServers, status: McpServerView['status']): Promise<McpServerView> {
  const state = () => {
    const view = viewOf(opened)
    return view?.status === status ? view : undefined
  }
  return await vi.waitUntil(state, { interval: 1, timeout: 10_000 })
}

async function agreeTo(opened: TestServers): Promise<void> {
  const address = viewOf(opened)?.authorize?.address ?? ''
  expect(await opened.servers.authorize(await remote.agree(address))).toBe('notes')
}

async function call(opened: TestServers): Promise<string> {
  const [tool] = await opened.servers.tools()
  return String(await tool?.run({ text: 'hi' }, toolContext()))
}

/** An agent that was let in. */
async function openLetIn(settings: object = {}): Promise<TestServers> {
  const opened = open(settings)
  await reaches(opened, 'unauthorized')
  await agreeTo(opened)
  await reaches(opened, 'connected')
  return opened
}

const tokenRequests = () => remote.arrived.filter(({ url }) => url === `${signIn}/token`)

describe('a server behind OAuth', () => {
  test('waits for its owner, and connects at once when they agree', async () => {
    await using opened = open()
    const { authorize, reason } = await reaches(opened, 'unauthorized')
    expect(reason).toBe('it wants authorisation by the owner: salp mcp login notes')
    const { origin, pathname, searchParams } = new URL(authorize?.address ?? '')
    expect(origin + pathname).toBe(`${signIn}/authorize`)
    expect(Object.fromEntries(searchParams)).toMatchObject({
      ...{ response_type: 'code', code_challenge_method: 'S256', redirect_uri: redirectUrl },
      ...{ resource: protectedUrl, scope: 'read', state: expect.stringMatching(/^[0-9a-f]{64}$/) },
    })
    expect(authorize?.until).toBe(600_000)
    expect(await opened.servers.tools()).toEqual([])

    await agreeTo(opened)
    await reaches(opened, 'connected')
    expect(viewOf(opened)).not.toHaveProperty('authorize')
    expect(await call(opened)).toContain('{"text":"hi"}')
  })

  test('lets the agent in again after a restart, and renews what ran out once for all requests', async () => {
    await (await openLetIn()).servers.close()
    const before = remote.arrived.length
    await using opened = open()
    await reaches(opened, 'connected')
    expect(remote.arrived.slice(before).every(({ url }) => url === protectedUrl)).toBe(true)
    remote.expire()
    await Promise.all([call(opened), call(opened), call(opened)])
    const renewals = tokenRequests().slice(1)
    expect(renewals.map(({ body }) => new URLSearchParams(body).get('grant_type'))).toEqual(['refresh_token'])
  })

  test('asks anew when a refresh token is not good any more, in no word of its authorization server', async () => {
    await using opened = await openLetIn()
    const used = kept.read('notes')?.tokens?.refresh_token ?? ''
    await remote.fetch(`${signIn}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: used }),
    })
    remote.expire()
    await expect(call(opened)).rejects.toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/salp mcp login notes$/),
    })
    await clock.advance(1_000)
    await reaches(opened, 'unauthorized')
    expect(warned).toContain('invalid_grant')
    expect(warned + JSON.stringify([opened.servers.list(), opened.log.lines])).not.toContain(used)
    await agreeTo(opened)
    await reaches(opened, 'connected')
  })

  test('is tried again by itself where a token could not be renewed, and still may be', async () => {
    await (await openLetIn()).servers.close()
    remote.expire()
    remote.instead.set(`${signIn}/token`, () => new Response('down', { status: 503 }))
    await using opened = open()
    const { authorize } = await reaches(opened, 'unauthorized')
    await clock.advance(60_000)
    await vi.waitUntil(() => tokenRequests().length === 3, { interval: 1, timeout: 10_000 })
    await reaches(opened, 'unauthorized')
    expect(viewOf(opened)?.authorize).toEqual(authorize)
    remote.instead.delete(`${signIn}/token`)
    await clock.advance(60_000)
    await reaches(opened, 'connected')
  })

  test('that wants more rights for a call is given them by its owner, and keeps the ones it gave', async () => {
    await using opened = await openLetIn()
    remote.scope = 'write'
    await expect(call(opened)).rejects.toThrow('salp mcp login notes')
    expect(viewOf(opened)).toMatchObject({ status: 'connected' })
    expect(new URL(viewOf(opened)?.authorize?.address ?? '').searchParams.get('scope')).toBe('read write')
    await agreeTo(opened)
    expect(await call(opened)).toContain('{"text":"hi"}')
  })

  test('is asked for by hand, too, and forgotten by hand', async () => {
    await using opened = await openLetIn()
    const address = await opened.servers.login('notes')
    expect(viewOf(opened)?.authorize?.address).toBe(address)
    await agreeTo(opened)
    await opened.servers.logout('notes')
    expect(kept.read('notes')).toBeUndefined()
    await clock.advance(1_000)
    await reaches(opened, 'unauthorized')
    await expect(opened.servers.login('other')).rejects.toMatchObject({ code: 'agent/mcp-unknown' })
  })

  test('gets the secrets of the settings, and they are for the first authorization server alone', async () => {
    const oauth = { clientId: 'known', clientSecret: 'secret-of-the-settings' }
    const basic = { token_endpoint_auth_methods_supported: ['client_secret_basic'] }
    remote.instead.set(`${signIn}/.well-known/oauth-authorization-server`, () => Response.json(metadataOf(basic)))
    await (await openLetIn({ oauth })).servers.close()
    expect(tokenRequests()[0]?.authorization).toBe(`Basic ${btoa('known:secret-of-the-settings')}`)

    remote.expire()
    const other = 'https://evil.test'
    remote.instead.set('https://notes.test/.well-known/oauth-protected-resource/mcp', () =>
      Response.json({ resource: protectedUrl, authorization_servers: [other] }),
    )
    remote.instead.set(`${other}/.well-known/oauth-authorization-server`, () =>
      Response.json(metadataOf({ ...basic, issuer: other, token_endpoint: `${other}/token` })),
    )
    await using opened = open({ oauth })
    await reaches(opened, 'failed')
    expect(remote.arrived.filter(({ url }) => url.startsWith(other))).toHaveLength(1)
  })

  test('lets in an agent that signs in as itself, and asks no person', async () => {
    const oauth = { clientId: 'known', clientSecret: 'secret', grant: 'client_credentials' }
    await using opened = open({ oauth })
    await reaches(opened, 'connected')
    remote.expire()
    expect(await call(opened)).toContain('{"text":"hi"}')
    expect(await opened.servers.login('notes')).toBeUndefined()
  })

  test('is not signed in to where the settings say what to send', async () => {
    await using opened = open({ headers: { authorization: 'Bearer from-the-settings' } })
    await reaches(opened, 'failed')
    expect(remote.arrived.every(({ url }) => url === protectedUrl)).toBe(true)
  })

  test('alone gets the headers of the settings', async () => {
    const seen: (string | null)[] = []
    remote.instead.set(`${signIn}/token`, ({ headers }) => {
      seen.push(headers.get('x-key'))
      return Response.json({ error: 'invalid_request' }, { status: 400 })
    })
    await using opened = open({ headers: { 'x-key': 'for notes' } })
    await reaches(opened, 'unauthorized')
    await expect(agreeTo(opened)).rejects.toThrow(/says invalid_request$/)
    expect(seen).toEqual([null])
  })

  test('under another address in the settings gets nothing that was kept', async () => {
    await (await openLetIn()).servers.close()
    const moved = 'https://moved.test/mcp'
    await using opened = open({ url: moved })
    await reaches(opened, 'failed')
    const sent = remote.arrived.filter(({ url }) => url === moved).map(({ authorization }) => authorization)
    expect(new Set(sent)).toEqual(new Set([null]))
  })

  test('renews for a client whose browser comes back elsewhere now, and registers another to ask a person', async () => {
    await (await openLetIn()).servers.close()
    const elsewhere = 'http://127.0.0.1:5000/oauth/callback'
    await using opened = open({}, { redirectUrl: elsewhere })
    await reaches(opened, 'connected')
    remote.expire()
    await call(opened)
    expect(remote.arrived.filter(({ url }) => url === `${signIn}/register`)).toHaveLength(1)
    const asked = new URL((await opened.servers.login('notes')) ?? '').searchParams
    expect(asked.get('redirect_uri')).toBe(elsewhere)
    expect(remote.arrived.filter(({ url }) => url === `${signIn}/register`)).toHaveLength(2)
  })
})

test('a server whose secrets cannot be read is told of, and the others are there', async () => {
  kept = {
    read: () => {
      throw new Error('the file holds something else')
    },
    write: () => undefined,
  }
  await using opened = open()
  expect((await reaches(opened, 'failed')).reason).toBe('the file holds something else')
})

describe('an answer of a browser', () => {
  test('is taken once, for the attempt it belongs to, and in time', async () => {
    await using opened = open()
    const { authorize } = await reaches(opened, 'unauthorized')
    const early = await remote.agree(authorize?.address ?? '')
    await opened.servers.login('notes')
    const unknown = { code: 'agent/mcp-unknown' }
    await expect(opened.servers.authorize(early)).rejects.toMatchObject(unknown)
    await expect(opened.servers.authorize(new URLSearchParams({ code: 'x' }))).rejects.toMatchObject(unknown)

    const late = await remote.agree(viewOf(opened)?.authorize?.address ?? '')
    await clock.advance(600_000)
    expect(viewOf(opened)).toMatchObject({ status: 'unauthorized', reason: 'it took too long to sign in' })
    await expect(opened.servers.authorize(late)).rejects.toMatchObject(unknown)

    const good = await remote.agree((await opened.servers.login('notes')) ?? '')
    const [first, second] = await Promise.allSettled([opened.servers.authorize(good), opened.servers.authorize(good)])
    expect([first.status, second.status]).toEqual(['fulfilled', 'rejected'])
    await expect(opened.servers.authorize(good)).rejects.toMatchObject(unknown)
    expect(tokenRequests()).toHaveLength(1)
  })

  test('that refuses ends the attempt, and is told in our words', async () => {
    await using opened = open()
    const { authorize } = await reaches(opened, 'unauthorized')
    const state = new URL(authorize?.address ?? '').searchParams.get('state') ?? ''
    const answer = new URLSearchParams({ error: 'access_denied', error_description: 'Call 0900 1234', state })
    const message = 'Cannot sign in to the MCP server "notes": the person, or its authorization server, did not agree'
    await expect(opened.servers.authorize(answer)).rejects.toThrow(message)
    expect(viewOf(opened)).toMatchObject({ status: 'unauthorized', reason: message })
  })

  test('from another authorization server than the one asked is refused before its code is used', async () => {
    const iss = { authorization_response_iss_parameter_supported: true }
    remote.instead.set(`${signIn}/.well-known/oauth-authorization-server`, () => Response.json(metadataOf(iss)))
    await using opened = open()
    const { authorize } = await reaches(opened, 'unauthorized')
    const answer = await remote.agree(authorize?.address ?? '')
    answer.set('iss', 'https://evil.test')
    await expect(opened.servers.authorize(answer)).rejects.toThrow(/not the one that it says/)
    expect(tokenRequests()).toEqual([])
  })
})

describe('a hostile server', () => {
  const metadata = 'https://notes.test/.well-known/oauth-protected-resource/mcp'
  const ofServer = `${signIn}/.well-known/oauth-authorization-server`

  test.each([
    ['of another resource', { resource: 'https://bank.test/mcp', authorization_servers: [signIn] }, /does not match/],
    ['on this machine', { resource: protectedUrl, authorization_servers: ['http://127.0.0.1:4023'] }, /open internet/],
    ['in the network', { resource: protectedUrl, authorization_servers: ['https://10.0.0.1'] }, /open internet/],
    ['of the cloud', { resource: protectedUrl, authorization_servers: ['http://169.254.169.254'] }, /open internet/],
    ['in the clear', { resource: protectedUrl, authorization_servers: ['http://sign-in.test'] }, /not encrypted/],
  ])('that points to an authorization server %s gets nowhere', async (_, body, reason) => {
    remote.instead.set(metadata, () => Response.json(body))
    await using opened = open()
    expect((await reaches(opened, 'failed')).reason).toMatch(reason)
    const allowed = ['notes.test', 'sign-in.test']
    expect(remote.arrived.every(({ url }) => allowed.includes(new URL(url).hostname))).toBe(true)
    expect(viewOf(opened)).not.toHaveProperty('authorize')
  })

  test.each([
    ['issuer', { issuer: 'https://bank.test' }, /not the one that it says/],
    ['token endpoint', { token_endpoint: 'http://192.168.0.1/token' }, undefined],
    ['odd scheme', { authorization_endpoint: 'vscode://open?x=' }, /only https: and http:/],
    ['script', { authorization_endpoint: 'javascript:alert(1)' }, /.+/],
    ['page in the network', { authorization_endpoint: 'https://192.168.0.1/reboot' }, /open internet/],
  ])('whose authorization server names another %s gets nowhere', async (_, change, reason) => {
    remote.instead.set(ofServer, () => Response.json(metadataOf(change)))
    await using opened = open()
    if (reason !== undefined) {
      expect((await reaches(opened, 'failed')).reason).toMatch(reason)
      expect(viewOf(opened)).not.toHaveProperty('authorize')
    } else {
      await reaches(opened, 'unauthorized')
      await expect(agreeTo(opened)).rejects.toMatchObject({ code: 'agent/mcp-authorization' })
    }
    expect(remote.arrived.every(({ url }) => !/192\.168|bank/.test(new URL(url).hostname))).toBe(true)
  })

  test('on this machine may have an authorization server here, and no other local one', async () => {
    const local = 'http://localhost:9000/mcp'
    remote.instead.set(local, () => new Response(null, { status: 401 }))
    remote.instead.set('http://localhost:9000/.well-known/oauth-protected-resource/mcp', () =>
      Response.json({ resource: local, authorization_servers: ['http://127.0.0.1:9001'] }),
    )
    remote.instead.set('http://127.0.0.1:9001/.well-known/oauth-authorization-server', () =>
      Response.json(
        metadataOf({ issuer: 'http://127.0.0.1:9001', registration_endpoint: 'http://192.168.0.1/register' }),
      ),
    )
    await using opened = open({ url: local })
    expect((await reaches(opened, 'failed')).reason).toMatch(/http:\/\/192\.168\.0\.1 is not asked/)
  })

  test.each([
    ['metadata', metadata],
    ['description of its authorization server', ofServer],
    ['registration', `${signIn}/register`],
  ])('with a %s without end is left', async (_, address) => {
    let given = 0
    remote.instead.set(address, () => {
      const body = new ReadableStream({
        pull(controller) {
          given += 65_536
          controller.enqueue(new TextEncoder().encode(' '.repeat(65_536)))
        },
      })
      return new Response(body, { headers: { 'content-type': 'application/json' } })
    })
    await using opened = open()
    expect((await reaches(opened, 'failed')).reason).toMatch(/larger than 262144 bytes/)
    expect(given).toBeLessThan(1_000_000)
  })

  test('that says back what it was let in with has it taken out of results and failures', async () => {
    await using opened = await openLetIn()
    remote.say = (authorization) => `You sent ${authorization}`
    expect(await call(opened)).toContain('You sent Bearer [redacted:known]')
  })

  test('whose authorization server says secrets back has them in no failure and no log', async () => {
    remote.instead.set(`${signIn}/token`, async (request) => {
      const given = new URLSearchParams(await request.text())
      return Response.json(
        { error: 'invalid_grant', error_description: `code ${given.get('code')}, ${given.get('code_verifier')}` },
        { status: 400 },
      )
    })
    await using opened = open()
    const { authorize } = await reaches(opened, 'unauthorized')
    const answer = await remote.agree(authorize?.address ?? '')
    const failed = await opened.servers.authorize(answer).catch((error: unknown) => error)
    expect(String(failed)).toMatch(/says invalid_grant$/)
    const verifier = new URLSearchParams(tokenRequests()[0]?.body).get('code_verifier') ?? 'none was sent'
    const told = [warned, JSON.stringify([opened.servers.list(), opened.log.lines])].join()
    for (const secret of [answer.get('code') ?? '', verifier]) expect(told).not.toContain(secret)
  })
})
