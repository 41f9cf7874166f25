/** The scheme `exact` on EVM by Permit2: any token whose payer once approved Permit2. */

import {
  type Address,
  type Asset,
  type ChainClient,
  createTokenReader,
  type Hex,
  hashTypedData,
  parseAddress,
  permit2Transfer,
  type TransferAuthorization,
} from '@salp/wallet'
import { z } from 'zod'
import type { JsonObject } from '../wire/objects.js'
import { selector, tail, word, wordAt } from './abi.js'
import { fields } from './authorization.js'
import { isTransfer } from './exact-eip3009.js'
import type { ReadPayment, Scheme } from './scheme.js'

/** Where Permit2 is on every chain that has it. */
export const permit2Address: Address = parseAddress('0x000000000022d473030f116ddee9f6b43ac78ba3')
/** Where the proxy of `exact` is: the only spender that payers of this scheme sign for. */
export const exactProxyAddress: Address = parseAddress('0x402085c248eea27d92e8b30b2c58ed07f9e20001')

const settle = selector('settle(((address,uint256),uint256,uint256),address,(address,uint256),bytes)')
const nonceBitmap = selector('nonceBitmap(address,uint256)')

const gas = { key: 400_000n, contract: 700_000n }

const reasons = {
  payload: 'unsupported_payload_type',
  signature: 'invalid_permit2_signature',
  used: 'permit2_invalid_nonce',
  validAfter: 'permit2_not_yet_valid',
  validBefore: 'permit2_deadline_expired',
  failed: 'invalid_exact_evm_transaction_failed',
  mismatch: 'invalid_exact_evm_transfer_event_mismatch',
} as const

const payloadSchema = z.object({
  signature: z.string().max(20_000),
  permit2Authorization: z.object({
    from: fields.address,
    permitted: z.object({ token: fields.address, amount: fields.uint256 }),
    spender: fields.address,
    nonce: fields.uint256,
    deadline: fields.uint256,
    witness: z.object({ to: fields.address, validAfter: fields.uint256 }),
  }),
})

/** What a payer signs. */
export interface Permit2Authorization {
  readonly from: Address
  readonly permitted: { readonly token: Address; readonly amount: bigint }
  readonly spender: Address
  readonly nonce: bigint
  /** In s since the epoch; inclusive. */
  readonly deadline: bigint
  readonly witness: { readonly to: Address; readonly validAfter: bigint }
}

/** Writes a signed payment as it travels. */
export function writePermit2(
  signature: Hex,
  { from, to, value, validAfter, validBefore, nonce }: TransferAuthorization,
  { address }: Asset,
): JsonObject {
  const permit2Authorization = {
    from,
    permitted: { token: address, amount: String(value) },
    spender: exactProxyAddress,
    nonce: String(BigInt(nonce)),
    deadline: String(validBefore),
    witness: { to, validAfter: String(validAfter) },
  }
  return { signature, permit2Authorization }
}

/** Creates the scheme. */
export function exactPermit2(): Scheme {
  return {
    name: 'exact',
    method: 'permit2',
    reasons,
    serves: () => true,
    extra: ({ domain: { name, version } }) => ({ name, version, assetTransferMethod: 'permit2' }),
    read(payload, { asset, amount, payTo, atLeast }) {
      const refused = (reason: string) => ({ status: 'refused', reason }) as const
      const { data } = payloadSchema.safeParse(payload)
      if (data === undefined) return refused(reasons.payload)
      const { permit2Authorization: authorization, signature } = data
      const { permitted, spender, witness } = authorization
      if (spender !== exactProxyAddress) return refused('invalid_permit2_spender')
      if (witness.to !== payTo) return refused('invalid_permit2_recipient_mismatch')
      if (permitted.token !== asset.address) return refused('permit2_token_mismatch')
      if (atLeast ? permitted.amount < amount : permitted.amount !== amount) return refused('permit2_amount_mismatch')
      return { status: 'read', payment: paymentOf(asset, authorization, signature) }
    },
  }
}

function paymentOf(asset: Asset, authorization: Permit2Authorization, signature: string): ReadPayment {
  const { from, permitted, nonce, deadline, witness } = authorization
  const head = [permitted.token, permitted.amount, nonce, deadline, from, witness.to, witness.validAfter]
  return {
    payer: from,
    nonce: `0x${word(nonce)}`,
    value: permitted.amount,
    // The proxy takes the first second, and Permit2 the last; the rest here excludes both ends.
    validAfter: witness.validAfter - 1n,
    validBefore: deadline + 1n,
    hash: () =>
      hashTypedData(
        permit2Transfer(
          { chainId: asset.chainId, permit2: permit2Address },
          { ...permitted, spender: exactProxyAddress, nonce, deadline, ...witness },
        ),
      ),
    signature,
    call: (proof) => ({
      to: exactProxyAddress,
      data: `${settle}${head.map(word).join('')}${word(BigInt(8 * 32))}${tail(proof.signature)}`,
      gas: gas[proof.by],
    }),
    moved: (logs) =>
      logs.some(
        (log) => log.address === asset.address && isTransfer(log, { from, to: witness.to, value: permitted.amount }),
      ),
    diagnose: (chain, options) => diagnose(chain, authorization, options),
  }
}

async function diagnose(
  chain: ChainClient,
  { from, permitted: { token: address, amount }, nonce }: Permit2Authorization,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  const token = createTokenReader({ chain })
  if ((await chain.code(address, options)) === '0x') return 'asset_not_deployed_contract'
  if ((await chain.code(exactProxyAddress, options)) === '0x') return 'permit2_proxy_not_deployed'
  const asked = `${nonceBitmap}${word(from)}${word(nonce >> 8n)}` as const
  const bitmap = wordAt((await chain.call({ to: permit2Address, data: asked }, options)) ?? '0x', 0)
  if (bitmap !== undefined && ((bitmap >> (nonce & 0xffn)) & 1n) === 1n) return reasons.used
  if (((await token.balanceOf(address, from, options)) ?? amount) < amount) return 'permit2_insufficient_balance'
  const allowance = await token.allowance(address, from, permit2Address, options)
  if ((allowance ?? amount) < amount) return 'permit2_allowance_required'
  return 'permit2_simulation_failed'
}
