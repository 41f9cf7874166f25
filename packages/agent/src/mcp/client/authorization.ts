/** Being let in by a server behind OAuth 2.1: tokens kept and renewed, and the owner asked where there are none. */

import {
  type AuthProvider,
  auth,
  computeScopeUnion,
  createPrivateKeyJwtAuth,
  extractWWWAuthenticateParams,
  type FetchLike,
  IssuerMismatchError,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  OAuthError,
  RegistrationRejectedError,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { type Clock, describeError, SalpError, toHex } from '@salp/core'
import type { CredentialStore, Credentials } from './credentials.js'
import { createOAuthFetch, localHosts, refusalOfAddress } from './oauth-fetch.js'
import type { OAuthConfig } from './server-config.js'

/** What being let in asks of the application. */
export interface AuthorizationDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly credentials: CredentialStore
  /** Where browsers are sent back to: an address of this node, https or on loopback. */
  readonly redirectUrl: string
  /** Address of the client's own description, https; where the authorization server takes one, nothing is registered. */
  readonly clientMetadataUrl?: string | undefined
  /** The way out, for addresses that strangers name. @param hosts - Hosts that may be local. */
  outward(hosts: readonly string[]): FetchLike
}

/** A server to be let in by. */
export interface AuthorizationTarget {
  readonly name: string
  readonly url: string
  readonly oauth?: OAuthConfig | undefined
}

/** One server's word about the agent. */
export interface Authorization {
  /** Gives a transport its token, and another where one is refused. */
  readonly provider: AuthProvider
  /** Where the owner agrees, as long as that is asked; `until` in ms since the epoch. */
  wanted(): { readonly address: string; readonly until: number } | undefined
  /** Why the owner's last attempt came to nothing. */
  refusal(): string | undefined
  /**
   * Asks anew for the owner's word, whatever is kept.
   *
   * @returns The address to open; nothing if the agent was let in by its own credentials.
   * @throws {@link AuthorizationError} (`agent/mcp-authorization`).
   */
  begin(): Promise<string | undefined>
  /** Asks for more rights. @returns Whether they are there; else the owner is asked. */
  widen(scope: string | undefined): Promise<boolean>
  /**
   * Takes what the browser brought back.
   *
   * @returns Whether it was this server's; then it has been used, however it ended.
   * @throws {@link AuthorizationError} (`agent/mcp-authorization`) if it does not let the agent in.
   */
  finish(answer: URLSearchParams): Promise<boolean>
  /** Forgets every secret. */
  forget(): void
  /** Settles when the agent is let in next, or the signal aborts. */
  granted(signal: AbortSignal): Promise<void>
  /** Whether another attempt may do without the owner: a token could not be renewed, and still may be. */
  renewable(): boolean
  /** Takes the secrets of this server out of a text. */
  conceal(text: string): string
}

/** How long the owner has, in ms. */
const patienceMs = 600_000
/** Longest list of rights that is asked for, in characters. */
const mostScope = 2_000

/** One way through the browser. */
interface Flow {
  readonly state: string
  /** Whether a refresh token is tried first. */
  readonly renews: boolean
  verifier: string
  scope: string | undefined
  discovery: OAuthDiscoveryState | undefined
  address: string
  until: number
  /** Whether a browser came back: an answer is taken once. */
  answered: boolean
}

const unasked = { verifier: '', discovery: undefined, address: '', until: 0, answered: false }

