/** The file that tells what an agent is and where it serves (ERC-8004). */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { type Address, parseAddress } from '../hex.js'
import { toDataUri } from '../internal/fetch-json.js'

/** An agent of a registry. */
export interface AgentReference {
  readonly chainId: number
  readonly registry: Address
  readonly agentId: bigint
}

/** What marks a registration file of ERC-8004. */
export const registrationType = 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1'

const text = z.string().min(1).max(2_000)
const serviceSchema = z.object({
  /** `web`, `A2A`, `MCP`, `x402`, `agentWallet`, … */
  name: text,
  /** A URL; for `agentWallet` an address as `eip155:chain:0x…`. */
  endpoint: text,
  version: text.optional(),
  skills: z.array(text).max(100).optional(),
  domains: z.array(text).max(100).optional(),
})
const writtenSchema = z.strictObject({
  type: z.literal(registrationType).default(registrationType),
  name: text,
  description: text,
  image: z.string().max(2_000).optional(),
  services: z.array(serviceSchema.strict()).max(50).default([]),
  x402Support: z.boolean().optional(),
  active: z.boolean().optional(),
  registrations: z
    .array(z.strictObject({ agentId: z.int().nonnegative(), agentRegistry: z.string() }))
    .max(50)
    .default([]),
  supportedTrust: z.array(text).max(20).optional(),
})

/** Of others we take what makes sense, and leave out the rest. */
const readSchema = z.object({
  type: z.literal(registrationType),
  name: text,
  description: text.catch(''),
  image: z.string().max(2_000).optional().catch(undefined),
  services: listOf(serviceSchema).default([]),
  x402Support: z.boolean().optional().catch(undefined),
  active: z.boolean().optional().catch(undefined),
  registrations: listOf(
    z.object({
      agentId: z.union([z.int().nonnegative(), z.string().regex(/^\d{1,78}$/)]).transform(BigInt),
      agentRegistry: z.string(),
    }),
  ).default([]),
  supportedTrust: listOf(text).optional().catch(undefined),
})

/** What we say of an agent. */
export type RegistrationInput = z.input<typeof writtenSchema>
/** What somebody says of an agent. */
export type Registration = z.output<typeof readSchema>

/** Writes a registration file. @throws {@link RegistrationError} (`wallet/registration`) for what the standard does not know. */
export function writeRegistration(registration: RegistrationInput): string {
  const parsed = writtenSchema.safeParse(registration)
  if (!parsed.success) throw new RegistrationError(z.prettifyError(parsed.error).slice(0, 500))
  return JSON.stringify(parsed.data)
}

/** Writes a registration file into a URI that needs no server. */
export function registrationUri(registration: RegistrationInput): string {
  return toDataUri(writeRegistration(registration))
}

/** Reads a registration file that somebody wrote; `undefined` if it is none. Entries that make no sense are left out. */
export function parseRegistration(value: unknown): Registration | undefined {
  const parsed = readSchema.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** Names a registry as registration files do: `eip155:chain:address`. */
export function registryName({ chainId, registry }: Pick<AgentReference, 'chainId' | 'registry'>): string {
  return `eip155:${chainId}:${registry}`
}

/** Whether a file says that it is of that agent; letter case of the address does not matter. */
export function namesAgent({ registrations }: Pick<Registration, 'registrations'>, agent: AgentReference): boolean {
  const name = registryName(agent).toLowerCase()
  return registrations.some(
    ({ agentId, agentRegistry }) => agentId === agent.agentId && agentRegistry.toLowerCase() === name,
  )
}

/** The wallet that a file names on a chain, if it does. */
export function namedWallet({ services }: Pick<Registration, 'services'>, chainId: number): Address | undefined {
  for (const { name, endpoint } of services) {
    const [, chain, address] = /^eip155:(\d+):(0x[0-9a-fA-F]{40})$/.exec(endpoint) ?? []
    if (name === 'agentWallet' && address !== undefined && Number(chain) === chainId) {
      return parseAddress(address.toLowerCase())
    }
  }
  return undefined
}

/** A list of which at most 50 entries are kept, those that fit. */
function listOf<T extends z.ZodType>(entry: T): z.ZodType<z.output<T>[], unknown> {
  return z.array(z.unknown()).transform((entries) =>
    entries.slice(0, 50).flatMap((value) => {
      const parsed = entry.safeParse(value)
      return parsed.success ? [parsed.data] : []
    }),
  )
}

/** A registration file that the standard does not allow. */
export class RegistrationError extends SalpError {
  constructor(why: string) {
    super('wallet/registration', `Cannot write the registration: ${why}`)
  }
}
