/** What a payer signs so that another may move its tokens: EIP-3009, EIP-2612 and `tempo-tip20`. */

import type { Address, Hex } from './hex.js'
import { type Asset, checkAmount } from './money.js'
import type { TypedData } from './typed-data.js'

/** One transfer that whoever holds the signature may carry out, once, within a window of time. */
export interface TransferAuthorization {
  readonly from: Address
  readonly to: Address
  /** In base units. */
  readonly value: bigint
  /** In s since the epoch; exclusive. */
  readonly validAfter: bigint
  /** In s since the epoch; exclusive. */
  readonly validBefore: bigint
  /** 32 bytes, never used before by this payer. */
  readonly nonce: Hex
}

const transferMembers = [
  { name: 'from', type: 'address' },
  { name: 'to', type: 'address' },
  { name: 'value', type: 'uint256' },
] as const

const windowMembers = [
  { name: 'validAfter', type: 'uint256' },
  { name: 'validBefore', type: 'uint256' },
  { name: 'nonce', type: 'bytes32' },
] as const

const transferWithAuthorizationMembers = [...transferMembers, ...windowMembers]
const paymentAuthorizationMembers = [...transferMembers, { name: 'token', type: 'address' }, ...windowMembers]
const permitMembers = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
]

/**
 * Builds the EIP-3009 `TransferWithAuthorization` of a token, under the token's own domain.
 *
 * The domain comes from the asset that the caller knows, never from who asks for the signature.
 *
 * @throws {@link AmountError} (`wallet/amount`) if the value is outside [0, 2^256).
 */
export function transferWithAuthorization(asset: Asset, authorization: TransferAuthorization): TypedData {
  checkAmount(authorization.value)
  return {
    domain: tokenDomain(asset),
    primaryType: 'TransferWithAuthorization',
    members: transferWithAuthorizationMembers,
    message: { ...pickTransfer(authorization) },
  }
}

/** An allowance given by signature. */
export interface Permit {
  readonly owner: Address
  readonly spender: Address
  /** In base units; exactly what is needed, never all. */
  readonly value: bigint
  /** The owner's next number at the token: its `nonces(owner)`. */
  readonly nonce: bigint
  /** In s since the epoch; inclusive. */
  readonly deadline: bigint
}

/**
 * Builds the EIP-2612 `Permit` of a token; TIP-1004 is the same, under version 1.
 *
 * @throws {@link AmountError} (`wallet/amount`) if the value is outside [0, 2^256).
 */
export function permit(asset: Asset, { owner, spender, value, nonce, deadline }: Permit): TypedData {
  checkAmount(value)
  return {
    domain: tokenDomain(asset),
    primaryType: 'Permit',
    members: permitMembers,
    message: { owner, spender, value, nonce, deadline },
  }
}

/**
 * Builds the `PaymentAuthorization` of the scheme `tempo-tip20`.
 *
 * @param options - `settlement`: the contract that checks the signature (mode `contract`); without it the token itself
 * is named (mode `eoa`), and only the facilitator's database keeps the signature from being used again.
 * @throws {@link AmountError} (`wallet/amount`) if the value is outside [0, 2^256).
 */
export function paymentAuthorization(
  asset: Pick<Asset, 'chainId' | 'address'>,
  authorization: TransferAuthorization,
  { settlement }: { readonly settlement?: Address | undefined } = {},
): TypedData {
  checkAmount(authorization.value)
  return {
    domain: {
      name: 'x402-tempo',
      version: '1',
      chainId: asset.chainId,
      verifyingContract: settlement ?? asset.address,
    },
    primaryType: 'PaymentAuthorization',
    members: paymentAuthorizationMembers,
    message: { ...pickTransfer(authorization), token: asset.address },
  }
}

/** A transfer by Permit2 that whoever holds the signature may carry out through `spender`, once. */
export interface Permit2Transfer {
  readonly token: Address
  /** In base units. */
  readonly amount: bigint
  /** The contract that moves it; `exactPermit2Proxy` of the chain for payments. */
  readonly spender: Address
  /** Never used before by this payer, in any order. Range [0, 2^256). */
  readonly nonce: bigint
  /** In s since the epoch; inclusive. */
  readonly deadline: bigint
  /** Who gets it. */
  readonly to: Address
  /** In s since the epoch. */
  readonly validAfter: bigint
}

const permit2Members = [
  { name: 'permitted', type: 'TokenPermissions' },
  { name: 'spender', type: 'address' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
  { name: 'witness', type: 'Witness' },
]
const permit2Structs = {
  TokenPermissions: [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint256' },
  ],
  Witness: [
    { name: 'to', type: 'address' },
    { name: 'validAfter', type: 'uint256' },
  ],
}

/**
 * Builds the `PermitWitnessTransferFrom` of Permit2, with the payee as witness, as x402 has it.
 *
 * @throws {@link AmountError} (`wallet/amount`) if the amount is outside [0, 2^256).
 */
export function permit2Transfer(
  { chainId, permit2 }: { readonly chainId: number; readonly permit2: Address },
  { token, amount, spender, nonce, deadline, to, validAfter }: Permit2Transfer,
): TypedData {
  checkAmount(amount)
  return {
    domain: { name: 'Permit2', chainId, verifyingContract: permit2 },
    primaryType: 'PermitWitnessTransferFrom',
    members: permit2Members,
    structs: permit2Structs,
    message: { permitted: { token, amount }, spender, nonce, deadline, witness: { to, validAfter } },
  }
}

function tokenDomain({ domain: { name, version }, chainId, address }: Asset): TypedData['domain'] {
  return { name, version, chainId, verifyingContract: address }
}

function pickTransfer({
  from,
  to,
  value,
  validAfter,
  validBefore,
  nonce,
}: TransferAuthorization): TransferAuthorization {
  return { from, to, value, validAfter, validBefore, nonce }
}