/** What browsers, and authorization servers that read documents, are told of the agent. */
export function clientMetadata(redirectUrl: string): OAuthClientMetadata {
  return {
    client_name: 'Salp',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
}

/** Creates the part; nothing is asked before a server refuses. */
export function createAuthorization(deps: AuthorizationDeps, { name, url, oauth }: AuthorizationTarget): Authorization {
  const { clock, credentials, redirectUrl } = deps
  const server = new URL(url)
  const fetchFn = createOAuthFetch(deps.outward(localHosts(server)), server)
  const machine = oauth?.grant === 'client_credentials'
  let waiting: Flow | undefined
  let refusal: string | undefined
  let scope: string | undefined = oauth?.scope
  let resourceMetadataUrl: URL | undefined
  let renewal: Promise<void> | undefined
  let granted = Promise.withResolvers<void>()

  /** Nothing that was kept for another address. */
  const kept = (): Credentials => {
    const found = credentials.read(name)
    return found?.url === url ? found : { url }
  }
  const keep = (change: Partial<Credentials>): void => credentials.write(name, { ...kept(), ...change })
  /** Whether the client was registered for a browser that came back elsewhere: it can renew, but not ask a person. */
  const stale = (): boolean => oauth === undefined && kept().client !== undefined && kept().redirectUrl !== redirectUrl

  /** What cannot be read is none. */
  const readable = (): Credentials => {
    try {
      return kept()
    } catch {
      return { url }
    }
  }

  const providerOf = (flow: Flow): OAuthClientProvider => ({
    redirectUrl: machine ? undefined : redirectUrl,
    clientMetadata: { ...clientMetadata(redirectUrl), ...(oauth?.scope !== undefined && { scope: oauth.scope }) },
    ...(deps.clientMetadataUrl !== undefined && { clientMetadataUrl: deps.clientMetadataUrl }),
    state: () => flow.state,
    ...(oauth === undefined
      ? {
          clientInformation: () => (stale() && !flow.renews ? undefined : kept().client),
          saveClientInformation: (client) => keep({ client: { ...client }, redirectUrl }),
        }
      : {
          // Of the settings: for the authorization server that is named there, or the first one that was met.
          clientInformation(context) {
            const issuer = oauth.issuer ?? kept().issuer ?? context?.issuer
            if (oauth.issuer === undefined && issuer !== kept().issuer) keep({ issuer })
            const secret = oauth.clientSecret !== undefined && { client_secret: oauth.clientSecret }
            return { client_id: oauth.clientId, ...secret, ...(issuer !== undefined && { issuer }) }
          },
        }),
    ...(oauth?.privateKey !== undefined && {
      addClientAuthentication: createPrivateKeyJwtAuth({
        ...{ issuer: oauth.clientId, subject: oauth.clientId },
        ...{ privateKey: oauth.privateKey, alg: oauth.algorithm },
      }),
    }),
    ...(machine && {
      prepareTokenRequest: (asked?: string) =>
        new URLSearchParams({ grant_type: 'client_credentials', ...(asked !== undefined && { scope: asked }) }),
    }),
    tokens: () => kept().tokens,
    saveTokens: (tokens) => keep({ tokens: { ...tokens } }),
    invalidateCredentials(what) {
      if (what === 'all' || what === 'client') keep({ client: undefined })
      if (what === 'all' || what === 'tokens') keep({ tokens: undefined })
    },
    saveCodeVerifier(verifier) {
      flow.verifier = verifier
    },
    codeVerifier: () => flow.verifier,
    discoveryState: () => flow.discovery,
    saveDiscoveryState(discovery) {
      flow.discovery = discovery
    },
    redirectToAuthorization({ href }) {
      const refused = refusalOfAddress(href, server)
      if (refused !== undefined) throw new AuthorizationError(name, `it names an address to sign in at, but ${refused}`)
      flow.address = href
      flow.until = clock.now() + patienceMs
      // One that is open, and asks for as much, stays: a browser may be on its way.
      if (wanted() === undefined || computeScopeUnion(waiting?.scope, flow.scope) !== waiting?.scope) waiting = flow
    },
  })
  const wanted = (): Flow | undefined => {
    if (waiting === undefined || waiting.answered || clock.now() < waiting.until) return waiting
    refusal = 'it took too long to sign in'
    waiting = undefined
    return undefined
  }

  /** Rights add up, within bounds: a server may want more without end. */
  const want = (...more: readonly (string | undefined)[]): void => {
    const union = computeScopeUnion(scope, ...more)
    if (union !== undefined && union.length <= mostScope) scope = union
  }
  /** @returns Whether the agent is let in; else an address waits. */
  const ask = async ({ anew }: { anew: boolean }): Promise<boolean> => {
    const renews = !anew && kept().tokens?.refresh_token !== undefined
    const flow: Flow = { state: secret(), renews, scope, ...unasked }
    try {
      const result = await auth(providerOf(flow), {
        ...{ serverUrl: url, fetchFn, forceReauthorization: anew },
        ...(scope !== undefined && { scope }),
        ...(resourceMetadataUrl !== undefined && { resourceMetadataUrl }),
      })
      if (result === 'AUTHORIZED') grant({ renewed: renews })
      if (result === 'REDIRECT' && renews && stale()) return await begin()
      return result === 'AUTHORIZED'
    } catch (error) {
      throw toAuthorizationError(name, error)
    }
  }
  const begin = (): Promise<boolean> => {
    waiting = undefined
    refusal = undefined
    return ask({ anew: true })
  }
  /** A token that was only renewed leaves the question for more rights open. */
  const grant = ({ renewed }: { renewed: boolean }): void => {
    if (!renewed) waiting = undefined
    refusal = undefined
    granted.resolve()
    granted = Promise.withResolvers()
  }

  return {
    provider: {
      token: async () => kept().tokens?.access_token,
      async onUnauthorized({ response }) {
        const challenge = extractWWWAuthenticateParams(response)
        resourceMetadataUrl = challenge.resourceMetadataUrl
        want(challenge.scope)
        // Requests that are refused together renew together: a refresh token may be used once.
        renewal ??= ask({ anew: false })
          .then((letIn) => {
            if (!letIn) throw new UnauthorizedError()
          })
          .finally(() => {
            renewal = undefined
          })
        await renewal
      },
    },
    wanted,
    refusal: () => refusal,
    begin: async () => ((await begin()) ? undefined : wanted()?.address),
    widen(wider) {
      want(kept().tokens?.scope, wider)
      return ask({ anew: true })
    },
    async finish(answer) {
      const flow = wanted()
      if (flow === undefined || flow.answered || answer.get('state') !== flow.state) return false
      flow.answered = true
      try {
        const code = answer.get('code')
        const iss = answer.get('iss')
        if (code === null) throw new AuthorizationError(name, 'the person, or its authorization server, did not agree')
        await auth(providerOf(flow), {
          ...{ serverUrl: url, fetchFn, authorizationCode: code },
          ...(iss !== null && { iss }),
        })
      } catch (error) {
        const failure = toAuthorizationError(name, error)
        if (waiting === flow) waiting = undefined
        refusal = failure.message
        throw failure
      }
      grant({ renewed: false })
      return true
    },
    forget() {
      waiting = undefined
      credentials.write(name, undefined)
    },
    granted: (signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done)
          resolve()
        }
        signal.addEventListener('abort', done)
        void granted.promise.then(done)
        if (signal.aborted) done()
      }),
    renewable: () => readable().tokens?.refresh_token !== undefined,
    conceal(text) {
      const { tokens, client } = readable()
      const secrets = [tokens?.access_token, tokens?.refresh_token, client?.client_secret, oauth?.clientSecret]
      return secrets.reduce<string>(
        (clean, value) =>
          typeof value === 'string' && value.length >= 6 ? clean.replaceAll(value, '[redacted:known]') : clean,
        text,
      )
    },
  }
}

/** 256 bits of chance, as hexadecimal. */
function secret(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)))
}

/** In our words: those of a stranger may hold what is secret, or talk to the owner in our name. */
function toAuthorizationError(server: string, error: unknown): AuthorizationError {
  if (error instanceof AuthorizationError) return error
  if (error instanceof OAuthError) return new AuthorizationError(server, `the authorization server says ${error.code}`)
  if (RegistrationRejectedError.isInstance(error))
    return new AuthorizationError(
      server,
      `the authorization server registers no clients (${error.status}). Set oauth.clientId of the server to one it knows`,
    )
  if (IssuerMismatchError.isInstance(error))
    return new AuthorizationError(server, 'its authorization server is not the one that it says')
  return new AuthorizationError(server, describeError(error).slice(0, 300))
}

/** A server that does not let the agent in: `agent/mcp-authorization`. */
class AuthorizationError extends SalpError {
  constructor(server: string, why: string) {
    super('agent/mcp-authorization', `Cannot sign in to the MCP server "${server}": ${why}`)
  }
}
