/** An endpoint: a service elsewhere that is sold here, under a name. */

import { z } from 'zod'
import { parsePath } from '../proxy/path.js'

/** Methods that can be sold. */
export const endpointMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Text for people: no control characters but line breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const readable = z.string().regex(/^[^\u0000-\u0009\u000b-\u001f\u007f]*$/, 'holds control characters')
const price = z.string().trim().min(1).max(64)

/** Which requests a price of its own is for. The most specific rule wins: plain segments over `:name`, that over `*`. */
export const priceRuleSchema = z.strictObject({
  /** Without it the rule is for every method. */
  method: z.enum(endpointMethods).optional(),
  /** Below the slug: plain segments, `:name` for any one, a last `*` for any number of them, none included. */
  path: z
    .string()
    .max(512)
    .transform((path, context) => {
      const parsed = parsePath(path)
      if (parsed.status === 'parsed' && parsed.query === '' && !/\*./.test(parsed.path) && !path.includes('#'))
        return parsed.path
      context.addIssue({
        code: 'custom',
        message: parsed.status === 'refused' ? parsed.reason : 'a path has no query, and a star only at its end',
      })
      return z.NEVER
    }),
  price,
})

/** A price for some of an endpoint's requests. */
export type PriceRule = Readonly<z.output<typeof priceRuleSchema>>

/** What an owner decides about an endpoint. */
export const endpointSettingsSchema = z.strictObject({
  /** Where requests go: https, no user info, no query; see `checkTarget`. */
  target: z.string().max(2_048),
  /** As its owner wrote it. Reading it is the paywall's part. */
  price,
  prices: z.array(priceRuleSchema).max(64).readonly(),
  description: readable.max(4_096),
  /** Of what it answers, for catalogues; empty if it varies. */
  mimeType: z.string().regex(/^(?:[\w.+-]{1,64}\/[\w.+-]{1,64})?$/, 'is no media type'),
  methods: z
    .array(z.enum(endpointMethods))
    .min(1)
    .transform((methods): readonly (typeof endpointMethods)[number][] => [...new Set(methods)]),
  /** Money first, answer first, or against credit. */
  settle: z.enum(['before', 'after', 'deferred']),
  /** Requests a payer has free in a day of UTC. */
  freePerDay: z.int().min(0).max(1_000_000),
  /** Requests of one payer a minute. */
  ratePerMinute: z.int().min(1).max(60_000),
  /** Longest wait for the upstream: for its whole answer, or for the start of it if money comes first. */
  timeoutMs: z.int().min(100).max(600_000),
  /** Largest body, either way, as it travels. */
  maxBytes: z.int().min(0).max(4_294_967_296),
  /** Whether it is open for business. */
  active: z.boolean(),
})

/** What an owner decides about an endpoint. */
export type EndpointSettings = Readonly<z.output<typeof endpointSettingsSchema>>

const { shape } = endpointSettingsSchema

/** A registration. Only `slug`, `target` and `price` must be given. */
export const endpointInputSchema = endpointSettingsSchema.extend({
  slug: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$/, 'takes 3 to 64 of a–z, 0–9 and "-", which is not at either end'),
  prices: shape.prices.default([]),
  description: shape.description.default(''),
  mimeType: shape.mimeType.default(''),
  methods: shape.methods.default(['GET', 'POST']),
  settle: shape.settle.default('after'),
  freePerDay: shape.freePerDay.default(0),
  ratePerMinute: shape.ratePerMinute.default(60),
  timeoutMs: shape.timeoutMs.default(30_000),
  maxBytes: shape.maxBytes.default(10_485_760),
  active: shape.active.default(true),
})

/** A registration before its defaults. */
export type EndpointInput = z.input<typeof endpointInputSchema>

/** Changes to an endpoint; what is left out stays. */
export const endpointPatchSchema = endpointSettingsSchema.partial()

/** An endpoint as it is kept. */
export interface Endpoint extends EndpointSettings {
  readonly slug: string
  /** Another one whenever the slug is registered anew, so that no payment for an old endpoint buys from a new one. */
  readonly id: string
  /** The operator that registered it. */
  readonly owner: string
  /** In ms since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** What anyone may know of an endpoint: not where it leads, nor whose it is. */
export type PublicEndpoint = Omit<Endpoint, 'target' | 'owner' | 'id' | 'active' | 'timeoutMs'>

/** Leaves out what is the owner's to know. */
export function toPublic({
  target: _,
  owner: _o,
  id: _i,
  active: _a,
  timeoutMs: _t,
  ...rest
}: Endpoint): PublicEndpoint {
  return rest
}
