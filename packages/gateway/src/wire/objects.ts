/** Objects of x402 version 2, as they travel; version 1 where it differs. What others send is read loosely. */

import { z } from 'zod'

/** JSON of an object whose members are a scheme's or an extension's own. */
export type JsonObject = Readonly<Record<string, unknown>>

const jsonObject = z.record(z.string(), z.unknown())

/** What one way of paying asks. */
export interface Requirements {
  readonly scheme: string
  /** CAIP-2, such as `eip155:8453`. */
  readonly network: string
  /** Base units in decimal. */
  readonly amount: string
  /** Address of the token. */
  readonly asset: string
  readonly payTo: string
  /** How long a signature should last, in s. */
  readonly maxTimeoutSeconds: number
  readonly extra?: JsonObject | undefined
}

/** Reads requirements; `amount` is checked where it is used. */
export const requirementsSchema: z.ZodType<Requirements> = z.object({
  scheme: z.string().min(1),
  network: z.string().min(3).includes(':'),
  amount: z.string().min(1),
  asset: z.string().min(1),
  payTo: z.string().min(1),
  maxTimeoutSeconds: z.number().int().positive(),
  extra: jsonObject.nullish().transform((extra) => extra ?? undefined),
})

/** What is sold. */
export interface ResourceInfo {
  readonly url: string
  readonly description?: string | undefined
  readonly mimeType?: string | undefined
}

/** The challenge of a 402. */
export interface PaymentRequired {
  readonly x402Version: 2
  /** A reason code, or a sentence. */
  readonly error?: string | undefined
  readonly resource: ResourceInfo
  readonly accepts: readonly Requirements[]
  readonly extensions?: JsonObject | undefined
}

/** Reads a challenge. Entries of `accepts` that cannot be read are passed over: others may be payable. */
export const paymentRequiredSchema: z.ZodType<PaymentRequired> = z.object({
  x402Version: z.literal(2),
  error: z.string().nullish().transform(absent),
  resource: z.object({
    url: z.string(),
    description: z.string().nullish().transform(absent),
    mimeType: z.string().nullish().transform(absent),
  }),
  accepts: z.array(z.unknown()).transform((entries) =>
    entries.flatMap((entry) => {
      const parsed = requirementsSchema.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    }),
  ),
  extensions: jsonObject.nullish().transform(absent),
})

/** What a payer sends. */
export interface PaymentPayload {
  readonly x402Version: 2
  /** The requirements that were chosen, whole. */
  readonly accepted: Requirements
  /** The scheme's own. */
  readonly payload: JsonObject
  readonly resource?: unknown
  readonly extensions?: JsonObject | undefined
}

/** Reads a payment of version 2. */
export const paymentPayloadSchema: z.ZodType<PaymentPayload> = z.object({
  x402Version: z.literal(2),
  accepted: requirementsSchema,
  payload: jsonObject,
  resource: z.unknown().optional(),
  extensions: jsonObject.nullish().transform(absent),
})

/** What version 1 asks; its body holds a list of these. */
export interface RequirementsV1 {
  readonly scheme: string
  /** One of a fixed list of names, such as `base`. */
  readonly network: string
  /** Base units in decimal. */
  readonly maxAmountRequired: string
  readonly resource: string
  readonly description: string
  readonly mimeType: string
  readonly payTo: string
  readonly maxTimeoutSeconds: number
  readonly asset: string
  readonly extra?: JsonObject | undefined
}

/** Reads requirements of version 1. */
export const requirementsV1Schema: z.ZodType<RequirementsV1> = z.object({
  scheme: z.string().min(1),
  network: z.string().min(1),
  maxAmountRequired: z.string().min(1),
  resource: z.string(),
  description: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  mimeType: z
    .string()
    .nullish()
    .transform((text) => text ?? ''),
  payTo: z.string().min(1),
  maxTimeoutSeconds: z.number().positive(),
  asset: z.string().min(1),
  extra: jsonObject.nullish().transform(absent),
})

/** The body of a 402 in version 1. */
export const paymentRequiredV1Schema: z.ZodType<{ readonly accepts: readonly RequirementsV1[] }> = z.object({
  x402Version: z.literal(1),
  accepts: z.array(z.unknown()).transform((entries) =>
    entries.flatMap((entry) => {
      const parsed = requirementsV1Schema.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    }),
  ),
})

/** What a payer sends in version 1. */
export interface PaymentPayloadV1 {
  readonly x402Version: 1
  readonly scheme: string
  readonly network: string
  readonly payload: JsonObject
}

/** Reads a payment of version 1. */
export const paymentPayloadV1Schema: z.ZodType<PaymentPayloadV1> = z.object({
  x402Version: z.literal(1),
  scheme: z.string().min(1),
  network: z.string().min(1),
  payload: jsonObject,
})

/** Whether a payment would hold; what `POST /verify` answers. */
export interface VerifyResponse {
  readonly isValid: boolean
  readonly payer?: string | undefined
  /** A code of the field, such as `invalid_exact_evm_signature`. */
  readonly invalidReason?: string | undefined
}

/** Reads what a facilitator says of a payment. */
export const verifyResponseSchema: z.ZodType<VerifyResponse> = z.object({
  isValid: z.boolean(),
  payer: z.string().nullish().transform(absent),
  invalidReason: z.string().nullish().transform(absent),
})

/** What became of a settlement; what `POST /settle` answers, and `PAYMENT-RESPONSE` holds. */
export interface SettleResponse {
  readonly success: boolean
  /** Hash of the transaction; empty where there is none. */
  readonly transaction: string
  readonly network: string
  readonly payer?: string | undefined
  readonly amount?: string | undefined
  readonly errorReason?: string | undefined
  readonly extensions?: JsonObject | undefined
}

/** Reads what became of a settlement. */
export const settleResponseSchema: z.ZodType<SettleResponse> = z.object({
  success: z.boolean(),
  transaction: z
    .string()
    .nullish()
    .transform((hash) => hash ?? ''),
  network: z
    .string()
    .nullish()
    .transform((network) => network ?? ''),
  payer: z.string().nullish().transform(absent),
  amount: z.string().nullish().transform(absent),
  errorReason: z.string().nullish().transform(absent),
  extensions: jsonObject.nullish().transform(absent),
})

/** What a facilitator can do; what `GET /supported` answers. */
export interface Supported {
  readonly kinds: readonly {
    readonly x402Version: 1 | 2
    readonly scheme: string
    readonly network: string
    readonly extra?: JsonObject | undefined
  }[]
  readonly extensions: readonly string[]
  /** Addresses that send, by family of chains. */
  readonly signers: Readonly<Record<string, readonly string[]>>
}

/** Reads what a facilitator can do; kinds that cannot be read are passed over. */
export const supportedSchema: z.ZodType<Supported> = z.object({
  kinds: z.array(z.unknown()).transform((kinds) =>
    kinds.flatMap((kind) => {
      const parsed = kindSchema.safeParse(kind)
      return parsed.success ? [parsed.data] : []
    }),
  ),
  extensions: z
    .array(z.string())
    .nullish()
    .transform((extensions) => extensions ?? []),
  signers: z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform((signers) => signers ?? {}),
})

const kindSchema = z.object({
  x402Version: z.union([z.literal(1), z.literal(2)]),
  scheme: z.string().min(1),
  network: z.string().min(1),
  extra: jsonObject.nullish().transform(absent),
})

function absent<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined
}
