/** What a cartridge says of itself, and what it asks for. */

import { SalpError } from '@salp/core'
import { z } from 'zod'
import { httpHostSchema } from './http-hosts.js'
import { defaultLimits } from './limits.js'
import { capabilities, kinds } from './rewrite/abi.js'

/** An id: lower case letters, digits and hyphens. */
export const slugSchema = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const limitNames = Object.keys(defaultLimits.backend) as (keyof typeof defaultLimits.backend)[]

/** The strict form of a {@link Manifest}. */
export const manifestSchema = z
  .strictObject({
    /** Lower case letters, digits and hyphens: its name in addresses, and that of its keys and values. */
    id: slugSchema,
    name: z.string().trim().min(1).max(100),
    /** Of its author's choosing: `1.2.0`. */
    version: z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/),
    kind: z.enum(kinds),
    /** Binary interface. */
    abi: z.literal('1.0'),
    capabilities: z.array(z.enum(capabilities)).readonly(),
    profile: z.enum(['default', 'deterministic']),
    /** Cartridges that it may call, and other machines that it may ask. */
    targets: z
      .strictObject({
        call: z.array(slugSchema).max(32).readonly().optional(),
        http: z.array(httpHostSchema).max(32).readonly().optional(),
      })
      .optional(),
    /** Limits lower than those of its kind. */
    limits: z.partialRecord(z.enum(limitNames), z.int().positive()).optional(),
    /** What a call costs, as text such as `$0.01`; free without. */
    price: z.string().trim().min(1).max(64).optional(),
    source: z.strictObject({ language: z.string().max(40), sha256 }),
    wasm: z.strictObject({ sha256, bytes: z.int().positive() }),
    /** Number of the rewriter that it was tried with. */
    rewriter: z.int().positive(),
  })
  .refine(({ capabilities: granted, targets }) => targets?.call === undefined || granted.includes('call'), {
    error: 'targets need the capability "call"',
    path: ['targets', 'call'],
  })
  .refine(({ capabilities: granted, targets }) => targets?.http === undefined || granted.includes('http'), {
    error: 'targets need the capability "http"',
    path: ['targets', 'http'],
  })
  .readonly()

/** What a cartridge says of itself. */
export type Manifest = z.output<typeof manifestSchema>

/**
 * Reads a manifest.
 *
 * @param value - From a file, a peer or a model; not trusted.
 * @throws {@link ManifestError} (`cartridge/manifest`).
 */
export function parseManifest(value: unknown): Manifest {
  const { success, data, error } = manifestSchema.safeParse(value)
  if (!success) throw new ManifestError(z.prettifyError(error), error)
  return data
}

/** A manifest that breaks a rule. */
export class ManifestError extends SalpError {
  constructor(why: string, cause: unknown) {
    super('cartridge/manifest', `Cannot read the manifest: ${why}`, { cause })
  }
}
