/** The authorisation object that `exact` by EIP-3009 and `tempo-tip20` share on the wire. */

import { type Address, type Hex, parseAddress, type TransferAuthorization } from '@salp/wallet'
import { z } from 'zod'
import type { JsonObject } from '../wire/objects.js'

// Whoever writes an address in other letters means the same one; a wrong checksum is not for us to judge.
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => parseAddress(text.toLowerCase()))

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((text) => text.toLowerCase() as Hex)

/** A whole number below 2^256, in plain digits; numbers are taken where version 0 dialects send them. */
const uint256 = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,77})$/)
  .transform((text) => BigInt(text))
  .refine((value) => value < 2n ** 256n)

const signedAuthorization = z.object({
  signature: z.string().max(20_000),
  authorization: z.object({
    from: address,
    to: address,
    value: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: hex(32),
    token: address.optional(),
  }),
})

/** Parsers of single fields, for schemes with an object of their own. */
export const fields = { address, uint256, hex }

/** An authorisation with its signature, neither proven nor compared with any terms. */
export interface SignedAuthorization {
  readonly signature: string
  readonly authorization: TransferAuthorization & { readonly token?: Address | undefined }
}

/** Reads an authorisation as it travels. @returns `undefined` for anything else. */
export function readAuthorization(payload: JsonObject): SignedAuthorization | undefined {
  const known = read.get(payload)
  if (known !== undefined) return known
  const { data } = signedAuthorization.safeParse(payload)
  if (data !== undefined) read.set(payload, data)
  return data
}

/** What was read, for as long as what it was read from is there: a payment is looked at by each who has to do with it. */
const read = new WeakMap<JsonObject, SignedAuthorization>()

/** Writes an authorisation as it travels: every member a string. */
export function writeAuthorization(
  signature: Hex,
  { from, to, value, validAfter, validBefore, nonce }: TransferAuthorization,
  more: JsonObject = {},
): JsonObject {
  return {
    signature,
    authorization: {
      from,
      to,
      value: String(value),
      validAfter: String(validAfter),
      validBefore: String(validBefore),
      nonce,
      ...more,
    },
  }
}
