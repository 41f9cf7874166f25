/** Whether an agent is what its registration file says. */

import type { ChainClient } from '../chain-client.js'
import { type Fetched, type FetchProblem, fetchJson, readDataUri } from '../internal/fetch-json.js'
import { type Agent, createAgentReader } from './agents.js'
import {
  type AgentReference,
  namedWallet,
  namesAgent,
  parseRegistration,
  type Registration,
  registrationType,
} from './registration.js'

/** What verifying asks of the application. */
export interface VerifyRegistrationDeps {
  readonly chain: Pick<ChainClient, 'call'>
  /** Fetches from strangers: one that connects to no private address, unless those are meant. */
  readonly fetch: typeof globalThis.fetch
}

/** Bounds of verifying. */
export interface VerifyRegistrationOptions {
  /** Largest file, in bytes. @defaultValue `65536` */
  readonly maxBytes?: number | undefined
  /** For each file, in ms. @defaultValue `5000` */
  readonly timeoutMs?: number | undefined
  /** Whether `http:` will do, as between nodes of one machine. @defaultValue `false` */
  readonly allowHttp?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** What was found. */
export type RegistrationVerdict =
  | {
      readonly status: 'read'
      readonly agent: Agent
      readonly registration: Registration
      /** Origins of its services, up to five, and whether each names this agent at its well-known place. Trust endpoints of proven ones only. */
      readonly origins: readonly { readonly origin: string; readonly proven: boolean }[]
    }
  | {
      readonly status: 'failed'
      /** `absent`: no such agent. `uri`: none that can be read. `form`: no registration file. `other-agent`: it does not name this one. `wallet`: it names another wallet than the registry. */
      readonly reason: FetchProblem | 'absent' | 'uri' | 'form' | 'other-agent' | 'wallet'
    }

/** Most origins that are asked. */
const maxOrigins = 5

/**
 * Reads an agent's registration file and checks it against the chain and the domains it names.
 *
 * Files are small, of the right type, and come without redirects, or they do not count.
 *
 * @throws What the chain throws, and the signal's reason.
 */
export async function verifyRegistration(
  { chain, fetch }: VerifyRegistrationDeps,
  reference: AgentReference,
  { maxBytes = 65_536, timeoutMs = 5_000, allowHttp = false, signal }: VerifyRegistrationOptions = {},
): Promise<RegistrationVerdict> {
  const failed = (reason: Extract<RegistrationVerdict, { status: 'failed' }>['reason']): RegistrationVerdict => ({
    status: 'failed',
    reason,
  })
  const read = async (uri: string): Promise<Fetched | undefined> => {
    const inline = readDataUri(uri, maxBytes)
    if (inline !== undefined) return inline
    const url = httpUrl(uri, allowHttp)
    return url === undefined ? undefined : fetchJson(fetch, url.href, { maxBytes, timeoutMs, signal })
  }
  const agent = await createAgentReader({ chain }, reference).read(reference.agentId, { signal })
  if (agent === undefined) return failed('absent')
  const file = await read(agent.uri)
  if (file === undefined) return failed('uri')
  if (file.status === 'failed') return failed(file.problem)
  const registration = parseRegistration(file.value)
  if (registration === undefined) return failed('form')
  if (!namesAgent(registration, reference)) return failed('other-agent')
  const wallet = namedWallet(registration, reference.chainId)
  if (wallet !== undefined && wallet !== agent.wallet) return failed('wallet')

  const named = registration.services.flatMap(({ endpoint }) => httpUrl(endpoint, allowHttp)?.origin ?? [])
  const origins = [...new Set(named)].slice(0, maxOrigins).map(async (origin) => {
    const proof = await read(`${origin}/.well-known/agent-registration.json`)
    const said = proof?.status === 'ok' ? parseProof(proof.value) : undefined
    return { origin, proven: said !== undefined && namesAgent(said, reference) }
  })
  return { status: 'read', agent, registration, origins: await Promise.all(origins) }
}

/** A domain may serve the whole file, or its list of registrations alone. */
function parseProof(value: unknown): Pick<Registration, 'registrations'> | undefined {
  const named =
    typeof value === 'object' && value !== null && 'registrations' in value ? value.registrations : undefined
  return parseRegistration({ type: registrationType, name: '-', registrations: named })
}

function httpUrl(text: string, allowHttp: boolean): URL | undefined {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return undefined
  return url.protocol === 'https:' || (allowHttp && url.protocol === 'http:') ? url : undefined
}
