/** Receipts that the seller signed, by the extension `offer-receipt`: who pays can show later what it paid for. */

import { type Account, type Address, type Hex, parseAddress, type TypedData, verifyTypedData } from '@salp/wallet'
import { z } from 'zod'
import type { JsonObject } from './objects.js'

const key = 'offer-receipt'

/** What a receipt says. */
export interface ReceiptStatement {
  /** CAIP-2. */
  readonly network: string
  readonly resourceUrl: string
  readonly payer: string
  /** In s since the epoch. */
  readonly issuedAt: number
  /** Hash of the transaction; empty where none was named. */
  readonly transaction: string
}

const members = [
  { name: 'version', type: 'uint256' },
  { name: 'network', type: 'string' },
  { name: 'resourceUrl', type: 'string' },
  { name: 'payer', type: 'string' },
  { name: 'issuedAt', type: 'uint256' },
  { name: 'transaction', type: 'string' },
] as const

/** Chain 1 for every receipt, wherever the money moved: that is the extension's. */
const domain = { name: 'x402 receipt', version: '1', chainId: 1 } as const

function typedData({ issuedAt, ...statement }: ReceiptStatement): TypedData {
  return { domain, primaryType: 'Receipt', members, message: { version: 1n, ...statement, issuedAt: BigInt(issuedAt) } }
}

const schema = {
  type: 'object',
  properties: { receipt: { type: 'object', required: ['format', 'payload', 'signature'] } },
  required: ['receipt'],
}

/** Signs a receipt. @returns What goes into `extensions` of a settlement. */
export function signReceipt(account: Pick<Account, 'signTypedData'>, statement: ReceiptStatement): JsonObject {
  const signature = account.signTypedData(typedData(statement))
  const receipt = { format: 'eip712', payload: { version: 1, ...statement }, signature }
  return { [key]: { info: { receipt }, schema } }
}

const extensionSchema = z.object({
  info: z.object({
    receipt: z.object({
      format: z.literal('eip712'),
      payload: z.object({
        version: z.literal(1),
        network: z.string(),
        resourceUrl: z.string(),
        payer: z.string(),
        issuedAt: z.number().int().nonnegative(),
        transaction: z.string(),
      }),
      signature: z.string(),
    }),
  }),
})

/** A receipt as it was found. */
export type ReadReceipt =
  | { readonly status: 'none' }
  | { readonly status: 'invalid' }
  | { readonly status: 'valid'; readonly statement: ReceiptStatement; readonly signature: Hex }

/**
 * Reads the receipt in a settlement, and checks who signed it.
 *
 * @param extensions - Of the settlement: what `PAYMENT-RESPONSE` holds.
 * @param issuer - Who should have signed: by x402 the payee, or an account that speaks for it.
 */
export async function readSignedReceipt(extensions: JsonObject, issuer: Address): Promise<ReadReceipt> {
  if (extensions[key] === undefined) return { status: 'none' }
  const { data } = extensionSchema.safeParse(extensions[key])
  if (data === undefined) return { status: 'invalid' }
  const { payload, signature } = data.info.receipt
  const { version: _, ...statement } = payload
  const found = await verifyTypedData(typedData(statement), { signer: parseAddress(issuer), signature })
  return found.status === 'valid' ? { status: 'valid', statement, signature: found.signature } : { status: 'invalid' }
}
