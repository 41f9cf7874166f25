/** What a route asks, in one way of paying, and which offer a payment answers. */

import { type Address, type Asset, parseAddress } from '@salp/wallet'
import type { Scheme, Terms } from './schemes/scheme.js'
import { chainIdOf, networkOf, v1NetworkOf } from './wire/networks.js'
import type {
  JsonObject,
  PaymentPayload,
  PaymentPayloadV1,
  Requirements,
  RequirementsV1,
  ResourceInfo,
} from './wire/objects.js'

/** One way to pay for one thing. */
export interface Offer {
  readonly scheme: Scheme
  readonly asset: Asset
  /** In base units. Range (0, 2^256). */
  readonly amount: bigint
  readonly payTo: Address
  /** How long a signature should last, in s. */
  readonly maxTimeoutSeconds: number
  /** As it travels. */
  readonly requirements: Requirements
}

/** Shortest life of a signature that leaves time to settle, in s. */
const leastTimeoutSeconds = 7

/** Checks how long a signature is to last, in s. @throws RangeError if that leaves no time to settle. */
export function checkTimeout(maxTimeoutSeconds: number): void {
  if (Number.isInteger(maxTimeoutSeconds) && maxTimeoutSeconds >= leastTimeoutSeconds) return
  throw new RangeError(
    `Cannot offer with ${maxTimeoutSeconds} s to pay: take a whole number, ${leastTimeoutSeconds} or more`,
  )
}

/**
 * Creates an offer.
 *
 * @param options - `flow`: goes on the wire unless it is `authorization`, which is what silence means.
 * @throws RangeError if the scheme does not move the token, or the amount is not positive.
 */
export function createOffer(
  scheme: Scheme,
  {
    asset,
    amount,
    payTo,
    maxTimeoutSeconds,
    flow,
  }: Pick<Offer, 'asset' | 'amount' | 'payTo' | 'maxTimeoutSeconds'> & {
    readonly flow: 'authorization' | 'upfront'
  },
): Offer {
  if (!scheme.serves(asset))
    throw new RangeError(`Cannot offer ${asset.symbol} by ${scheme.name}: it does not move that way`)
  if (amount <= 0n) throw new RangeError(`Cannot offer at ${amount} base units of ${asset.symbol}: not above zero`)
  const requirements: Requirements = {
    scheme: scheme.name,
    network: networkOf(asset.chainId),
    amount: String(amount),
    asset: asset.address,
    payTo,
    maxTimeoutSeconds,
    extra: { ...scheme.extra(asset), ...(flow === 'upfront' && { paymentFlow: flow }) },
  }
  return { scheme, asset, amount, payTo, maxTimeoutSeconds, requirements }
}

/** The terms that a payment for an offer must satisfy. */
export function termsOf(offer: Offer, payment: PaymentPayload | PaymentPayloadV1): Terms {
  const { asset, amount, payTo, maxTimeoutSeconds, requirements } = offer
  return {
    asset,
    amount,
    payTo,
    maxTimeoutSeconds,
    atLeast: payment.x402Version === 1,
    extra: requirements.extra ?? {},
  }
}

/** Writes an offer for version 1, which knows only some chains, and no scheme but `exact` by EIP-3009. */
export function toV1({ scheme, requirements, asset }: Offer, resource: ResourceInfo): RequirementsV1 | undefined {
  const network = v1NetworkOf(asset.chainId)
  if (network === undefined || scheme.name !== 'exact' || scheme.method !== undefined) return undefined
  return toV1Requirements(requirements, network, resource)
}

/** Writes requirements in the form of version 1. */
export function toV1Requirements(
  { scheme, amount, payTo, maxTimeoutSeconds, asset, extra }: Requirements,
  network: string,
  { url, description = '', mimeType = '' }: ResourceInfo = { url: '' },
): RequirementsV1 {
  const what = { resource: url, description, mimeType }
  return { scheme, network, maxAmountRequired: amount, ...what, payTo, maxTimeoutSeconds, asset, extra }
}

/**
 * Finds the offer that a payment answers.
 *
 * Version 2 returns the whole offer: it has to be the same but for more members in `extra` and the letter case of
 * addresses. Version 1 names scheme and network only; of several offers it answers the one whose payee, token and amount
 * its payload fits, so the first that reads.
 */
export function findOffer(offers: readonly Offer[], payment: PaymentPayload | PaymentPayloadV1): Offer | undefined {
  if (payment.x402Version === 2) return offers.find(({ requirements }) => answers(payment.accepted, requirements))
  const chainId = chainIdOf(payment.network)
  const candidates = offers.filter(
    ({ scheme, asset }) => scheme.name === payment.scheme && scheme.method === undefined && asset.chainId === chainId,
  )
  return (
    candidates.find((offer) => offer.scheme.read(payment.payload, termsOf(offer, payment)).status === 'read') ??
    candidates[0]
  )
}

/** Whether requirements that came back are those that were offered: more in `extra` and other letters of addresses are fine. */
export function answers(accepted: Requirements, offered: Requirements): boolean {
  return (
    accepted.scheme === offered.scheme &&
    accepted.network === offered.network &&
    accepted.amount === offered.amount &&
    accepted.maxTimeoutSeconds === offered.maxTimeoutSeconds &&
    isSameAddress(accepted.asset, offered.asset) &&
    isSameAddress(accepted.payTo, offered.payTo) &&
    contains(accepted.extra ?? {}, offered.extra ?? {})
  )
}

function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** Whether everything of `part` is in `whole`, at any depth. */
function contains(whole: unknown, part: unknown): boolean {
  if (!isObject(part) || !isObject(whole)) return JSON.stringify(whole) === JSON.stringify(part)
  return Object.entries(part).every(([key, value]) => Object.hasOwn(whole, key) && contains(whole[key], value))
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A way of paying that a route names, before there is a price. */
export interface PaymentMethod {
  readonly asset: Asset
  readonly payTo: Address
  readonly scheme: Scheme
}

/** Chooses how a token is paid in: the first scheme that moves it. @throws RangeError if none does. */
export function methodOf(schemes: readonly Scheme[], asset: Asset, payTo: string): PaymentMethod {
  const scheme = schemes.find((candidate) => candidate.serves(asset))
  if (scheme === undefined) throw new RangeError(`Cannot sell for ${asset.symbol}: no scheme moves it`)
  return { asset, payTo: parseAddress(payTo), scheme }
}
